//! What a phase's figures say about its mode and its workers.

use crate::phase::Phase;
use crate::quantity::size;
use crate::summary::{Durations, Summary};
use crate::time::short;

/// Cores are the limit when they were busy for this part of a phase; a task computes when CPU time makes up this
/// part of its running time.
const MOSTLY: f64 = 0.75;
/// Where time in line for a core is not known, tasks that computed for this part of the cores' time or more, while other
/// work may have had the rest, may have waited for a core. Where it is known, less of it is not worth a word.
const PARTLY: f64 = 0.05;
/// Where running tasks make up less of a phase, more workers have little to share.
const WORK: f64 = 0.5;
/// Running times with this part of them in line for a core say little about how many workers are of use.
const STRETCHED: f64 = 0.25;
/// A machine this busy had no core to spare.
const FULL_PERCENT: f64 = 85.0;
/// A shorter phase says more about starting than about working.
const TOO_SHORT_SECONDS: f64 = 0.02;
/// Sums of many times are a little off; that must not cost a worker.
const ROUNDING: f64 = 1e-6;

/// What a judgement needs of a phase.
pub(super) struct Seen<'a> {
    mode: &'a str,
    workers: f64,
    cores: f64,
    wall: f64,
    task_seconds: f64,
    cpu_seconds: f64,
    /// CPU time as a part of the tasks' running time.
    cpu_share: f64,
    /// The part of it in which they were ready to compute and had no core; `None` where the system does not tell.
    in_line: Option<f64>,
    /// How busy the machine was with whatever work; `None` when the phase was too short for a sample.
    machine_cpu_percent: Option<f64>,
    durations: Durations,
    /// Running time of the longest attempt, a failed one perhaps.
    longest: f64,
    isolation: Option<Isolation>,
    /// Whether it runs beside another phase, which gives it its work.
    overlaps: bool,
}

/// What worker processes cost beside threads, as far as the phase's own record tells.
struct Isolation {
    /// From the phase's start to its first task's.
    start: f64,
    /// Memory at most during the phase, less what the program took before it.
    bytes: Option<u64>,
}

impl<'a> Seen<'a> {
    pub(super) fn new(
        phase: &'a Phase,
        summary: &Summary,
        cores: f64,
        overlaps: bool,
    ) -> Result<Self, String> {
        let durations = summary.durations.ok_or("nothing was delivered")?;
        if summary.delivered + summary.failed == 1 {
            return Err("it had one task".to_owned());
        }
        if summary.wall_seconds < TOO_SHORT_SECONDS {
            return Err(format!("it took only {}", short(summary.wall_seconds)));
        }
        let (Some(cpu_seconds), Some(cpu_share)) = (summary.cpu_seconds, summary.cpu_share) else {
            return Err("CPU time was not measured".to_owned());
        };
        Ok(Self {
            mode: &phase.mode.canonical,
            workers: f64::from(phase.workers.unwrap_or(1).max(1)),
            cores,
            wall: summary.wall_seconds,
            task_seconds: summary.task_seconds,
            cpu_seconds,
            cpu_share,
            in_line: summary.core_wait_share,
            machine_cpu_percent: summary.machine_cpu_percent,
            durations,
            longest: summary.longest_attempt_seconds.max(durations.max),
            isolation: isolation(phase, summary),
            overlaps,
        })
    }

    pub(super) fn judge(&self) -> String {
        let mut text = self.workers_advice();
        if let Some(Isolation { start, bytes }) = self.isolation {
            text += &format!(
                ". Processes are for isolation only: their first task started after {}, {} of the phase",
                short(start),
                percent(start / self.wall)
            );
            if let Some(bytes) = bytes {
                text += &format!(", and they took up to {} more memory", size(bytes));
            }
        }
        text
    }

    fn workers_advice(&self) -> String {
        let cores_busy = self.cpu_seconds / (self.wall * self.cores);
        if cores_busy >= MOSTLY {
            self.cores_are_the_limit(cores_busy)
        } else if self.mode == "gil" && self.cpu_seconds >= MOSTLY * self.wall {
            format!(
                "one task computed at a time, as the lock of this mode demands: threads would use all {} cores and \
                 take {} at best instead of {}",
                self.cores,
                short(self.least(self.cores)),
                short(self.wall)
            )
        } else if self.cpu_share >= MOSTLY {
            self.computes(cores_busy)
        } else if let Some(in_line) = self
            .in_line
            .filter(|in_line| self.computes_on_a_core(*in_line))
        {
            self.stood_in_line(in_line)
        } else if self.in_line.is_none() && self.may_wait_for_cores(cores_busy) {
            format!(
                "its tasks computed for only {} of their time, but {}, so they may have waited for a core: measure \
                 again on a quiet machine, with {}",
                percent(self.cpu_share),
                self.machine_cpu_percent.map_or_else(
                    || "it was too short to see what else the cores did".to_owned(),
                    |busy| format!("the machine was {} busy", percent(busy / 100.0))
                ),
                workers(self.cores)
            )
        } else {
            self.waits()
        }
    }

    /// Whether tasks compute when they are given a core.
    fn computes_on_a_core(&self, in_line: f64) -> bool {
        self.cpu_share >= MOSTLY * (1.0 - in_line)
    }

    fn stood_in_line(&self, in_line: f64) -> String {
        let stood = format!(
            "its tasks computed {} of their time and stood in line for a core {} of it",
            percent(self.cpu_share),
            percent(in_line)
        );
        if self.workers > self.cores {
            format!(
                "{stood}: {} workers shared {}, and on a quiet machine {} would do as well",
                self.workers,
                cores(self.cores),
                workers(self.cores)
            )
        } else {
            format!("{stood}: other work had the cores, so measure again on a quiet machine")
        }
    }

    /// More workers than cores share them, and so does other work: without the scheduler's word, waiting for a core looks
    /// like any waiting.
    fn may_wait_for_cores(&self, cores_busy: f64) -> bool {
        let full = self
            .machine_cpu_percent
            .is_none_or(|busy| busy >= FULL_PERCENT);
        cores_busy >= PARTLY && full
    }

    fn cores_are_the_limit(&self, cores_busy: f64) -> String {
        let busy = format!(
            "it kept {} busy {} of its time",
            cores(self.cores),
            percent(cores_busy)
        );
        if self.workers > self.cores {
            format!(
                "{busy}, so {} would do as well as {}",
                workers(self.cores),
                self.workers
            )
        } else {
            format!(
                "{busy}, so more than {} would not help",
                workers(self.cores)
            )
        }
    }

    fn computes(&self, cores_busy: f64) -> String {
        let computed = format!(
            "its tasks computed {} of their time",
            percent(self.cpu_share)
        );
        // What went into starting and packing no worker shortens.
        let is_work = self.task_seconds >= WORK * self.workers * self.wall;
        if self.workers < self.cores && is_work {
            format!(
                "{computed}, on {} of {}: {} would take {} at best instead of {}",
                self.workers,
                cores(self.cores),
                workers(self.cores),
                short(self.least(self.cores)),
                short(self.wall)
            )
        } else if self.overlaps {
            format!(
                "{computed}, {} of {}, and more workers would not help: the phases overlap, and the rest it waited for \
                 work from the other",
                short(self.task_seconds / self.workers),
                short(self.wall)
            )
        } else {
            format!(
                "{computed}, but kept {} busy only {} of it, and more workers would not help: the rest went into starting, packing, or tasks of uneven length (the longest took {} of {})",
                cores(self.cores),
                percent(cores_busy),
                short(self.durations.max),
                short(self.wall)
            )
        }
    }

    fn waits(&self) -> String {
        let in_line = self.in_line.unwrap_or(0.0);
        let mut waited = format!(
            "its tasks waited {} of their time",
            percent(1.0 - self.cpu_share - in_line)
        );
        if in_line >= PARTLY {
            waited += &format!(" and stood in line for a core {} of it", percent(in_line));
        }
        if in_line >= STRETCHED {
            return format!(
                "{waited}: the cores had more to do than they could, so measure again on a quiet machine, or with fewer \
                 workers"
            );
        }
        let floor = self.longest.max(self.cpu_seconds / self.cores);
        let enough = (self.task_seconds / floor - ROUNDING).ceil().max(1.0);
        let because = if floor > self.longest {
            format!("{} are busy", cores(self.cores))
        } else if self.longest > self.durations.max {
            format!("a task that failed took {} to do so", short(self.longest))
        } else {
            format!("the longest task alone takes {}", short(self.longest))
        };
        if self.workers < enough {
            let least = self.least(enough);
            format!(
                "{waited}, so more workers help until about {enough}: {} at best instead of {}; beyond that, {because}",
                short(least),
                short(self.wall)
            )
        } else if self.workers > 2.0 * enough {
            format!(
                "{waited}, and {} would do as well as {}: {because}",
                workers(enough),
                self.workers
            )
        } else {
            format!(
                "{waited}, and {} {} enough: {because}",
                workers(self.workers),
                if self.workers == 1.0 { "is" } else { "are" }
            )
        }
    }

    /// No number of cores or luck makes it faster than this with so many workers.
    fn least(&self, workers: f64) -> f64 {
        let shared = if self.cpu_share >= MOSTLY {
            0.0 // running times may be stretched by sharing cores
        } else {
            self.task_seconds / workers
        };
        self.longest
            .min(self.wall)
            .max(self.cpu_seconds / self.cores.min(workers))
            .max(shared)
    }
}

fn isolation(phase: &Phase, summary: &Summary) -> Option<Isolation> {
    let bytes = summary
        .peak_tree_rss_bytes
        .zip(summary.tree_rss_before_bytes)
        .map(|(peak, before)| peak.saturating_sub(before));
    (phase.mode.canonical == "processes").then_some(Isolation {
        start: summary.first_start_seconds?,
        bytes,
    })
}

fn percent(part: f64) -> String {
    format!("{:.0} %", 100.0 * part.clamp(0.0, 1.0))
}

fn cores(count: f64) -> String {
    if count == 1.0 {
        "the core".to_owned()
    } else {
        format!("the {count} cores")
    }
}

fn workers(count: f64) -> String {
    if count == 1.0 {
        "1 worker".to_owned()
    } else {
        format!("{count} workers")
    }
}

#[cfg(test)]
mod tests;
