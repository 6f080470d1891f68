//! A pool of worker processes with every option set: what each is for, in one place.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::convert::Infallible;
use std::time::Duration;

use brigade_examples::EndedEarly;
use brigade_executor::{Context, Event, Executor, Initialiser, Job, Metrics, Mode};
use serde::{Deserialize, Serialize};

/// What every worker makes once, before its first job: here a table, elsewhere a connection or fonts.
#[derive(Serialize, Deserialize)]
struct Squares {
    below: u64,
}

impl Initialiser for Squares {
    const NAME: &'static str = "squares";
    type State = Vec<u64>;
    type Error = Infallible;

    fn start(&self, _worker: u32) -> Result<Vec<u64>, Infallible> {
        Ok((0..self.below).map(|number| number * number).collect())
    }
}

#[derive(Serialize, Deserialize)]
struct LookUp(usize);

impl Job for LookUp {
    const NAME: &'static str = "look-up";
    type Output = u64;
    type Error = &'static str;

    fn run(self, context: &Context) -> Result<u64, &'static str> {
        let squares = context
            .state::<Vec<u64>>()
            .ok_or("the worker has no table")?;
        squares
            .get(self.0)
            .copied()
            .ok_or("the table ends before that")
    }
}

fn main() -> Result<(), EndedEarly> {
    // The same types as below, and the same tag: a worker of another build is refused.
    brigade_executor::worker()
        .job::<LookUp>()
        .initialiser::<Squares>()
        .build_tag(env!("CARGO_PKG_VERSION"))
        .enter();

    let executor = Executor::builder()
        .mode(Mode::Processes)
        .workers(2) // without it: one for each core but these:
        .reserved_cores(1)
        .initialiser(Squares { below: 100 })
        .build_tag(env!("CARGO_PKG_VERSION"))
        // A job that does not end, or eats memory, or crashes.
        .timeout(Duration::from_secs(5))
        .grace(Duration::from_millis(100))
        .memory_limit(512 << 20)
        .crash_retries(2)
        .retry_backoff(Duration::from_millis(50))
        // A worker that leaks is replaced before it hurts.
        .tasks_per_worker(50)
        // Others on this machine come first.
        .nice(10)
        // Whoever submits faster than the pool works waits; an iterator is not read further ahead than this.
        .queue_bound(1000)
        .window(8)
        // What is known of each task, and who is told of it.
        .metrics(Metrics::Full)
        .observer(|event: &Event<'_>| {
            if let Event::WorkerLost {
                worker,
                death: None,
                ..
            } = event
            {
                println!("worker {worker} has done its share and is replaced");
            }
        })
        .forward_stderr(false)
        .build()?;

    let mut sum = 0;
    for finished in executor.stream((0..120).map(LookUp)) {
        let report = &finished.report;
        if report.index == 110 {
            println!(
                "job 110: {}; {} bytes of memory at most, {} wait in the queue known",
                finished.outcome,
                report.peak_memory.unwrap_or(0),
                report.queue_wait().map_or("no", |_| "its")
            );
        }
        sum += finished.outcome.ok().unwrap_or(0);
    }
    println!("the sum of the squares below 100 is {sum}");
    println!(
        "everything had ended: {}",
        executor.shutdown(Duration::from_secs(1))
    );
    Ok(())
}
