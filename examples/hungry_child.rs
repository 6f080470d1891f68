//! The hungry child: every core cooks, and somebody wants a snack. Then one core is reserved for whoever comes.
//!
//! ```sh
//! cargo run --release --example hungry_child -- 3
//! ```
//!
//! The snack is some 20 ms of computing, wanted again and again while the executor is busy. Its time tells how long the
//! child waits; the dishes tell what the reserve costs. The number is how many seconds each kitchen cooks.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::convert::Infallible;
use std::hint::black_box;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

use brigade_examples::{EndedEarly, seconds};
use brigade_executor::{Context, Executor, Job, Mode};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Dish {
    rounds: u64,
}

impl Job for Dish {
    const NAME: &'static str = "dish";
    type Output = ();
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<(), Infallible> {
        compute(self.rounds);
        Ok(())
    }
}

fn compute(rounds: u64) {
    black_box((0..rounds).fold(1u64, |sum, round| black_box(sum.rotate_left(5) ^ round)));
}

fn main() -> Result<(), EndedEarly> {
    brigade_executor::worker().job::<Dish>().enter();
    let cooking = seconds(1, "SECONDS")?.unwrap_or(Duration::from_secs(2));

    let rounds = rounds_of(Duration::from_millis(20));
    let alone = median((0..9).map(|_| snack(rounds)).collect());
    println!("a snack takes {alone:.1?} when nobody cooks");
    let cores = available_parallelism()?;
    for reserved in [0, 1] {
        let executor = Executor::builder()
            .mode(Mode::Processes)
            .reserved_cores(reserved)
            .build()?;
        let workers = executor.workers();
        let end = Instant::now() + cooking;
        let cook = std::thread::spawn(move || {
            // An endless menu: the executor asks for a dish when it has room for one.
            let menu = (0..)
                .take_while(|_| Instant::now() < end)
                .map(|_| Dish { rounds });
            executor.map(menu).filter(|outcome| outcome.is_ok()).count()
        });
        // The workers are at work before the child comes.
        std::thread::sleep(Duration::from_millis(100));
        let mut snacks = vec![snack(rounds)];
        while Instant::now() < end {
            std::thread::sleep(Duration::from_millis(20));
            snacks.push(snack(rounds));
        }
        let dishes = cook.join().map_err(|_| "the cook panicked")?;
        let count = snacks.len();
        println!(
            "{workers} of {cores} cores cook: {dishes} dishes; {count} snacks took {:.1?} each, {:.2} times as long as alone",
            median(snacks.clone()),
            median(snacks).as_secs_f64() / alone.as_secs_f64()
        );
    }
    Ok(())
}

/// How much computing takes so long here.
fn rounds_of(time: Duration) -> u64 {
    let probe = 1_000_000;
    let took = median((0..9).map(|_| snack(probe)).collect());
    (probe as f64 * time.as_secs_f64() / took.as_secs_f64()) as u64
}

fn snack(rounds: u64) -> Duration {
    let start = Instant::now();
    compute(rounds);
    start.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
