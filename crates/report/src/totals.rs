//! A phase's records added up one at a time, so that they need not all be kept.

use crate::phase::{FailureKind, Task};

/// What the attempts of a phase add up to. It grows by eight bytes for each delivered task: percentiles are values
/// that were measured, not guesses from a histogram.
///
/// ```
/// let run = brigade_report::example::run(3);
/// let mut totals = brigade_report::Totals::default();
/// run.phases[0].tasks.iter().for_each(|task| totals.add(task));
/// assert_eq!((totals.delivered(), totals.failed()), (3, 0));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub(crate) attempts: u64,
    pub(crate) delivered: u64,
    pub(crate) failed: u64,
    pub(crate) retries: u64,
    /// Running times of the delivered tasks, in the order they were added.
    pub(crate) durations_ns: Vec<u64>,
    pub(crate) wait_ns: u64,
    pub(crate) cpu_ns: Option<u64>,
    /// CPU and running time of the delivered tasks for which both are known.
    pub(crate) measured_ns: (u64, u64),
    /// Time in line for a core, and running time, of the delivered tasks for which both are known.
    pub(crate) in_line_ns: (u64, u64),
    pub(crate) bytes: u64,
    /// The longest running time of any attempt that ended, delivered or not.
    pub(crate) longest_ns: u64,
    /// When the first attempt started.
    pub(crate) first_started_ns: Option<u64>,
}

impl Totals {
    /// Counts one attempt.
    pub fn add(&mut self, task: &Task) {
        self.attempts += 1;
        self.retries += u64::from(task.retries) + u64::from(task.retried);
        if let Some(cpu) = task.cpu_ns {
            self.cpu_ns = Some(self.cpu_ns.unwrap_or(0).saturating_add(cpu));
        }
        self.longest_ns = self.longest_ns.max(task.wall_ns().unwrap_or(0));
        let first = [self.first_started_ns, task.started_ns];
        self.first_started_ns = first.into_iter().flatten().min();
        let given_up = |kind| !task.retried && kind != FailureKind::Cancelled;
        if task
            .failure
            .as_ref()
            .is_some_and(|failure| given_up(failure.kind))
        {
            self.failed += 1;
        }
        if !task.is_delivered() {
            return;
        }
        self.delivered += 1;
        self.durations_ns.extend(task.wall_ns());
        self.wait_ns = self.wait_ns.saturating_add(task.wait_ns().unwrap_or(0));
        self.bytes = self.bytes.saturating_add(task.bytes.unwrap_or(0));
        if let (Some(cpu), Some(wall)) = (task.cpu_ns, task.wall_ns()) {
            self.measured_ns.0 = self.measured_ns.0.saturating_add(cpu);
            self.measured_ns.1 = self.measured_ns.1.saturating_add(wall);
        }
        if let (Some(in_line), Some(wall)) = (task.in_line_ns, task.wall_ns()) {
            self.in_line_ns.0 = self.in_line_ns.0.saturating_add(in_line);
            self.in_line_ns.1 = self.in_line_ns.1.saturating_add(wall);
        }
    }

    /// Tasks that delivered.
    #[must_use]
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// Tasks given up; one that was called off is not.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed
    }

    /// Attempts repeated, in and between tasks.
    #[must_use]
    pub fn retries(&self) -> u64 {
        self.retries
    }
}
