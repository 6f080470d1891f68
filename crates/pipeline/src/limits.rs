//! How many workers a machine can carry.

use brigade_report::Machine;
use serde::Serialize;

/// Kept for everything else: the archive, the record, libraries, the terminal.
const OTHER_DESCRIPTORS: u64 = 64;
/// A thread that fetches a face: its connection and the file it writes.
const DESCRIPTORS_A_THREAD: u64 = 2;
/// A worker process: its socket, its pidfd, the pipe it prints to, its memory file.
const DESCRIPTORS_A_PROCESS: u64 = 4;
/// A worker process that renders, fonts and a decoded face included.
const BYTES_A_PROCESS: u64 = 32 << 20;
/// More requests at once than this are no longer polite to one service.
const MOST_WAITING: u64 = 256;

/// How many workers a machine can carry, by what limits them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// That compute: the usable cores.
    pub computing: u32,
    /// That wait, on threads.
    pub waiting: u32,
    /// In processes of their own.
    pub processes: u32,
}

impl Limits {
    /// What follows from the machine's cores, descriptors and memory.
    #[must_use]
    pub fn of(machine: &Machine) -> Limits {
        let descriptors = machine.open_files_limit.unwrap_or(u64::MAX);
        let descriptors = descriptors.saturating_sub(OTHER_DESCRIPTORS);
        let memory = machine.memory_limit_bytes.unwrap_or(u64::MAX);
        let memory = memory.min(machine.ram_bytes);
        let at_least_one = |number: u64| u32::try_from(number.max(1)).unwrap_or(u32::MAX);
        Limits {
            computing: machine.cores_effective.max(1),
            waiting: at_least_one((descriptors / DESCRIPTORS_A_THREAD).min(MOST_WAITING)),
            // Half of the memory is the machine's own.
            processes: at_least_one(
                (descriptors / DESCRIPTORS_A_PROCESS).min(memory / 2 / BYTES_A_PROCESS),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(cores: u32, open_files: Option<u64>, ram_bytes: u64) -> Machine {
        Machine {
            cores_effective: cores,
            open_files_limit: open_files,
            ram_bytes,
            ..Machine::default()
        }
    }

    #[test]
    fn what_is_short_limits() {
        let limits = Limits::of(&machine(2, Some(1024), 32 << 30));
        assert_eq!(
            (limits.computing, limits.waiting, limits.processes),
            (2, 256, 240)
        );
        let few_files = Limits::of(&machine(2, Some(80), 32 << 30));
        assert_eq!((few_files.waiting, few_files.processes), (8, 4));
        let small = Limits::of(&machine(8, None, 1 << 30));
        assert_eq!(
            (small.computing, small.waiting, small.processes),
            (8, 256, 16)
        );
        let hardly_any = Limits::of(&machine(0, Some(3), 0));
        assert_eq!(
            (
                hardly_any.computing,
                hardly_any.waiting,
                hardly_any.processes
            ),
            (1, 1, 1)
        );
    }
}
