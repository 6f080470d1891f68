//! One submitted job, seen from who submitted it.

use crate::{
    Finished, Outcome,
    setup::{Wake, comes_soon},
    slot::Joint,
};
use serde::de::DeserializeOwned;
use std::{
    fmt,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

/// A submitted job. Dropping the handle changes nothing: the job runs, its outcome is dropped.
#[must_use = "a job whose handle is dropped runs unobserved"]
pub struct Handle<T> {
    slot: Arc<dyn Joint<T>>,
}

impl<T: DeserializeOwned + Send + 'static> Handle<T> {
    pub(crate) fn new(slot: Arc<dyn Joint<T>>) -> Self {
        Self { slot }
    }

    /// The task's id, as in reports and events.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.slot.tag().id
    }

    /// True once the outcome is here.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.slot.is_done()
    }

    /// Nobody wants the output any more. What is still queued ends as [`Outcome::Cancelled`]; a running job is asked to stop
    /// ([`Context::is_cancelled`](crate::Context::is_cancelled)), and in process mode killed when the grace is over.
    pub fn cancel(&self) {
        self.slot.cancel();
        if let Some(backend) = self.slot.setup().backend() {
            backend.cancel(self.id());
        }
    }

    /// Waits for the outcome.
    pub fn join(self) -> Outcome<T> {
        self.finished().outcome
    }

    /// Waits for the outcome and the report.
    pub fn finished(self) -> Finished<T> {
        self.wait(None);
        self.slot.take()
    }

    /// Waits for the outcome, but not longer than `timeout`. The job goes on if it is not done.
    ///
    /// # Errors
    /// The handle itself, when the outcome is not here in time.
    pub fn join_timeout(self, timeout: Duration) -> Result<Outcome<T>, Self> {
        let deadline = Instant::now().checked_add(timeout);
        if self.wait(deadline) {
            Ok(self.slot.take().outcome)
        } else {
            Err(self)
        }
    }

    /// Waits until the outcome is here or given up; false when the deadline came first.
    fn wait(&self, deadline: Option<Instant>) -> bool {
        let slot = &self.slot;
        let ready = || slot.is_done();
        if ready()
            || slot
                .setup()
                .backend()
                .is_some_and(|backend| backend.lend(&ready, deadline) && ready())
            || comes_soon(ready)
        {
            return true;
        }
        let waiter: Weak<dyn Wake> = Arc::downgrade(slot) as Weak<dyn Wake>;
        slot.setup().add_waiter(waiter.clone());
        let arrived = slot.sleep(deadline);
        slot.setup().remove_waiter(&waiter);
        arrived
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("tag", &self.slot.tag())
            .finish_non_exhaustive()
    }
}
