//! What a running job can ask: who am I, should I stop, where is my worker's state.

use crate::Tag;
use std::{any::Any, cell::RefCell, error::Error, fmt, sync::Arc};

/// A job's view of where it runs.
pub struct Context {
    tag: Tag,
    worker: u32,
    cancel: Option<Arc<dyn Cancel>>,
    waiting: Option<Arc<dyn Waiting>>,
    /// One value per type; a worker has so few that a map would be slower.
    state: RefCell<Vec<Arc<dyn Any + Send + Sync>>>,
}

/// Says whether a task should stop. Held by what asked for the task, read by what runs it.
pub(crate) trait Cancel: Send + Sync {
    fn is_cancelled(&self) -> bool;
}

/// What a backend wants to know about a job that is about to block; see [`Context::waiting`].
pub trait Waiting: Send + Sync {
    /// The job is about to wait for something outside.
    fn release(&self);
    /// The wait is over; may block until the job may go on.
    fn acquire(&self);
    /// The job asks whether to stop, within a wait or outside: a place where another may go on in its stead.
    fn checkpoint(&self) {}
}

/// The job was asked to stop: what [`Context::checkpoint`] returns, and a job may pass on as its own error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cancelled;

impl Context {
    pub(crate) fn new(worker: u32, waiting: Option<Arc<dyn Waiting>>) -> Self {
        let tag = Tag {
            id: 0,
            index: 0,
            name: "",
            attempt: 0,
        };
        Self {
            tag,
            worker,
            cancel: None,
            waiting,
            state: RefCell::default(),
        }
    }

    /// The task's id, unique within the executor.
    #[must_use]
    pub fn task(&self) -> u64 {
        self.tag.id
    }

    /// The task's position in its `map` or `stream`; 0 for `submit`.
    #[must_use]
    pub fn index(&self) -> u64 {
        self.tag.index
    }

    /// Which try this is, from 1.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.tag.attempt
    }

    /// The worker's place, from 0.
    #[must_use]
    pub fn worker(&self) -> u32 {
        self.worker
    }

    /// True when nobody wants the output any more. Long jobs ask now and then.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        if let Some(waiting) = &self.waiting {
            waiting.checkpoint();
        }
        self.cancel
            .as_ref()
            .is_some_and(|cancel| cancel.is_cancelled())
    }

    /// The same question for `?`: a job that returns this error ends as [`Outcome::Cancelled`](crate::Outcome::Cancelled).
    ///
    /// # Errors
    /// [`Cancelled`] when the job should stop.
    pub fn checkpoint(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() {
            Err(Cancelled)
        } else {
            Ok(())
        }
    }

    /// Runs `wait`, which blocks on something outside: the network, a child process, a sleep.
    ///
    /// Most modes have no use for knowing. One that lets only one job compute at a time lets another go on meanwhile.
    pub fn waiting<T>(&self, wait: impl FnOnce() -> T) -> T {
        struct Acquire<'a>(&'a dyn Waiting);
        impl Drop for Acquire<'_> {
            fn drop(&mut self) {
                self.0.acquire();
            }
        }
        let _acquire = self.waiting.as_deref().map(|waiting| {
            waiting.release();
            Acquire(waiting)
        });
        wait()
    }

    /// What this worker's [`Initialiser`](crate::Initialiser) made, or an earlier [`state_or_init`](Self::state_or_init).
    #[must_use]
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.state
            .borrow()
            .iter()
            .find_map(|any| Arc::clone(any).downcast().ok())
    }

    /// This worker's state of type `T`, made by `init` when the worker has none yet.
    pub fn state_or_init<T: Send + Sync + 'static>(&self, init: impl FnOnce() -> T) -> Arc<T> {
        self.state().unwrap_or_else(|| {
            let made = Arc::new(init());
            self.put(made.clone());
            made
        })
    }

    pub(crate) fn put(&self, state: Arc<dyn Any + Send + Sync>) {
        self.state.borrow_mut().push(state);
    }

    #[inline]
    pub(crate) fn enter(&mut self, tag: Tag) {
        self.tag = tag;
    }

    /// Lends the task's cancel flag to the context; the old one comes back.
    pub(crate) fn swap_cancel(
        &mut self,
        cancel: Option<Arc<dyn Cancel>>,
    ) -> Option<Arc<dyn Cancel>> {
        std::mem::replace(&mut self.cancel, cancel)
    }
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("tag", &self.tag)
            .field("worker", &self.worker)
            .finish_non_exhaustive()
    }
}

impl Error for Cancelled {}

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("cancelled")
    }
}
