//! The same work in every mode, side by side.

mod args;
mod article;
mod bench;
mod sweep;

use std::error::Error;
use std::sync::Arc;
use std::time::SystemTime;

use brigade_cli::{
    Exit, Output, Signals, Stop, WholeFile, command_line, error_text, parse,
    supervise_as_process_one,
};
use brigade_pipeline::{Interrupt, enter_worker, machine};
use brigade_portraits::{Latency, service};
use brigade_report::{Comparison, comparison_html, comparison_json, comparison_text, rfc3339};

use crate::args::{Args, PROGRAM};
use crate::bench::{Bench, Ended};
use crate::sweep::Plan;

/// A loop over a hundred answers of the article's 0.4 s takes 40 s a run; what is compared shows as well with an eighth.
const SWEEP_LATENCY_SECONDS: f64 = 0.05;

fn main() -> Exit {
    // This executable is its own worker and its own face service; each line returns at once in anything else.
    enter_worker();
    service::enter();
    match supervise_as_process_one()
        .map_err(Into::into)
        .and_then(|()| work(&parse(&PROGRAM)))
    {
        Ok(exit) => exit,
        Err(error) => {
            // Nobody is left to tell when even this cannot be written.
            let _ = Output::stderr().text(&error_text(error.as_ref()));
            let is_usage = |error: &brigade_pipeline::Error| error.is_usage();
            match error.downcast_ref::<Ended>() {
                Some(Ended::Failed { .. }) => Exit::SomeFailed,
                _ if error.downcast_ref().is_some_and(is_usage) => Exit::Usage,
                _ => Exit::Fatal,
            }
        }
    }
}

fn work(args: &Args) -> Result<Exit, Box<dyn Error>> {
    if let Some(sentence) = args.contradiction() {
        Output::stderr().text(&error_text(&*Box::<dyn Error>::from(sentence)))?;
        return Ok(Exit::Usage);
    }
    let interrupt = Arc::new(Interrupt::default());
    let signals = Signals::install()?;
    signals.on_stop({
        let interrupt = Arc::clone(&interrupt);
        move |stop| interrupt.trigger(&stop.to_string(), 128 + stop.signal())
    });
    match compare(args, &interrupt) {
        Ok(()) => Ok(Exit::Done),
        Err(error) if matches!(error.downcast_ref(), Some(Ended::Interrupted)) => {
            // Nobody is left to tell when even this cannot be written.
            let _ = Output::stderr().text(&error_text(error.as_ref()));
            Ok(Exit::Interrupted(signals.stop().unwrap_or(Stop::Interrupt)))
        }
        Err(error) => Err(error),
    }
}

fn compare(args: &Args, interrupt: &Interrupt) -> Result<(), Box<dyn Error>> {
    // A name that cannot be written is told before any work is done.
    let page = args.report.as_deref().map(WholeFile::open).transpose()?;
    let started_at = rfc3339(SystemTime::now());
    let plan = Plan::new(args);
    let (cvs, round) = if args.article {
        (article::MOST_CVS, article::ROUND)
    } else {
        (args.cvs(), plan.len())
    };
    let latency = match args.latency {
        Some(latency) => latency,
        None if args.article => Latency::default(),
        None => Latency::with_mean(SWEEP_LATENCY_SECONDS)?,
    };
    let runs = args.rounds().saturating_mul(round as u64);
    let bench = Bench::new(args, cvs, runs, latency, interrupt)?;
    let mut comparison = Comparison {
        program: concat!("cv-compare ", env!("CARGO_PKG_VERSION")).to_owned(),
        command: command_line(),
        started_at,
        seed: args.seed,
        requested: cvs,
        warm_ups: args.warm_up,
        source: bench.source(),
        machine: machine()?,
        phases: Vec::new(),
        runs: Vec::new(),
    };
    if args.article {
        comparison.runs = article::measure(args, &bench)?;
    } else {
        comparison.phases = plan.measure(args, &bench)?;
    }
    drop(bench);
    if let Some(page) = page {
        page.write(|out| out.write_all(comparison_html(&comparison).as_bytes()))?;
    }
    let printed = if args.json {
        comparison_json(&comparison)
    } else {
        comparison_text(&comparison)
    };
    Output::stdout().text(&printed)?;
    Ok(())
}
