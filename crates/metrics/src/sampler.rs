//! The thread that takes the samples.
//!
//! Its interval follows its cost: after a sample that took `c`, it rests at least `c / CPU_SHARE`, so the sampler
//! costs a fixed small part of a core whether the machine runs ten processes or ten thousand. It never goes below
//! 200 ms: the kernel's CPU counters tick at 10 ms, so a shorter interval would measure mostly rounding.

use crate::cgroup::{self, MemoryLimit};
use crate::error::Error;
use crate::sample::{Memory, Sample, Series};
use crate::tree::Walker;
use std::collections::HashSet;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// The part of one core that sampling may take.
const CPU_SHARE: f64 = 1.0 / 400.0;

/// What to sample, and how often.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The process whose tree is measured.
    pub root: u32,
    /// Processes that are left out, with all their descendants.
    pub exclude: HashSet<u32>,
    /// The shortest time between two samples; at least [`Config::SHORTEST_INTERVAL`].
    pub interval: Duration,
    /// The moment that [`Sample::at`] counts from.
    pub epoch: Instant,
    /// Samples kept; a full series loses every second one and its interval doubles.
    pub capacity: usize,
}

impl Config {
    /// Below it CPU percentages would be mostly rounding.
    pub const SHORTEST_INTERVAL: Duration = sysinfo::MINIMUM_CPU_UPDATE_INTERVAL;

    /// This process and its descendants, from now on, every 200 ms or less often, 4096 samples at most.
    #[must_use]
    pub fn of_this_process() -> Self {
        Self {
            root: std::process::id(),
            exclude: HashSet::new(),
            interval: Self::SHORTEST_INTERVAL,
            epoch: Instant::now(),
            capacity: 4096,
        }
    }

    /// Counts sample times from this moment.
    #[must_use]
    pub fn epoch(mut self, epoch: Instant) -> Self {
        self.epoch = epoch;
        self
    }

    /// Leaves a process and its descendants out.
    #[must_use]
    pub fn exclude(mut self, pid: u32) -> Self {
        self.exclude.insert(pid);
        self
    }

    /// Measures this process's tree.
    #[must_use]
    pub fn root(mut self, pid: u32) -> Self {
        self.root = pid;
        self
    }

    /// The shortest time between two samples.
    #[must_use]
    pub fn interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Samples kept at most.
    #[must_use]
    pub fn capacity(mut self, samples: usize) -> Self {
        self.capacity = samples;
        self
    }
}

/// A running sampler. Dropping it ends its thread too.
#[derive(Debug)]
#[must_use = "dropping a sampler stops it"]
pub struct Sampler {
    shared: Arc<Shared>,
    /// Dropped to wake and end the thread.
    running: Option<Sender<()>>,
    thread: Option<JoinHandle<Series>>,
}

#[derive(Debug)]
struct Shared {
    last: Mutex<Arc<Sample>>,
    exclude: Mutex<HashSet<u32>>,
}

impl Sampler {
    /// Takes the first sample, then starts the thread that takes the others.
    ///
    /// # Errors
    /// When the root process does not exist or no thread can be started.
    pub fn start(config: Config) -> Result<Self, Error> {
        let mut probe = Probe::new(&config)?;
        let first = probe
            .sample(&config.exclude)
            .ok_or(Error::NoSuchProcess { pid: config.root })?;
        let first = Arc::new(first);
        let shared = Arc::new(Shared {
            last: Mutex::new(Arc::clone(&first)),
            exclude: Mutex::new(config.exclude.clone()),
        });
        let (running, stop) = mpsc::channel::<()>();
        let thread = std::thread::Builder::new()
            .name("sampler".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || sample_until(&stop, &config, probe, first, &shared)
            })
            .map_err(|source| Error::Thread { source })?;
        Ok(Self {
            shared,
            running: Some(running),
            thread: Some(thread),
        })
    }

    /// The newest sample. Takes well under a microsecond, so a task may ask at its start and end.
    #[must_use]
    pub fn last(&self) -> Arc<Sample> {
        Arc::clone(&lock(&self.shared.last))
    }

    /// Leaves a process and its descendants out from the next sample on.
    pub fn exclude(&self, pid: u32) {
        lock(&self.shared.exclude).insert(pid);
    }

    /// Takes a last sample, ends the thread and returns what it saw.
    #[must_use]
    pub fn stop(mut self) -> Series {
        self.end().unwrap_or_default()
    }

    fn end(&mut self) -> Option<Series> {
        drop(self.running.take());
        self.thread.take()?.join().ok()
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        let _series = self.end();
    }
}

/// A panic elsewhere while the lock was held cannot leave these values half-written.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sample_until(
    stop: &mpsc::Receiver<()>,
    config: &Config,
    mut probe: Probe,
    first: Arc<Sample>,
    shared: &Shared,
) -> Series {
    let mut series = Series::default();
    series.push(first, config.capacity);
    let mut shortest = config.interval.max(Config::SHORTEST_INTERVAL);
    let mut rest = shortest;
    loop {
        let stopped = stop.recv_timeout(rest) != Err(RecvTimeoutError::Timeout);
        let before = own_cpu();
        let exclude = lock(&shared.exclude).clone();
        let Some(sample) = probe.sample(&exclude) else {
            break; // the root has ended: nothing left to measure
        };
        let sample = Arc::new(sample);
        *lock(&shared.last) = Arc::clone(&sample);
        if series.push(sample, config.capacity) {
            shortest *= 2;
        }
        if stopped {
            break;
        }
        let cost = own_cpu().saturating_sub(before);
        rest = shortest.max(cost.div_f64(CPU_SHARE));
    }
    series.own_cpu = own_cpu();
    series
}

/// CPU time of the calling thread.
fn own_cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(
        time.tv_sec.try_into().unwrap_or(0),
        time.tv_nsec.try_into().unwrap_or(0),
    )
}

/// Reads one sample.
struct Probe {
    system: System,
    walker: Walker,
    memory_limit: Option<MemoryLimit>,
    epoch: Instant,
    /// When the CPU counters were read first: a percentage needs two readings.
    counting_since: Option<Instant>,
}

impl Probe {
    fn new(config: &Config) -> Result<Self, Error> {
        Ok(Self {
            system: System::new().map_err(|source| Error::Machine { source })?,
            walker: Walker::new(config.root),
            memory_limit: cgroup::limits().memory,
            epoch: config.epoch,
            counting_since: None,
        })
    }

    /// `None` when the root of the tree is gone.
    fn sample(&mut self, exclude: &HashSet<u32>) -> Option<Sample> {
        let tree = self.walker.walk(exclude)?;
        self.system.refresh_specifics(
            RefreshKind::nothing()
                .with_cpu(CpuRefreshKind::nothing().with_usage())
                .with_memory(MemoryRefreshKind::nothing().with_ram()),
        );
        let now = Instant::now();
        // Asked too soon (as the last sample may be), sysinfo keeps the percentages it has: those since boot,
        // if there was only one reading yet.
        let since = *self.counting_since.get_or_insert(now);
        let known = now.duration_since(since) >= Config::SHORTEST_INTERVAL;
        let cores = self.system.cpus().iter().map(sysinfo::Cpu::usage);
        Some(Sample {
            at: now.saturating_duration_since(self.epoch),
            cpu_percent: known.then(|| self.system.global_cpu_usage()),
            cores_percent: if known { cores.collect() } else { Vec::new() },
            memory: self.memory(),
            tree,
        })
    }

    fn memory(&self) -> Memory {
        let memory = Memory {
            total_bytes: self.system.total_memory(),
            available_bytes: self.system.available_memory(),
        };
        match &self.memory_limit {
            Some(limit) if limit.bytes < memory.total_bytes => Memory {
                total_bytes: limit.bytes,
                available_bytes: limit
                    .bytes
                    .saturating_sub(limit.used_bytes().unwrap_or(0))
                    .min(memory.available_bytes),
            },
            _ => memory,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_a_sampler_ends_its_thread() {
        let sampler = Sampler::start(Config::of_this_process()).expect("start");
        let shared = Arc::clone(&sampler.shared);
        assert_eq!(Arc::strong_count(&shared), 3);
        drop(sampler);
        assert_eq!(Arc::strong_count(&shared), 1);
    }
}
