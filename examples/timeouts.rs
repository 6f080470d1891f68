//! Jobs that never end: asked to stop, then killed. The pool goes on with a fresh worker.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use brigade_examples::EndedEarly;
use brigade_executor::{Cancelled, Context, Executor, Job, Mode};
use serde::{Deserialize, Serialize};
use std::{thread::sleep, time::Duration};

#[derive(Serialize, Deserialize)]
enum Task {
    Quick,
    /// Looks now and then whether it should stop.
    Polite,
    /// Does not.
    Stubborn,
}

impl Job for Task {
    const NAME: &'static str = "task";
    type Output = String;
    type Error = Cancelled;

    fn run(self, context: &Context) -> Result<String, Cancelled> {
        match self {
            Self::Quick => Ok("done".into()),
            Self::Polite => loop {
                context.checkpoint()?;
                sleep(Duration::from_millis(5));
            },
            Self::Stubborn => loop {
                sleep(Duration::from_secs(1));
            },
        }
    }
}

fn main() -> Result<(), EndedEarly> {
    brigade_executor::worker().job::<Task>().enter();

    let executor = Executor::builder()
        .mode(Mode::Processes)
        .workers(2)
        .timeout(Duration::from_millis(100))
        .grace(Duration::from_millis(50))
        .build()?;
    let tasks = [Task::Quick, Task::Polite, Task::Stubborn, Task::Quick];
    for finished in executor.stream(tasks) {
        println!("task {}: {}", finished.report.index, finished.outcome);
    }
    Ok(())
}
