//! Jobs that do nothing: what an executor itself costs.

use std::error::Error;
use std::hint::black_box;

use brigade_executor::{Executor, Metrics, Mode, Outcome};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use crate::floor::{Floor, batched};
use crate::jobs::{Noop, build, builder, noop};
use crate::peers::{self, Bare, Ipc};
use crate::table::{Goal, Table, time, turns};

const ROUNDS: usize = 9;
const TASKS: u64 = 200_000;
const N: f64 = TASKS as f64;

fn map(executor: &Executor, tasks: u64) -> Result<(), Box<dyn Error>> {
    let ok = executor
        .map((0..tasks).map(Noop))
        .filter(Outcome::is_ok)
        .count() as u64;
    if ok == tasks {
        Ok(())
    } else {
        Err(format!("{} of {tasks} jobs failed", tasks - ok).into())
    }
}

/// With reports.
fn stream(executor: &Executor) -> Result<(), Box<dyn Error>> {
    let jobs = executor.stream((0..TASKS).map(Noop));
    let ok = jobs.filter(|finished| finished.outcome.is_ok()).count() as u64;
    if ok == TASKS {
        Ok(())
    } else {
        Err(format!("{} of {TASKS} jobs failed", TASKS - ok).into())
    }
}

fn submit(executor: &Executor, tasks: u64) -> Result<(), Box<dyn Error>> {
    let handles: Vec<_> = (0..tasks)
        .map(|number| executor.submit(Noop(number)))
        .collect();
    for handle in handles {
        handle.join().into_result()?;
    }
    Ok(())
}

pub(crate) fn processes(table: &mut Table) -> super::Done {
    const FEW: u64 = 10_000;
    let executor = build(Mode::Processes)?;
    let mut floor = [Floor::start("echo")?, Floor::start("echo")?];
    let mut deep = [Floor::start("echo")?, Floor::start("echo")?];
    let bare = Bare::new();
    let pool = procspawn::Pool::new(2)?;
    let channels = [Ipc::start()?, Ipc::start()?];
    let [ours, submitted, hand, deep, bare, spawned, ipc] = turns(
        ROUNDS,
        [
            &mut || map(&executor, TASKS),
            &mut || submit(&executor, TASKS),
            &mut || batched(&mut floor, TASKS as usize, 16),
            &mut || batched(&mut deep, TASKS as usize, 256),
            &mut || bare.collect(TASKS, noop),
            &mut || peers::procspawn(&pool, 0..FEW, noop, 64),
            &mut || peers::ipc(&channels, FEW),
        ],
    )?;
    let (ours, submitted) = (ours / N, submitted / N);
    let (spawned, ipc) = (spawned / FEW as f64, ipc / FEW as f64);
    table.ratio(
        "processes, map",
        ours,
        "socketpair by hand, 16 in flight, batched",
        hand / N,
        Goal::AtMost(2.0),
    );
    table.ratio("", ours, "the same, 256 in flight", deep / N, Goal::None);
    table.ratio(
        "",
        ours,
        "bare crossbeam pool (threads)",
        bare / N,
        Goal::AtMost(1.0),
    );
    table.ratio(
        "",
        ours,
        "ipc-channel by hand, 16 in flight",
        ipc,
        Goal::None,
    );
    table.ratio("", ours, "procspawn Pool, 64 unjoined", spawned, Goal::None);
    table.ratio(
        "processes, submit all, join all",
        submitted,
        "socketpair by hand, 16 in flight, batched",
        hand / N,
        Goal::None,
    );
    Ok(())
}

pub(crate) fn threads(table: &mut Table) -> super::Done {
    let executor = build(Mode::Threads)?;
    let bare = Bare::new();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build()?;
    let [mapped, submitted, rayon, bare] = turns(
        ROUNDS,
        [
            &mut || map(&executor, TASKS),
            &mut || submit(&executor, TASKS),
            &mut || {
                let unit = (0..TASKS as usize).into_par_iter().with_max_len(1);
                let all: Vec<u64> =
                    pool.install(|| unit.map(|number| noop(number as u64)).collect());
                black_box(all);
                Ok(())
            },
            &mut || bare.collect(TASKS, noop),
        ],
    )?;
    table.ratio(
        "threads, map",
        mapped / N,
        "rayon par_iter, one job a split",
        rayon / N,
        Goal::AtMost(2.0),
    );
    table.ratio(
        "threads, submit all, join all",
        submitted / N,
        "bare crossbeam pool",
        bare / N,
        Goal::AtMost(1.0),
    );
    Ok(())
}

pub(crate) fn sequential(table: &mut Table) -> super::Done {
    const MANY: u64 = 2_000_000;
    let executor = build(Mode::Sequential)?;
    let [ours, plain] = turns(
        ROUNDS,
        [&mut || map(&executor, MANY), &mut || {
            (0..MANY).for_each(|number| _ = black_box(noop(number)));
            Ok(())
        }],
    )?;
    let (ours, plain) = (ours / MANY as f64, plain / MANY as f64);
    let loops = format!("a plain loop {}", time(plain));
    table.line(
        "sequential, map: added to a job",
        &time(ours),
        &loops,
        (ours - plain) * 1e9,
        " ns",
        Goal::AtMost(10.0),
    );
    Ok(())
}

pub(crate) fn metrics(table: &mut Table) -> super::Done {
    for mode in [Mode::Sequential, Mode::Threads, Mode::Processes] {
        let executor = |level| builder(mode).metrics(level).build();
        let (off, wall, full) = (
            executor(Metrics::Off)?,
            executor(Metrics::Wall)?,
            executor(Metrics::Full)?,
        );
        let [off, wall, full] = turns(
            ROUNDS,
            [&mut || stream(&off), &mut || stream(&wall), &mut || {
                stream(&full)
            }],
        )?;
        let added = |level: f64| (level - off) / N * 1e6;
        let without = format!("Off {}", time(off / N));
        table.line(
            &format!("{mode}: Wall adds"),
            &time(wall / N),
            &without,
            added(wall),
            " µs",
            Goal::AtMost(0.1),
        );
        table.line(
            &format!("{mode}: Full adds"),
            &time(full / N),
            &without,
            added(full),
            " µs",
            Goal::AtMost(1.0),
        );
    }
    Ok(())
}
