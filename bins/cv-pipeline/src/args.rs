//! The command line.

use std::error::Error;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::PathBuf;
use std::time::Duration;

use argh::{ArgsInfo, FromArgs};
use brigade_cli::{Flag, Group, Program, at_least_one, duration, size, whole};
use brigade_pipeline::{
    Duplicates, Layout, Locale, MaxFailures, Missing, Mode, Name, Paper, Selection, Source,
    check_font,
};
use brigade_portraits::Latency;

/// Fetch N faces, lay each on a CV of an invented person, pack the CVs into a ZIP, and say what it cost.
///
/// Phase 1 fetches and waits; phase 2 renders and computes. Each runs in a mode of its own: `sequential` (a loop),
/// `threads`, or `processes`, which survive crashes; `auto` lets the first tasks decide between loop and threads; `gil` is
/// a model of Python's threads, of which one runs at a time.
/// The article's words `common`, `multithreading` and `multiprocessing` mean the first three.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(
    example = "{command_name} --cvs=100 --p1-type=threads --p2-type=processes",
    example = "{command_name} --faces ./portraits --layout modern --seed 42"
)]
pub(crate) struct Args {
    /// how many CVs of invented people to make
    #[argh(option, arg_name = "n", from_str_fn(whole))]
    pub(crate) cvs: Option<u64>,

    /// make the CVs of these people: .csv with a header, or .jsonl, in UTF-8
    #[argh(option, arg_name = "file")]
    pub(crate) data: Option<PathBuf>,

    /// what to do about fields that the data does not have
    #[argh(option, arg_name = "rule", default = "Missing::default()")]
    pub(crate) missing: Missing,

    /// the folder that photos in the data are relative to and may not leave
    #[argh(option, arg_name = "dir")]
    pub(crate) photos: Option<PathBuf>,

    /// let URLs of photos in the data lead to this machine and its network
    #[argh(switch)]
    pub(crate) private_photos: bool,

    /// make only these, counted from 1: numbers and ranges, such as 1-5,9,20-
    #[argh(option, arg_name = "list")]
    pub(crate) select: Option<Selection>,

    /// make at most so many
    #[argh(option, arg_name = "n", from_str_fn(whole))]
    pub(crate) limit: Option<u64>,

    /// look at every row, name the bad ones, make nothing
    #[argh(switch)]
    pub(crate) dry_run: bool,

    /// a line for each task's start and end
    #[argh(option, arg_name = "y/n", default = "false", from_str_fn(yes_or_no))]
    pub(crate) details: bool,

    /// how phase 1 runs
    #[argh(option, arg_name = "mode", default = "Mode::default()")]
    pub(crate) p1_type: Mode,

    /// how phase 2 runs
    #[argh(option, arg_name = "mode", default = "Mode::default()")]
    pub(crate) p2_type: Mode,

    /// workers of phase 1; a loop has none; auto, without it, takes what the machine can carry
    #[argh(option, arg_name = "n", from_str_fn(at_least_one))]
    pub(crate) p1_max_workers: Option<u32>,

    /// workers of phase 2; the same
    #[argh(option, arg_name = "n", from_str_fn(at_least_one))]
    pub(crate) p2_max_workers: Option<u32>,

    /// render a face as soon as it is there, instead of when all are
    #[argh(switch)]
    pub(crate) overlap: bool,

    /// leave so many cores to other programs
    #[argh(option, arg_name = "n", default = "0", from_str_fn(reserved))]
    pub(crate) reserve_cores: usize,

    /// let other programs go first: from 0, not at all, to 19
    #[argh(option, arg_name = "n", default = "0", from_str_fn(niceness))]
    pub(crate) nice: i32,

    /// a service's URL, which may hold {seed}, {index} and {attempt}, or a folder of pictures used in turn
    #[argh(option, arg_name = "url|dir")]
    pub(crate) faces: Option<Source>,

    /// what to do when two CVs would show the same face; without it, retry for a service and allow for a folder
    #[argh(option, arg_name = "rule")]
    pub(crate) duplicates: Option<Duplicates>,

    /// ask services for at most so many faces a second, all workers and retries together
    #[argh(option, arg_name = "n", from_str_fn(rate))]
    pub(crate) max_rate: Option<f64>,

    /// how long one attempt at a face may take; without it, 15 s until an answer begins and 30 s in all
    #[argh(option, arg_name = "time", from_str_fn(time_limit))]
    pub(crate) timeout: Option<Duration>,

    /// mean wait for an answer of the embedded service, at most a minute
    #[argh(
        option,
        arg_name = "time",
        default = "Latency::default()",
        from_str_fn(latency)
    )]
    pub(crate) latency: Latency,

    /// decides people and faces: the same seed gives the same bytes
    #[argh(option, arg_name = "n", default = "system_seed()", from_str_fn(whole))]
    pub(crate) seed: u64,

    /// where the invented people live: en, de, el, fr, uk or vi
    #[argh(option, arg_name = "locale", default = "Locale::default()")]
    pub(crate) locale: Locale,

    /// how a CV looks
    #[argh(option, arg_name = "layout", default = "Layout::default()")]
    pub(crate) layout: Layout,

    /// size of its pages
    #[argh(option, arg_name = "paper", default = "Paper::default()")]
    pub(crate) paper: Paper,

    /// a font file (TrueType or OpenType) for characters that the built-in fonts lack; given more than once, asked in order
    #[argh(option, arg_name = "file", from_str_fn(font))]
    pub(crate) font: Vec<PathBuf>,

    /// folder for zipped_cvs.zip; the run's record lies in .brigade/ beside it
    #[argh(option, arg_name = "dir", default = "PathBuf::from(\".\")")]
    pub(crate) out: PathBuf,

    /// go on with the run in this folder that was cut off; its flags need not be given again
    #[argh(option, arg_name = "dir")]
    pub(crate) resume: Option<PathBuf>,

    /// make only the CVs that the run in this folder could not make, and complete its ZIP
    #[argh(option, arg_name = "dir")]
    pub(crate) retry_failed: Option<PathBuf>,

    /// throw away an unfinished run in the folder
    #[argh(switch)]
    pub(crate) fresh: bool,

    /// go on although the data, a flag or the program has changed since
    #[argh(switch)]
    pub(crate) accept_changes: bool,

    /// keep no journal: a run that is cut off begins again
    #[argh(switch)]
    pub(crate) no_journal: bool,

    /// end the run when more CVs than this fail: a number, or a percentage such as 2%
    #[argh(option, arg_name = "n|n%")]
    pub(crate) max_failures: Option<MaxFailures>,

    /// end the run when a CV fails
    #[argh(switch)]
    pub(crate) fail_fast: bool,

    /// several ZIPs, of so many CVs each
    #[argh(option, arg_name = "n", from_str_fn(at_least_one))]
    pub(crate) split_every: Option<u64>,

    /// several ZIPs, each up to this or one CV, e.g. 20M
    #[argh(option, arg_name = "size", from_str_fn(split_size))]
    pub(crate) split_size: Option<u64>,

    /// the files' names in the ZIP, with {index:05}, {row}, {name}, {email}, {phone} and {date_of_birth}
    #[argh(option, arg_name = "template", default = "Name::default()")]
    pub(crate) name: Name,

    /// write the run as a page that needs no network: time lines, charts, failures
    #[argh(option, arg_name = "file")]
    pub(crate) report: Option<PathBuf>,

    /// write the run as Chrome trace events, for Perfetto and chrome://tracing
    #[argh(option, arg_name = "file")]
    pub(crate) trace: Option<PathBuf>,

    /// write a row for each attempt at each task
    #[argh(option, arg_name = "file")]
    pub(crate) tasks_csv: Option<PathBuf>,

    /// how long running tasks may go on after Ctrl-C
    #[argh(
        option,
        arg_name = "time",
        default = "Duration::from_secs(5)",
        from_str_fn(duration)
    )]
    pub(crate) grace: Duration,

    /// print what this machine offers and what follows for the flags; make nothing
    #[argh(switch)]
    pub(crate) doctor: bool,

    /// no progress on stderr
    #[argh(switch, short = 'q')]
    pub(crate) quiet: bool,

    /// print the run's record as JSON instead of the report
    #[argh(switch)]
    pub(crate) json: bool,
}

pub(crate) const PROGRAM: Program = Program {
    name: "cv-pipeline",
    version: env!("CARGO_PKG_VERSION"),
    groups: &[
        Group {
            title: "Work",
            flags: &[
                Flag::new("cvs").default("10"),
                Flag::new("select"),
                Flag::new("limit"),
                Flag::new("seed").default("from the system"),
                Flag::new("locale").default("en"),
                Flag::new("layout")
                    .default("classic")
                    .one_of(&Layout::NAMES),
                Flag::new("paper").default("a4").one_of(&Paper::NAMES),
                Flag::new("font").file(),
            ],
        },
        Group {
            title: "Your own people",
            flags: &[
                Flag::new("data").file(),
                Flag::new("missing")
                    .default("refuse")
                    .one_of(&Missing::NAMES),
                Flag::new("photos").default("the data's folder").folder(),
                Flag::new("private-photos"),
                Flag::new("dry-run"),
            ],
        },
        Group {
            title: "Modes",
            flags: &[
                Flag::new("p1-type").default("common").one_of(&Mode::NAMES),
                Flag::new("p2-type").default("common").one_of(&Mode::NAMES),
                Flag::new("p1-max-workers").default("10"),
                Flag::new("p2-max-workers").default("10"),
                Flag::new("overlap"),
                Flag::new("reserve-cores").default("0"),
                Flag::new("nice").default("0"),
                Flag::new("doctor"),
            ],
        },
        Group {
            title: "Faces",
            flags: &[
                Flag::new("faces")
                    .default("an embedded service on this machine")
                    .folder(),
                Flag::new("duplicates").one_of(&Duplicates::NAMES),
                Flag::new("max-rate"),
                Flag::new("timeout"),
                Flag::new("latency").default("400ms"),
            ],
        },
        Group {
            title: "Failures and interruptions",
            flags: &[
                Flag::new("resume").folder(),
                Flag::new("retry-failed").folder(),
                Flag::new("fresh"),
                Flag::new("accept-changes"),
                Flag::new("no-journal"),
                Flag::new("max-failures"),
                Flag::new("fail-fast"),
                Flag::new("grace").default("5s"),
            ],
        },
        Group {
            title: "Results",
            flags: &[
                Flag::new("out").default(".").folder(),
                Flag::new("name").default("{index:05}-{name}.pdf"),
                Flag::new("split-every"),
                Flag::new("split-size"),
                Flag::new("details").default("N").one_of(&["Y", "N"]),
                Flag::new("json"),
                Flag::new("report").file(),
                Flag::new("trace").file(),
                Flag::new("tasks-csv").file(),
                Flag::new("quiet"),
            ],
        },
    ],
};

fn latency(value: &str) -> Result<Latency, String> {
    let mean = duration(value)?;
    Latency::with_mean(mean.as_secs_f64()).map_err(|_| "is longer than a minute".to_owned())
}

fn rate(value: &str) -> Result<f64, String> {
    match value.trim().parse() {
        // Less than a face a day would look like a standstill.
        Ok(rate) if rate >= 1.0 / 86_400.0 && f64::is_finite(rate) => Ok(rate),
        _ => Err("is not a number of faces a second, such as 10 or 0.5".to_owned()),
    }
}

fn split_size(value: &str) -> Result<u64, String> {
    match size(value)? {
        0 => Err("must be more than nothing".to_owned()),
        bytes => Ok(bytes),
    }
}

fn time_limit(value: &str) -> Result<Duration, String> {
    let limit = duration(value)?;
    if limit.is_zero() {
        return Err("must be more than nothing".to_owned());
    }
    Ok(limit)
}

fn reserved(value: &str) -> Result<usize, String> {
    let cores = whole(value)?;
    let usable = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if cores < usable {
        Ok(cores)
    } else {
        Err(format!(
            "must be less than the {usable} cores that may be used here"
        ))
    }
}

fn niceness(value: &str) -> Result<i32, String> {
    match whole(value)? {
        niceness @ 0..=19 => Ok(niceness),
        _ => Err("is not from 0 to 19".to_owned()),
    }
}

/// Looked at before any work is done, since every CV would fail on a font that cannot be used.
fn font(value: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(value);
    match check_font(&path) {
        Ok(()) => Ok(path),
        Err(error) => Err(with_causes(&error)),
    }
}

/// An error and its causes on one line.
fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text += &format!(": {error}");
        cause = error.source();
    }
    text
}

fn yes_or_no(value: &str) -> Result<bool, String> {
    match value {
        "Y" | "y" => Ok(true),
        "N" | "n" => Ok(false),
        _ => Err("is neither Y nor N".to_owned()),
    }
}

/// Another seed for every run, short enough to be typed again.
fn system_seed() -> u64 {
    // The standard library's own source of randomness for hash maps; nothing here is secret.
    RandomState::new().build_hasher().finish() >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_behind_the_help_is_the_list_of_flags() {
        assert_eq!(PROGRAM.contradictions::<Args>(), Vec::<String>::new());
    }
}
