//! The same job in a loop, on threads and in worker processes.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use brigade_examples::EndedEarly;
use brigade_executor::{Context, Executor, Job, Mode};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, convert::Infallible, time::Instant};

/// Counts the primes below a number, slowly.
#[derive(Serialize, Deserialize)]
struct CountPrimes {
    below: u32,
}

impl Job for CountPrimes {
    const NAME: &'static str = "count-primes";
    type Output = usize;
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<usize, Infallible> {
        let is_prime = |number: &u32| {
            (2..)
                .take_while(|d| d * d <= *number)
                .all(|d| !number.is_multiple_of(d))
        };
        Ok((2..self.below).filter(is_prime).count())
    }
}

fn main() -> Result<(), EndedEarly> {
    // In a worker process this line never returns.
    brigade_executor::worker().job::<CountPrimes>().enter();

    for mode in [Mode::Sequential, Mode::Threads, Mode::Processes] {
        let start = Instant::now();
        let executor = Executor::builder().mode(mode).workers(2).build()?;
        let (mut total, mut pids) = (0, BTreeSet::new());
        for finished in executor.stream((0..40).map(|step| CountPrimes {
            below: 10_000 + 1000 * step,
        })) {
            pids.extend(finished.report.ran.map(|ran| ran.pid));
            total += finished.outcome.ok().unwrap_or(0);
        }
        println!(
            "{mode:<10}  {total} primes in {:>4} ms, by {} process(es)",
            start.elapsed().as_millis(),
            pids.len()
        );
    }
    Ok(())
}
