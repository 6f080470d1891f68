//! Samples this process while it computes, and says what the sampling itself cost, sysinfo's way beside ours.
//!
//! `cargo run --release --example sample_own_process [SECONDS] [CHILDREN]`

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use brigade_examples::{EndedEarly, argument, seconds};
use brigade_metrics::{Config, Machine, Sampler};
use std::hint::black_box;
use std::process::{Child, Command};
use std::time::{Duration, Instant};
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System};

fn main() -> Result<(), EndedEarly> {
    let work = seconds(1, "SECONDS")?.unwrap_or(Duration::from_secs(3));
    let children: usize = argument(2, "CHILDREN")?.unwrap_or(0);

    let sleepers: Vec<Child> = (0..children)
        .map(|_| Command::new("sleep").arg("1000").spawn())
        .collect::<Result<_, _>>()?;
    println!("{:#?}", Machine::describe()?);

    let sampler = Sampler::start(Config::of_this_process())?;
    let busy = Instant::now();
    let mut sum = 0u64;
    while busy.elapsed() < work {
        sum = black_box(sum.wrapping_mul(31).wrapping_add(7));
    }
    let wall = busy.elapsed();
    let series = sampler.stop();
    for sample in &series.samples {
        let cpu = sample
            .cpu_percent
            .map_or_else(|| "?".to_owned(), |percent| format!("{percent:.0} %"));
        println!(
            "{:6.2} s  CPU {cpu:>5} of all cores, cores {:.0?}; tree: {} processes, {} threads, {} KiB, {:.2} s CPU",
            sample.at.as_secs_f64(),
            sample.cores_percent,
            sample.tree.processes,
            sample.tree.threads,
            sample.tree.rss_bytes / 1024,
            sample.tree.cpu.as_secs_f64(),
        );
    }
    println!(
        "{} samples cost {:?} of CPU time: {:?} each, {:.3} % of one core",
        series.taken,
        series.own_cpu,
        series.own_cpu / u32::try_from(series.taken)?,
        100.0 * series.own_cpu.as_secs_f64() / wall.as_secs_f64(),
    );

    // The same processes through sysinfo, with and without each process's threads.
    for (name, kind) in [
        (
            "sysinfo",
            ProcessRefreshKind::nothing().with_cpu().with_memory(),
        ),
        (
            "sysinfo without threads",
            ProcessRefreshKind::nothing()
                .with_cpu()
                .with_memory()
                .without_tasks(),
        ),
    ] {
        let mut system = System::new()?;
        let mut refresh = || system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
        refresh();
        let start = Instant::now();
        let rounds = 20;
        let processes = (0..rounds).map(|_| refresh()).max().unwrap_or(0);
        println!(
            "{name}: {processes} processes in {:?} a refresh",
            start.elapsed() / rounds
        );
    }
    for mut sleeper in sleepers {
        sleeper.kill()?;
        sleeper.wait()?;
    }
    Ok(())
}
