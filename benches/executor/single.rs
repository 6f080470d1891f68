//! One job at a time: submitted, joined, then the next.

use brigade_executor::Mode;

use crate::floor::Floor;
use crate::jobs::{Noop, build, noop};
use crate::table::{Goal, Table, turns};

const TASKS: u32 = 2000;

pub(crate) fn processes(table: &mut Table) -> super::Done {
    let executor = build(Mode::Processes)?;
    let threads = build(Mode::Threads)?;
    let mut floor = Floor::start("echo")?;
    let pool = procspawn::Pool::new(2)?;
    let [ours, threads, ping, spawned] = turns(
        11,
        [
            &mut || {
                (0..TASKS.into()).try_for_each(|n| {
                    Ok(executor.submit(Noop(n)).join().into_result().map(drop)?)
                })
            },
            &mut || {
                (0..TASKS.into())
                    .try_for_each(|n| Ok(threads.submit(Noop(n)).join().into_result().map(drop)?))
            },
            &mut || {
                (0..TASKS).try_for_each(|_| {
                    floor.send(1)?;
                    floor.receive().map(drop)
                })?;
                Ok(())
            },
            &mut || {
                (0..TASKS.into()).try_for_each(|n: u64| Ok(pool.spawn(n, noop).join().map(drop)?))
            },
        ],
    )?
    .map(|seconds| seconds / f64::from(TASKS));
    table.ratio(
        "processes, submit + join",
        ours,
        "ping-pong over a socketpair",
        ping,
        Goal::AtMost(1.5),
    );
    table.ratio("", ours, "procspawn Pool", spawned, Goal::None);
    table.ratio(
        "threads, submit + join",
        threads,
        "ping-pong over a socketpair",
        ping,
        Goal::None,
    );
    Ok(())
}
