//! Where the outcomes of a `map` or `stream` arrive: many at a time, from many threads, for one consumer.
//!
//! Each worker has a shelf of its own, so that workers which end tiny jobs at the same time do not wait for each other.

use crate::{
    Backend, Cancel, Finished, Sink, Value,
    setup::{Setup, Wake, comes_soon, lock},
};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// How long a consumer sleeps for more than one outcome of tiny jobs before one will do.
const GATHER: Duration = Duration::from_micros(100);
/// More shelves than this are no use.
const SHELVES: usize = 16;

pub(crate) struct Inbox<T> {
    setup: Arc<Setup>,
    shelves: Vec<Mutex<Shelf<T>>>,
    /// How many lie on the shelves. Raised after an outcome was put there.
    count: AtomicUsize,
    /// Wake the consumer at this many: fewer context switches when jobs are tiny. Whoever wakes it puts `usize::MAX` here.
    wanted: AtomicUsize,
    sleep: Mutex<()>,
    ready: Condvar,
    closed: AtomicBool,
}

// On cache lines of its own.
#[repr(align(128))]
struct Shelf<T> {
    arrived: VecDeque<Finished<Value<T>>>,
    /// The consumer was told `Cancelled` for what is still missing.
    given_up: bool,
}

impl<T: Send> Inbox<T> {
    pub(crate) fn new(setup: &Arc<Setup>) -> Self {
        let shelf = || {
            Mutex::new(Shelf {
                arrived: VecDeque::new(),
                given_up: false,
            })
        };
        Self {
            setup: Arc::clone(setup),
            shelves: (0..setup.workers.clamp(1, SHELVES))
                .map(|_| shelf())
                .collect(),
            count: AtomicUsize::new(0),
            wanted: AtomicUsize::new(usize::MAX),
            sleep: Mutex::new(()),
            ready: Condvar::new(),
            closed: AtomicBool::new(false),
        }
    }

    /// Nobody takes outcomes any more.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// Moves what has arrived into the empty `taken`, waiting for at least one outcome, and a little for `gather` of
    /// them. Nothing comes when the executor is over.
    pub(crate) fn take(
        self: &Arc<Self>,
        taken: &mut VecDeque<Finished<Value<T>>>,
        gather: usize,
        backend: &dyn Backend,
    ) where
        T: 'static,
    {
        let ready = || self.count.load(Ordering::SeqCst) > 0;
        if !ready() {
            backend.lend(&ready, None);
        }
        if !comes_soon(ready) {
            let waiter: Weak<dyn Wake> = Arc::downgrade(self) as Weak<dyn Wake>;
            self.setup.add_waiter(waiter.clone());
            if gather > 1 {
                self.sleep_until(gather, Some(GATHER));
            }
            self.sleep_until(1, None);
            self.setup.remove_waiter(&waiter);
        }
        // Nothing there means that the executor is over; then nothing may come any more either.
        let give_up = !ready();
        for shelf in &self.shelves {
            let mut shelf = lock(shelf);
            shelf.given_up |= give_up;
            let count = shelf.arrived.len();
            if taken.is_empty() {
                std::mem::swap(&mut shelf.arrived, taken);
            } else {
                taken.append(&mut shelf.arrived);
            }
            drop(shelf);
            self.count.fetch_sub(count, Ordering::SeqCst);
        }
    }

    /// Sleeps until so many are there, the executor is over, or the time is.
    fn sleep_until(&self, count: usize, limit: Option<Duration>) {
        let mut sleep = lock(&self.sleep);
        self.wanted.store(count, Ordering::SeqCst);
        // Who puts an outcome raises the count and then looks at `wanted`; here it is the other way round.
        let enough = || self.count.load(Ordering::SeqCst) >= count || self.setup.is_stopped();
        sleep = match limit {
            None => self
                .ready
                .wait_while(sleep, |()| !enough())
                .unwrap_or_else(PoisonError::into_inner),
            Some(limit) => {
                self.ready
                    .wait_timeout_while(sleep, limit, |()| !enough())
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        };
        self.wanted.store(usize::MAX, Ordering::SeqCst);
        drop(sleep);
    }
}

impl<T: Send> Cancel for Inbox<T> {
    fn is_cancelled(&self) -> bool {
        self.closed.load(Ordering::Relaxed) || self.setup.is_stopped()
    }
}

impl<T: Send> Sink<T> for Inbox<T> {
    fn deliver(&self, finished: Finished<Value<T>>) {
        let worker = finished.report.ran.map_or(0, |ran| ran.worker as usize);
        let mut shelf = lock(&self.shelves[worker % self.shelves.len()]);
        if shelf.given_up {
            return;
        }
        self.setup.finished(&finished);
        if self.closed.load(Ordering::Relaxed) {
            return;
        }
        shelf.arrived.push_back(finished);
        // Under the lock, so that what is taken has been counted.
        let count = self.count.fetch_add(1, Ordering::SeqCst) + 1;
        drop(shelf);
        if count >= self.wanted.load(Ordering::SeqCst)
            && self.wanted.swap(usize::MAX, Ordering::SeqCst) != usize::MAX
        {
            let _sleep = lock(&self.sleep);
            self.ready.notify_one();
        }
    }
}

impl<T: Send> Wake for Inbox<T> {
    fn wake(&self) {
        let _sleep = lock(&self.sleep);
        self.ready.notify_all();
    }
}

/// Leads into an inbox. Each task holds one; those that are made together share it, so that workers which drop theirs do
/// not disturb the thread that makes the next ones, as a reference count of the inbox itself would.
pub(crate) struct Slit<T>(pub(crate) Arc<Inbox<T>>);

impl<T: Send> Cancel for Slit<T> {
    fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}

impl<T: Send> Sink<T> for Slit<T> {
    fn deliver(&self, finished: Finished<Value<T>>) {
        self.0.deliver(finished);
    }
}
