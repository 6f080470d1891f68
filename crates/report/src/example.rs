//! An invented run, for tests, examples and trying the reports out without running anything.

use crate::{
    Archive, Closing, Comparison, Failure, FailureKind, Machine, Mode, Outcome, Phase, Run, SCHEMA,
    Sample, Sampling, Setting, Sweep, Task, WholeRun,
};

/// A run of `tasks` tasks in two phases that went well: a loop that waits, then two worker processes that compute.
#[must_use]
pub fn run(tasks: u64) -> Run {
    let faces = phase("faces", "common", "sequential", None, 0, tasks, 400_000_000);
    let cvs = phase(
        "cvs",
        "multiprocessing",
        "processes",
        Some(2),
        faces.finished_ns,
        tasks,
        20_000_000,
    );
    let end = cvs.finished_ns;
    Run {
        schema: SCHEMA,
        program: "cv-pipeline 0.1.0".to_owned(),
        command: ["cv-pipeline", "--details=Y", "--seed=7"]
            .map(str::to_owned)
            .to_vec(),
        started_at: "2026-11-23T22:18:00.000Z".to_owned(),
        wall_seconds: crate::phase::seconds(end),
        requested: tasks,
        seed: 7,
        source: "http://127.0.0.1:4000/".to_owned(),
        locale: "en".to_owned(),
        layout: "classic".to_owned(),
        details: true,
        closing: Closing {
            outcome: Outcome::Complete,
            exit_code: 0,
            reason: None,
            made: tasks,
            failed: 0,
            unfinished: 0,
            resumed: 0,
            distinct_faces: Some(tasks),
            retries: 0,
            archive: archive(tasks),
        },
        machine: Machine {
            os: "Linux".to_owned(),
            cpu_brand: Some("Example CPU".to_owned()),
            cores_logical: 2,
            cores_physical: Some(2),
            cores_effective: 2,
            cpu_quota_cores: None,
            ram_bytes: 32 << 30,
            memory_limit_bytes: None,
            open_files_limit: Some(1024),
        },
        sampling: Sampling {
            taken: end / SAMPLE_EVERY + 1,
            cpu_seconds: 0.001,
            samples: (0..=end / SAMPLE_EVERY)
                .map(|step| sample(step, faces.finished_ns))
                .collect(),
        },
        phases: vec![faces, cvs],
    }
}

/// The same with a task that failed after a retry, one that crashed its worker, and one that was late.
#[must_use]
pub fn run_with_failures(tasks: u64) -> Run {
    let mut run = run(tasks.max(4));
    let faces = &mut run.phases[0];
    let mut first = faces.tasks[1].clone();
    first.failure = Some(failure(FailureKind::Failed, "face 1: HTTP status 503", &[]));
    first.retried = true;
    first.finished_ns = first.started_ns.map(|started| started + 90_000_000);
    faces.tasks[1].attempt = 2;
    faces.tasks[1].queued_ns = first.finished_ns.unwrap_or(first.queued_ns);
    faces.tasks[1].started_ns = first.finished_ns.map(|finished| finished + 50_000_000);
    faces.tasks[1].failure = Some(failure(
        FailureKind::Failed,
        "face 1: the picture ends early",
        &[
            "the body has 4096 bytes of 131072",
            "connection reset by peer",
        ],
    ));
    faces.tasks[2].retries = 2;
    faces.tasks.push(first);
    let cvs = &mut run.phases[1];
    cvs.tasks.remove(1);
    cvs.tasks[1].failure = Some(failure(
        FailureKind::Crashed,
        "worker 3123 was killed by signal 11 (SIGSEGV)",
        &["last words: </script><b>not bold</b>"],
    ));
    cvs.tasks[2].failure = Some(failure(
        FailureKind::TimedOut,
        "no result within 20 ms",
        &[],
    ));
    for task in run.phases.iter_mut().flat_map(|phase| &mut phase.tasks) {
        if task.failure.is_some() {
            task.bytes = None;
        }
    }
    let made = run.requested - 3;
    run.closing = Closing {
        archive: archive(made),
        outcome: Outcome::Failures,
        exit_code: 3,
        made,
        failed: 3,
        retries: 3,
        distinct_faces: Some(run.requested - 1),
        ..run.closing
    };
    run
}

/// The same, interrupted while the second phase was at work.
#[must_use]
pub fn run_interrupted(tasks: u64) -> Run {
    let mut run = run(tasks.max(4));
    let cvs = &mut run.phases[1];
    let made = cvs.tasks.len() as u64 / 2;
    cvs.finished_ns = cvs.tasks[made as usize]
        .finished_ns
        .unwrap_or(cvs.finished_ns)
        - 1_000_000;
    for task in &mut cvs.tasks[made as usize..] {
        task.finished_ns = None;
        task.bytes = None;
        task.cpu_ns = None;
        if task
            .started_ns
            .is_some_and(|started| started >= cvs.finished_ns)
        {
            (task.started_ns, task.worker, task.pid, task.tid) = (None, None, None, None);
        }
    }
    let end = cvs.finished_ns;
    run.sampling.samples.retain(|sample| sample.at_ns <= end);
    run.wall_seconds = crate::phase::seconds(end);
    run.closing = Closing {
        archive: archive(made),
        outcome: Outcome::Interrupted,
        exit_code: 130,
        reason: Some("SIGINT".to_owned()),
        made,
        unfinished: run.requested - made,
        ..run.closing
    };
    run
}

/// An invented comparison: one phase in three settings, and one whole run.
#[must_use]
pub fn comparison() -> Comparison {
    Comparison {
        program: "cv-compare 0.1.0".to_owned(),
        command: vec!["cv-compare".to_owned()],
        started_at: "2026-11-23T22:18:00.000Z".to_owned(),
        seed: 42,
        requested: 100,
        warm_ups: 1,
        source: "the embedded service".to_owned(),
        machine: run(1).machine,
        phases: vec![Sweep {
            number: 2,
            name: "cvs".to_owned(),
            settings: vec![
                setting("sequential", None, [1.0, 1.1, 1.2]),
                setting("threads", Some(2), [0.56, 0.55, 0.54]),
                setting("gil", Some(2), [1.2, 1.1, 1.15]),
                setting("processes", Some(256), [1.3, 1.25, 1.3]),
            ],
        }],
        runs: vec![WholeRun {
            title: "10, a loop".to_owned(),
            command: "cv-pipeline --cvs=10".to_owned(),
            requested: 10,
            phases: [vec![4.0, 4.2], vec![0.05, 0.04]],
            theirs: [None, Some(24.0)],
        }],
    }
}

fn setting(mode: &str, workers: Option<u32>, seconds: [f64; 3]) -> Setting {
    Setting {
        mode: mode.to_owned(),
        workers,
        seconds: seconds.to_vec(),
        cpu_seconds: vec![1.0],
        peak_tree_rss_bytes: Some(20 << 20),
        ideal_seconds: None,
    }
}

const SAMPLE_EVERY: u64 = 200_000_000;
const NAMES: [&str; 5] = [
    "Ada Lovelace",
    "Zoë Łukasz",
    "José Núñez",
    "李小龙",
    "Anne-Marie O'Neill",
];

fn archive(made: u64) -> Option<Archive> {
    Some(Archive {
        path: "./zipped_cvs.zip".to_owned(),
        bytes: made * 61_000,
        others: Vec::new(),
        pack_seconds: 0.002,
    })
}

fn failure(kind: FailureKind, message: &str, causes: &[&str]) -> Failure {
    Failure {
        kind,
        message: message.to_owned(),
        causes: causes.iter().map(|cause| (*cause).to_owned()).collect(),
    }
}

/// Tasks of about `mean_ns`, dealt to the workers in turn.
fn phase(
    name: &str,
    typed: &str,
    canonical: &str,
    workers: Option<u32>,
    started_ns: u64,
    tasks: u64,
    mean_ns: u64,
) -> Phase {
    let lanes = workers.unwrap_or(1);
    let start_up = 2_000_000;
    let mut free_at = vec![started_ns + start_up; lanes as usize];
    let tasks: Vec<Task> = (0..tasks)
        .map(|index| {
            let worker = (index % u64::from(lanes)) as u32;
            let duration = mean_ns / 2 + mean_ns * (index * 7919 % 1000) / 1000;
            let started = free_at[worker as usize];
            free_at[worker as usize] = started + duration + 100_000;
            let pid = workers.map_or(3100, |_| 3123 + worker);
            Task {
                index,
                label: Some(NAMES[index as usize % NAMES.len()].to_owned()),
                attempt: 1,
                worker: Some(worker),
                pid: Some(pid),
                tid: Some(pid),
                queued_ns: started_ns + 1_000_000,
                started_ns: Some(started),
                finished_ns: Some(started + duration),
                cpu_ns: Some(if workers.is_some() {
                    duration / 100 * 99
                } else {
                    duration / 50
                }),
                in_line_ns: Some(duration / 250),
                rss_bytes: workers.map(|_| 24 << 20),
                bytes: Some(61_000),
                ..Task::default()
            }
        })
        .collect();
    Phase {
        name: name.to_owned(),
        mode: Mode {
            typed: typed.to_owned(),
            canonical: canonical.to_owned(),
            auto: None,
        },
        workers,
        started_ns,
        finished_ns: free_at.into_iter().max().unwrap_or(started_ns) + 1_000_000,
        tasks,
        stored: None,
    }
}

/// One core idle while the faces come, both busy afterwards.
fn sample(step: u64, computing_from: u64) -> Sample {
    let at_ns = step * SAMPLE_EVERY;
    let computing = at_ns > computing_from;
    let cores = if computing {
        [98.0, 97.0]
    } else {
        [4.0 + (step % 5) as f32, 2.0]
    };
    let known = step > 0;
    Sample {
        at_ns,
        cpu_percent: known.then(|| cores.iter().sum::<f32>() / 2.0),
        cores_percent: if known { cores.to_vec() } else { Vec::new() },
        ram_total_bytes: 32 << 30,
        ram_available_bytes: (24 << 30) - step % 40 * (10 << 20),
        tree_rss_bytes: if computing { 72 << 20 } else { 18 << 20 },
        tree_cpu_seconds: crate::phase::seconds(at_ns.min(computing_from)) * 0.02
            + crate::phase::seconds(at_ns.saturating_sub(computing_from)) * 1.9,
        tree_processes: if computing { 3 } else { 1 },
        tree_threads: if computing { 6 } else { 2 },
    }
}
