//! A report about work of one's own: a few threads that first wait and then compute, as text, JSON, page, trace, CSV.
//!
//! `cargo run --release --example own_report [FOLDER]`; with `--from RUN.json` after the folder
//! the reports of an earlier run, one of `cv-pipeline` too, are made again from its record.

#![expect(clippy::print_stdout, reason = "an example talks to its reader")]

use brigade_examples::EndedEarly;
use brigade_metrics::{Config, Sampler, Series};
use brigade_report::{
    Closing, Failure, FailureKind, Mode, Outcome, Phase, Run, SCHEMA, Sample, Sampling, Task, html,
    json, parse, rfc3339, tasks_csv, text, trace,
};
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

const WORKERS: u32 = 4;
const TASKS: u64 = 24;

fn main() -> Result<(), EndedEarly> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = PathBuf::from(arguments.first().map_or("own-report", String::as_str));
    let run = match arguments.get(1..) {
        Some([flag, record]) if flag == "--from" => {
            let record =
                std::fs::read_to_string(record).map_err(|error| format!("{record}: {error}"))?;
            parse(&record)?
        }
        None | Some([]) => work()?,
        Some(_) => return Err("usage: own_report [FOLDER [--from RUN.json]]".into()),
    };
    let unwritable = |error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&folder).map_err(unwritable)?;
    for (name, content) in [
        ("report.txt", text(&run)),
        ("run.json", json(&run)),
        ("report.html", html(&run)),
        ("trace.json", trace(&run)),
        ("tasks.csv", tasks_csv(&run)),
    ] {
        std::fs::write(folder.join(name), content).map_err(unwritable)?;
    }
    print!("{}", text(&run));
    println!(
        "\nThe page, the trace and the rest lie in {}",
        folder.display()
    );
    Ok(())
}

/// Two phases on threads, sampled: one whose tasks wait, one whose tasks compute.
fn work() -> Result<Run, Box<dyn std::error::Error>> {
    let start = Instant::now();
    let started_at = rfc3339(SystemTime::now());
    let sampler = Sampler::start(Config::of_this_process().epoch(start))?;
    let waiting = phase("wait", start, |index| {
        std::thread::sleep(Duration::from_millis(40 + index * 13 % 60));
        if index == 5 {
            Err("the fifth never works")
        } else {
            Ok(())
        }
    });
    let computing = phase("compute", start, |index| {
        let rounds = 4_000_000 + index * 400_000;
        black_box((0..rounds).fold(index, |sum, round| black_box(sum.rotate_left(5) ^ round)));
        Ok(())
    });
    let wall_seconds = start.elapsed().as_secs_f64();
    let phases = vec![waiting, computing];
    let failed = phases
        .iter()
        .map(|phase| phase.failed().count() as u64)
        .sum();
    let machine = brigade_metrics::Machine::describe()?;
    Ok(Run {
        schema: SCHEMA,
        program: "own_report".to_owned(),
        command: std::env::args().collect(),
        started_at,
        wall_seconds,
        requested: 2 * TASKS,
        seed: 0,
        source: "none".to_owned(),
        locale: "none".to_owned(),
        layout: "none".to_owned(),
        details: false,
        closing: Closing {
            outcome: Outcome::Failures,
            exit_code: 3,
            reason: None,
            made: 2 * TASKS - failed,
            failed,
            unfinished: 0,
            resumed: 0,
            distinct_faces: None,
            retries: 0,
            archive: None,
        },
        machine: brigade_report::Machine {
            os: machine.os,
            cpu_brand: machine.cpu_brand,
            cores_logical: machine.cores_logical as u32,
            cores_physical: machine.cores_physical.map(|cores| cores as u32),
            cores_effective: machine.cores_effective as u32,
            cpu_quota_cores: machine.cpu_quota_cores,
            ram_bytes: machine.ram_bytes,
            memory_limit_bytes: machine.memory_limit_bytes,
            open_files_limit: machine.open_files_limit,
        },
        sampling: sampling(&sampler.stop()),
        phases,
    })
}

/// Runs the tasks on threads that take the next index each, and writes down what each did.
fn phase(
    name: &str,
    start: Instant,
    work: impl Fn(u64) -> Result<(), &'static str> + Sync,
) -> Phase {
    let now = || start.elapsed().as_nanos() as u64;
    let started_ns = now();
    let next = AtomicU64::new(0);
    let tasks = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (next, tasks, work) = (&next, &tasks, &work);
            scope.spawn(move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= TASKS {
                        break;
                    }
                    let begun = now();
                    let result = work(index);
                    let task = Task {
                        index,
                        attempt: 1,
                        worker: Some(worker),
                        pid: Some(std::process::id()),
                        queued_ns: started_ns,
                        started_ns: Some(begun),
                        finished_ns: Some(now()),
                        failure: result.err().map(|message| Failure {
                            kind: FailureKind::Failed,
                            message: message.to_owned(),
                            causes: Vec::new(),
                        }),
                        ..Task::default()
                    };
                    tasks.lock().expect("no panic while held").push(task);
                }
            });
        }
    });
    Phase {
        name: name.to_owned(),
        mode: Mode {
            typed: "threads".to_owned(),
            canonical: "threads".to_owned(),
            auto: None,
        },
        workers: Some(WORKERS),
        started_ns,
        finished_ns: now(),
        tasks: tasks.into_inner().expect("no panic while held"),
        stored: None,
    }
}

/// The two crates know nothing of each other: whoever uses both translates.
fn sampling(series: &Series) -> Sampling {
    let samples = series.samples.iter().map(|sample| Sample {
        at_ns: sample.at.as_nanos() as u64,
        cpu_percent: sample.cpu_percent,
        cores_percent: sample.cores_percent.clone(),
        ram_total_bytes: sample.memory.total_bytes,
        ram_available_bytes: sample.memory.available_bytes,
        tree_rss_bytes: sample.tree.rss_bytes,
        tree_cpu_seconds: sample.tree.cpu.as_secs_f64(),
        tree_processes: sample.tree.processes as u32,
        tree_threads: sample.tree.threads as u32,
    });
    Sampling {
        taken: series.taken,
        cpu_seconds: series.own_cpu.as_secs_f64(),
        samples: samples.collect(),
    }
}
