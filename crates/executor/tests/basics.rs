//! What holds in every mode that runs in this process.
use brigade_executor::{Context, Event, Executor, Job, Metrics, Mode, Outcome};
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

#[derive(Serialize, Deserialize)]
enum Trial {
    Double(u64),
    Fail,
    Panic,
    SpinUntilCancelled,
    Checkpoint,
}

impl Job for Trial {
    const NAME: &'static str = "trial";
    type Output = u64;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn run(self, context: &Context) -> Result<u64, Self::Error> {
        match self {
            Self::Double(number) => Ok(number * 2),
            Self::Fail => Err(std::io::Error::other("no luck").into()),
            Self::Panic => panic!("on purpose"),
            Self::SpinUntilCancelled => {
                while !context.is_cancelled() {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Ok(0)
            }
            Self::Checkpoint => loop {
                context.checkpoint()?;
                std::thread::sleep(Duration::from_millis(1));
            },
        }
    }
}

fn both() -> impl Iterator<Item = Executor> {
    [Mode::Sequential, Mode::Threads].into_iter().map(|mode| {
        Executor::builder()
            .mode(mode)
            .workers(3)
            .build()
            .expect("plain options")
    })
}

#[test]
fn map_keeps_the_order() {
    for executor in both() {
        let doubled: Vec<_> = executor
            .map((0..10_000).map(Trial::Double))
            .map(|outcome| outcome.ok())
            .collect();
        assert_eq!(
            doubled,
            (0..10_000)
                .map(|number| Some(number * 2))
                .collect::<Vec<_>>()
        );
    }
}

#[test]
fn stream_gives_every_index_once() {
    for executor in both() {
        let mut seen: Vec<_> = executor
            .stream((0..5000).map(Trial::Double))
            .map(|finished| finished.report.index)
            .collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..5000).collect::<Vec<_>>());
    }
}

#[test]
fn errors_and_panics_are_outcomes() {
    for executor in both() {
        assert_eq!(
            executor.submit(Trial::Fail).join(),
            Outcome::Failed {
                message: "no luck".into(),
                causes: vec![]
            }
        );
        let Outcome::Panicked { message, location } = executor.submit(Trial::Panic).join() else {
            panic!("the job panics")
        };
        assert_eq!(message, "on purpose");
        assert!(location.is_some_and(|location| location.contains("basics.rs")));
        assert_eq!(executor.submit(Trial::Double(4)).join(), Outcome::Ok(8));
    }
}

#[test]
fn an_endless_iterator_is_pulled_lazily() {
    for executor in both() {
        let pulled = Arc::new(Mutex::new(0));
        let counter = Arc::clone(&pulled);
        let jobs = (0..)
            .inspect(move |_| *counter.lock().unwrap() += 1)
            .map(Trial::Double);
        assert_eq!(executor.map(jobs).take(100).count(), 100);
        assert!(*pulled.lock().unwrap() < 10_000);
    }
}

#[test]
fn an_observer_sees_a_task_begin_and_end() {
    for mode in [Mode::Sequential, Mode::Threads] {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let executor = Executor::builder()
            .mode(mode)
            .metrics(Metrics::Full)
            .observer(move |event: &Event<'_>| {
                let word = match event {
                    Event::Queued(_) => "queued",
                    Event::Started(..) => "started",
                    Event::Finished(report, outcome) => {
                        assert!(
                            report.cpu.is_some()
                                && report.wall >= report.cpu.map(|_| Duration::ZERO)
                        );
                        outcome.kind()
                    }
                    _ => "other",
                };
                log.lock().unwrap().push(word);
            })
            .build()
            .expect("plain options");
        let finished = executor.submit(Trial::Double(1)).finished();
        assert_eq!(*seen.lock().unwrap(), ["queued", "started", "ok"]);
        assert_eq!(finished.report.ran.expect("it ran").pid, std::process::id());
    }
}

#[test]
fn cancelling_reaches_a_running_job() {
    let executor = Executor::builder()
        .mode(Mode::Threads)
        .workers(1)
        .build()
        .expect("plain options");
    let spinning = executor.submit(Trial::SpinUntilCancelled);
    let queued = executor.submit(Trial::Double(1));
    let checking = executor.submit(Trial::Checkpoint);
    queued.cancel();
    spinning.cancel();
    checking.cancel();
    assert!(matches!(
        spinning.join(),
        Outcome::Ok(0) | Outcome::Cancelled
    ));
    assert_eq!(queued.join(), Outcome::Cancelled);
    assert_eq!(checking.join(), Outcome::Cancelled);
}

#[test]
fn shutdown_does_not_wait_for_a_job_without_end() {
    let executor = Executor::builder()
        .mode(Mode::Threads)
        .workers(1)
        .build()
        .expect("plain options");
    let endless = executor.submit(Trial::Checkpoint);
    let queued = executor.submit(Trial::Double(1));
    let endless = endless
        .join_timeout(Duration::from_millis(20))
        .expect_err("it has no end");
    assert!(!executor.shutdown(Duration::from_millis(5)));
    assert_eq!(endless.join(), Outcome::Cancelled);
    assert_eq!(queued.join(), Outcome::Cancelled);
    assert_eq!(executor.submit(Trial::Double(1)).join(), Outcome::Cancelled);
}
