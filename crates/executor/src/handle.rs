//! One submitted job, seen from who submitted it.

use crate::{
    Backend, Cancel, Finished, Outcome, Sink, Tag, TaskReport, Value,
    setup::{Setup, Wake, comes_soon, lock},
};
use serde::de::DeserializeOwned;
use std::{
    fmt,
    sync::{
        Arc, Condvar, Mutex, PoisonError, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// The place where one outcome arrives.
pub(crate) struct Slot<T> {
    setup: Arc<Setup>,
    content: Mutex<Content<T>>,
    /// To wake is a system call, sleeper or not: only who has counted itself in `sleepers` is woken.
    ready: Condvar,
    sleepers: AtomicUsize,
    done: AtomicBool,
    cancelled: AtomicBool,
}

enum Content<T> {
    Pending,
    Here(Finished<Value<T>>),
    /// Taken, or given up when the executor ended; what still arrives is dropped.
    Closed,
}

impl<T: Send> Slot<T> {
    pub(crate) fn new(setup: &Arc<Setup>) -> Arc<Self> {
        Arc::new(Self {
            setup: Arc::clone(setup),
            content: Mutex::new(Content::Pending),
            ready: Condvar::new(),
            sleepers: AtomicUsize::new(0),
            done: AtomicBool::new(false),
            cancelled: AtomicBool::new(false),
        })
    }
}

impl<T: Send> Cancel for Slot<T> {
    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed) || self.setup.is_stopped()
    }
}

impl<T: Send> Sink<T> for Slot<T> {
    fn deliver(&self, finished: Finished<Value<T>>) {
        let mut content = lock(&self.content);
        if matches!(*content, Content::Pending) {
            self.setup.finished(&finished);
            *content = Content::Here(finished);
            self.done.store(true, Ordering::Release);
            if self.sleepers.load(Ordering::Relaxed) > 0 {
                self.ready.notify_all();
            }
        }
        drop(content);
        if let Some(room) = &self.setup.room {
            room.leave();
        }
    }
}

impl<T: Send> Wake for Slot<T> {
    fn wake(&self) {
        let _content = lock(&self.content);
        self.ready.notify_all();
    }
}

/// A submitted job. Dropping the handle changes nothing: the job runs, its outcome is dropped.
#[must_use = "a job whose handle is dropped runs unobserved"]
pub struct Handle<T> {
    slot: Arc<Slot<T>>,
    backend: Option<Arc<dyn Backend>>,
    tag: Tag,
}

impl<T: DeserializeOwned + Send + 'static> Handle<T> {
    pub(crate) fn new(slot: Arc<Slot<T>>, backend: Option<Arc<dyn Backend>>, tag: Tag) -> Self {
        Self { slot, backend, tag }
    }

    /// The task's id, as in reports and events.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.tag.id
    }

    /// True once the outcome is here.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.slot.done.load(Ordering::Acquire)
    }

    /// Nobody wants the output any more. What is still queued ends as [`Outcome::Cancelled`]; a running job is asked to stop
    /// ([`Context::is_cancelled`](crate::Context::is_cancelled)), and in process mode killed when the grace is over.
    pub fn cancel(&self) {
        self.slot.cancelled.store(true, Ordering::Relaxed);
        if let Some(backend) = &self.backend {
            backend.cancel(self.tag.id);
        }
    }

    /// Waits for the outcome.
    pub fn join(self) -> Outcome<T> {
        self.finished().outcome
    }

    /// Waits for the outcome and the report.
    pub fn finished(self) -> Finished<T> {
        self.wait(None);
        self.take()
    }

    /// Waits for the outcome, but not longer than `timeout`. The job goes on if it is not done.
    ///
    /// # Errors
    /// The handle itself, when the outcome is not here in time.
    pub fn join_timeout(self, timeout: Duration) -> Result<Outcome<T>, Self> {
        let deadline = Instant::now().checked_add(timeout);
        if self.wait(deadline) {
            Ok(self.take().outcome)
        } else {
            Err(self)
        }
    }

    /// Sleeps until the outcome is here or given up; false when the deadline came first.
    fn wait(&self, deadline: Option<Instant>) -> bool {
        let slot = &self.slot;
        let ready = || slot.done.load(Ordering::Acquire);
        if ready()
            || self
                .backend
                .as_ref()
                .is_some_and(|backend| backend.lend(&ready, deadline) && ready())
            || comes_soon(ready)
        {
            return true;
        }
        let waiter: Weak<dyn Wake> = Arc::downgrade(slot) as Weak<dyn Wake>;
        slot.setup.add_waiter(waiter.clone());
        let mut content = lock(&slot.content);
        // Changed and read under the lock.
        slot.sleepers.fetch_add(1, Ordering::Relaxed);
        let arrived = loop {
            if !matches!(*content, Content::Pending) || slot.setup.is_stopped() {
                break true;
            }
            content =
                match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                    None => slot
                        .ready
                        .wait(content)
                        .unwrap_or_else(PoisonError::into_inner),
                    Some(Duration::ZERO) => break false,
                    Some(left) => {
                        slot.ready
                            .wait_timeout(content, left)
                            .unwrap_or_else(PoisonError::into_inner)
                            .0
                    }
                };
        };
        slot.sleepers.fetch_sub(1, Ordering::Relaxed);
        drop(content);
        slot.setup.remove_waiter(&waiter);
        arrived
    }

    fn take(self) -> Finished<T> {
        match std::mem::replace(&mut *lock(&self.slot.content), Content::Closed) {
            Content::Here(finished) => finished.decode(),
            Content::Pending | Content::Closed => {
                let finished = Finished {
                    report: TaskReport::unknown(self.tag),
                    outcome: Outcome::Cancelled,
                };
                self.slot.setup.finished(&finished);
                finished
            }
        }
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("tag", &self.tag)
            .finish_non_exhaustive()
    }
}
