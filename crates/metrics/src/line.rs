//! How long a thread was ready to run and had no core.
//!
//! A task that takes longer than it computes has waited: for an answer, a disk, a lock, or for a core that others had. The
//! clocks cannot tell these apart, the scheduler can.

use std::time::Duration;

/// How long the calling thread has stood in line for a core since it started, where the system tells. A look takes less
/// than a microsecond; the first one opens a file, which stays open as long as the thread lives.
///
/// Source: `/proc/thread-self/schedstat`, the second field (`Documentation/scheduler/sched-stats.rst`).
#[must_use]
pub fn time_in_line() -> Option<Duration> {
    #[cfg(target_os = "linux")]
    {
        use std::{fs::File, os::unix::fs::FileExt as _};
        thread_local! { static FILE: Option<File> = File::open("/proc/thread-self/schedstat").ok(); }
        // Three numbers of at most 20 digits.
        let mut text = [0; 64];
        let length = FILE
            .try_with(|file| file.as_ref()?.read_at(&mut text, 0).ok())
            .ok()??;
        let text = std::str::from_utf8(text.get(..length)?).ok()?;
        let nanoseconds = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
        Some(Duration::from_nanos(nanoseconds))
    }
    #[cfg(not(target_os = "linux"))]
    None
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
