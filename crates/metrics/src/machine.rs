//! What the machine offers, read once.

use crate::cgroup;
use crate::error::Error;
use rustix::process::{Resource, getrlimit};
use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

/// What the machine offers this process.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Machine {
    /// The operating system and its version, as it calls itself.
    pub os: String,
    /// The processor's name; `None` where the system does not tell.
    pub cpu_brand: Option<String>,
    /// Hardware threads.
    pub cores_logical: usize,
    /// Physical cores; `None` where the system does not tell.
    pub cores_physical: Option<usize>,
    /// How many threads can really run at once: CPU affinity and the cgroup's CPU quota taken into account.
    pub cores_effective: usize,
    /// The cgroup's CPU quota in cores, where there is one.
    pub cpu_quota_cores: Option<f64>,
    /// RAM in bytes.
    pub ram_bytes: u64,
    /// The cgroup's memory limit in bytes, where there is one.
    pub memory_limit_bytes: Option<u64>,
    /// File descriptors this process may have open (the soft limit); `None` for no limit.
    pub open_files_limit: Option<u64>,
}

impl Machine {
    /// Reads what this process can find out about the machine it is on.
    ///
    /// # Errors
    /// When the machine's counters are out of reach.
    pub fn describe() -> Result<Self, Error> {
        let system = System::new_with_specifics(
            RefreshKind::nothing()
                .with_cpu(CpuRefreshKind::nothing())
                .with_memory(MemoryRefreshKind::nothing().with_ram()),
        )
        .map_err(|source| Error::Machine { source })?;
        let limits = cgroup::limits();
        let cores_logical = system.cpus().len().max(1);
        Ok(Self {
            os: System::long_os_version().unwrap_or_else(|_| std::env::consts::OS.to_owned()),
            cpu_brand: system
                .cpus()
                .first()
                .map(|cpu| cpu.brand().trim().to_owned())
                .filter(|brand| !brand.is_empty()),
            cores_logical,
            cores_physical: System::physical_core_count().ok(),
            // The standard library reads affinity and the quotas of cgroups 1 and 2.
            cores_effective: std::thread::available_parallelism()
                .map_or(cores_logical, std::num::NonZero::get),
            cpu_quota_cores: limits.cpu_cores,
            ram_bytes: system.total_memory(),
            memory_limit_bytes: limits.memory.map(|memory| memory.bytes),
            open_files_limit: getrlimit(Resource::Nofile).current,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_has_cores_and_memory() {
        let machine = Machine::describe().expect("counters");
        assert!(machine.cores_effective >= 1);
        assert!(machine.cores_effective <= machine.cores_logical);
        assert!(
            machine
                .cores_physical
                .is_none_or(|physical| physical <= machine.cores_logical)
        );
        assert!(machine.ram_bytes > 64 << 20);
        assert!(!machine.os.is_empty());
    }
}
