//! The command line of a run that is gone on with: what was typed then, and over it what is typed now.

use std::error::Error;
use std::ffi::OsString;
use std::path::Path;

use brigade_cli::{Exit, Output, command_line, try_parse};
use brigade_pipeline::{Recalled, recall};

use crate::args::{Args, PROGRAM};
use crate::people::{Contradiction, contradictions};

/// Flags of a run that mean nothing to the one that goes on with it.
const FORGOTTEN: [&str; 12] = [
    "out",
    "resume",
    "retry-failed",
    "fresh",
    "accept-changes",
    "max-failures",
    "fail-fast",
    "report",
    "trace",
    "tasks-csv",
    "json",
    "quiet",
];
/// Flags whose values are paths, and so count from the folder where they were typed.
const PATHS: [&str; 4] = ["data", "photos", "font", "faces"];

/// What a run that goes on with another is to do.
pub(crate) struct Again {
    pub(crate) args: Args,
    /// The command line that they are, for whoever has to go on once more.
    pub(crate) command: Vec<String>,
}

/// The arguments for going on with the run in `out`; None when it is finished.
pub(crate) fn recalled(typed: &Args, out: &Path) -> Result<Option<Again>, Box<dyn Error>> {
    contradictions(typed)?;
    let mut line = command_line();
    let now = line.split_off(line.len().min(1));
    if now.iter().any(|word| flag(word) == Some("out".to_owned())) {
        let sentence = "--out means nothing here: the run delivers where it was to deliver";
        return Err(Contradiction(sentence.to_owned()).into());
    }
    let Some(then) = recall(out)? else {
        return Ok(None);
    };
    let mut words = earlier(&then, &now)?;
    let has_seed = |words: &[String]| {
        words
            .iter()
            .any(|word| flag(word) == Some("seed".to_owned()))
    };
    if let (Some(seed), false) = (then.seed, has_seed(&words) || has_seed(&now)) {
        words.push(format!("--seed={seed}"));
    }
    words.extend(now);
    words.push(format!("--out={}", out.display()));
    line.extend(words.iter().cloned());
    match try_parse(&PROGRAM, words.into_iter().map(OsString::from)) {
        Ok(args) => Ok(Some(Again {
            args,
            command: line,
        })),
        Err(early) => {
            Output::stderr().text(&early.output)?;
            std::process::exit(Exit::Usage.code())
        }
    }
}

/// What was typed then and is not typed again now.
fn earlier(then: &Recalled, now: &[String]) -> Result<Vec<String>, Contradiction> {
    let again: Vec<String> = now.iter().filter_map(|word| flag(word)).collect();
    let mut words = Vec::new();
    let mut typed = then.command.iter().skip(1).peekable();
    while let Some(word) = typed.next() {
        let name = flag(word).unwrap_or_default();
        let value = match word.split_once('=') {
            Some((_, value)) => Some(value.to_owned()),
            // A value may begin with a hyphen, as a name's template does.
            None => typed
                .next_if(|next| flag(next).is_none() && *next != "-q")
                .cloned(),
        };
        if name.is_empty() || FORGOTTEN.contains(&&*name) || again.contains(&name) {
            continue;
        }
        words.push(match value {
            None => format!("--{name}"),
            Some(value) if value.contains("***") => {
                return Err(Contradiction(
                    "a flag of the run holds credentials, which are not kept: give it again"
                        .to_owned(),
                ));
            }
            Some(value) if PATHS.contains(&&*name) && !value.contains("://") => {
                format!("--{name}={}", then.folder.join(value).display())
            }
            Some(value) => format!("--{name}={value}"),
        });
    }
    Ok(words)
}

/// The flag that a word names, in one spelling.
fn flag(word: &str) -> Option<String> {
    let name = word.strip_prefix("--")?.split('=').next()?;
    Some(name.replace('_', "-"))
}
