//! Samples a machine and one tree of processes while work runs.
//!
//! One thread reads CPU use (total and per core), RAM, and the memory and CPU time of a process and its
//! descendants, at an interval that follows its own cost: it never takes more than a fixed small part of a
//! core, however many processes there are. A thread may ask how long it stood in line for a core. The crate knows pids and a clock, and nothing of what the
//! processes do.
//!
//! ```
//! use brigade_metrics::{Config, Machine, Sampler};
//!
//! let machine = Machine::describe()?;
//! assert!(machine.cores_effective >= 1);
//!
//! let sampler = Sampler::start(Config::of_this_process())?;
//! // … the work …
//! let now = sampler.last();
//! assert!(now.tree.processes >= 1 && now.tree.rss_bytes > 0);
//! let series = sampler.stop();
//! println!("{} samples cost {:?} of CPU time", series.taken, series.own_cpu);
//! # Ok::<(), brigade_metrics::Error>(())
//! ```
//!
//! What the figures mean:
//!
//! * **CPU percent** is over the time since the sample before, 100 being every core (or that core) busy. The
//!   first sample has none: a counter read once says nothing about now.
//! * **RAM** follows the cgroup's limit where that is below the machine's memory.
//! * **The tree's memory** is the sum of its processes' resident sets. Pages they share (the executable,
//!   copy-on-write after a fork, shared memory) count once in each process, so the sum is an upper bound.
//! * **The tree's CPU time** counts from the sampler's start and includes processes that have ended and
//!   were waited for by their parent.

mod cgroup;
mod error;
mod machine;
mod run_queue;
mod sample;
mod sampler;
mod tree;

pub use error::Error;
pub use machine::Machine;
pub use run_queue::RunQueue;
pub use sample::{Memory, Sample, Series, Tree};
pub use sampler::{Config, Sampler};
