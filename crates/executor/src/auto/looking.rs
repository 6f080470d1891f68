//! What the system tells about threads and memory. Linux tells it in `/proc`, a few microseconds a look; elsewhere nothing is
//! known, and decisions rest on clocks alone.

use std::{fs, time::Duration};

/// How long this thread has stood in line for a core (`Documentation/scheduler/sched-stats.rst`, the second field).
pub(crate) fn time_in_line() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    number(&text, 1).map(Duration::from_nanos)
}

/// How often this thread has given up its core to wait for something (`proc_pid_status(5)`, `voluntary_ctxt_switches`).
pub(crate) fn times_asleep() -> Option<u64> {
    let text = fs::read_to_string("/proc/thread-self/status").ok()?;
    let mut lines = text.lines();
    number(
        lines.find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?,
        0,
    )
}

/// Whether a thread of this process waits for anything but a core (`proc_pid_stat(5)`, the third field).
pub(crate) fn is_asleep(thread: u32) -> bool {
    let text = fs::read_to_string(format!("/proc/self/task/{thread}/stat"));
    // The second field is the thread's name in brackets, and may hold anything.
    let state = text
        .ok()
        .and_then(|text| Some(text.rsplit_once(") ")?.1.chars().next()));
    matches!(state, Some(Some('S' | 'D')))
}

/// Bytes of this process that are in memory.
pub(crate) fn resident_memory() -> Option<u64> {
    let pages = number(&fs::read_to_string("/proc/self/statm").ok()?, 1)?;
    Some(pages * page_size())
}

/// Bytes that programs could still take, of the machine or of our control group.
pub(crate) fn available_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let machine = number(line, 0)? * 1024;
    let group = |file: &str| {
        number(
            &fs::read_to_string(format!("/sys/fs/cgroup/memory.{file}")).ok()?,
            0,
        )
    };
    let ours = group("max").zip(group("current"));
    Some(ours.map_or(machine, |(most, used)| {
        machine.min(most.saturating_sub(used))
    }))
}

fn number(text: &str, field: usize) -> Option<u64> {
    text.split_ascii_whitespace().nth(field)?.parse().ok()
}

fn page_size() -> u64 {
    #[cfg(unix)]
    return rustix::param::page_size() as u64;
    #[cfg(not(unix))]
    4096
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::run::thread_id;
    use std::sync::mpsc;

    #[test]
    fn a_thread_that_waits_is_asleep_and_one_that_looks_is_not() {
        assert!(!is_asleep(thread_id()), "this one runs");
        let (tell, told) = mpsc::channel();
        let (wake, woken) = mpsc::channel::<()>();
        let thread = std::thread::spawn(move || {
            tell.send(thread_id()).expect("the test listens");
            let _end = woken.recv();
        });
        let waits = told.recv().expect("the thread tells");
        let asleep = (0..500).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            is_asleep(waits)
        });
        assert!(asleep);
        drop(wake);
        thread.join().expect("it ends");
        assert!(!is_asleep(u32::MAX), "there is no such thread");
    }

    #[test]
    fn who_sleeps_is_counted_and_who_computes_is_not() {
        let before = times_asleep().expect("Linux tells");
        std::hint::black_box((0..1000).map(std::hint::black_box).sum::<u64>());
        assert_eq!(times_asleep(), Some(before));
        std::thread::sleep(Duration::from_millis(1));
        assert!(times_asleep() > Some(before));
    }

    #[test]
    fn memory_is_told_in_bytes() {
        let resident = resident_memory().expect("Linux tells");
        let available = available_memory().expect("Linux tells");
        assert!(
            resident > 100 << 10 && available > 1 << 20,
            "{resident}, {available}"
        );
        assert!(time_in_line().is_some());
    }
}
