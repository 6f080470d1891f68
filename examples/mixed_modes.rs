//! Each phase in the mode it deserves: faces are waited for by many threads, pages are made by as many worker processes
//! as there are cores.
//!
//! ```sh
//! cargo run --release --example mixed_modes -- FOLDER 100
//! ```
//!
//! The ZIP of so many CVs and the run's record come to lie in the folder.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use std::num::NonZero;
use std::thread::available_parallelism;

use brigade_examples::{EndedEarly, read};
use brigade_pipeline::{Config, Interrupt, PhaseConfig, enter_worker, run};
use brigade_portraits::service::{self, Service};
use brigade_portraits::{Latency, ServerConfig};

const SEED: u64 = 2026;

fn main() -> Result<(), EndedEarly> {
    // This program is its own worker and its own face service; each line returns at once in anything else.
    enter_worker();
    service::enter();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, cvs] = arguments.as_slice() else {
        return Err("usage: mixed_modes FOLDER COUNT".into());
    };

    let cvs: u64 = read(cvs, "COUNT")?;
    let faces = Service::start(&ServerConfig {
        seed: SEED,
        prepare: 0..cvs,
        latency: Latency::with_mean(0.1)?,
        ..ServerConfig::default()
    })?;
    let cores = available_parallelism().map_or(1, NonZero::get);
    let mut config = Config::new(faces.url_template().parse()?, SEED);
    config.cvs = cvs;
    config.out = folder.into();
    config.fetch = PhaseConfig {
        mode: "threads".parse()?,
        workers: 50,
    };
    config.render = PhaseConfig {
        mode: "processes".parse()?,
        workers: u32::try_from(cores)?,
    };
    config.not_measured = vec![faces.pid()];

    let record = run(&config, &Interrupt::default(), &|_progress| {})?;
    for phase in &record.phases {
        println!(
            "{:<6} on {} {}: {} done in {:.2} s",
            phase.name,
            phase.workers.unwrap_or(1),
            phase.mode.canonical,
            phase.delivered().count(),
            phase.wall_seconds()
        );
    }
    println!("{} of {} CVs made", record.closing.made, record.requested);
    Ok(())
}
