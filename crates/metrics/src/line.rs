//! How long a thread was ready to run and had no core.
//!
//! A task that takes longer than it computes has waited: for an answer, a disk, a lock, or for a core that others had. The
//! clocks cannot tell these apart, the scheduler can.

use std::time::Duration;

/// How long the calling thread has stood in line for a core since it started, where the system tells. A look takes a few
/// microseconds.
///
/// Source: `/proc/thread-self/schedstat`, the second field (`Documentation/scheduler/sched-stats.rst`).
#[must_use]
pub fn time_in_line() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::time::Instant;

    #[test]
    fn threads_that_share_cores_stand_in_line_and_one_that_sleeps_does_not() {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = 3 * cores;
        let barrier = Barrier::new(threads);
        let waited: Duration = std::thread::scope(|scope| {
            let spin = || {
                barrier.wait();
                let start = Instant::now();
                while start.elapsed() < Duration::from_millis(200) {}
                time_in_line().expect("Linux tells")
            };
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(spin)).collect();
            let waited = threads.into_iter().map(|thread| thread.join());
            waited.map(|waited| waited.expect("no panic")).sum()
        });
        // Two thirds of three times 200 ms a core, had nobody else a task.
        assert!(
            waited > Duration::from_millis(200) * cores as u32,
            "{waited:?}"
        );
        let before = time_in_line().expect("Linux tells");
        std::thread::sleep(Duration::from_millis(20));
        let after = time_in_line().expect("Linux tells");
        assert!(after >= before);
    }
}
