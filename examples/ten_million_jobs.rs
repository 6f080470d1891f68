//! Ten million jobs from an iterator, and memory that does not grow: jobs are pulled as outcomes are taken.
//!
//! ```sh
//! cargo run --release --example ten_million_jobs -- 10000000 processes
//! ```
//!
//! The arguments are how many, and the mode. Memory is that of this process and its workers together, as
//! `brigade-metrics` sees it.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::convert::Infallible;
use std::time::Instant;

use brigade_examples::{EndedEarly, argument};
use brigade_executor::{Context, Executor, Job, Metrics, Mode};
use brigade_metrics::{Config, Sampler};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Square(u64);

impl Job for Square {
    const NAME: &'static str = "square";
    type Output = u64;
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<u64, Infallible> {
        Ok(self.0.wrapping_mul(self.0))
    }
}

fn main() -> Result<(), EndedEarly> {
    brigade_executor::worker().job::<Square>().enter();
    let count: u64 = argument(1, "how many")?.unwrap_or(10_000_000);
    let mode: Mode = argument(2, "the mode")?.unwrap_or(Mode::Threads);

    let executor = Executor::builder()
        .mode(mode)
        .workers(2)
        .metrics(Metrics::Off)
        .build()?;
    let sampler = Sampler::start(Config::of_this_process())?;
    let (mut sum, mut done, start) = (0u64, 0u64, Instant::now());
    for finished in executor.stream((0..count).map(Square)) {
        sum = sum.wrapping_add(finished.outcome.into_result()?);
        done += 1;
        if done.is_multiple_of((count / 10).max(1)) {
            println!(
                "{done:>10} jobs, {:6.2} s, {:6.1} MiB",
                start.elapsed().as_secs_f64(),
                sampler.last().tree.rss_bytes as f64 / f64::from(1 << 20)
            );
        }
    }
    let right = (0..count).fold(0u64, |sum, number| {
        sum.wrapping_add(number.wrapping_mul(number))
    });
    assert_eq!(sum, right, "every job ran, and once");
    println!("{done} jobs on {mode}, the sum of their squares is {sum}");
    Ok(())
}
