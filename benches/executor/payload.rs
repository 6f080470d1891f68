//! 1 MiB in and 1 MiB out, through two workers.

use std::error::Error;
use std::hint::black_box;

use brigade_executor::{Executor, Mode, Outcome};
use serde_bytes::ByteBuf;

use crate::floor::Floor;
use crate::jobs::{Bulk, build};
use crate::peers;
use crate::table::{Goal, Table, turns};

const MIB: usize = 1 << 20;
const TASKS: usize = 400;

/// Two workers in turn, one payload under way to each.
fn by_hand(workers: &mut [Floor; 2], payload: &[u8]) -> Result<(), Box<dyn Error>> {
    for worker in &mut *workers {
        // Whoever has a payload made it: that belongs to every contestant.
        worker.put(&black_box(payload.to_vec()))?;
    }
    for task in 0..TASKS {
        let worker = &mut workers[task % 2];
        if worker.take()?.len() != MIB {
            return Err("a payload is cut".into());
        }
        if task + 2 < TASKS {
            worker.put(&black_box(payload.to_vec()))?;
        }
    }
    Ok(())
}

pub(crate) fn run(table: &mut Table) -> super::Done {
    let payload = vec![7; MIB];
    let executor = build(Mode::Processes)?;
    let mut floor = [Floor::start("copy")?, Floor::start("copy")?];
    let pool = procspawn::Pool::new(2)?;
    let [ours, hand, spawned] = turns(
        9,
        [
            &mut || {
                let jobs = (0..TASKS).map(|_| Bulk(ByteBuf::from(payload.clone())));
                executor
                    .map(jobs)
                    .try_for_each(|outcome| match outcome.into_result()?.len() {
                        MIB => Ok(()),
                        _ => Err("a payload is cut".into()),
                    })
            },
            &mut || by_hand(&mut floor, &payload),
            &mut || {
                // With three of them unjoined procspawn's pool hangs.
                let jobs = (0..TASKS).map(|_| ByteBuf::from(payload.clone()));
                peers::procspawn(&pool, jobs, |bytes| bytes, 2)
            },
        ],
    )?;
    let gigabytes = |seconds: f64| (2 * TASKS * MIB) as f64 / seconds / 1e9;
    let mut row = |what: &str, peer: &str, theirs: f64, goal| {
        let peer = format!("{peer} {:.2} GB/s", gigabytes(theirs));
        table.line(
            what,
            &format!("{:.2} GB/s", gigabytes(ours)),
            &peer,
            theirs / ours,
            "×",
            goal,
        );
    };
    row(
        "processes, map: throughput",
        "memory file by hand",
        hand,
        Goal::AtLeast(0.7),
    );
    row(
        "",
        "procspawn Pool, 2 unjoined",
        spawned,
        Goal::AtLeast(3.0),
    );
    Ok(())
}

/// Payloads from 32 KiB on go through the memory file, smaller ones through the socket. A few bytes more than the size are encoded.
pub(crate) fn sizes(table: &mut Table) -> super::Done {
    const KIB: usize = 1 << 10;
    let (processes, threads) = (build(Mode::Processes)?, build(Mode::Threads)?);
    for size in [1, 4, 16, 31, 32, 64, 128, 512].map(|size| size * KIB) {
        let payload = vec![7; size];
        let tasks = (64 << 20) / (size + 16 * KIB);
        let round = |executor: &Executor| -> Result<(), Box<dyn Error>> {
            let jobs = (0..tasks).map(|_| Bulk(ByteBuf::from(payload.clone())));
            let whole = executor
                .map(jobs)
                .filter(|outcome| matches!(outcome, Outcome::Ok(bytes) if bytes.len() == size));
            if whole.count() == tasks {
                Ok(())
            } else {
                Err("a payload is cut".into())
            }
        };
        let [ours, threads] = turns(5, [&mut || round(&processes), &mut || round(&threads)])?
            .map(|seconds| seconds / tasks as f64);
        let what = format!("processes, {} KiB in and out", size / KIB);
        table.ratio(
            &what,
            ours,
            "threads, which copy nothing",
            threads,
            Goal::None,
        );
    }
    Ok(())
}
