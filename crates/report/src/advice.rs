//! A short recommendation for each phase, from nothing but the record.
//!
//! What it rests on, with N workers on C usable cores: a phase cannot take less than its longest task, than its CPU
//! time over C, or than its tasks' running times over N. The N where the last stops mattering is where more workers
//! stop helping. Running times seen with more computing tasks than cores are stretched by their sharing of the
//! cores, so a phase that kept the cores busy is judged by its CPU time alone. Every number comes with its place in
//! `run.json`.

mod seen;

use crate::phase::Phase;
use crate::run::Run;
use crate::summary::Summary;
use seen::Seen;

/// What the record says about one phase.
#[derive(Clone, Debug, PartialEq)]
pub struct Advice {
    /// In a sentence or two.
    pub text: String,
    /// The numbers it rests on.
    pub facts: Vec<Fact>,
}

/// A number and where it stands in the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Its place in `run.json`, such as `summaries[0].wall_seconds`.
    pub place: String,
    /// The number as it stands there.
    pub value: f64,
}

/// A recommendation for each phase, in their order.
#[must_use]
pub fn advice(run: &Run) -> Vec<Advice> {
    let summaries = Summary::of_run(run);
    let phases = run.phases.iter().zip(&summaries).enumerate();
    phases
        .map(|(index, (phase, summary))| {
            let cores = f64::from(run.machine.cores_effective.max(1));
            let overlaps = run.phases.iter().any(|other| overlap(phase, other));
            let text = match Seen::new(phase, summary, cores, overlaps) {
                Ok(seen) => seen.judge(),
                Err(why) => format!("there is nothing to advise: {why}"),
            };
            Advice {
                text: format!("Phase {} ({}): {text}.", index + 1, phase.name),
                facts: facts(run, index, phase, summary),
            }
        })
        .collect()
}

/// Whether another phase runs in a good part of this one's time.
fn overlap(phase: &Phase, other: &Phase) -> bool {
    let from = phase.started_ns.max(other.started_ns);
    let common = phase
        .finished_ns
        .min(other.finished_ns)
        .saturating_sub(from);
    let own = phase.finished_ns.saturating_sub(phase.started_ns);
    !std::ptr::eq(phase, other) && common > own / 4
}

fn facts(run: &Run, index: usize, phase: &Phase, summary: &Summary) -> Vec<Fact> {
    let of = |name: &str| format!("summaries[{index}].{name}");
    let numbers = [
        (of("wall_seconds"), Some(summary.wall_seconds)),
        (of("task_seconds"), Some(summary.task_seconds)),
        (
            of("durations.max"),
            summary.durations.map(|durations| durations.max),
        ),
        (
            of("longest_attempt_seconds"),
            Some(summary.longest_attempt_seconds),
        ),
        (of("cpu_seconds"), summary.cpu_seconds),
        (of("cpu_share"), summary.cpu_share),
        (of("core_wait_share"), summary.core_wait_share),
        (of("machine_cpu_percent"), summary.machine_cpu_percent),
        (of("first_start_seconds"), summary.first_start_seconds),
        (
            of("peak_tree_rss_bytes"),
            summary.peak_tree_rss_bytes.map(|bytes| bytes as f64),
        ),
        (
            of("tree_rss_before_bytes"),
            summary.tree_rss_before_bytes.map(|bytes| bytes as f64),
        ),
        (
            format!("phases[{index}].workers"),
            phase.workers.map(f64::from),
        ),
        (
            "machine.cores_effective".to_owned(),
            Some(f64::from(run.machine.cores_effective)),
        ),
    ];
    let known = numbers.into_iter().filter_map(|(place, value)| {
        Some(Fact {
            place,
            value: value?,
        })
    });
    known.collect()
}
