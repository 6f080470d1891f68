//! `--dry-run`: every row is looked at, the bad ones are named, nothing is made.

use std::error::Error;
use std::io;

use brigade_cli::{Exit, Output, plain};
use brigade_pipeline::{Config, check};

use crate::args::Args;

pub(crate) fn dry_run(config: &Config, args: &Args) -> Result<Exit, Box<dyn Error>> {
    let mut stdout = Output::stdout();
    let mut failed: Option<io::Error> = None;
    let checked = check(config, &mut |number, error| {
        let mut line = format!("row {number}: {error}");
        let mut cause = error.source();
        while let Some(error) = cause {
            line = format!("{line}: {error}");
            cause = error.source();
        }
        // With --json, the counts alone are asked for.
        let told = if args.json {
            Ok(())
        } else {
            stdout.line(&plain(&line))
        };
        failed = told.err();
        failed.is_none()
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    let (good, bad) = (checked.good, checked.bad);
    let summary = if args.json {
        format!("{{\"good\":{good},\"bad\":{bad}}}")
    } else {
        format!(
            "{good} of {} rows can be made into CVs; nothing was made",
            good + bad
        )
    };
    stdout.line(&summary)?;
    Ok(match (good, bad) {
        (0, 0) => Exit::NothingToDo,
        (_, 0) => Exit::Done,
        _ => Exit::SomeFailed,
    })
}
