//! The command line.

use std::path::PathBuf;

use argh::{ArgsInfo, FromArgs};
use brigade_cli::{Flag, Group, Program, at_least_one, duration, whole};
use brigade_pipeline::{Mode, Source};
use brigade_portraits::Latency;

/// Make the same CVs in every mode and with several numbers of workers, and say what each took.
///
/// Every run makes all CVs from the same seed, with other settings for each phase; the runs of a round are shuffled.
/// The face service is a process of its own that has drawn all portraits before the clock starts.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(
    example = "{command_name} --cvs=1000 --phase=2 --workers=1,2,4",
    example = "{command_name} --article --report article.html"
)]
pub(crate) struct Args {
    /// how many CVs each run makes
    #[argh(option, arg_name = "n", from_str_fn(at_least_one))]
    pub(crate) cvs: Option<u64>,

    /// which phases are compared; another phase runs on 64 threads
    #[argh(option, arg_name = "phase", from_str_fn(which))]
    pub(crate) phase: Option<Which>,

    /// the modes, with commas between
    #[argh(option, arg_name = "list", from_str_fn(modes))]
    pub(crate) modes: Option<Modes>,

    /// the numbers of workers, with commas between; nothing to a loop and to auto
    #[argh(option, arg_name = "list", from_str_fn(workers))]
    pub(crate) workers: Option<Workers>,

    /// the article's five runs instead, and one more under a global interpreter lock
    #[argh(switch)]
    pub(crate) article: bool,

    /// how often each setting is measured
    #[argh(option, arg_name = "n", default = "3", from_str_fn(at_least_one))]
    pub(crate) repeat: u32,

    /// how often each setting runs before that
    #[argh(option, arg_name = "n", default = "1", from_str_fn(whole))]
    pub(crate) warm_up: u32,

    /// mean wait for an answer of the embedded service; without it, 50ms, and 400ms for the article's runs
    #[argh(option, arg_name = "time", from_str_fn(latency))]
    pub(crate) latency: Option<Latency>,

    /// a service's URL with {seed} and {index}, or a folder of pictures used in turn
    #[argh(option, arg_name = "url|dir")]
    pub(crate) faces: Option<Source>,

    /// decides people, faces, waits and the order of the runs
    #[argh(option, arg_name = "n", default = "42", from_str_fn(whole))]
    pub(crate) seed: u64,

    /// write the comparison as a page that needs no network
    #[argh(option, arg_name = "file")]
    pub(crate) report: Option<PathBuf>,

    /// print the comparison as JSON instead of tables
    #[argh(switch)]
    pub(crate) json: bool,

    /// no progress on stderr
    #[argh(switch, short = 'q')]
    pub(crate) quiet: bool,
}

impl Args {
    /// How many CVs each run makes.
    pub(crate) fn cvs(&self) -> u64 {
        self.cvs.unwrap_or(100)
    }

    /// What says something else than `--article`, whose runs are what they are.
    pub(crate) fn contradiction(&self) -> Option<String> {
        let given = [
            ("--cvs", self.cvs.is_some()),
            ("--phase", self.phase.is_some()),
            ("--modes", self.modes.is_some()),
            ("--workers", self.workers.is_some()),
        ];
        let (flag, _) = given.into_iter().find(|(_, is_given)| *is_given)?;
        self.article
            .then(|| format!("{flag} means nothing with --article, which makes the article's runs"))
    }

    /// How often each setting runs in all.
    pub(crate) fn rounds(&self) -> u64 {
        u64::from(self.warm_up) + u64::from(self.repeat)
    }
}

/// Which phases are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    First,
    Second,
    Both,
}

/// The modes to compare.
#[derive(Clone, Debug)]
pub(crate) struct Modes(pub(crate) Vec<Mode>);

/// The numbers of workers to compare.
#[derive(Clone, Debug)]
pub(crate) struct Workers(pub(crate) Vec<u32>);

impl Default for Workers {
    fn default() -> Workers {
        Workers(vec![1, 2, 4, 8])
    }
}

const MODES: [&str; 5] = ["sequential", "threads", "processes", "gil", "auto"];

impl Default for Modes {
    fn default() -> Modes {
        let parsed = MODES.map(|name| name.parse().expect("a mode's own name"));
        Modes(parsed.into())
    }
}

pub(crate) const PROGRAM: Program = Program {
    name: "cv-compare",
    version: env!("CARGO_PKG_VERSION"),
    groups: &[
        Group {
            title: "Work",
            flags: &[
                Flag::new("cvs").default("100"),
                Flag::new("seed").default("42"),
                Flag::new("faces")
                    .default("an embedded service on this machine")
                    .folder(),
                Flag::new("latency"),
            ],
        },
        Group {
            title: "Settings",
            flags: &[
                Flag::new("phase")
                    .default("both")
                    .one_of(&["1", "2", "both"]),
                Flag::new("modes").default("sequential,threads,processes,gil,auto"),
                Flag::new("workers").default("1,2,4,8"),
                Flag::new("article"),
                Flag::new("repeat").default("3"),
                Flag::new("warm-up").default("1"),
            ],
        },
        Group {
            title: "Results",
            flags: &[
                Flag::new("report").file(),
                Flag::new("json"),
                Flag::new("quiet"),
            ],
        },
    ],
};

fn which(value: &str) -> Result<Which, String> {
    match value {
        "1" => Ok(Which::First),
        "2" => Ok(Which::Second),
        "both" => Ok(Which::Both),
        _ => Err("is neither 1, 2 nor both".to_owned()),
    }
}

fn modes(value: &str) -> Result<Modes, String> {
    let parsed = value.split(',').map(|word| word.trim().parse::<Mode>());
    let parsed: Result<Vec<Mode>, _> = parsed.collect();
    let parsed = parsed.map_err(|error| format!("is no list of modes: {error}"))?;
    let mut modes: Vec<Mode> = Vec::new();
    for mode in parsed {
        let is_there = |known: &Mode| known.canonical() == mode.canonical();
        if !modes.iter().any(is_there) {
            modes.push(mode);
        }
    }
    Ok(Modes(modes))
}

fn workers(value: &str) -> Result<Workers, String> {
    let numbers: Result<Vec<u32>, String> = value.split(',').map(at_least_one).collect();
    let mut numbers = numbers.map_err(|_| "is no list of whole numbers, 1 or more".to_owned())?;
    numbers.sort_unstable();
    numbers.dedup();
    Ok(Workers(numbers))
}

fn latency(value: &str) -> Result<Latency, String> {
    let mean = duration(value)?;
    Latency::with_mean(mean.as_secs_f64()).map_err(|_| "is longer than a minute".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_behind_the_help_is_the_list_of_flags() {
        assert_eq!(PROGRAM.contradictions::<Args>(), Vec::<String>::new());
    }

    #[test]
    fn rounds_are_counted_beyond_what_either_flag_can_say() {
        let words = ["--warm-up=4294967295", "--repeat=1"].map(Into::into);
        let args: Args = brigade_cli::try_parse(&PROGRAM, words).expect("two flags");
        assert_eq!(args.rounds(), 1 << 32);
    }

    #[test]
    fn lists_are_read_or_refused() {
        assert_eq!(workers("4,1, 4").map(|workers| workers.0), Ok(vec![1, 4]));
        assert!(workers("1,0").is_err() && workers("").is_err());
        let read = modes("common,gil,sequential").expect("two modes");
        assert_eq!(
            read.0.iter().map(Mode::canonical).collect::<Vec<_>>(),
            ["sequential", "gil"]
        );
        assert!(modes("octopus").is_err());
    }
}
