//! One reading, and the bounded series of them.

use std::sync::Arc;
use std::time::Duration;

/// One reading of the machine and the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// When it was taken, counted from [`Config::epoch`](crate::Config::epoch).
    pub at: Duration,
    /// All cores together since the sample before, 0 to 100; `None` until two readings lie 200 ms apart.
    pub cpu_percent: Option<f32>,
    /// Each core since the sample before, 0 to 100; empty where that is `None`.
    pub cores_percent: Vec<f32>,
    /// The machine's memory, or the cgroup's where that is less.
    pub memory: Memory,
    /// The root process and its descendants.
    pub tree: Tree,
}

/// RAM in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// All there is, or the cgroup's limit where that is less.
    pub total_bytes: u64,
    /// What programs could still take without swapping.
    pub available_bytes: u64,
}

impl Memory {
    /// What is not available.
    #[must_use]
    pub fn used_bytes(&self) -> u64 {
        self.total_bytes.saturating_sub(self.available_bytes)
    }
}

/// A process and its descendants, those excluded and theirs left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// Processes alive.
    pub processes: usize,
    /// Threads alive in all of them.
    pub threads: usize,
    /// The sum of resident set sizes: pages shared by several processes count in each of them.
    pub rss_bytes: u64,
    /// CPU time (user and system) since the sampler started, of ended and waited-for processes too.
    pub cpu: Duration,
}

/// What a sampler saw.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// The samples, oldest first.
    pub samples: Vec<Arc<Sample>>,
    /// How many were taken; more than are kept when the series was thinned.
    pub taken: u64,
    /// CPU time of the sampler's own thread.
    pub own_cpu: Duration,
    /// The highest [`Tree::rss_bytes`] of all samples taken. A peak between two samples is not seen.
    pub peak_rss_bytes: u64,
}

impl Series {
    /// Keeps the sample. Of a full series every second sample goes, so that hours of work stay bounded and
    /// evenly spaced; returns whether that happened, for the sampler to halve its pace.
    pub(crate) fn push(&mut self, sample: Arc<Sample>, capacity: usize) -> bool {
        self.taken += 1;
        self.peak_rss_bytes = self.peak_rss_bytes.max(sample.tree.rss_bytes);
        self.samples.push(sample);
        if self.samples.len() < capacity.max(4) {
            return false;
        }
        let mut index = 0;
        self.samples.retain(|_| {
            index += 1;
            index % 2 == 1
        });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(second: u64) -> Arc<Sample> {
        Arc::new(Sample {
            at: Duration::from_secs(second),
            cpu_percent: None,
            cores_percent: Vec::new(),
            memory: Memory {
                total_bytes: 8,
                available_bytes: 5,
            },
            tree: Tree {
                rss_bytes: second,
                ..Tree::default()
            },
        })
    }

    #[test]
    fn a_full_series_is_thinned_and_still_knows_its_count_and_peak() {
        let mut series = Series::default();
        let thinned: Vec<bool> = (0..10)
            .map(|second| series.push(sample(second), 8))
            .collect();
        assert_eq!(thinned.iter().filter(|thinned| **thinned).count(), 1);
        let seconds: Vec<u64> = series.samples.iter().map(|s| s.at.as_secs()).collect();
        assert_eq!(seconds, [0, 2, 4, 6, 8, 9]);
        assert_eq!((series.taken, series.peak_rss_bytes), (10, 9));
    }

    #[test]
    fn used_memory_is_what_is_not_available() {
        assert_eq!(sample(0).memory.used_bytes(), 3);
    }
}
