//! Turns what the executor and the sampler saw into the report's record. Only here are their types side by side.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use brigade_executor::{Choice, Event, Limit, Mode, Observer, Outcome, Ran, Tag, TaskReport};
use brigade_report::{Auto, AutoLimit, Failure, FailureKind, Phase, Task};

/// An attempt that has not ended.
#[derive(Debug, Clone, Copy)]
struct Pending {
    queued: Duration,
    started: Option<(Ran, Duration)>,
}

/// Collects the attempts of one phase. It is the executor's observer for what only events tell (attempts that
/// were cut short and tried again) and is told every end by the consumer.
#[derive(Debug)]
pub(crate) struct Recorder {
    /// The run's start: every time counts from here.
    epoch: Instant,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    /// Tasks on their way, by their ids.
    pending: HashMap<u64, Pending>,
    /// How many of them have started.
    running: u64,
    /// Attempts that ended with their worker and were followed by another, with their tasks' ids.
    retried: Vec<(u64, Task)>,
}

impl Recorder {
    pub(crate) fn new(epoch: Instant) -> Arc<Recorder> {
        Arc::new(Recorder {
            epoch,
            seen: Mutex::default(),
        })
    }

    /// How many tasks run now.
    pub(crate) fn running(&self) -> u64 {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .running
    }

    /// The attempts of task `id` that were followed by another, whose last word is told by [`task`].
    pub(crate) fn take_retried(&self, id: u64) -> Vec<Task> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let of_it = seen.retried.extract_if(.., |(of, _)| *of == id);
        of_it.map(|(_, task)| task).collect()
    }
}

impl Observer for Recorder {
    fn observe(&self, event: &Event<'_>) {
        let now = self.epoch.elapsed();
        let waiting = Pending {
            queued: now,
            started: None,
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Queued(tag) => {
                seen.pending.insert(tag.id, waiting);
            }
            Event::Started(tag, ran) => {
                let pending = seen.pending.entry(tag.id).or_insert(waiting);
                let is_new = pending.started.replace((*ran, now)).is_none();
                seen.running += u64::from(is_new);
            }
            Event::Retried(tag, outcome) => {
                let ended = seen.pending.insert(tag.id, waiting).unwrap_or(waiting);
                seen.running -= u64::from(ended.started.is_some());
                seen.retried
                    .push((tag.id, retried(tag, ended, now, outcome)));
            }
            Event::Finished(report, _) => {
                let ended = seen.pending.remove(&report.id);
                let was_running = ended.is_some_and(|pending| pending.started.is_some());
                seen.running -= u64::from(was_running);
            }
            _ => {}
        }
    }
}

fn retried(tag: &Tag, attempt: Pending, now: Duration, outcome: &Outcome<()>) -> Task {
    let (ran, started) = attempt.started.unzip();
    Task {
        index: tag.index,
        attempt: tag.attempt,
        worker: ran.map(|ran| ran.worker),
        pid: ran.map(|ran| ran.pid),
        tid: ran.map(|ran| ran.tid),
        queued_ns: nanoseconds(attempt.queued),
        started_ns: started.map(nanoseconds),
        finished_ns: Some(nanoseconds(now)),
        failure: failure(outcome),
        retried: true,
        ..Task::default()
    }
}

/// The record of one finished attempt of CV `index`. `offset` is how long after the run's start the executor was
/// built, whose clock the report follows.
pub(crate) fn task(index: u64, report: &TaskReport, offset: Duration) -> Task {
    let at = |time: Duration| nanoseconds(offset + time);
    let ran = report.ran;
    let started = report.started.filter(|_| ran.is_some());
    Task {
        index,
        attempt: report.attempt,
        worker: ran.map(|ran| ran.worker),
        pid: ran.map(|ran| ran.pid),
        tid: ran.map(|ran| ran.tid),
        queued_ns: at(report.queued.unwrap_or_default()),
        started_ns: started.map(at),
        finished_ns: started
            .zip(report.wall)
            .map(|(started, wall)| at(started + wall)),
        cpu_ns: report.cpu.map(nanoseconds),
        rss_bytes: report.peak_memory,
        ..Task::default()
    }
}

/// Puts what mode `auto` settled on, and why, into the phase's record.
pub(crate) fn note_choice(phase: &mut Phase, choice: &Choice) {
    let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    phase.mode.auto = Some(Auto {
        at_most: phase.workers.unwrap_or(1),
        tasks: choice.tasks as u64,
        task_seconds: choice.wall.as_secs_f64(),
        computing: choice.computing,
        task_bytes: choice.bytes,
        limit: match choice.limit {
            Limit::HandingOver => AutoLimit::HandingOver,
            Limit::Asked => AutoLimit::Asked,
            Limit::Memory => AutoLimit::Memory,
            _ => AutoLimit::Cores,
        },
    });
    phase.mode.canonical = choice.mode.to_string();
    phase.workers = (choice.mode != Mode::Sequential).then_some(count(choice.workers));
}

/// What an outcome other than `Ok` means to a reader of the record.
pub(crate) fn failure<T>(outcome: &Outcome<T>) -> Option<Failure> {
    let (kind, message, causes) = match outcome {
        Outcome::Ok(_) => return None,
        Outcome::Failed { message, causes } => {
            (FailureKind::Failed, message.clone(), causes.clone())
        }
        Outcome::Panicked { .. } => (FailureKind::Panicked, outcome.to_string(), Vec::new()),
        Outcome::Crashed { .. } => (FailureKind::Crashed, outcome.to_string(), Vec::new()),
        Outcome::TimedOut { .. } => (FailureKind::TimedOut, outcome.to_string(), Vec::new()),
        Outcome::MemoryLimit { .. } => (FailureKind::MemoryLimit, outcome.to_string(), Vec::new()),
        Outcome::Cancelled => (FailureKind::Cancelled, outcome.to_string(), Vec::new()),
    };
    Some(Failure {
        kind,
        message,
        causes,
    })
}

/// An error of a typed kind and everything behind it.
pub(crate) fn failed(error: &(dyn std::error::Error + 'static)) -> Failure {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    Failure {
        kind: FailureKind::Failed,
        message: error.to_string(),
        causes: causes.map(ToString::to_string).collect(),
    }
}

pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
