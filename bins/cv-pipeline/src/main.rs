//! The article's program: N faces fetched, N CVs rendered into one ZIP, in any mode, with one report.

mod args;
mod doctor;
mod dry_run;
mod exports;
mod people;
mod progress;
mod recalled;

use std::error::Error;
use std::ops::{ControlFlow, Range};
use std::path::Path;
use std::sync::Arc;

use brigade_cli::{
    Exit, Output, Progress, Signals, Stop, command_line, error_text, human_duration, parse,
    reserve_cores, set_niceness, supervise_as_process_one, survive_file_size_limit,
};
use brigade_pipeline::{
    Config, Data, DataError, Interrupt, Limits, MaxFailures, Mode, PhaseConfig, Source, Split,
    Start, Timeouts, enter_worker, failures_table, machine, run,
};
use brigade_portraits::service::{self, Service};
use brigade_portraits::{Pictures, ServerConfig};
use brigade_report::Outcome;

use crate::args::{Args, PROGRAM};
use crate::doctor::doctor;
use crate::dry_run::dry_run;
use crate::exports::Exports;
use crate::people::{contradictions, open_data};
use crate::recalled::recalled;

/// The article's number of CVs.
const CVS: u64 = 10;
/// So many portraits are drawn before the clock starts; a longer run's others when they are asked for.
const DRAWN_BEFORE: u64 = 1000;

fn main() -> Exit {
    // In workers too. Without it a limit is still kept, less politely.
    let _ = survive_file_size_limit();
    // This executable is its own worker and its own face service; each line returns at once in anything else.
    enter_worker();
    service::enter();
    match supervise_as_process_one()
        .map_err(Into::into)
        .and_then(|()| {
            let args: Args = parse(&PROGRAM);
            match args.resume.as_ref().or(args.retry_failed.as_ref()) {
                None => work(&args, Vec::new()),
                Some(out) => match recalled(&args, out)? {
                    Some(again) => work(&again.args, again.command),
                    None => nothing_to_do(out),
                },
            }
        }) {
        Ok(exit) => exit,
        Err(error) => {
            let is_usage = |error: &brigade_pipeline::Error| error.is_usage();
            let usage = error.downcast_ref().is_some_and(is_usage)
                || error.is::<people::Contradiction>()
                || error.is::<DataError>();
            // Nobody is left to tell when even this cannot be written.
            let _ = Output::stderr().text(&error_text(error.as_ref()));
            if usage { Exit::Usage } else { Exit::Fatal }
        }
    }
}

fn nothing_to_do(out: &Path) -> Result<Exit, Box<dyn Error>> {
    let out = out.display();
    Output::stderr().line(&format!("nothing to do: the run in {out} is finished"))?;
    Ok(Exit::NothingToDo)
}

/// One run. `recalled` is the command line of one that goes on with another, both together.
fn work(args: &Args, recalled: Vec<String>) -> Result<Exit, Box<dyn Error>> {
    if args.doctor {
        return doctor(args.json);
    }
    make_room(args)?;
    let interrupt = Arc::new(Interrupt::default());
    let signals = Signals::install()?;
    signals.on_stop({
        let interrupt = Arc::clone(&interrupt);
        move |stop| interrupt.trigger(&stop.to_string(), 128 + stop.signal())
    });

    contradictions(args)?;
    let mut config = config(args, open_data(args)?)?;
    config.recalled = recalled;
    if args.dry_run {
        return dry_run(&config, args);
    }
    if config.requested() > 0 {
        // No portrait is drawn for a run that cannot be, and a report may lie in the folder that this makes.
        config.check_out()?;
    }
    let exports = Exports::open(args)?;
    let wanted = config.faces_wanted(DRAWN_BEFORE)?;
    // It lives as long as the run.
    let mut service = None;
    if args.faces.is_none() && !wanted.is_empty() {
        service = start_service(args, wanted, &interrupt)?;
    }
    if let Some(service) = &service {
        config.source = Source::service(service.url_template())?;
        config.not_measured.push(service.pid());
    }
    let mut record = run(&config, &interrupt, &progress::watch(args.quiet))?;

    if args.details || !exports.is_empty() {
        // They look at every task; without them, those of a long run stay on disk.
        for phase in &mut record.phases {
            phase.load()?;
        }
    }
    exports.write(&record)?;
    let printed = if args.json {
        brigade_report::json(&record)
    } else {
        brigade_report::text(&record)
    };
    Output::stdout().text(&printed)?;
    let table = failures_table(&args.out);
    // The report lists some only.
    if !args.json && record.closing.failed > 0 && table.exists() {
        Output::stdout().line(&format!("\nAll failures: {}", table.display()))?;
    }
    Ok(match record.closing.outcome {
        Outcome::Complete => Exit::Done,
        Outcome::NothingToDo => Exit::NothingToDo,
        Outcome::Interrupted => Exit::Interrupted(signals.stop().unwrap_or(Stop::Interrupt)),
        Outcome::Failures => Exit::SomeFailed,
        _ => Exit::Fatal,
    })
}

/// Leaves to other programs what the flags say, before there is another thread or process.
fn make_room(args: &Args) -> Result<(), Box<dyn Error>> {
    let refused = |flag: &str, error| format!("{flag} cannot be done here: {error}");
    if args.reserve_cores > 0 {
        reserve_cores(args.reserve_cores).map_err(|error| refused("--reserve-cores", error))?;
    }
    if args.nice > 0 {
        set_niceness(args.nice).map_err(|error| refused("--nice", error))?;
    }
    Ok(())
}

/// The embedded face service, a process of its own, with the first portraits drawn; none when that was interrupted.
fn start_service(
    args: &Args,
    wanted: Range<u64>,
    interrupt: &Interrupt,
) -> Result<Option<Service>, Box<dyn Error>> {
    let bar = Progress::start("portraits", wanted.end - wanted.start, args.quiet);
    let config = ServerConfig {
        seed: args.seed,
        pictures: Pictures::Drawn { cache: None },
        prepare: wanted,
        latency: args.latency,
        ..ServerConfig::default()
    };
    let mut told = 0;
    let started = Service::start_watched(&config, &mut |ready| {
        (told..ready).for_each(|_| bar.done());
        told = ready;
        match interrupt.is_triggered() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    });
    drop(bar);
    let service = match started {
        Err(brigade_portraits::Error::Cancelled) => return Ok(None),
        started => started?,
    };
    let drawn = service.drawn();
    if !args.quiet && drawn > 0 {
        let plural = if drawn == 1 { "" } else { "s" };
        let time = human_duration(service.drawing());
        Output::stderr().line(&format!("drew {drawn} portrait{plural} in {time}"))?;
    }
    Ok(Some(service))
}

/// How a phase runs. Mode auto, unless told otherwise, may take what the machine can carry.
fn phase(mode: &Mode, workers: Option<u32>) -> Result<PhaseConfig, Box<dyn Error>> {
    let workers = match workers {
        Some(workers) => workers,
        None if mode.is_auto() => Limits::of(&machine()?).waiting,
        None => PhaseConfig::default().workers,
    };
    Ok(PhaseConfig {
        mode: mode.clone(),
        workers,
    })
}

/// The run as the flags describe it; without `--faces` the service's address is still to come.
fn config(args: &Args, data: Option<Data>) -> Result<Config, Box<dyn Error>> {
    let source = match &args.faces {
        Some(source) => source.clone(),
        None => Source::service("http://127.0.0.1/")?,
    };
    let mut config = Config::new(source, args.seed);
    config.program = concat!("cv-pipeline ", env!("CARGO_PKG_VERSION")).to_owned();
    config.command = command_line();
    config.cvs = args.cvs.unwrap_or(CVS);
    config.data = data;
    config.select = args.select.clone();
    config.limit = args.limit;
    config.name = args.name.clone();
    config.fetch = phase(&args.p1_type, args.p1_max_workers)?;
    config.render = phase(&args.p2_type, args.p2_max_workers)?;
    config.overlap = args.overlap;
    // The embedded service has another address every time, and the same faces.
    config.source_name = args
        .faces
        .is_none()
        .then(|| "the embedded service".to_owned());
    config.start = match args {
        Args {
            resume: Some(_), ..
        } => Start::Resume,
        Args {
            retry_failed: Some(_),
            ..
        } => Start::RetryFailed,
        Args { fresh: true, .. } => Start::Fresh,
        _ => Start::New,
    };
    config.accept_changes = args.accept_changes;
    config.journal = !args.no_journal;
    config.max_failures = match args.fail_fast {
        true => Some(MaxFailures::Count(0)),
        false => args.max_failures,
    };
    config.split = match (args.split_every, args.split_size) {
        (Some(cvs), _) => Split::Every(cvs),
        (None, Some(bytes)) => Split::Bytes(bytes),
        (None, None) => Split::Never,
    };
    config.max_rate = args.max_rate;
    if let Some(limit) = args.timeout {
        config.fetching.timeouts = Timeouts::within(limit);
    }
    config.duplicates = args.duplicates.unwrap_or(config.duplicates);
    config.out = args.out.clone();
    config.locale = args.locale;
    config.layout = args.layout;
    config.paper = args.paper;
    config.fonts.clone_from(&args.font);
    config.details = args.details;
    config.grace = args.grace;
    config.gil = Some(brigade_gil::build);
    Ok(config)
}
