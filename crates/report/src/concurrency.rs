//! How many tasks ran and waited at each moment of a phase.

use crate::phase::Phase;

/// Average counts in one span of time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Load {
    /// Tasks started and not finished.
    pub(crate) running: f64,
    /// Tasks queued and not started.
    pub(crate) waiting: f64,
}

/// The phase's time in `columns` equal spans, each with the time-weighted mean of what ran and waited in it.
pub(crate) fn load(phase: &Phase, columns: usize) -> Vec<Load> {
    let span = phase.finished_ns.saturating_sub(phase.started_ns);
    let mut running = Cover::new(columns, phase.started_ns, span);
    let mut waiting = Cover::new(columns, phase.started_ns, span);
    for task in &phase.tasks {
        let end = task.finished_ns.unwrap_or(phase.finished_ns);
        waiting.add(task.queued_ns, task.started_ns.unwrap_or(end));
        if let Some(started) = task.started_ns {
            running.add(started, end);
        }
    }
    let (running, waiting) = (running.means(), waiting.means());
    let pairs = running.into_iter().zip(waiting);
    pairs
        .map(|(running, waiting)| Load { running, waiting })
        .collect()
}

/// The most tasks that ran, and that waited, at one moment.
pub(crate) fn peak(phase: &Phase) -> (u64, u64) {
    let (mut running, mut waiting) = (Vec::new(), Vec::new());
    for task in &phase.tasks {
        let end = task.finished_ns.unwrap_or(phase.finished_ns);
        waiting.push((task.queued_ns, task.started_ns.unwrap_or(end)));
        running.extend(task.started_ns.map(|started| (started, end)));
    }
    (most_at_once(&running), most_at_once(&waiting))
}

fn most_at_once(spans: &[(u64, u64)]) -> u64 {
    let mut changes: Vec<(u64, i64)> = spans
        .iter()
        .filter(|(from, to)| from < to)
        .flat_map(|(from, to)| [(*from, 1), (*to, -1)])
        .collect();
    // What ends at a moment does not overlap what starts at it: the ends come first.
    changes.sort_unstable();
    let (mut now, mut most) = (0, 0);
    for (_, change) in changes {
        now += change;
        most = most.max(now);
    }
    most.unsigned_abs()
}

/// Adds up how much of each column spans cover: the two columns at a span's ends by their part, those between by a
/// difference that one pass sums up, so a span costs the same however long it is.
struct Cover {
    parts: Vec<f64>,
    whole: Vec<i64>,
    start_ns: u64,
    columns_per_ns: f64,
}

impl Cover {
    fn new(columns: usize, start_ns: u64, span_ns: u64) -> Self {
        Self {
            parts: vec![0.0; columns],
            whole: vec![0; columns + 1],
            start_ns,
            columns_per_ns: columns as f64 / (span_ns.max(1)) as f64,
        }
    }

    fn add(&mut self, from_ns: u64, to_ns: u64) {
        let column = |ns: u64| {
            let at = ns.saturating_sub(self.start_ns) as f64 * self.columns_per_ns;
            at.min(self.parts.len() as f64)
        };
        let (from, to) = (column(from_ns), column(to_ns));
        if to <= from {
            return;
        }
        let (first, last) = (from as usize, to as usize);
        if first == last {
            self.parts[first] += to - from;
            return;
        }
        self.parts[first] += (first + 1) as f64 - from;
        self.whole[first + 1] += 1;
        self.whole[last] -= 1;
        if let Some(part) = self.parts.get_mut(last) {
            *part += to - last as f64;
        }
    }

    fn means(self) -> Vec<f64> {
        let mut whole = 0;
        let columns = self.parts.into_iter().zip(self.whole);
        columns
            .map(|(part, change)| {
                whole += change;
                part + whole as f64
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Task, example};

    fn task(queued: u64, started: Option<u64>, finished: Option<u64>) -> Task {
        Task {
            queued_ns: queued,
            started_ns: started,
            finished_ns: finished,
            ..Task::default()
        }
    }

    #[test]
    fn each_column_has_the_mean_of_what_ran_and_waited_in_it() {
        let mut phase = example::run(0).phases.remove(0);
        (phase.started_ns, phase.finished_ns) = (100, 140);
        phase.tasks = vec![
            task(100, Some(100), Some(140)),
            task(100, Some(115), Some(125)),
            task(110, None, None),
        ];
        let load = load(&phase, 4);
        let running: Vec<f64> = load.iter().map(|load| load.running).collect();
        let waiting: Vec<f64> = load.iter().map(|load| load.waiting).collect();
        assert_eq!(running, [1.0, 1.5, 1.5, 1.0]);
        assert_eq!(waiting, [1.0, 1.5, 1.0, 1.0]);
        assert_eq!(peak(&phase), (2, 2));
    }

    #[test]
    fn a_phase_without_time_or_tasks_has_no_load() {
        let mut phase = example::run(0).phases.remove(0);
        assert_eq!(load(&phase, 2), [Load::default(); 2]);
        phase.finished_ns = phase.started_ns;
        phase.tasks = vec![task(5, Some(7), Some(7))];
        assert_eq!(load(&phase, 2), [Load::default(); 2]);
    }
}
