//! What is known about a task besides its outcome.

use crate::{Outcome, Tag};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How much to measure for each task..
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Metrics {
    /// Nothing: only who ran what.
    Off,
    /// When it was queued and started, and how long it took.
    #[default]
    Wall,
    /// CPU time and peak memory too.
    Full,
}

/// A task and who ran it. `None` is what the mode or the level of [`Metrics`] cannot know.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TaskReport {
    /// Unique within the executor, and rising in the order of submission.
    pub id: u64,
    /// The position in the `map` or `stream` it belongs to; 0 for `submit`.
    pub index: u64,
    /// The job's name.
    pub name: &'static str,
    /// 1 for the first try.
    pub attempt: u32,
    /// Who ran it; `None` for a task cancelled in the queue.
    pub ran: Option<Ran>,
    /// When it was queued, since the executor was built.
    pub queued: Option<Duration>,
    /// When it started, since the executor was built.
    pub started: Option<Duration>,
    /// How long it ran.
    pub wall: Option<Duration>,
    /// CPU time of the thread that ran it, while it ran it.
    pub cpu: Option<Duration>,
    /// The peak memory so far, in bytes, of the worker process that ran it.
    pub peak_memory: Option<u64>,
}

/// The worker, process and thread that ran a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    /// The worker's place, from 0; a replaced worker keeps the place.
    pub worker: u32,
    /// Its process.
    pub pid: u32,
    /// The thread in that process, as the system counts (0 where it has no such number).
    pub tid: u32,
}

/// What a task needed, as its worker measured it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// When it started, since the executor was built.
    pub started: Option<Duration>,
    /// How long it ran.
    pub wall: Option<Duration>,
    /// CPU time of its thread.
    pub cpu: Option<Duration>,
    /// Peak memory so far of its worker process, in bytes.
    pub peak_memory: Option<u64>,
}

/// A task that has ended.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Finished<T> {
    /// Who, when, how long.
    pub report: TaskReport,
    /// What became of it.
    pub outcome: Outcome<T>,
}

impl TaskReport {
    pub(crate) fn new(tag: Tag, ran: Option<Ran>, queued: Option<Duration>, usage: Usage) -> Self {
        let Tag {
            id,
            index,
            name,
            attempt,
        } = tag;
        let Usage {
            started,
            wall,
            cpu,
            peak_memory,
        } = usage;
        Self {
            id,
            index,
            name,
            attempt,
            ran,
            queued,
            started,
            wall,
            cpu,
            peak_memory,
        }
    }

    /// How long it waited between being queued and being started.
    #[must_use]
    pub fn queue_wait(&self) -> Option<Duration> {
        Some(self.started?.saturating_sub(self.queued?))
    }
}
