//! How many times as fast two workers are as one, on jobs of about 5 ms.

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use brigade_executor::{Executor, Mode, Outcome};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use crate::jobs::{Spin, builder, spin};
use crate::peers;
use crate::table::{Goal, Table, time, turns};

const TASKS: usize = 60;

/// How many steps take 5 ms.
fn calibrate() -> u64 {
    const TRIAL: u64 = 1_000_000;
    let shortest = (0..20).map(|_| {
        let start = Instant::now();
        black_box(spin(TRIAL));
        start.elapsed().as_secs_f64()
    });
    (5e-3 / shortest.fold(f64::INFINITY, f64::min) * TRIAL as f64) as u64
}

fn map(executor: &Executor, steps: u64) -> Result<(), Box<dyn Error>> {
    let ok = executor
        .map((0..TASKS).map(|_| Spin(steps)))
        .filter(Outcome::is_ok)
        .count();
    if ok == TASKS {
        Ok(())
    } else {
        Err("a job failed".into())
    }
}

fn rayon_map(pool: &rayon::ThreadPool, steps: u64) -> Result<(), Box<dyn Error>> {
    let unit = (0..TASKS).into_par_iter().with_max_len(1);
    black_box(pool.install(|| unit.map(|_| spin(steps)).collect::<Vec<_>>()));
    Ok(())
}

pub(crate) fn run(table: &mut Table) -> super::Done {
    let steps = calibrate();
    let threads = |workers| builder(Mode::Threads).workers(workers).build();
    let processes = |workers| builder(Mode::Processes).workers(workers).build();
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let lent = |workers| -> Result<_, Box<dyn Error>> {
        let pool = Arc::new(pool(workers)?);
        Ok(builder(Mode::Threads)
            .workers(workers)
            .spawner(move |work| pool.spawn(work))
            .build()?)
    };
    let (threads, processes, lent) = (
        [threads(1)?, threads(2)?],
        [processes(1)?, processes(2)?],
        [lent(1)?, lent(2)?],
    );
    let (pools, spawned) = (
        [pool(1)?, pool(2)?],
        [procspawn::Pool::new(1)?, procspawn::Pool::new(2)?],
    );
    let one_by_one =
        |pool: &procspawn::Pool| peers::procspawn(pool, (0..TASKS).map(|_| steps), spin, 8);
    let seconds = turns(
        5,
        [
            &mut || map(&threads[0], steps),
            &mut || map(&threads[1], steps),
            &mut || map(&processes[0], steps),
            &mut || map(&processes[1], steps),
            &mut || map(&lent[0], steps),
            &mut || map(&lent[1], steps),
            &mut || rayon_map(&pools[0], steps),
            &mut || rayon_map(&pools[1], steps),
            &mut || one_by_one(&spawned[0]),
            &mut || one_by_one(&spawned[1]),
        ],
    )?;
    let names = [
        "threads",
        "processes",
        "threads lent by a rayon pool",
        "rayon par_iter",
        "procspawn Pool",
    ];
    for (place, (name, pair)) in names
        .into_iter()
        .zip(seconds.as_chunks::<2>().0)
        .enumerate()
    {
        let goal = if place < 3 {
            Goal::AtLeast(1.98)
        } else {
            Goal::None
        };
        let one = format!("one worker {}", time(pair[0] / TASKS as f64));
        table.line(
            name,
            &time(pair[1] / TASKS as f64),
            &one,
            pair[0] / pair[1],
            "×",
            goal,
        );
    }
    Ok(())
}
