//! A phase's task records dealt to the workers that ran them.

use crate::phase::{FailureKind, Phase, Task};
use crate::quantity::total;
use std::collections::BTreeMap;

/// One worker of a phase and what it ran.
#[derive(Debug)]
pub(crate) struct Lane<'a> {
    /// `None` collects tasks whose worker is unknown.
    pub(crate) worker: Option<u32>,
    /// The processes it ran in; more than one when it was replaced after a crash.
    pub(crate) pids: Vec<u32>,
    /// Its threads.
    pub(crate) tids: Vec<u32>,
    /// The started attempts, in order of their start.
    pub(crate) tasks: Vec<Bar<'a>>,
}

/// One attempt as a span of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bar<'a> {
    pub(crate) task: &'a Task,
    pub(crate) kind: Kind,
    pub(crate) started_ns: u64,
    /// The phase's end for an attempt that the run's end cut off.
    pub(crate) finished_ns: u64,
}

/// How an attempt ended, for drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Delivered,
    Failed,
    Retried,
    Unfinished,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [
        Self::Delivered,
        Self::Retried,
        Self::Failed,
        Self::Unfinished,
    ];

    pub(crate) fn of(task: &Task) -> Self {
        match (&task.failure, task.retried) {
            (Some(_), true) => Self::Retried,
            // Called off when the run ended early: nobody gave it up.
            (Some(failure), false) if failure.kind == FailureKind::Cancelled => Self::Unfinished,
            (Some(_), false) => Self::Failed,
            (None, _) if task.finished_ns.is_some() => Self::Delivered,
            (None, _) => Self::Unfinished,
        }
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Retried => "tried again",
            Self::Unfinished => "unfinished",
        }
    }
}

impl<'a> Lane<'a> {
    /// The lanes of a phase, by worker.
    pub(crate) fn of(phase: &'a Phase) -> Vec<Self> {
        let mut lanes: BTreeMap<Option<u32>, Self> = BTreeMap::new();
        for task in &phase.tasks {
            let Some(started_ns) = task.started_ns else {
                continue;
            };
            let lane = lanes.entry(task.worker).or_insert_with(|| Self {
                worker: task.worker,
                pids: Vec::new(),
                tids: Vec::new(),
                tasks: Vec::new(),
            });
            for (known, id) in [(&mut lane.pids, task.pid), (&mut lane.tids, task.tid)] {
                known.extend(id.filter(|id| !known.contains(id)));
            }
            lane.tasks.push(Bar {
                task,
                kind: Kind::of(task),
                started_ns,
                finished_ns: task
                    .finished_ns
                    .unwrap_or(phase.finished_ns)
                    .max(started_ns),
            });
        }
        let mut lanes: Vec<Self> = lanes.into_values().collect();
        for lane in &mut lanes {
            lane.tasks
                .sort_by_key(|bar| (bar.started_ns, bar.finished_ns, bar.task.index));
        }
        lanes
    }

    /// The process that all lanes have in common, if their threads differ.
    pub(crate) fn common_pid(lanes: &[Self]) -> Option<u32> {
        let pid = *lanes.first()?.pids.first()?;
        let all_here = lanes.iter().all(|lane| lane.pids == [pid]);
        let have_threads = lanes.iter().any(|lane| lane.tids != [pid]);
        (all_here && have_threads).then_some(pid)
    }

    /// Worker and process in a few characters; worker and thread where the process is common to all.
    pub(crate) fn label(&self, common_pid: Option<u32>) -> String {
        let worker = self
            .worker
            .map_or_else(|| "?".to_owned(), |worker| worker.to_string());
        match (self.pids.as_slice(), self.tids.as_slice()) {
            ([], _) => worker,
            (_, [tid]) if common_pid.is_some() => format!("{worker} · {tid}"),
            ([pid], [tid]) if pid != tid => format!("{worker} · {pid}/{tid}"),
            ([pid], _) => format!("{worker} · {pid}"),
            (pids, _) => format!("{worker} · {} pids", pids.len()),
        }
    }

    /// How long it ran tasks.
    pub(crate) fn busy_ns(&self) -> u64 {
        total(
            self.tasks
                .iter()
                .map(|bar| bar.finished_ns - bar.started_ns),
        )
    }
}
