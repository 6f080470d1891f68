//! One job at a time: a handle that is waited for, looked at, waited for with a limit, called off; and `map` with reports.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::convert::Infallible;
use std::thread::sleep;
use std::time::Duration;

use brigade_examples::EndedEarly;
use brigade_executor::{Context, Executor, Job, Mode};
use serde::{Deserialize, Serialize};

/// Works in small steps, and looks after each whether anybody still wants the result.
#[derive(Serialize, Deserialize)]
struct Steps(u32);

impl Job for Steps {
    const NAME: &'static str = "steps";
    type Output = u64;
    type Error = Infallible;

    fn run(self, context: &Context) -> Result<u64, Infallible> {
        for _ in 0..self.0 {
            if context.is_cancelled() {
                break;
            }
            context.waiting(|| sleep(Duration::from_millis(10)));
        }
        Ok(context.task())
    }
}

fn main() -> Result<(), EndedEarly> {
    let executor = Executor::builder().mode(Mode::Threads).workers(2).build()?;

    let short = executor.submit(Steps(1));
    let long = executor.submit(Steps(100_000));
    let id = short.id();
    let finished = short.finished();
    println!(
        "task {id}: {}, in {} attempt",
        finished.outcome, finished.report.attempt
    );

    println!("the long one is finished: {}", long.is_finished());
    let long = match long.join_timeout(Duration::from_millis(50)) {
        Ok(outcome) => {
            println!("it ended after all: {outcome}");
            return Ok(());
        }
        Err(handle) => handle,
    };
    long.cancel();
    println!("not in 50 ms, so it is called off: {}", long.join());

    let mut outcomes = executor.map([1, 2, 3].map(Steps));
    while let Some(finished) = outcomes.next_finished() {
        println!("job {}: {}", finished.report.index, finished.outcome);
    }
    Ok(())
}
