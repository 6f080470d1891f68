//! 1,000,000 jobs: queued all at once, and streamed from an iterator. Memory is told right by a section that runs alone: what an
//! earlier one has freed is used again.

use std::fs;

use brigade_executor::Mode;

use crate::jobs::{Noop, build};
use crate::table::{Goal, Table};

const JOBS: u64 = 1_000_000;

fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}

fn resident_mib() -> f64 {
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = statm
        .split_whitespace()
        .nth(1)
        .and_then(|pages| pages.parse().ok())
        .unwrap_or(f64::NAN);
    pages * rustix::param::page_size() as f64 / (1 << 20) as f64
}

pub(crate) fn processes(table: &mut Table) -> super::Done {
    run(table, Mode::Processes)
}

pub(crate) fn threads(table: &mut Table) -> super::Done {
    run(table, Mode::Threads)
}

fn run(table: &mut Table, mode: Mode) -> super::Done {
    let before = descriptors();
    let executor = build(mode)?;
    let (mut most, mut early, mut middle, mut last) = (0, 0.0, 0.0, 0.0);
    for (number, outcome) in (0..JOBS).zip(executor.map((0..JOBS).map(Noop))) {
        outcome.into_result()?;
        if number % 10_000 == 0 {
            most = most.max(descriptors() - before);
            last = resident_mib();
            if number == JOBS / 10 {
                early = last;
            }
            if number == JOBS / 2 {
                middle = last;
            }
        }
    }
    // Two workers: four each, and 16.
    table.figure(
        "streamed: descriptors more than before",
        most as f64,
        "",
        Goal::AtMost(24.0),
    );
    table.figure(
        "streamed: memory grown from 100,000 to 1,000,000",
        last - early,
        " MiB",
        Goal::AtMost(1.0),
    );
    // Each queue on the way grows once to the largest batch that it ever held, some later than others.
    table.figure(
        "streamed: of it from 500,000 on",
        last - middle,
        " MiB",
        Goal::None,
    );

    let handles: Vec<_> = (0..JOBS)
        .map(|number| executor.submit(Noop(number)))
        .collect();
    let (queued, memory) = (descriptors() - before, resident_mib());
    for handle in handles {
        handle.join().into_result()?;
    }
    table.figure(
        "queued: descriptors more than before",
        queued as f64,
        "",
        Goal::AtMost(24.0),
    );
    table.figure(
        "queued: bytes of memory a job",
        (memory - last) * (1 << 20) as f64 / JOBS as f64,
        " B",
        Goal::None,
    );
    Ok(())
}
