//! Megabytes in and out: marked as bytes for serde, they travel as one piece through shared memory.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use brigade_examples::EndedEarly;
use brigade_executor::{Context, Executor, Job, Mode};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use std::{convert::Infallible, time::Instant};

#[derive(Serialize, Deserialize)]
struct Invert {
    picture: ByteBuf,
}

impl Job for Invert {
    const NAME: &'static str = "invert";
    type Output = ByteBuf;
    type Error = Infallible;

    fn run(mut self, _: &Context) -> Result<ByteBuf, Infallible> {
        self.picture.iter_mut().for_each(|byte| *byte = !*byte);
        Ok(self.picture)
    }
}

fn main() -> Result<(), EndedEarly> {
    brigade_executor::worker().job::<Invert>().enter();

    let executor = Executor::builder()
        .mode(Mode::Processes)
        .workers(2)
        .build()?;
    for mib in [1, 4, 16] {
        let start = Instant::now();
        let pictures = (0..8).map(|seed| Invert {
            picture: ByteBuf::from(vec![seed; mib << 20]),
        });
        let right = executor
            .map(pictures)
            .enumerate()
            .filter(|(seed, outcome)| {
                outcome
                    .clone()
                    .ok()
                    .is_some_and(|out| out.iter().all(|byte| !byte == *seed as u8))
            })
            .count();
        println!(
            "8 times {mib:>2} MiB in and out: {right} right, {:>4} ms",
            start.elapsed().as_millis()
        );
    }
    Ok(())
}
