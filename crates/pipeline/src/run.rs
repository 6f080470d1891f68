//! A whole run: the phases one after the other, measured, and the record of how it went.

use std::cell::RefCell;
use std::time::{Instant, SystemTime};

use brigade_metrics::Sampler;
use brigade_report::{Closing, Outcome, Phase, Run, Totals, rfc3339};

use crate::events::Events;
use crate::flow::Flow;
use crate::folder::RunFolder;
use crate::measured::{machine, sampling};
use crate::recorder::nanoseconds;
use crate::resume::begin;
use crate::stage::Stage;
use crate::{Config, Error, Interrupt, Progress, failures};

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
        command: config.redacted_command(),
        started_at: rfc3339(started_at),
        wall_seconds: 0.0,
        requested: config.requested(),
        seed: config.seed,
        source: config.source_in_words(),
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
    let sampler = config.measure.then(|| Sampler::start(sampler_config));
    let sampler = sampler.transpose().map_err(Error::Metrics)?;

    let Some(mut before) = begin(config, &folder)? else {
        return Ok(record);
    };
    let events = match config.measure {
        true => Events::open(folder.events(), before.is_later)?,
        false => Events::unwritten(folder.events()),
    };
    let events = RefCell::new(events);
    events.borrow_mut().run(&record)?;
    let stage = Stage {
        config,
        folder: &folder,
        interrupt,
        progress,
        fetching: config.fetching(&folder)?,
        epoch,
        events: &events,
    };
    let mut flow = Flow::new(&stage, &mut before.packer, &mut before.faces);
    record.phases = flow.make()?;
    let too_many = flow.too_many.take();
    let taken_over = (before.kept, before.failed);
    record.closing = closing(record.requested, taken_over, &record.phases);
    let is_over = record.closing.unfinished == 0;
    record.closing.archive = before.packer.deliver(is_over)?;
    // Packing belongs to the last phase.
    if let Some(rendering) = record.phases.last_mut() {
        rendering.finished_ns = nanoseconds(epoch.elapsed());
    }
    progress(Progress::PhaseFinished);

    record.wall_seconds = epoch.elapsed().as_secs_f64();
    if let Some(sampler) = sampler {
        record.sampling = sampling(&sampler.stop());
    }
    record.closing.distinct_faces = Some(before.faces.distinct_delivered());
    conclude(&mut record.closing, interrupt, too_many);
    events.borrow_mut().closed(&record)?;
    if config.journal {
        failures::write(&folder, record.closing.failed)?;
    }
    if config.measure {
        folder.write_whole(&folder.record(), |file| {
            brigade_report::write_json(&record, file)
        })?;
    }
    if is_over {
        before.packer.close()?;
    }
    if is_over || !config.journal {
        folder.tidy(record.closing.failed > 0)?;
    }
    Ok(record)
}

/// What became of what was asked for, `(kept, failed)` being an earlier run's.
fn closing(requested: u64, (kept, failed): (u64, u64), phases: &[Phase]) -> Closing {
    let totals: Vec<Totals> = phases.iter().map(Phase::totals).collect();
    let made = kept + totals.last().map_or(0, Totals::delivered);
    let failed = failed + totals.iter().map(Totals::failed).sum::<u64>();
    Closing {
        made,
        failed,
        unfinished: requested.saturating_sub(made + failed),
        resumed: kept,
        retries: totals.iter().map(Totals::retries).sum(),
        ..nothing_to_do()
    }
}

/// How the run ended, in a word, and why.
fn conclude(closing: &mut Closing, interrupt: &Interrupt, too_many: Option<String>) {
    let stopped = interrupt.stopped().filter(|_| closing.unfinished > 0);
    (closing.outcome, closing.exit_code, closing.reason) = match stopped {
        Some(stopped) => (
            Outcome::Interrupted,
            u8::try_from(stopped.exit_code).unwrap_or(u8::MAX),
            Some(stopped.reason),
        ),
        None if closing.failed > 0 => (Outcome::Failures, 3, too_many),
        None => (Outcome::Complete, 0, None),
    };
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
