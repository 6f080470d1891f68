//! What a phase's records add up to.

use crate::phase::{Phase, seconds};
use crate::run::{Run, Sample};
use serde::Serialize;

/// The figures of one phase, all taken from its tasks and the samples of its time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The phase's name.
    pub phase: String,
    /// From its start to its end.
    pub wall_seconds: f64,
    /// Tasks that delivered.
    pub delivered: u64,
    /// Tasks given up.
    pub failed: u64,
    /// Attempts repeated, in and between tasks.
    pub retries: u64,
    /// Delivered tasks in a second of wall time.
    pub tasks_per_second: f64,
    /// Running times of the delivered tasks; `None` when nothing was delivered.
    pub durations: Option<Durations>,
    /// Their running times added up.
    pub task_seconds: f64,
    /// Their waits between being queued and started, added up.
    pub wait_seconds: f64,
    /// CPU time of all attempts; `None` when none was measured.
    pub cpu_seconds: Option<f64>,
    /// CPU time as a part of running time, over the delivered tasks whose CPU time was measured: near 1 they
    /// computed, near 0 they waited, for the network or for a free core.
    pub cpu_share: Option<f64>,
    /// Time in which they were ready to compute and had no core, as a part of running time; `None` where the system does
    /// not tell.
    pub core_wait_share: Option<f64>,
    /// How busy all cores of the machine were meanwhile, with whatever work, 0 to 100; `None` without a sample.
    pub machine_cpu_percent: Option<f64>,
    /// The longest running time of any attempt, those that failed included.
    pub longest_attempt_seconds: f64,
    /// From its start to the start of its first task: what starting workers took; `None` when none started.
    pub first_start_seconds: Option<f64>,
    /// The highest sum of resident memory seen while it ran; `None` without a sample.
    pub peak_tree_rss_bytes: Option<u64>,
    /// That sum in the last sample before it started; `None` without one.
    pub tree_rss_before_bytes: Option<u64>,
    /// Bytes delivered.
    pub bytes: u64,
}

/// How long tasks ran, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Durations {
    /// Arithmetic mean.
    pub mean: f64,
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
    /// 99th percentile.
    pub p99: f64,
    /// The longest.
    pub max: f64,
}

impl Summary {
    /// The figures of every phase of a run, in its order.
    #[must_use]
    pub fn of_run(run: &Run) -> Vec<Self> {
        let samples = &run.sampling.samples;
        run.phases
            .iter()
            .map(|phase| Self::new(phase, samples))
            .collect()
    }

    /// Adds a phase up. `samples` are the run's; those within the phase count.
    #[must_use]
    pub fn new(phase: &Phase, samples: &[Sample]) -> Self {
        let wall_seconds = phase.wall_seconds();
        let mut totals = phase.totals();
        totals.durations_ns.sort_unstable();
        let durations: Vec<f64> = totals.durations_ns.iter().copied().map(seconds).collect();
        let share = |(part, whole): (u64, u64)| (whole > 0).then(|| seconds(part) / seconds(whole));
        Self {
            phase: phase.name.clone(),
            wall_seconds,
            delivered: totals.delivered,
            failed: totals.failed,
            retries: totals.retries,
            tasks_per_second: if wall_seconds > 0.0 {
                totals.delivered as f64 / wall_seconds
            } else {
                0.0
            },
            durations: Durations::of_sorted(&durations),
            task_seconds: durations.iter().sum(),
            wait_seconds: seconds(totals.wait_ns),
            cpu_seconds: totals.cpu_ns.map(seconds),
            cpu_share: share(totals.measured_ns),
            core_wait_share: share(totals.in_line_ns),
            machine_cpu_percent: machine_cpu_percent(phase, samples),
            longest_attempt_seconds: seconds(totals.longest_ns),
            first_start_seconds: totals
                .first_started_ns
                .map(|first| seconds(first.saturating_sub(phase.started_ns))),
            tree_rss_before_bytes: samples
                .iter()
                .rfind(|sample| sample.at_ns <= phase.started_ns)
                .map(|sample| sample.tree_rss_bytes),
            peak_tree_rss_bytes: samples
                .iter()
                .filter(|sample| (phase.started_ns..=phase.finished_ns).contains(&sample.at_ns))
                .map(|sample| sample.tree_rss_bytes)
                .max(),
            bytes: totals.bytes,
        }
    }
}

/// The mean of the samples, each weighing as much as the time it is about (since the one before) lies in the phase.
fn machine_cpu_percent(phase: &Phase, samples: &[Sample]) -> Option<f64> {
    let (mut weights, mut sum) = (0.0, 0.0);
    for pair in samples.windows(2) {
        let from = pair[0].at_ns.max(phase.started_ns);
        let to = pair[1].at_ns.min(phase.finished_ns);
        if let Some(percent) = pair[1].cpu_percent {
            let weight = to.saturating_sub(from) as f64;
            weights += weight;
            sum += weight * f64::from(percent);
        }
    }
    (weights > 0.0).then(|| sum / weights)
}

impl Durations {
    /// The figures of values in ascending order; `None` without values.
    #[must_use]
    pub fn of_sorted(values: &[f64]) -> Option<Self> {
        Some(Self {
            mean: values.iter().sum::<f64>() / values.len() as f64,
            p50: percentile(values, 50.0)?,
            p95: percentile(values, 95.0)?,
            p99: percentile(values, 99.0)?,
            max: *values.last()?,
        })
    }
}

/// The percentile of values in ascending order by the nearest-rank method: the smallest value that at least
/// `percent` of all values do not exceed. Always one of the values, never an average of two; `None` without values.
///
/// ```
/// use brigade_report::percentile;
/// let values = [15.0, 20.0, 35.0, 40.0, 50.0];
/// assert_eq!(percentile(&values, 30.0), Some(20.0));
/// assert_eq!(percentile(&values, 50.0), Some(35.0));
/// assert_eq!(percentile(&values, 100.0), Some(50.0));
/// ```
#[must_use]
pub fn percentile(ascending: &[f64], percent: f64) -> Option<f64> {
    let rank = (percent / 100.0 * ascending.len() as f64).ceil().max(1.0) as usize;
    ascending
        .get(rank - 1)
        .or_else(|| ascending.last())
        .copied()
}
