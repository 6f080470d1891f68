//! Room for what else runs on the machine: cores left to it, and precedence on the others.
//!
//! Both belong to a thread and are inherited by every thread and process that it starts later. So they are set once, at
//! the top of `main`, and hold for workers of every kind.

use std::io;

/// Leaves so many of the usable cores to others; at least one stays. To be called before any thread is started.
///
/// The lowest-numbered cores are left: devices interrupt there more often than elsewhere.
///
/// # Errors
/// When the system refuses, or is not Linux.
#[cfg(target_os = "linux")]
pub fn reserve_cores(cores: usize) -> io::Result<()> {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
    let usable = sched_getaffinity(None)?;
    let usable: Vec<usize> = (0..CpuSet::MAX_CPU)
        .filter(|core| usable.is_set(*core))
        .collect();
    let mut kept = CpuSet::new();
    let skipped = cores.min(usable.len().saturating_sub(1));
    usable
        .into_iter()
        .skip(skipped)
        .for_each(|core| kept.set(core));
    Ok(sched_setaffinity(None, &kept)?)
}

/// Leaves cores to others.
///
/// # Errors
/// Always: only Linux binds threads to cores.
#[cfg(not(target_os = "linux"))]
pub fn reserve_cores(_cores: usize) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Lets other programs go first: niceness from 0, as everybody, to 19, when nobody else wants the core. To be called
/// before any thread is started.
///
/// # Errors
/// When the system refuses, as it does to go below the niceness that the process has.
pub fn set_niceness(niceness: i32) -> io::Result<()> {
    Ok(rustix::process::setpriority_process(None, niceness)?)
}
