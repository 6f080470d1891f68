//! Events, for whoever wants to watch: progress bars, journals, reports.

use crate::{Death, Job, Outcome, Ran, TaskReport};

/// Something that happened in an executor.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A task was taken in.
    Queued(Tag),
    /// A task started. Tasks of a few microseconds may be reported when they finish.
    Started(Tag, Ran),
    /// The task's worker died and the task will run again; `attempt` is still the one that ended.
    Retried(Tag, &'a Outcome<()>),
    /// A task ended, just before its outcome is handed over. `Ok` carries no output here.
    Finished(&'a TaskReport, &'a Outcome<()>),
    /// A worker is ready.
    WorkerStarted(Ran),
    /// A worker process is gone: dead with a task, or retired after its quota (`death` is `None`).
    WorkerLost {
        /// Its place.
        worker: u32,
        /// Its process.
        pid: u32,
        /// How it ended, unless the executor itself retired it.
        death: Option<&'a Death>,
    },
}

/// Which task an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The task's id.
    pub id: u64,
    /// Its position in its `map` or `stream`.
    pub index: u64,
    /// The job's name.
    pub name: &'static str,
    /// Which try this is, from 1.
    pub attempt: u32,
}

impl Tag {
    /// Of a job's first try.
    #[inline]
    pub(crate) fn first<J: Job>(id: u64, index: u64) -> Self {
        let (name, attempt) = (J::NAME, 1);
        Self {
            id,
            index,
            name,
            attempt,
        }
    }
}

/// Watches an executor. Every closure `Fn(&Event)` is one.
///
/// Called from the executor's threads and from those that wait for outcomes, so it must be quick, and must not
/// wait for tasks of the same executor, cancel them or shut it down. A task's events come in their order. A panic in it is
/// reported like any other, and changes nothing for the task.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn observe(&self, event: &Event<'_>);
}

impl<F: Fn(&Event<'_>) + Send + Sync> Observer for F {
    fn observe(&self, event: &Event<'_>) {
        self(event);
    }
}
