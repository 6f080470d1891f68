//! The lock, after CPython's since 3.2 (`Python/ceval_gil.c`): who wants it asks after an interval, who holds it hands
//! it over at a checkpoint and waits there until another thread really has it.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use brigade_executor::Waiting;

/// `sys.getswitchinterval()`'s default.
const SWITCH_INTERVAL: Duration = Duration::from_millis(5);

#[derive(Debug, Default)]
pub(crate) struct Lock {
    state: Mutex<State>,
    /// Nobody holds it any more.
    free: Condvar,
    /// Somebody has taken it.
    taken: Condvar,
    /// Somebody has waited for an interval. Read without the mutex: a checkpoint costs one load.
    is_wanted: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    is_held: bool,
    /// How often it was taken.
    turns: u64,
    /// How many want it.
    waiting: usize,
}

impl Lock {
    pub(crate) fn take(&self) {
        let mut state = self.state();
        state.waiting += 1;
        while state.is_held {
            let turns = state.turns;
            let (after, timeout) = self
                .free
                .wait_timeout(state, SWITCH_INTERVAL)
                .unwrap_or_else(PoisonError::into_inner);
            state = after;
            // As CPython: a turn that began meanwhile gets an interval of its own.
            if timeout.timed_out() && state.is_held && state.turns == turns {
                self.is_wanted.store(true, Ordering::Relaxed);
            }
        }
        state.waiting -= 1;
        state.is_held = true;
        state.turns += 1;
        self.is_wanted.store(false, Ordering::Relaxed);
        self.taken.notify_all();
    }

    pub(crate) fn release(&self) {
        self.state().is_held = false;
        self.free.notify_one();
    }

    /// Hands it over if somebody has waited long enough, and takes it again afterwards.
    pub(crate) fn checkpoint(&self) {
        if !self.is_wanted.load(Ordering::Relaxed) {
            return;
        }
        let mut state = self.state();
        let turns = state.turns;
        state.is_held = false;
        self.free.notify_one();
        // Without this wait the thread that runs would nearly always win the race for the lock against those that
        // have to wake up first.
        while state.turns == turns && state.waiting > 0 {
            state = self
                .taken
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        self.take();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is a whole step; nothing here panics between two of them.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One worker's view of the lock: what its jobs' contexts call.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) lock: Arc<Lock>,
    /// Waits within waits; the lock is held at 0. Only this worker's thread touches it.
    depth: AtomicU32,
}

impl Seat {
    pub(crate) fn new(lock: Arc<Lock>) -> Arc<Seat> {
        Arc::new(Seat {
            lock,
            depth: AtomicU32::new(0),
        })
    }
}

impl Waiting for Seat {
    fn release(&self) {
        if self.depth.fetch_add(1, Ordering::Relaxed) == 0 {
            self.lock.release();
        }
    }

    fn acquire(&self) {
        if self.depth.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.lock.take();
        }
    }

    fn checkpoint(&self) {
        // A job may ask within a wait whether to go on waiting.
        if self.depth.load(Ordering::Relaxed) == 0 {
            self.lock.checkpoint();
        }
    }
}
