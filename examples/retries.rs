//! A job whose worker process crashes is tried again, if that is allowed: here twice, after a pause that doubles.
//!
//! Only a crash is tried again. An error is the job's own answer, and whoever knows it to be temporary tries again inside.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use brigade_examples::EndedEarly;
use brigade_executor::{Context, Event, Executor, Job, Mode};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Crashes in its first attempts.
#[derive(Serialize, Deserialize)]
struct Flaky {
    crashes: u32,
}

impl Job for Flaky {
    const NAME: &'static str = "flaky";
    type Output = u32;
    type Error = &'static str;

    fn run(self, context: &Context) -> Result<u32, &'static str> {
        if context.attempt() <= self.crashes {
            std::process::abort();
        }
        if context.index() == 3 {
            return Err("an error is not tried again");
        }
        Ok(context.attempt())
    }
}

fn main() -> Result<(), EndedEarly> {
    brigade_executor::worker().job::<Flaky>().enter();

    let executor = Executor::builder()
        .mode(Mode::Processes)
        .workers(2)
        .crash_retries(2)
        .retry_backoff(Duration::from_millis(10))
        .forward_stderr(false)
        .observer(|event: &Event<'_>| {
            if let Event::Retried(tag, outcome) = event {
                println!("job {}, attempt {}: {outcome}", tag.index, tag.attempt);
            }
        })
        .build()?;
    let jobs = [0, 1, 3, 0].map(|crashes| Flaky { crashes });
    for (index, outcome) in executor.map(jobs).enumerate() {
        match outcome.into_result() {
            Ok(attempt) => println!("job {index}: done in attempt {attempt}"),
            Err(error) => println!("job {index}: {} ({error})", error.outcome().kind()),
        }
    }
    Ok(())
}
