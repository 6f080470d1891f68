//! One phase of a run: its mode, and a record of each attempt at each task.

use std::io;

use serde::ser::{Error as _, SerializeSeq as _, SerializeStruct as _};
use serde::{Deserialize, Serialize, Serializer};

use crate::stored::Stored;
use crate::totals::Totals;

/// One phase: many tasks under one mode.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Phase {
    /// What the phase does, such as `faces`.
    pub name: String,
    /// How its tasks ran.
    pub mode: Mode,
    /// Workers asked for; `None` where a loop runs the tasks.
    pub workers: Option<u32>,
    /// When it started, its workers' start included.
    pub started_ns: u64,
    /// When its last result was delivered, packing included.
    pub finished_ns: u64,
    /// One record for each attempt at each task, in any order. Of a phase whose tasks are [`stored`](Self::stored),
    /// only some of those that failed, until they are [loaded](Self::load).
    pub tasks: Vec<Task>,
    /// Where all the tasks are, and what they add up to, when they are too many to be kept.
    #[serde(skip)]
    pub stored: Option<Stored>,
}

impl Phase {
    /// What its records add up to.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.stored.as_ref().map_or_else(
            || {
                let mut totals = Totals::default();
                self.tasks.iter().for_each(|task| totals.add(task));
                totals
            },
            |stored| stored.totals.clone(),
        )
    }

    /// Brings stored tasks into memory, for what looks at each of them: pages, traces, tables.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn load(&mut self) -> io::Result<()> {
        if let Some(stored) = &self.stored {
            self.tasks = stored.read()?.collect::<io::Result<_>>()?;
            self.stored = None;
        }
        Ok(())
    }

    /// How long it took.
    #[must_use]
    pub fn wall_seconds(&self) -> f64 {
        seconds(self.finished_ns.saturating_sub(self.started_ns))
    }

    /// Tasks that delivered.
    pub fn delivered(&self) -> impl Iterator<Item = &Task> {
        self.tasks.iter().filter(|task| task.is_delivered())
    }

    /// Tasks given up, each with why. One that was called off when the run ended early is not given up: it is
    /// unfinished, and counted as such.
    pub fn failed(&self) -> impl Iterator<Item = (&Task, &Failure)> {
        self.tasks
            .iter()
            .filter(|task| !task.retried)
            .filter_map(|task| Some((task, task.failure.as_ref()?)))
            .filter(|(_, failure)| failure.kind != FailureKind::Cancelled)
    }
}

/// Stored tasks are written as they are read, one in memory at a time.
impl Serialize for Phase {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 5 + usize::from(self.workers.is_some());
        let mut phase = serializer.serialize_struct("Phase", fields)?;
        phase.serialize_field("name", &self.name)?;
        phase.serialize_field("mode", &self.mode)?;
        match &self.workers {
            Some(workers) => phase.serialize_field("workers", workers)?,
            None => phase.skip_field("workers")?,
        }
        phase.serialize_field("started_ns", &self.started_ns)?;
        phase.serialize_field("finished_ns", &self.finished_ns)?;
        phase.serialize_field("tasks", &AllTasks(self))?;
        phase.end()
    }
}

struct AllTasks<'a>(&'a Phase);

impl Serialize for AllTasks<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(stored) = &self.0.stored else {
            return self.0.tasks.serialize(serializer);
        };
        let mut tasks = serializer.serialize_seq(None)?;
        for task in stored.read().map_err(S::Error::custom)? {
            tasks.serialize_element(&task.map_err(S::Error::custom)?)?;
        }
        tasks.end()
    }
}

/// How a phase's tasks ran.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mode {
    /// As typed by the user: `multithreading`.
    pub typed: String,
    /// What it means: `sequential`, `threads`, `processes`, `gil`; what was chosen where `auto` was typed, and `auto`
    /// itself where nothing was chosen before the phase ended.
    pub canonical: String,
    /// What the choice rests on where `auto` was typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto: Option<Auto>,
}

/// What mode `auto` saw of the first tasks, and what kept it from more workers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Auto {
    /// Workers it was allowed.
    pub at_most: u32,
    /// Tasks it looked at.
    pub tasks: u64,
    /// The median of their running times.
    pub task_seconds: f64,
    /// The part of their running time, from 0 to 1, in which they computed; time in line for a core is left out.
    pub computing: f64,
    /// By how many bytes a running task made the program bigger.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_bytes: Option<u64>,
    /// What would be short with more workers.
    pub limit: AutoLimit,
}

/// What keeps mode `auto` from more workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AutoLimit {
    /// Handing a task over would cost more than running it.
    HandingOver,
    /// The cores would be busy.
    Cores,
    /// More were not allowed.
    Asked,
    /// There would be no memory.
    Memory,
}

/// One attempt at one task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Which task of the phase, from 0.
    pub index: u64,
    /// Whom or what it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Which worker ran it, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worker: Option<u32>,
    /// The process that ran it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// The thread that ran it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tid: Option<u32>,
    /// When this attempt was queued: handed to the executor, or for a repeated one put back after the attempt before.
    pub queued_ns: u64,
    /// When it started; `None` if it never did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_ns: Option<u64>,
    /// When its outcome was known; `None` if the run ended first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_ns: Option<u64>,
    /// CPU time of its thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_ns: Option<u64>,
    /// How much of its running time its thread was ready to compute and had no core.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_line_ns: Option<u64>,
    /// Its worker's peak resident memory so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rss_bytes: Option<u64>,
    /// Size of what it delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// What read its input, where there is a choice of readers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
    /// Attempts repeated inside it, such as a request sent again.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub retries: u32,
    /// Why it did not deliver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// Whether another attempt followed, so that this failure is not the task's last word.
    #[serde(default, skip_serializing_if = "is_false")]
    pub retried: bool,
}

impl Task {
    /// Which task of the phase as people count, from 1: the number that every report for people shows, and the row in the
    /// tables.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.index.saturating_add(1)
    }

    /// How often it had been tried by then, repetitions inside an attempt included.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempt.saturating_add(self.retries)
    }

    /// Whether it ended without a failure.
    #[must_use]
    pub fn is_delivered(&self) -> bool {
        self.failure.is_none() && self.finished_ns.is_some()
    }

    /// From its start to its end.
    #[must_use]
    pub fn wall_ns(&self) -> Option<u64> {
        Some(self.finished_ns?.saturating_sub(self.started_ns?))
    }

    /// From being queued to its start.
    #[must_use]
    pub fn wait_ns(&self) -> Option<u64> {
        Some(self.started_ns?.saturating_sub(self.queued_ns))
    }
}

/// Why a task did not deliver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What happened to it.
    pub kind: FailureKind,
    /// In words.
    pub message: String,
    /// What lies behind it, nearest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
}

/// What can happen to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailureKind {
    /// It returned an error.
    Failed,
    /// It panicked.
    Panicked,
    /// Its worker died.
    Crashed,
    /// It took longer than it may.
    TimedOut,
    /// It took more memory than it may.
    MemoryLimit,
    /// It was called off.
    Cancelled,
}

impl FailureKind {
    /// In words, for a sentence.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::Crashed => "crashed",
            Self::TimedOut => "timed out",
            Self::MemoryLimit => "went over its memory limit",
            Self::Cancelled => "was cancelled",
        }
    }
}

/// Nanoseconds as seconds.
pub(crate) fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}
