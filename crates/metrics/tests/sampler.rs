//! The sampler against real children.

use brigade_metrics::{Config, Error, Sample, Sampler};
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A child that ends with the test, whatever the test's fate.
struct Running(Child);

impl Running {
    fn shell(script: &str) -> Self {
        let child = Command::new("sh").args(["-c", script]).spawn();
        Self(child.expect("start sh"))
    }

    fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _killed = self.0.kill();
        let _waited = self.0.wait();
    }
}

/// Waits until a sample satisfies the condition; panics after a generous while.
fn wait_for(sampler: &Sampler, condition: impl Fn(&Sample) -> bool) -> Arc<Sample> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let sample = sampler.last();
        if condition(&sample) {
            return sample;
        }
        assert!(Instant::now() < deadline, "last sample: {sample:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_first_sample_is_there_at_once_and_the_next_knows_every_core() {
    let sampler = Sampler::start(Config::of_this_process()).expect("start");
    let first = sampler.last();
    assert_eq!((first.cpu_percent, first.cores_percent.len()), (None, 0));
    assert!(first.tree.processes >= 1 && first.tree.rss_bytes > 0);
    assert!(first.memory.available_bytes <= first.memory.total_bytes);
    let next = wait_for(&sampler, |sample| sample.cpu_percent.is_some());
    assert!(next.at > first.at);
    assert!((0.0..=100.0).contains(&next.cpu_percent.expect("known")));
    assert!(!next.cores_percent.is_empty());
    let series = sampler.stop();
    assert!(series.taken >= 3, "first, next and last: {}", series.taken);
    assert!(series.own_cpu > Duration::ZERO);
    assert!(series.samples.is_sorted_by_key(|sample| sample.at));
}

#[test]
fn descendants_count_with_their_cpu_time_and_excluded_ones_do_not() {
    // Busy for as long as its parent lives.
    let root = Running::shell("sh -c 'while kill -0 $PPID; do :; done' 2>/dev/null & wait");
    let all = Sampler::start(Config::of_this_process().root(root.pid())).expect("start");
    let sample = wait_for(&all, |sample| {
        sample.tree.processes == 2 && sample.tree.cpu >= Duration::from_millis(100)
    });
    assert!(sample.tree.threads >= 2);

    let outer = Sampler::start(Config::of_this_process().exclude(root.pid())).expect("start");
    let inner = Sampler::start(Config::of_this_process()).expect("start");
    assert!(inner.last().tree.processes >= outer.last().tree.processes + 2);
    inner.exclude(root.pid());
    wait_for(&inner, |sample| {
        sample.tree.processes == outer.last().tree.processes
    });
}

#[test]
fn a_root_that_does_not_exist_is_refused_and_one_that_ends_ends_the_series() {
    let mut child = Running::shell("exit 0");
    let gone = child.pid();
    child.0.wait().expect("wait");
    let error = Sampler::start(Config::of_this_process().root(gone)).expect_err("gone");
    assert!(matches!(error, Error::NoSuchProcess { pid } if pid == gone));

    let mut short = Running::shell("sleep 0.1");
    let sampler = Sampler::start(Config::of_this_process().root(short.pid())).expect("start");
    short.0.wait().expect("wait");
    std::thread::sleep(Config::SHORTEST_INTERVAL);
    assert!(!sampler.stop().samples.is_empty());
}
