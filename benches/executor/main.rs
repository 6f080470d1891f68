//! The executor against its peers and floors, all in one run with two workers.
//!
//! ```sh
//! cargo bench --bench executor                  # everything: three minutes
//! cargo bench --bench executor -- noop start    # some sections
//! ```
//!
//! Each line of the table is the executor's median, what it is compared with, the ratio, and the goal. Contestants of a line take
//! turns, so that what else the machine does meets all of them. Floors are loops made by hand for this one purpose, with
//! none of what an executor promises: see [`floor`].
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod endings;
mod floor;
mod jobs;
mod million;
mod noop;
mod orphans;
mod payload;
mod peers;
mod single;
mod speed_up;
mod start;
mod table;

use std::error::Error;

use table::Table;

/// What a section may fail with.
pub(crate) type Done = Result<(), Box<dyn Error>>;

type Section = (&'static str, &'static str, fn(&mut Table) -> Done);

const SECTIONS: [Section; 14] = [
    ("noop", "many jobs that do nothing", noop::processes),
    ("single", "one job at a time", single::processes),
    ("threads", "jobs that do nothing, on threads", noop::threads),
    ("sequential", "the loop", noop::sequential),
    ("metrics", "what measuring adds to a task", noop::metrics),
    ("payload", "1 MiB in, 1 MiB out", payload::run),
    (
        "sizes",
        "what bytes add to a task, in and out",
        payload::sizes,
    ),
    ("speed-up", "two workers over one, 5 ms jobs", speed_up::run),
    ("start", "first result after building", start::run),
    ("deadline", "after a deadline", endings::deadline),
    ("crash", "after a crash", endings::crash),
    ("orphans", "100 ms after the parent's SIGKILL", orphans::run),
    ("million", "1,000,000 jobs", million::processes),
    (
        "million-threads",
        "1,000,000 jobs on threads",
        million::threads,
    ),
];

fn main() -> Done {
    jobs::entry().enter();
    if floor::enter()? || peers::enter()? || orphans::enter()? {
        return Ok(());
    }
    procspawn::init();
    let chosen: Vec<_> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    if let Some(unknown) = chosen
        .iter()
        .find(|word| SECTIONS.iter().all(|(name, ..)| name != word))
    {
        let names: Vec<_> = SECTIONS.iter().map(|(name, ..)| *name).collect();
        return Err(format!("no section `{unknown}`; there are {}", names.join(", ")).into());
    }
    let mut table = Table::default();
    for (name, title, run) in SECTIONS {
        if chosen.is_empty() || chosen.iter().any(|word| word == name) {
            table.section(title);
            run(&mut table)?;
        }
    }
    table.close();
    Ok(())
}
