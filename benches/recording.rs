//! What measuring and recording cost a run: 1,000 CVs with them and without, in turns.
//!
//! ```sh
//! cargo bench --bench recording -- FOLDER     # of pictures; without it, of four drawn portraits
//! ```
//!
//! Whole runs of the pipeline, both phases on threads. Without means: no sampler, no CPU clocks, no word from the scheduler, no
//! record of attempts by the observer, no `events.jsonl`, no `run.json`. What is left of measuring are two readings of the
//! clock around each task, which say that it ended. Each pair changes which comes first, so that a machine that
//! slows down or warms up favours neither. The interval holds the true median with a chance of 96 %: of 20 values in
//! order it is the 6th to the 15th, whatever their distribution (a sign test turned around).
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use brigade_pipeline::{Config, Interrupt, PhaseConfig, Source, run};
use brigade_report::Run;

const CVS: u64 = 1000;
const PAIRS: usize = 20;
/// Places in the order of 20 values that hold the median between them.
const INTERVAL: [usize; 2] = [5, 14];

fn main() -> Result<(), Box<dyn Error>> {
    brigade_pipeline::enter_worker();
    let folder = tempfile::tempdir()?;
    let faces = match std::env::args().skip(1).find(|word| !word.starts_with('-')) {
        Some(path) => PathBuf::from(path),
        None => {
            for index in 0..4 {
                let face = folder.path().join(format!("{index}.jpg"));
                std::fs::write(face, brigade_portraits::portrait_jpeg(1, index))?;
            }
            folder.path().to_owned()
        }
    };
    let out = tempfile::tempdir()?;
    let (_warm_up, _) = measure(&faces, out.path(), true)?;
    let (mut wall, mut cpu, mut sampling) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let first = pair % 2 == 0;
        let one = measure(&faces, out.path(), first)?;
        let other = measure(&faces, out.path(), !first)?;
        let (with, without) = if first { (one, other) } else { (other, one) };
        wall.push(with.0.wall.div_duration_f64(without.0.wall) - 1.0);
        cpu.push(with.0.cpu.div_duration_f64(without.0.cpu) - 1.0);
        sampling.push(with.1.sampling.cpu_seconds / with.0.cpu.as_secs_f64());
    }
    println!("{CVS} CVs, {PAIRS} pairs: with measuring and recording over without");
    print("wall time", wall);
    print("CPU time", cpu);
    print("of it the sampler", sampling);
    let (spent, record) = measure(&faces, out.path(), true)?;
    let start = Instant::now();
    let bytes = brigade_report::json(&record).len();
    let json = start.elapsed();
    println!(
        "run.json, {bytes} bytes, is made in {json:.1?}: {:+.2} % of the run",
        100.0 * json.div_duration_f64(spent.wall)
    );
    Ok(())
}

struct Spent {
    wall: Duration,
    cpu: Duration,
}

fn measure(faces: &Path, out: &Path, measure: bool) -> Result<(Spent, Run), Box<dyn Error>> {
    let mut config = Config::new(Source::folder(faces)?, 1);
    config.cvs = CVS;
    config.out = out.to_owned();
    config.measure = measure;
    for phase in [&mut config.fetch, &mut config.render] {
        *phase = PhaseConfig {
            mode: "threads".parse()?,
            workers: 2,
        };
    }
    let cpu = process_cpu();
    let start = Instant::now();
    let record = run(&config, &Interrupt::default(), &|_| {})?;
    let spent = Spent {
        wall: start.elapsed(),
        cpu: process_cpu() - cpu,
    };
    assert_eq!(record.closing.made, CVS, "every CV is made");
    Ok((spent, record))
}

fn process_cpu() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

fn print(what: &str, mut parts: Vec<f64>) {
    parts.sort_by(f64::total_cmp);
    let median = f64::midpoint(parts[PAIRS / 2 - 1], parts[PAIRS / 2]);
    let [from, to] = INTERVAL.map(|place| 100.0 * parts[place]);
    println!(
        "{what:<18} {:+.2} %  (96 % interval {from:+.2} to {to:+.2} %)",
        100.0 * median
    );
}
