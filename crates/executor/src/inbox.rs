//! Where the outcomes of a `map` or `stream` arrive: many at a time, from many threads, for one consumer.

use crate::{
    Backend, Cancel, Finished, Sink, Value,
    setup::{Setup, Wake, lock},
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

pub(crate) struct Inbox<T> {
    setup: Arc<Setup>,
    content: Mutex<Content<T>>,
    ready: Condvar,
    /// How many are in `content`; so that a lent thread can look without locking.
    count: AtomicUsize,
    closed: AtomicBool,
}

struct Content<T> {
    arrived: VecDeque<Finished<Value<T>>>,
    /// Wake the consumer at this many: fewer context switches when jobs are tiny.
    wanted: usize,
    /// The consumer was told `Cancelled` for what is still missing.
    given_up: bool,
}

impl<T: Send> Inbox<T> {
    pub(crate) fn new(setup: &Arc<Setup>) -> Self {
        Self {
            setup: Arc::clone(setup),
            content: Mutex::new(Content {
                arrived: VecDeque::new(),
                wanted: usize::MAX,
                given_up: false,
            }),
            ready: Condvar::new(),
            count: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        }
    }

    /// Nobody takes outcomes any more.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// Swaps what has arrived with the empty `taken`, waiting for at least one outcome, and a little for `gather` of
    /// them. Nothing comes when the executor is over.
    pub(crate) fn take(
        self: &Arc<Self>,
        taken: &mut VecDeque<Finished<Value<T>>>,
        gather: usize,
        backend: &dyn Backend,
    ) where
        T: 'static,
    {
        let ready = || self.count.load(Ordering::Acquire) > 0;
        if !ready() {
            backend.lend(&ready, None);
        }
        let mut content = lock(&self.content);
        if content.arrived.is_empty() {
            drop(content);
            let waiter: Weak<dyn Wake> = Arc::downgrade(self) as Weak<dyn Wake>;
            self.setup.add_waiter(waiter.clone());
            content = lock(&self.content);
            let enough = |content: &Content<T>| {
                content.arrived.len() >= content.wanted || self.setup.is_stopped()
            };
            if gather > 1 {
                content.wanted = gather;
                content = self
                    .ready
                    .wait_timeout_while(content, GATHER, |content| !enough(content))
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            }
            content.wanted = 1;
            content = self
                .ready
                .wait_while(content, |content| !enough(content))
                .unwrap_or_else(PoisonError::into_inner);
            content.wanted = usize::MAX;
            content.given_up = content.arrived.is_empty();
            self.setup.remove_waiter(&waiter);
        }
        std::mem::swap(&mut content.arrived, taken);
        self.count.store(0, Ordering::Relaxed);
    }
}

impl<T: Send> Cancel for Inbox<T> {
    fn is_cancelled(&self) -> bool {
        self.closed.load(Ordering::Relaxed) || self.setup.is_stopped()
    }
}

impl<T: Send> Sink<T> for Inbox<T> {
    fn deliver(&self, finished: Finished<Value<T>>) {
        let mut content = lock(&self.content);
        if content.given_up {
            return;
        }
        self.setup.finished(&finished);
        if self.closed.load(Ordering::Relaxed) {
            return;
        }
        content.arrived.push_back(finished);
        let count = content.arrived.len();
        self.count.store(count, Ordering::Release);
        if count == content.wanted {
            self.ready.notify_one();
        }
    }
}

impl<T: Send> Wake for Inbox<T> {
    fn wake(&self) {
        let _content = lock(&self.content);
        self.ready.notify_all();
    }
}
