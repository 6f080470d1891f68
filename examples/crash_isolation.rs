//! A job that crashes for real costs itself; the others finish.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use brigade_examples::EndedEarly;
use brigade_executor::{Context, Executor, Job, Mode};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;

#[derive(Serialize, Deserialize)]
struct Fragile(u32);

impl Job for Fragile {
    const NAME: &'static str = "fragile";
    type Output = u32;
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<u32, Infallible> {
        match self.0 {
            3 => panic!("job 3 does not like its number"),
            5 => std::process::abort(),
            7 => overflow(0),
            9 => std::process::exit(42),
            number => Ok(number * 10),
        }
    }
}

/// Uses up the stack: the kernel ends the process with a signal.
#[expect(unconditional_recursion, reason = "it is meant to overflow")]
fn overflow(depth: u32) -> Result<u32, Infallible> {
    let frame = std::hint::black_box([depth; 1024]);
    overflow(depth + 1).map(|sum| sum + frame[0])
}

fn main() -> Result<(), EndedEarly> {
    brigade_executor::worker().job::<Fragile>().enter();

    let executor = Executor::builder()
        .mode(Mode::Processes)
        .workers(2)
        .forward_stderr(false)
        .build()?;
    for (number, outcome) in executor.map((0..12).map(Fragile)).enumerate() {
        match outcome.into_result() {
            Ok(output) => println!("job {number:>2}: {output}"),
            Err(error) => println!("job {number:>2}: {} ({error})", error.outcome().kind()),
        }
    }
    Ok(())
}
