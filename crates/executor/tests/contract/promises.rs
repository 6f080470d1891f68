//! What holds in every mode.

use crate::{
    MODES, cases, executor,
    jobs::{Answer, Bulk, Prepare, Trial},
};
use brigade_executor::{Event, Metrics, Mode, Outcome, Ran};
use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
    let parallel = [Mode::Threads, Mode::Processes, Mode::Auto];
    [
        cases("map keeps the order", &MODES, map_keeps_the_order),
        cases(
            "stream gives every index once",
            &MODES,
            stream_gives_every_index_once,
        ),
        cases(
            "an endless iterator is pulled lazily",
            &MODES,
            endless_iterators_are_pulled_lazily,
        ),
        cases("a failed job says why", &MODES, failures_say_why),
        cases("a panic costs one job", &MODES, panics_cost_one_job),
        cases("two job types share an executor", &MODES, two_job_types),
        cases(
            "an executor is shared between threads",
            &MODES,
            shared_between_threads,
        ),
        cases("events come in order", &MODES, events_come_in_order),
        cases("reports are complete", &MODES, reports_are_complete),
        cases(
            "the initialiser's state is there",
            &MODES,
            initialised_state,
        ),
        cases(
            "a failing initialiser fails its jobs",
            &MODES,
            failing_initialiser,
        ),
        cases("state is made once a worker", &MODES, state_once_a_worker),
        cases("joining has a deadline", &parallel, join_with_deadline),
        cases(
            "queued and running jobs are cancelled",
            &parallel,
            cancelling,
        ),
        cases(
            "dropping a stream cancels the rest",
            &MODES,
            dropping_a_stream,
        ),
        cases(
            "shutdown lets running jobs finish",
            &parallel,
            shutdown_with_grace,
        ),
        cases(
            "shutdown does not wait for ever",
            &parallel,
            shutdown_without_end,
        ),
        cases(
            "dropping the executor ends its jobs",
            &parallel,
            dropping_the_executor,
        ),
        cases(
            "a bounded queue makes submit wait",
            &parallel,
            bounded_queue,
        ),
        cases("cores can be kept free", &parallel, reserved_cores),
        cases(
            "a dropped handle leaves the job alone",
            &MODES,
            dropped_handles,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn map_keeps_the_order(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    let answers: Vec<_> = executor
        .map((0..20_000).map(Trial::Echo))
        .map(|outcome| outcome.ok())
        .collect();
    assert_eq!(
        answers,
        (0..20_000)
            .map(|number| Some(Answer::Number(number)))
            .collect::<Vec<_>>()
    );
}

fn stream_gives_every_index_once(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    let mut seen = HashSet::new();
    for finished in executor.stream((0..20_000).map(Trial::Echo)) {
        assert_eq!(
            finished.outcome,
            Outcome::Ok(Answer::Number(finished.report.index))
        );
        assert!(seen.insert(finished.report.index));
    }
    assert_eq!(seen.len(), 20_000);
}

fn endless_iterators_are_pulled_lazily(mode: Mode) {
    let executor = executor(mode).window(8).build().expect("plain options");
    let pulled = AtomicUsize::new(0);
    let jobs = (0..)
        .inspect(|_| {
            pulled.fetch_add(1, Ordering::Relaxed);
        })
        .map(Trial::Echo);
    assert_eq!(
        executor.map(jobs).take(100).filter(Outcome::is_ok).count(),
        100
    );
    assert!(pulled.into_inner() <= 100 + 16);
}

fn failures_say_why(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    let Outcome::Failed { message, causes } = executor.submit(Trial::Fail).join() else {
        panic!("it fails")
    };
    assert_eq!(message, "cannot read the number");
    assert_eq!(causes, ["invalid digit found in string"]);
}

fn panics_cost_one_job(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    for _ in 0..3 {
        let Outcome::Panicked { message, location } = executor.submit(Trial::Panic).join() else {
            panic!("it panics")
        };
        assert_eq!(message, "on purpose");
        assert!(location.expect("a panic has a place").contains("jobs.rs:"));
    }
    assert_eq!(
        executor.submit(Trial::Echo(1)).join(),
        Outcome::Ok(Answer::Number(1))
    );
}

fn two_job_types(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    let echo = executor.submit(Trial::Echo(1));
    let bulk = executor.submit(Bulk {
        bytes: vec![1, 2, 3],
    });
    assert_eq!(bulk.join(), Outcome::Ok(vec![3, 2, 1].into()));
    assert_eq!(echo.join(), Outcome::Ok(Answer::Number(1)));
}

fn shared_between_threads(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for number in 0..200 {
                    let answer = executor.submit(Trial::Echo(number)).join();
                    assert_eq!(answer, Outcome::Ok(Answer::Number(number)));
                }
                assert_eq!(
                    executor
                        .map((0..2000).map(Trial::Echo))
                        .filter(Outcome::is_ok)
                        .count(),
                    2000
                );
            });
        }
    });
}

fn events_come_in_order(mode: Mode) {
    let log = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&log);
    let executor = executor(mode)
        .workers(1)
        .observer(move |event: &Event<'_>| {
            let word = match event {
                Event::Queued(_) => "queued",
                Event::Started(_, Ran { pid, .. }) => {
                    assert!(*pid > 0);
                    "started"
                }
                Event::Finished(_, outcome) => outcome.kind(),
                _ => return,
            };
            seen.lock().unwrap().push(word);
        })
        .build()
        .expect("plain options");
    for job in [Trial::Echo(1), Trial::Fail, Trial::Echo(2)] {
        let _ = executor.submit(job).join();
    }
    let expected = [
        "queued", "started", "ok", "queued", "started", "failed", "queued", "started", "ok",
    ];
    assert_eq!(*log.lock().unwrap(), expected);
}

fn reports_are_complete(mode: Mode) {
    let executor = executor(mode)
        .metrics(Metrics::Full)
        .build()
        .expect("plain options");
    let finished = executor
        .submit(Trial::Sleep(Duration::from_millis(20)))
        .finished();
    let report = finished.report;
    let ran = report.ran.expect("it ran");
    assert_eq!(ran.pid == std::process::id(), mode != Mode::Processes);
    assert!(ran.tid > 0);
    let (wall, cpu) = (
        report.wall.expect("measured"),
        report.cpu.expect("measured"),
    );
    assert!(wall >= Duration::from_millis(20) && cpu < wall);
    assert!(report.started.expect("measured") >= report.queued.expect("measured"));
    assert_eq!(report.peak_memory.is_some(), mode == Mode::Processes);
}

fn initialised_state(mode: Mode) {
    let executor = executor(mode)
        .initialiser(Prepare { word: "w".into() })
        .build()
        .expect("plain options");
    for finished in executor.stream(std::iter::repeat_n(Trial::State, 20)) {
        let worker = finished.report.ran.expect("it ran").worker;
        assert_eq!(
            finished.outcome,
            Outcome::Ok(Answer::Text(format!("w{worker}")))
        );
    }
}

fn failing_initialiser(mode: Mode) {
    let executor = executor(mode)
        .initialiser(Prepare {
            word: "fail".into(),
        })
        .build()
        .expect("plain options");
    for _ in 0..3 {
        let Outcome::Failed { message, .. } = executor.submit(Trial::Echo(1)).join() else {
            panic!("it fails")
        };
        assert_eq!(
            message,
            "the worker's initialiser `prepare` failed: no word"
        );
    }
}

fn state_once_a_worker(mode: Mode) {
    let executor = executor(mode).workers(1).build().expect("plain options");
    for expected in 0..10 {
        assert_eq!(
            executor.submit(Trial::Count).join(),
            Outcome::Ok(Answer::Number(expected))
        );
    }
}

fn join_with_deadline(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    let handle = executor.submit(Trial::Obey);
    let handle = handle
        .join_timeout(Duration::from_millis(20))
        .expect_err("it is not done");
    assert!(!handle.is_finished());
    handle.cancel();
    let outcome = handle
        .join_timeout(Duration::from_secs(20))
        .expect("it was told to stop");
    assert!(matches!(outcome, Outcome::Cancelled | Outcome::Ok(_)));
}

fn cancelling(mode: Mode) {
    let executor = executor(mode)
        .workers(1)
        .grace(Duration::from_secs(10))
        .build()
        .expect("plain options");
    let running = executor.submit(Trial::Obey);
    let checking = executor.submit(Trial::Checkpoint);
    let queued = executor.submit(Trial::Echo(1));
    let running = running
        .join_timeout(Duration::from_millis(50))
        .expect_err("it waits to be told");
    queued.cancel();
    assert_eq!(queued.join(), Outcome::Cancelled);
    running.cancel();
    assert_eq!(running.join(), Outcome::Ok(Answer::Number(0)));
    let checking = checking
        .join_timeout(Duration::from_millis(50))
        .expect_err("it waits to be told");
    checking.cancel();
    assert_eq!(checking.join(), Outcome::Cancelled);
    assert_eq!(
        executor.submit(Trial::Echo(2)).join(),
        Outcome::Ok(Answer::Number(2))
    );
}

fn dropping_a_stream(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    let mut stream = executor.stream((0..).map(Trial::Echo));
    assert!(
        stream
            .next()
            .is_some_and(|finished| finished.outcome.is_ok())
    );
    drop(stream);
    assert_eq!(
        executor.submit(Trial::Echo(2)).join(),
        Outcome::Ok(Answer::Number(2))
    );
}

fn shutdown_with_grace(mode: Mode) {
    let executor = executor(mode).workers(1).build().expect("plain options");
    let running = executor.submit(Trial::Sleep(Duration::from_millis(300)));
    let queued = executor.submit(Trial::Echo(1));
    let running = running
        .join_timeout(Duration::from_millis(50))
        .expect_err("it sleeps");
    assert!(executor.shutdown(Duration::from_secs(60)));
    assert_eq!(running.join(), Outcome::Ok(Answer::Number(0)));
    assert_eq!(queued.join(), Outcome::Cancelled);
    assert_eq!(executor.submit(Trial::Echo(1)).join(), Outcome::Cancelled);
    assert_eq!(executor.map((0..10).map(Trial::Echo)).count(), 0);
}

fn shutdown_without_end(mode: Mode) {
    let executor = executor(mode).workers(1).build().expect("plain options");
    let mut stream = executor.stream([Trial::Echo(1), Trial::Checkpoint, Trial::Echo(2)]);
    assert_eq!(stream.next().map(|finished| finished.report.index), Some(0));
    let killer = executor.clone();
    let stopped = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        killer.shutdown(Duration::from_millis(10))
    });
    let mut rest: Vec<_> = stream
        .map(|finished| (finished.report.index, finished.outcome.kind()))
        .collect();
    rest.sort_unstable();
    // Auto may have found by then that the rest is for the loop, which pulls nothing ahead.
    let pulled = match mode {
        Mode::Auto => rest.len().max(1),
        _ => 2,
    };
    assert_eq!(rest, [(1, "cancelled"), (2, "cancelled")][..pulled]);
    assert_eq!(
        stopped.join().expect("shutdown does not panic"),
        mode == Mode::Processes
    );
}

fn dropping_the_executor(mode: Mode) {
    let executor = executor(mode).workers(1).build().expect("plain options");
    let running = executor.submit(Trial::Checkpoint);
    let queued = executor.submit(Trial::Echo(1));
    let running = running
        .join_timeout(Duration::from_millis(50))
        .expect_err("it waits to be told");
    drop(executor);
    assert_eq!(running.join(), Outcome::Cancelled);
    assert_eq!(queued.join(), Outcome::Cancelled);
}

fn bounded_queue(mode: Mode) {
    let executor = executor(mode)
        .workers(1)
        .queue_bound(2)
        .build()
        .expect("plain options");
    let (first, second) = (
        executor.submit(Trial::Obey),
        executor.submit(Trial::Echo(2)),
    );
    let waited = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let third = scope.spawn(|| {
            let handle = executor.submit(Trial::Echo(3));
            waited.store(1, Ordering::SeqCst);
            handle.join()
        });
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(waited.load(Ordering::SeqCst), 0);
        first.cancel();
        assert_eq!(
            third.join().expect("no panic"),
            Outcome::Ok(Answer::Number(3))
        );
    });
    assert_eq!(second.join(), Outcome::Ok(Answer::Number(2)));
}

fn reserved_cores(mode: Mode) {
    let workers = |cores| {
        let builder = brigade_executor::Executor::builder()
            .mode(mode)
            .reserved_cores(cores);
        let executor = builder.build().expect("plain options");
        if mode != Mode::Auto {
            return executor.workers();
        }
        // It may use more, for jobs that wait; for those that compute it chooses as many as there are cores for it.
        let jobs = std::iter::repeat_n(Trial::Compute(Duration::from_millis(2)), 20);
        assert_eq!(executor.stream(jobs).count(), 20);
        executor.choice().expect("jobs have ended").workers
    };
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    assert_eq!(workers(0), all);
    assert_eq!(workers(1), (all - 1).max(1));
    assert_eq!(workers(1000), 1);
}

fn dropped_handles(mode: Mode) {
    let done = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&done);
    let executor = executor(mode)
        .observer(move |event: &Event<'_>| {
            if let Event::Finished(_, Outcome::Ok(())) = event {
                count.fetch_add(1, Ordering::SeqCst);
            }
        })
        .build()
        .expect("plain options");
    (0..100).for_each(|number| drop(executor.submit(Trial::Echo(number))));
    crate::leftovers::eventually("every dropped job ran", || {
        done.load(Ordering::SeqCst) == 100
    });
}
