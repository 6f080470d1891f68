//! What the lock promises: one job at a time, switches at checkpoints, and no lock held by a job that waits.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use brigade_executor::{BuildError, Cancelled, Context, Executor, Job, Outcome};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Barrier, Mutex};
use std::time::Duration;

fn gil(workers: usize) -> Executor {
    brigade_gil::build(Executor::builder().workers(workers)).unwrap()
}

/// Counts who is between two checkpoints; a second one there is what must never be.
#[derive(Serialize, Deserialize)]
struct Alone;

static RUNNING: AtomicU32 = AtomicU32::new(0);
static MOST: AtomicU32 = AtomicU32::new(0);

impl Job for Alone {
    const NAME: &'static str = "alone";
    type Output = ();
    type Error = Infallible;

    fn run(self, context: &Context) -> Result<(), Infallible> {
        let stretch = || {
            MOST.fetch_max(RUNNING.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            for _ in 0..20_000 {
                std::hint::spin_loop();
            }
            RUNNING.fetch_sub(1, Ordering::SeqCst);
        };
        for turn in 0..40 {
            stretch();
            if turn % 10 == 0 {
                context.waiting(std::thread::yield_now);
            }
            assert!(!context.is_cancelled());
        }
        Ok(())
    }
}

#[test]
fn never_two_jobs_run_at_once() {
    let outcomes: Vec<_> = gil(8).map((0..40).map(|_| Alone)).collect();
    assert_eq!(outcomes, vec![Outcome::Ok(()); 40]);
    assert_eq!(MOST.load(Ordering::SeqCst), 1);
}

/// Computes until another job has run.
#[derive(Serialize, Deserialize)]
enum Turns {
    UntilTheOtherRan,
    TheOther,
}

static RAN: AtomicBool = AtomicBool::new(false);

impl Job for Turns {
    const NAME: &'static str = "turns";
    type Output = ();
    type Error = Cancelled;

    fn run(self, context: &Context) -> Result<(), Cancelled> {
        match self {
            Turns::TheOther => RAN.store(true, Ordering::SeqCst),
            Turns::UntilTheOtherRan => {
                while !RAN.load(Ordering::SeqCst) {
                    context.checkpoint()?;
                }
            }
        }
        Ok(())
    }
}

#[test]
fn a_job_that_computes_hands_over_at_a_checkpoint() {
    let jobs = [Turns::UntilTheOtherRan, Turns::TheOther];
    let outcomes: Vec<_> = gil(2).map(jobs).collect();
    assert_eq!(outcomes, [Outcome::Ok(()), Outcome::Ok(())]);
}

/// Waits, within a wait, until as many jobs wait as there are workers.
#[derive(Serialize, Deserialize)]
struct Meet;

static MEETING: Barrier = Barrier::new(4);

impl Job for Meet {
    const NAME: &'static str = "meet";
    type Output = bool;
    type Error = Infallible;

    fn run(self, context: &Context) -> Result<bool, Infallible> {
        Ok(context.waiting(|| {
            // Asking while the lock is not held neither hands it over nor takes it.
            let _not = context.is_cancelled();
            context.waiting(|| MEETING.wait()).is_leader()
        }))
    }
}

#[test]
fn jobs_that_wait_do_so_together() {
    let outcomes: Vec<_> = gil(4).map((0..4).map(|_| Meet)).collect();
    let leaders = outcomes.iter().filter(|met| **met == Outcome::Ok(true));
    assert_eq!((outcomes.len(), leaders.count()), (4, 1));
}

/// Fails in every way that a thread survives.
#[derive(Serialize, Deserialize)]
enum Bad {
    PanicsWhileWaiting,
    Panics,
    Fails,
    Works,
}

impl Job for Bad {
    const NAME: &'static str = "bad";
    type Output = ();
    type Error = String;

    fn run(self, context: &Context) -> Result<(), String> {
        match self {
            Bad::PanicsWhileWaiting => context.waiting(|| panic!("while waiting")),
            Bad::Panics => panic!("while computing"),
            Bad::Fails => Err("failed".to_owned()),
            Bad::Works => Ok(()),
        }
    }
}

#[test]
fn a_job_that_panics_leaves_the_lock_as_it_should_be() {
    let jobs = (0..20).flat_map(|_| [Bad::PanicsWhileWaiting, Bad::Panics, Bad::Fails, Bad::Works]);
    for (index, outcome) in gil(3).map(jobs).enumerate() {
        match index % 4 {
            0 | 1 => assert!(matches!(outcome, Outcome::Panicked { .. }), "{outcome}"),
            2 => assert!(matches!(outcome, Outcome::Failed { .. }), "{outcome}"),
            _ => assert_eq!(outcome, Outcome::Ok(())),
        }
    }
}

/// Computes until it is asked to stop.
#[derive(Serialize, Deserialize)]
struct Endless;

static STARTED: Mutex<u32> = Mutex::new(0);

impl Job for Endless {
    const NAME: &'static str = "endless";
    type Output = ();
    type Error = Cancelled;

    fn run(self, context: &Context) -> Result<(), Cancelled> {
        *STARTED.lock().unwrap() += 1;
        loop {
            context.checkpoint()?;
        }
    }
}

#[test]
fn what_runs_is_asked_to_stop_and_what_is_queued_never_starts() {
    let executor = gil(2);
    let handles: Vec<_> = (0..5).map(|_| executor.submit(Endless)).collect();
    while *STARTED.lock().unwrap() < 2 {
        std::thread::yield_now();
    }
    let has_ended = executor.shutdown(Duration::ZERO);
    for handle in handles {
        assert_eq!(handle.join(), Outcome::Cancelled);
    }
    assert!(!has_ended, "two were running");
    assert_eq!(*STARTED.lock().unwrap(), 2);
    assert_eq!(executor.submit(Endless).join(), Outcome::Cancelled);
}

#[test]
fn what_needs_a_process_is_refused() {
    let builder = Executor::builder().timeout(Duration::from_secs(1));
    let error = brigade_gil::build(builder).unwrap_err();
    assert!(matches!(error, BuildError::Invalid { .. }), "{error}");
    assert!(error.to_string().contains("timeout"), "{error}");
}
