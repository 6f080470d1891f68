//! A process and its descendants: how many, their memory, their CPU time.
//!
//! On Linux `/proc/PID/stat` is read by hand: one file a process holds all we want, and its children's ended CPU
//! time (`cutime`), which sysinfo does not give. It counts in ticks of 10 ms, rounded down: a hundred processes that computed
//! for 9 ms each would be seen to do nothing until they end, and then to have done it all at once. So the CPU time of a
//! process with one thread, which is what most worker processes are, comes from `/proc/PID/schedstat`, in nanoseconds. `cargo run --release --example sample_own_process` compares the
//! cost with sysinfo's refresh of the same processes. Elsewhere sysinfo does it.

use crate::sample::Tree;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// Finds the tree anew at every sample.
pub(crate) struct Walker {
    root: u32,
    table: table::Table,
    /// Excluded processes seen alive, with the CPU time that moves to their parent when they end.
    excluded_cpu: HashMap<u32, Duration>,
    /// Processes that are not of the tree, and so (parents being given at birth) never will be.
    strangers: HashSet<u32>,
    walks: u32,
    baseline: Option<Duration>,
    last_cpu: Duration,
}

/// Strangers are looked at again this often, since a pid may by then name a new process.
const FORGET_STRANGERS_AFTER: u32 = 16;

/// One process as the system shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    pid: u32,
    parent: u32,
    threads: usize,
    rss_bytes: u64,
    /// Its own, and that of children it has waited for.
    cpu: Duration,
    /// Ended, but not yet waited for.
    zombie: bool,
}

impl Walker {
    pub(crate) fn new(root: u32) -> Self {
        Self {
            root,
            table: table::Table::new(),
            excluded_cpu: HashMap::new(),
            strangers: HashSet::new(),
            walks: 0,
            baseline: None,
            last_cpu: Duration::ZERO,
        }
    }

    /// The tree now; `None` when its root is gone.
    pub(crate) fn walk(&mut self, excluded: &HashSet<u32>) -> Option<Tree> {
        if self.walks.is_multiple_of(FORGET_STRANGERS_AFTER) {
            self.strangers.clear();
        }
        self.walks += 1;
        let processes = self.table.read(&self.strangers);
        self.add_up(processes, excluded)
    }

    fn add_up(&mut self, processes: Vec<Process>, excluded: &HashSet<u32>) -> Option<Tree> {
        let by_pid: HashMap<u32, &Process> = processes.iter().map(|p| (p.pid, p)).collect();
        by_pid.get(&self.root)?;
        let mut members: HashMap<u32, bool> = HashMap::from([(self.root, true)]);
        let mut tree = Tree::default();
        let mut cpu = Duration::ZERO;
        for process in &processes {
            if excluded.contains(&process.pid) {
                self.excluded_cpu.insert(process.pid, process.cpu);
                continue;
            }
            if !is_member(process.pid, &by_pid, excluded, &mut members) {
                self.strangers.insert(process.pid);
                continue;
            }
            cpu += process.cpu;
            if !process.zombie {
                tree.processes += 1;
                tree.threads += process.threads;
                tree.rss_bytes += process.rss_bytes;
            }
        }
        // An excluded child that has ended is now part of its parent's ended children: take it out again.
        for (_, ended) in self
            .excluded_cpu
            .iter()
            .filter(|(pid, _)| !by_pid.contains_key(pid))
        {
            cpu = cpu.saturating_sub(*ended);
        }
        let since_start = cpu.saturating_sub(*self.baseline.get_or_insert(cpu));
        // A child whose parent ignores its end takes its CPU time with it; the sum must not run backwards.
        self.last_cpu = self.last_cpu.max(since_start);
        tree.cpu = self.last_cpu;
        Some(tree)
    }
}

/// Whether the way up from `pid` reaches the root without meeting an excluded process.
fn is_member(
    pid: u32,
    by_pid: &HashMap<u32, &Process>,
    excluded: &HashSet<u32>,
    members: &mut HashMap<u32, bool>,
) -> bool {
    let mut path = Vec::new();
    let mut at = pid;
    let member = loop {
        if let Some(known) = members.get(&at) {
            break *known;
        }
        // The table is no snapshot, so parents read at different moments could even form a ring.
        if excluded.contains(&at) || path.contains(&at) {
            break false;
        }
        path.push(at);
        match by_pid.get(&at) {
            Some(process) => at = process.parent,
            None => break false,
        }
    };
    members.extend(path.into_iter().map(|pid| (pid, member)));
    members.insert(pid, member);
    member
}

#[cfg(target_os = "linux")]
mod table {
    //! All processes from `/proc`.

    use super::Process;
    use std::collections::HashSet;
    use std::fs::{self, File};
    use std::io::Read;
    use std::time::Duration;

    pub(super) struct Table {
        text: Vec<u8>,
        ticks_per_second: u64,
        page_bytes: u64,
    }

    impl Table {
        pub(super) fn new() -> Self {
            Self {
                text: Vec::with_capacity(1024),
                ticks_per_second: rustix::param::clock_ticks_per_second().max(1),
                page_bytes: rustix::param::page_size() as u64,
            }
        }

        pub(super) fn read(&mut self, skip: &HashSet<u32>) -> Vec<Process> {
            let Ok(folder) = fs::read_dir("/proc") else {
                return Vec::new();
            };
            folder
                .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
                .filter(|pid| !skip.contains(pid))
                .filter_map(|pid| self.process(pid))
                .collect()
        }

        fn process(&mut self, pid: u32) -> Option<Process> {
            self.text.clear();
            // An error means that the process has ended meanwhile.
            File::open(format!("/proc/{pid}/stat"))
                .and_then(|mut file| file.read_to_end(&mut self.text))
                .ok()?;
            let (process, own) = parse(pid, &self.text, self.ticks_per_second, self.page_bytes)?;
            let exact = (process.threads == 1 && !process.zombie)
                .then(|| self.computed(pid))
                .flatten();
            let more = exact.unwrap_or_default().saturating_sub(own);
            Some(Process {
                cpu: process.cpu + more,
                ..process
            })
        }

        /// CPU time of a process's first thread (`Documentation/scheduler/sched-stats.rst`, the first field).
        fn computed(&mut self, pid: u32) -> Option<Duration> {
            self.text.clear();
            File::open(format!("/proc/{pid}/schedstat"))
                .and_then(|mut file| file.read_to_end(&mut self.text))
                .ok()?;
            let text = std::str::from_utf8(&self.text).ok()?;
            let nanoseconds = text.split_ascii_whitespace().next()?.parse().ok()?;
            Some(Duration::from_nanos(nanoseconds))
        }
    }

    /// The process, and how much of its CPU time is its own. Fields as numbered in proc_pid_stat(5). The name (2) is in
    /// brackets and may hold anything, brackets too.
    fn parse(
        pid: u32,
        text: &[u8],
        ticks_per_second: u64,
        page_bytes: u64,
    ) -> Option<(Process, Duration)> {
        let name_end = text.iter().rposition(|byte| *byte == b')')?;
        let rest = std::str::from_utf8(&text[name_end + 1..]).ok()?;
        let fields: Vec<&str> = rest.split_ascii_whitespace().take(22).collect();
        let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        let time = |ticks: u64| Duration::from_nanos(ticks * 1_000_000_000 / ticks_per_second);
        // utime, stime; cutime, cstime
        let own = time(number(14)? + number(15)?);
        let process = Process {
            pid,
            parent: number(4)?.try_into().ok()?,
            threads: number(20)?.try_into().ok()?,
            rss_bytes: number(24)? * page_bytes,
            cpu: own + time(number(16)? + number(17)?),
            zombie: matches!(*fields.first()?, "Z" | "X"),
        };
        Some((process, own))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_stat_line_with_brackets_in_the_name_is_read_right() {
            let line = b"42 (a) R 1 (b) S 7 1 1 0 -1 4194304 99 0 0 0 150 50 30 20 20 0 3 0 72504 3133440 390 184";
            let (process, own) = parse(42, line, 100, 4096).expect("a whole line");
            assert_eq!(own, Duration::from_secs(2));
            assert_eq!(
                process,
                Process {
                    pid: 42,
                    parent: 7,
                    threads: 3,
                    rss_bytes: 390 * 4096,
                    cpu: Duration::from_millis(2500),
                    zombie: false,
                }
            );
        }

        #[test]
        fn a_cut_line_is_no_process() {
            assert_eq!(parse(42, b"42 (a) S 7 1 1", 100, 4096), None);
            assert_eq!(parse(42, b"", 100, 4096), None);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod table {
    //! All processes from sysinfo, which does not know the CPU time of ended children.

    use super::Process;
    use std::collections::HashSet;
    use std::time::Duration;
    use sysinfo::{ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};

    pub(super) struct Table(System);

    impl Table {
        pub(super) fn new() -> Self {
            Self(System::new())
        }

        pub(super) fn read(&mut self, _skip: &HashSet<u32>) -> Vec<Process> {
            let kind = ProcessRefreshKind::nothing().with_cpu().with_memory();
            self.0
                .refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
            let processes = self.0.processes().values();
            processes
                .map(|process| Process {
                    pid: process.pid().as_u32(),
                    parent: process.parent().map_or(0, |pid| pid.as_u32()),
                    threads: 1,
                    rss_bytes: process.memory(),
                    cpu: Duration::from_millis(process.accumulated_cpu_time()),
                    zombie: process.status() == ProcessStatus::Zombie,
                })
                .collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, parent: u32, seconds: u64) -> Process {
        Process {
            pid,
            parent,
            threads: 2,
            rss_bytes: 100,
            cpu: Duration::from_secs(seconds),
            zombie: false,
        }
    }

    #[test]
    fn excluded_processes_and_their_descendants_are_left_out() {
        let mut walker = Walker::new(10);
        let processes = vec![
            process(1, 0, 500),
            process(13, 12, 4), // below the excluded one
            process(11, 10, 2),
            process(12, 10, 3),
            process(14, 11, 5),
            process(10, 1, 1),
            process(20, 1, 50), // a stranger
        ];
        let tree = walker
            .add_up(processes, &HashSet::from([12]))
            .expect("a root");
        assert_eq!((tree.processes, tree.threads, tree.rss_bytes), (3, 6, 300));
        assert_eq!(tree.cpu, Duration::ZERO, "counted from the first sample");
    }

    #[test]
    fn cpu_time_of_ended_children_stays_and_that_of_excluded_ones_does_not_come_in() {
        let excluded = HashSet::from([12]);
        let mut walker = Walker::new(10);
        let before = vec![process(10, 1, 1), process(11, 10, 2), process(12, 10, 3)];
        walker.add_up(before, &excluded).expect("a root");
        // 11 used one second more and ended, 12 ended: the root has waited for both.
        let after = vec![process(10, 1, 1 + 3 + 3)];
        let tree = walker.add_up(after, &excluded).expect("a root");
        assert_eq!(tree.cpu, Duration::from_secs(1));
    }

    #[test]
    fn a_ring_of_parents_ends() {
        let mut walker = Walker::new(10);
        let processes = vec![process(10, 1, 1), process(7, 8, 1), process(8, 7, 1)];
        let tree = walker.add_up(processes, &HashSet::new()).expect("a root");
        assert_eq!(tree.processes, 1);
    }

    #[test]
    fn a_zombie_has_cpu_time_but_is_no_running_process() {
        let mut walker = Walker::new(10);
        walker
            .add_up(vec![process(10, 1, 1)], &HashSet::new())
            .expect("a root");
        let zombie = Process {
            zombie: true,
            ..process(11, 10, 4)
        };
        let tree = walker
            .add_up(vec![process(10, 1, 1), zombie], &HashSet::new())
            .expect("a root");
        assert_eq!((tree.processes, tree.cpu), (1, Duration::from_secs(4)));
    }

    #[test]
    fn a_root_that_is_gone_is_no_tree() {
        assert_eq!(
            Walker::new(10).add_up(vec![process(1, 0, 1)], &HashSet::new()),
            None
        );
    }
}
