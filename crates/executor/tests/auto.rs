//! Mode auto: what it settles on for jobs that wait, compute or are tiny, and that no job is lost on the way.

use brigade_executor::{Builder, Choice, Context, Executor, Finished, Job, Limit, Mode};
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeSet,
    convert::Infallible,
    hint::black_box,
    thread::available_parallelism,
    time::{Duration, Instant},
};

/// Sleeps so many milliseconds, then counts so far.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Work {
    sleep_ms: u64,
    count: u64,
}

impl Job for Work {
    const NAME: &'static str = "work";
    type Output = u64;
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<u64, Infallible> {
        if self.sleep_ms > 0 {
            std::thread::sleep(Duration::from_millis(self.sleep_ms));
        }
        Ok((0..self.count).fold(0, |sum, number| black_box(sum + number % 2)))
    }
}

fn auto() -> Builder {
    Executor::builder().mode(Mode::Auto)
}

/// Runs the job so often; each has its outcome once.
fn run(executor: &Executor, job: Work, times: u64) -> (Vec<Finished<u64>>, Choice) {
    let jobs = std::iter::repeat_n(job, usize::try_from(times).expect("few"));
    let finished: Vec<_> = executor.stream(jobs).collect();
    let indexes: BTreeSet<u64> = finished
        .iter()
        .filter(|finished| finished.outcome.is_ok())
        .map(|finished| finished.report.index)
        .collect();
    assert_eq!(indexes, (0..times).collect());
    let choice = executor.choice().expect("jobs have ended");
    (finished, choice)
}

#[test]
fn nothing_is_chosen_before_a_job_has_ended_nor_in_another_mode() {
    let executor = auto().build().expect("plain options");
    assert_eq!((executor.mode(), executor.choice()), ("auto", None));
    let threads = Executor::builder().build().expect("plain options");
    run_one(&threads);
    assert_eq!(threads.choice(), None);
    run_one(&executor);
    assert!(executor.choice().is_some());
}

fn run_one(executor: &Executor) {
    let job = Work {
        sleep_ms: 1,
        count: 0,
    };
    assert!(executor.map([job]).all(|outcome| outcome.is_ok()));
}

#[test]
fn jobs_that_wait_get_company_long_before_the_first_has_ended() {
    let executor = auto().workers(50).build().expect("plain options");
    let start = Instant::now();
    let (finished, choice) = run(
        &executor,
        Work {
            sleep_ms: 500,
            count: 0,
        },
        50,
    );
    assert_eq!(
        (choice.mode, choice.workers, choice.limit),
        (Mode::Threads, 50, Limit::Asked)
    );
    assert!(choice.computing < 0.5, "{choice}");
    if cfg!(target_os = "linux") {
        // By twos it would take 12 seconds.
        assert!(
            start.elapsed() < Duration::from_secs(6),
            "{:?}",
            start.elapsed()
        );
        let workers: BTreeSet<_> = finished
            .iter()
            .filter_map(|finished| Some(finished.report.ran?.worker))
            .collect();
        assert!(workers.len() > 20, "{workers:?}");
    }
}

#[test]
fn jobs_that_compute_get_a_thread_for_each_core() {
    let executor = auto().build().expect("plain options");
    let (_, choice) = run(
        &executor,
        Work {
            sleep_ms: 0,
            count: 400_000,
        },
        100,
    );
    let cores = available_parallelism().map_or(1, usize::from);
    assert_eq!(
        (choice.workers, choice.limit),
        (cores, Limit::Cores),
        "{choice}"
    );
    assert!(choice.computing > 0.75, "{choice}");
    assert_eq!(choice.mode == Mode::Sequential, cores == 1);
}

#[test]
fn tiny_jobs_go_on_in_the_thread_that_asks_for_outcomes() {
    let executor = auto().build().expect("plain options");
    let job = Work {
        sleep_ms: 0,
        count: 0,
    };
    let (finished, choice) = run(&executor, job, 20_000);
    assert_eq!(
        (choice.mode, choice.limit),
        (Mode::Sequential, Limit::HandingOver),
        "{choice}"
    );
    let threads = |part: &[Finished<u64>]| -> BTreeSet<u32> {
        part.iter()
            .filter_map(|finished| Some(finished.report.ran?.tid))
            .collect()
    };
    assert_eq!(
        threads(&finished[10_000..]).len(),
        1,
        "one thread from some point on"
    );
    let in_order: Vec<u64> = executor
        .map(std::iter::repeat_n(job, 2000))
        .filter_map(|outcome| outcome.ok())
        .collect();
    assert_eq!(in_order.len(), 2000, "and from the start the next time");
}

#[test]
fn threads_that_turn_out_too_many_go_and_leave_no_job_behind() {
    let executor = auto().workers(40).build().expect("plain options");
    // All sleep when they are looked at first; that most of their time is computing shows later.
    let (_, choice) = run(
        &executor,
        Work {
            sleep_ms: 30,
            count: 20_000_000,
        },
        60,
    );
    assert!(choice.workers <= 40, "{choice}");
}

#[test]
fn what_needs_a_process_is_refused() {
    let error = auto()
        .timeout(Duration::from_secs(1))
        .build()
        .expect_err("a thread cannot be killed");
    assert!(error.to_string().contains("auto"), "{error}");
}
