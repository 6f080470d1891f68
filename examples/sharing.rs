//! One counter and one table of prices, for threads and for worker processes; and what copying 1 MiB costs.
//!
//! ```sh
//! cargo run --release --example sharing
//! ```
//!
//! Threads see the same memory, so what they change needs a lock, or an atomic. Worker processes see their own: a job that
//! counts in a static counts for nobody. There, everything a job needs goes in with it, and what it found comes out.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use brigade_examples::EndedEarly;
use brigade_executor::{Context, Executor, Job, Mode};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

const JOBS: u64 = 1000;
static COUNTER: AtomicU64 = AtomicU64::new(0);
static TOTAL: Mutex<u64> = Mutex::new(0);
static PRICES: Mutex<Vec<u64>> = Mutex::new(Vec::new());

/// Counts and adds up in what it believes to be everybody's memory.
#[derive(Serialize, Deserialize)]
struct InPlace {
    item: usize,
}

impl Job for InPlace {
    const NAME: &'static str = "in-place";
    type Output = ();
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<(), Infallible> {
        COUNTER.fetch_add(1, Ordering::Relaxed);
        let price = PRICES
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(self.item)
            .copied();
        *TOTAL.lock().unwrap_or_else(PoisonError::into_inner) += price.unwrap_or(0);
        Ok(())
    }
}

/// Has its part of the table with it, and says what it found.
#[derive(Serialize, Deserialize)]
struct HandedOver {
    prices: Vec<u64>,
}

impl Job for HandedOver {
    const NAME: &'static str = "handed-over";
    type Output = u64;
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<u64, Infallible> {
        Ok(self.prices.iter().sum())
    }
}

/// 1 MiB in, the same out: nothing but the way there and back.
#[derive(Serialize, Deserialize)]
struct There(ByteBuf);

impl Job for There {
    const NAME: &'static str = "there";
    type Output = ByteBuf;
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<ByteBuf, Infallible> {
        Ok(self.0)
    }
}

fn main() -> Result<(), EndedEarly> {
    brigade_executor::worker()
        .job::<InPlace>()
        .job::<HandedOver>()
        .job::<There>()
        .enter();
    let prices: Vec<u64> = (1..=JOBS).collect();
    println!(
        "the right total of {JOBS} prices is {}\n",
        prices.iter().sum::<u64>()
    );
    PRICES
        .lock()
        .map_err(|error| error.to_string())?
        .clone_from(&prices);

    for mode in [Mode::Threads, Mode::Processes] {
        let executor = Executor::builder().mode(mode).workers(2).build()?;
        COUNTER.store(0, Ordering::Relaxed);
        *TOTAL.lock().map_err(|error| error.to_string())? = 0;
        let mut pids = BTreeSet::new();
        for finished in executor.stream((0..prices.len()).map(|item| InPlace { item })) {
            pids.extend(finished.report.ran.map(|ran| ran.pid));
            finished.outcome.into_result()?;
        }
        println!(
            "{mode:<10}  in place: {} jobs ran in {} process(es); here the counter is {} and the total {}",
            prices.len(),
            pids.len(),
            COUNTER.load(Ordering::Relaxed),
            *TOTAL.lock().map_err(|error| error.to_string())?
        );

        let parts = prices.chunks(100).map(|part| HandedOver {
            prices: part.to_vec(),
        });
        let mut total = 0;
        for outcome in executor.map(parts) {
            total += outcome.into_result()?;
        }
        println!("{mode:<10}  handed over and back: the total is {total}");

        println!(
            "{mode:<10}  1 MiB in and out: {:.1?} a job\n",
            copying(&executor)?
        );
    }
    Ok(())
}

/// The median of single round trips, the way there and back alone.
fn copying(executor: &Executor) -> Result<Duration, Box<dyn Error>> {
    let mut megabyte = ByteBuf::from(vec![7; 1 << 20]);
    let mut times = Vec::new();
    for _ in 0..101 {
        let start = Instant::now();
        megabyte = executor.submit(There(megabyte)).join().into_result()?;
        times.push(start.elapsed());
    }
    assert_eq!(megabyte.len(), 1 << 20, "what comes back is what went");
    times.sort();
    Ok(times[times.len() / 2])
}
