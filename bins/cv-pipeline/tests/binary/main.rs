//! The real binary, run as its users run it.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it skips"
)]

mod article;
mod auto;
mod changed;
mod data;
mod delivered;
mod failures;
mod identical;
#[cfg(target_os = "linux")]
mod pressure;
#[cfg(target_os = "linux")]
mod process;
mod progress;
#[cfg(target_os = "linux")]
mod resume;
#[cfg(target_os = "linux")]
mod signals;
mod support;
mod usage;
