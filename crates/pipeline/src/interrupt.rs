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
    /// What is running now, by the number it was given, and how long its tasks may take to end.
    running: Vec<(u64, Executor, Duration)>,
    /// The number of the next.
    next: u64,
}

/// Keeps an executor within an interrupt's reach, as long as this lives.
#[derive(Debug)]
pub(crate) struct Watched<'a> {
    interrupt: &'a Interrupt,
    number: u64,
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        let mut state = self.interrupt.lock();
        state.running.retain(|(number, ..)| *number != self.number);
    }
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
        if running.is_empty() {
            return;
        }
        let longest = running.iter().map(|(_, _, grace)| *grace).max();
        let end = Instant::now() + longest.unwrap_or_default();
        // A job on a thread that does not end keeps its thread; the run goes on to its report without it.
        thread::scope(|scope| {
            for (_, executor, grace) in running {
                scope.spawn(move || executor.shutdown(grace));
            }
        });
        // A loop runs its job on the thread that waits for it: that one gets its grace here.
        while !self.lock().running.is_empty() && Instant::now() < end {
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
    pub(crate) fn watch(&self, executor: &Executor, grace: Duration) -> Watched<'_> {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        if state.stopped.is_some() {
            drop(state);
            let _all_ended = executor.shutdown(Duration::ZERO);
        } else {
            state.running.push((number, executor.clone(), grace));
        }
        Watched {
            interrupt: self,
            number,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Each change is one assignment, so a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
