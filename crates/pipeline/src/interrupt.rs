//! Stops a run from another thread: nothing new starts, running tasks get the grace period.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use brigade_executor::Executor;

use crate::jobs::break_requests;

/// Ends a run early. Share it with whoever may ask, such as a signal's thread.
///
/// ```
/// let interrupt = brigade_pipeline::Interrupt::default();
/// assert!(!interrupt.is_triggered());
/// interrupt.trigger("SIGINT", 130);
/// assert!(interrupt.is_triggered());
/// ```
#[derive(Debug, Default)]
pub struct Interrupt {
    state: Mutex<State>,
}

/// Why a run was asked to end.
#[derive(Clone, Debug)]
pub(crate) struct Stopped {
    pub reason: String,
    pub exit_code: i32,
}

#[derive(Debug, Default)]
struct State {
    stopped: Option<Stopped>,
    /// What is running now, and how long its tasks may take to end.
    running: Option<(Executor, Duration)>,
}

impl Interrupt {
    /// Asks the run to end; `reason` and `exit_code` go into its record. Returns when running tasks have ended, or
    /// were killed or left alone at the end of the grace period. Only the first reason counts.
    pub fn trigger(&self, reason: &str, exit_code: i32) {
        let running = {
            let mut state = self.lock();
            state.stopped.get_or_insert_with(|| Stopped {
                reason: reason.to_owned(),
                exit_code,
            });
            state.running.clone()
        };
        let Some((executor, grace)) = running else {
            return;
        };
        let end = Instant::now() + grace;
        // A job on a thread that does not end keeps its thread; the run goes on to its report without it.
        let _all_ended = executor.shutdown(grace);
        // A loop runs its job on the thread that waits for it: that one gets its grace here.
        while self.lock().running.is_some() && Instant::now() < end {
            thread::sleep(Duration::from_millis(10));
        }
        break_requests();
    }

    /// Whether the run was asked to end.
    #[must_use]
    pub fn is_triggered(&self) -> bool {
        self.lock().stopped.is_some()
    }

    pub(crate) fn stopped(&self) -> Option<Stopped> {
        self.lock().stopped.clone()
    }

    /// Tells what to end when asked, or ends it at once if that has happened already.
    pub(crate) fn watch(&self, executor: &Executor, grace: Duration) {
        let mut state = self.lock();
        if state.stopped.is_some() {
            drop(state);
            let _all_ended = executor.shutdown(Duration::ZERO);
        } else {
            state.running = Some((executor.clone(), grace));
        }
    }

    /// The phase is over; nothing is running.
    pub(crate) fn unwatch(&self) {
        self.lock().running = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change is one assignment, so a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
