//! What mode `auto` picks, and how far it is from the best setting of a sweep: four workloads, every setting in turns.
//!
//! ```sh
//! cargo bench --bench auto              # all workloads
//! cargo bench --bench auto -- tiny      # one
//! ```
//!
//! Wall time from building the executor to the last outcome, so what finding out costs is in it. Beside it stands what
//! the picked setting takes when it is asked for by name.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::convert::Infallible;
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

use brigade_executor::{Context, Executor, Job, Mode};
use serde::{Deserialize, Serialize};

const ROUNDS: usize = 7;
const WORKERS: [usize; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

/// Waits, then computes; either may be nothing.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Work {
    wait_us: u64,
    steps: u64,
}

impl Job for Work {
    const NAME: &'static str = "work";
    type Output = u64;
    type Error = Infallible;

    fn run(self, context: &Context) -> Result<u64, Infallible> {
        if self.wait_us > 0 {
            context.waiting(|| std::thread::sleep(Duration::from_micros(self.wait_us)));
        }
        Ok(compute(self.steps))
    }
}

/// One step takes about a nanosecond (xorshift64, G. Marsaglia 2003).
fn compute(steps: u64) -> u64 {
    let mut number = black_box(88_172_645_463_325_252_u64);
    for _ in 0..steps {
        number ^= number << 13;
        number ^= number >> 7;
        number ^= number << 17;
    }
    number
}

struct Workload {
    name: &'static str,
    about: &'static str,
    jobs: u64,
    job: fn(u64) -> Work,
}

const WORKLOADS: [Workload; 4] = [
    Workload {
        name: "tiny",
        about: "compute for about 0.4 µs",
        jobs: 400_000,
        job: |_| Work {
            wait_us: 0,
            steps: 200,
        },
    },
    Workload {
        name: "small",
        about: "compute for about 40 µs",
        jobs: 10_000,
        job: |_| Work {
            wait_us: 0,
            steps: 20_000,
        },
    },
    Workload {
        name: "mixed",
        about: "wait 2 to 8 ms, then compute for about 0.5 ms",
        jobs: 400,
        job: |index| Work {
            wait_us: 2000 + index * 7919 % 6000,
            steps: 250_000,
        },
    },
    Workload {
        name: "waiting",
        about: "wait 20 to 60 ms",
        jobs: 400,
        job: |index| Work {
            wait_us: 20_000 + index * 7919 % 40_000,
            steps: 0,
        },
    },
];

fn main() -> Result<(), Box<dyn Error>> {
    brigade_executor::worker().job::<Work>().enter();
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    for workload in &WORKLOADS {
        if wanted.as_deref().is_none_or(|name| name == workload.name) {
            measure(workload)?;
        }
    }
    Ok(())
}

fn measure(workload: &Workload) -> Result<(), Box<dyn Error>> {
    println!(
        "{}: {} jobs that {}",
        workload.name, workload.jobs, workload.about
    );
    let mut settings = vec![(Mode::Sequential, 1), (Mode::Auto, 0)];
    settings.extend(
        [Mode::Threads, Mode::Processes]
            .into_iter()
            .flat_map(|mode| WORKERS.map(|workers| (mode, workers))),
    );
    // A loop over waits takes long and is known beforehand.
    let waits: u64 = (0..workload.jobs)
        .map(|index| (workload.job)(index).wait_us)
        .sum();
    settings.retain(|(_, workers)| *workers == 0 || waits / *workers as u64 <= 2_000_000);
    let mut times = vec![Vec::new(); settings.len()];
    let mut picked = Vec::new();
    for _ in 0..ROUNDS {
        for ((mode, workers), times) in settings.iter().zip(&mut times) {
            let start = Instant::now();
            let mut builder = Executor::builder().mode(*mode);
            if *workers > 0 {
                builder = builder.workers(*workers);
            }
            let executor = builder.build()?;
            let sum = executor
                .stream((0..workload.jobs).map(workload.job))
                .filter(|finished| finished.outcome.is_ok())
                .count();
            times.push(start.elapsed().as_secs_f64());
            assert_eq!(sum as u64, workload.jobs, "every job has its outcome");
            picked.extend(executor.choice());
        }
    }
    let medians: Vec<f64> = times
        .iter_mut()
        .map(|times| {
            times.sort_by(f64::total_cmp);
            times[ROUNDS / 2]
        })
        .collect();
    let best = settings
        .iter()
        .zip(&medians)
        .filter(|((mode, _), _)| *mode != Mode::Auto)
        .map(|(_, median)| *median)
        .fold(f64::INFINITY, f64::min);
    for ((mode, workers), median) in settings.iter().zip(&medians) {
        let name = if *workers == 0 {
            mode.to_string()
        } else {
            format!("{mode} × {workers}")
        };
        println!(
            "  {name:<18} {:>9.2} ms  {:>6.2} of the best",
            median * 1e3,
            median / best
        );
    }
    for choice in picked {
        println!("  auto chose {choice}");
    }
    Ok(())
}
