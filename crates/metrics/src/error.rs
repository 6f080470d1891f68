//! What can go wrong before the first sample. After it nothing does: a process that cannot be read has ended.

/// Why a sampler could not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The root of the tree does not exist, or ended before the first sample.
    #[error("sample process {pid}: there is no such process")]
    NoSuchProcess {
        /// The pid that was asked for.
        pid: u32,
    },
    /// The machine's counters are out of reach.
    #[error("read the machine's CPU and memory counters")]
    Machine {
        /// What sysinfo said.
        #[source]
        source: sysinfo::Error,
    },
    /// The operating system refused the sampler's thread.
    #[error("start the sampler's thread")]
    Thread {
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}
