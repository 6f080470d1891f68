//! How long a thread was ready to run and had no core.
//!
//! A task that takes longer than it computes has waited: for an answer, a disk, a lock, or for a core that others had. The
//! clocks cannot tell these apart, the scheduler can.

use std::time::Duration;

/// The calling thread as the scheduler's queue of runnable threads knows it. Holds a descriptor.
///
/// Source: `/proc/thread-self/schedstat`, the second field (`Documentation/scheduler/sched-stats.rst`).
#[derive(Debug)]
pub struct RunQueue {
    #[cfg(target_os = "linux")]
    file: std::fs::File,
}

impl RunQueue {
    /// Of the thread that calls; `None` where the system does not tell. Takes a few microseconds.
    #[must_use]
    pub fn of_this_thread() -> Option<Self> {
        #[cfg(target_os = "linux")]
        return Some(Self {
            file: std::fs::File::open("/proc/thread-self/schedstat").ok()?,
        });
        #[cfg(not(target_os = "linux"))]
        None
    }

    /// How long the thread has stood in line for a core since it started. Takes less than a microsecond.
    #[must_use]
    pub fn waited(&self) -> Option<Duration> {
        #[cfg(target_os = "linux")]
        {
            use std::os::unix::fs::FileExt as _;
            // Three numbers of at most 20 digits.
            let mut text = [0; 64];
            let length = self.file.read_at(&mut text, 0).ok()?;
            let text = std::str::from_utf8(text.get(..length)?).ok()?;
            let nanoseconds = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
            Some(Duration::from_nanos(nanoseconds))
        }
        #[cfg(not(target_os = "linux"))]
        None
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::sync::Barrier;
    use std::time::Instant;

    fn waited() -> Duration {
        let queue = RunQueue::of_this_thread().expect("Linux has one");
        queue.waited().expect("Linux tells")
    }

    #[test]
    fn threads_that_share_cores_stand_in_line_and_one_that_sleeps_does_not() {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = 3 * cores;
        let barrier = Barrier::new(threads);
        let all: Duration = std::thread::scope(|scope| {
            let spin = || {
                barrier.wait();
                let start = Instant::now();
                while start.elapsed() < Duration::from_millis(200) {}
                waited()
            };
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(spin)).collect();
            let waited = threads.into_iter().map(|thread| thread.join());
            waited.map(|waited| waited.expect("no panic")).sum()
        });
        // Two thirds of three times 200 ms a core, had nobody else a task.
        assert!(all > Duration::from_millis(200) * cores as u32, "{all:?}");
        let before = waited();
        std::thread::sleep(Duration::from_millis(20));
        assert!(waited() >= before);
    }
}
