//! A whole run: the phases one after the other, measured, and the record of how it went.

use std::cell::RefCell;
use std::time::{Instant, SystemTime};

use brigade_metrics::Sampler;
use brigade_report::{Closing, Outcome, Phase, Run, Totals, rfc3339};

use crate::events::Events;
use crate::flow::Flow;
use crate::folder::RunFolder;
use crate::measured::{machine, sampling};
use crate::pack::Packer;
use crate::recorder::nanoseconds;
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

    let events = RefCell::new(Events::open(folder.events())?);
    events.borrow_mut().run(&record)?;
    let stage = Stage {
        config,
        folder: &folder,
        interrupt,
        progress,
        epoch,
        events: &events,
    };
    let mut packer = Packer::new(&folder)?;
    let mut flow = Flow::new(&stage, &mut packer);
    record.phases = flow.make()?;
    let distinct_faces = flow.faces.distinct_delivered();
    let archive = packer.deliver()?;
    // Packing belongs to the last phase.
    if let Some(rendering) = record.phases.last_mut() {
        rendering.finished_ns = nanoseconds(epoch.elapsed());
    }
    progress(Progress::PhaseFinished);

    record.wall_seconds = epoch.elapsed().as_secs_f64();
    record.sampling = sampling(&sampler.stop());
    record.closing = closing(record.requested, interrupt, &record.phases);
    record.closing.distinct_faces = Some(distinct_faces);
    record.closing.archive = archive;
    events.borrow_mut().closed(&record)?;
    folder.write_whole(&folder.record(), |file| {
        brigade_report::write_json(&record, file)
    })?;
    Ok(record)
}

fn closing(requested: u64, interrupt: &Interrupt, phases: &[Phase]) -> Closing {
    let totals: Vec<Totals> = phases.iter().map(Phase::totals).collect();
    let made = totals.last().map_or(0, Totals::delivered);
    let failed: u64 = totals.iter().map(Totals::failed).sum();
    let retries = totals.iter().map(Totals::retries).sum();
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
