//! From nothing to the first result.

use std::error::Error;
use std::time::Instant;

use brigade_executor::Mode;

use crate::jobs::{Noop, builder, noop};
use crate::table::{Goal, Table, median};

const ROUNDS: usize = 31;

pub(crate) fn run(table: &mut Table) -> super::Done {
    for workers in [2, 8] {
        let (mut ours, mut spawned) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            // What is built is dropped after the clock has stopped.
            let start = Instant::now();
            let executor = builder(Mode::Processes).workers(workers).build()?;
            executor.submit(Noop(1)).join().into_result()?;
            ours.push(start.elapsed().as_secs_f64());
            drop(executor);
            spawned.push(procspawn_first(workers)?);
        }
        let what = format!("processes, {workers} workers");
        table.ratio(
            &what,
            median(&mut ours),
            "procspawn Pool",
            median(&mut spawned),
            Goal::AtMost(0.5),
        );
    }
    Ok(())
}

fn procspawn_first(workers: usize) -> Result<f64, Box<dyn Error>> {
    let start = Instant::now();
    let pool = procspawn::Pool::new(workers)?;
    pool.spawn(1, noop).join()?;
    Ok(start.elapsed().as_secs_f64())
}
