//! Benchmarks against peers and floors; `cargo bench --bench NAME` runs one. Here is what they share: a clock that other
//! processes do not disturb, steps that take turns, and peers in processes of their own.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod peer;
mod steps;

pub use peer::{Peer, libjpeg};
pub use steps::{Steps, cpu_time};
