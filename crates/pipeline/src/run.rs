//! A whole run: the phases one after the other, measured, and the record of how it went.

use std::collections::HashSet;
use std::time::{Instant, SystemTime};

use brigade_metrics::Sampler;
use brigade_report::{Closing, Outcome, Phase, Run, rfc3339};

use crate::fetch::{Fetched, fetch};
use crate::folder::RunFolder;
use crate::measured::{machine, sampling};
use crate::render::render;
use crate::stage::Stage;
use crate::{Config, Error, Interrupt, Progress};

/// Runs the two phases and returns the record; what went wrong with a CV is in it. The ZIP lies in
/// [`Config::out`] and the record beside it in `.brigade/run.json` when this returns.
///
/// The first line of a program that calls this with worker processes must be [`enter_worker`](crate::enter_worker).
///
/// # Errors
/// What stops a run as a whole: a folder that cannot be written or is in use, a source of faces that never
/// answered, workers that cannot be set up. An earlier run's ZIP is untouched then.
pub fn run(
    config: &Config,
    interrupt: &Interrupt,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Run, Error> {
    let started_at = SystemTime::now();
    let machine = machine()?;
    let epoch = Instant::now();
    let mut record = Run {
        schema: brigade_report::SCHEMA,
        program: config.program.clone(),
        // A URL on the command line may hold credentials.
        command: config
            .command
            .iter()
            .map(|word| brigade_faces::redact(word))
            .collect(),
        started_at: rfc3339(started_at),
        wall_seconds: 0.0,
        requested: config.requested(),
        seed: config.seed,
        source: config.source.to_string(),
        locale: config.locale.name().to_owned(),
        layout: config.layout.name().to_owned(),
        details: config.details,
        closing: nothing_to_do(),
        machine,
        sampling: brigade_report::Sampling::default(),
        phases: Vec::new(),
    };
    if record.requested == 0 {
        return Ok(record);
    }

    let folder = RunFolder::open(&config.out)?;
    let mut sampler_config = brigade_metrics::Config::of_this_process().epoch(epoch);
    sampler_config.exclude.extend(&config.not_measured);
    let sampler = Sampler::start(sampler_config).map_err(Error::Metrics)?;

    let stage = Stage {
        config,
        folder: &folder,
        interrupt,
        progress,
        epoch,
    };
    let Fetched {
        faces,
        phase: fetching,
    } = fetch(&stage)?;
    let rendered = render(&stage, &faces)?;

    record.wall_seconds = epoch.elapsed().as_secs_f64();
    record.sampling = sampling(&sampler.stop());
    let delivered: HashSet<&str> = rendered
        .phase
        .delivered()
        .filter_map(|task| faces.get(&task.index))
        .map(|face| face.sha256.as_str())
        .collect();
    record.closing = closing(record.requested, interrupt, &fetching, &rendered.phase);
    record.closing.distinct_faces = Some(delivered.len() as u64);
    record.closing.archive = rendered.archive;
    record.phases = vec![fetching, rendered.phase];
    folder.write_whole(&folder.record(), brigade_report::json(&record).as_bytes())?;
    Ok(record)
}

fn closing(requested: u64, interrupt: &Interrupt, fetching: &Phase, rendering: &Phase) -> Closing {
    let made = rendering.delivered().count() as u64;
    let failed = [fetching, rendering]
        .into_iter()
        .flat_map(Phase::failed)
        .count() as u64;
    let retries: u64 = [fetching, rendering]
        .into_iter()
        .flat_map(|phase| &phase.tasks)
        .map(|task| u64::from(task.retries) + u64::from(task.retried))
        .sum();
    let unfinished = requested - made - failed;
    let stopped = interrupt.stopped().filter(|_| unfinished > 0);
    let (outcome, exit_code) = match &stopped {
        Some(stopped) => (
            Outcome::Interrupted,
            u8::try_from(stopped.exit_code).unwrap_or(u8::MAX),
        ),
        None if failed > 0 => (Outcome::Failures, 3),
        None => (Outcome::Complete, 0),
    };
    Closing {
        outcome,
        exit_code,
        reason: stopped.map(|stopped| stopped.reason),
        made,
        failed,
        unfinished,
        retries,
        ..nothing_to_do()
    }
}

fn nothing_to_do() -> Closing {
    Closing {
        outcome: Outcome::NothingToDo,
        exit_code: 4,
        reason: None,
        made: 0,
        failed: 0,
        unfinished: 0,
        resumed: 0,
        distinct_faces: None,
        retries: 0,
        archive: None,
    }
}
