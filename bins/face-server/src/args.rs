//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use argh::{ArgsInfo, FromArgs};
use brigade_cli::{Flag, Group, Program, whole};
use brigade_portraits::{Error, FaultRule, Latency, Pictures, ServerConfig};

pub(crate) const PROGRAM: Program = Program {
    name: "face-server",
    version: env!("CARGO_PKG_VERSION"),
    groups: &[
        Group {
            title: "Pictures",
            flags: &[
                Flag::new("seed").default("0"),
                Flag::new("dir").folder(),
                Flag::new("prepare").default("0"),
                Flag::new("cache")
                    .default("the user's cache folder")
                    .folder(),
            ],
        },
        Group {
            title: "Serving",
            flags: &[
                Flag::new("port").default("any free one"),
                Flag::new("latency").default("400ms"),
                Flag::new("fault"),
                Flag::new("stall").default("60s"),
            ],
        },
    ],
};

/// Serve portraits of people who do not exist, or a folder's pictures, on 127.0.0.1: by index at
/// /SEED/INDEX.jpg?attempt=N, and in turn at / as the public site does.
#[derive(Debug, FromArgs, ArgsInfo)]
#[argh(
    example = "{command_name} --port 8000 --fault error=0.1 --fault html@3",
    error_code(1, "cannot serve: the port is taken, the folder cannot be read"),
    error_code(2, "wrong arguments"),
    error_code(130, "ended by Ctrl-C; 129 and 143 by SIGHUP and SIGTERM")
)]
pub(crate) struct Args {
    /// whose portraits are served at / and prepared
    #[argh(option, arg_name = "n", from_str_fn(whole), default = "0")]
    seed: u64,

    /// serve this folder's pictures, in the order of their names, instead of drawn portraits
    #[argh(option, arg_name = "folder")]
    dir: Option<PathBuf>,

    /// draw so many portraits before serving; others are drawn when first asked for
    #[argh(option, arg_name = "n", from_str_fn(whole), default = "0")]
    prepare: u64,

    /// where drawn portraits are kept for the next time
    #[argh(option, arg_name = "folder")]
    cache: Option<PathBuf>,

    /// the port to listen on
    #[argh(option, arg_name = "port", from_str_fn(whole), default = "0")]
    port: u16,

    /// mean time until an answer, log-normal, at most a minute; 0 for none
    #[argh(
        option,
        arg_name = "time",
        from_str_fn(latency),
        default = "Latency::default()"
    )]
    latency: Latency,

    /// what goes wrong and when: NAME=RATE, NAME@INDEX or NAME@INDEX.ATTEMPT (from 1), where NAME is error,
    /// too-many-requests, truncated, half-picture, stall-before, stall-inside, wrong-type, html, oversize,
    /// redirect-loop or one-a-second
    #[argh(option, arg_name = "rule", from_str_fn(fault))]
    fault: Vec<FaultRule>,

    /// how long a stall lasts
    #[argh(
        option,
        arg_name = "time",
        from_str_fn(stall),
        default = "Duration::from_secs(60)"
    )]
    stall: Duration,
}

impl From<Args> for ServerConfig {
    fn from(args: Args) -> Self {
        Self {
            port: args.port,
            seed: args.seed,
            pictures: match args.dir {
                Some(folder) => Pictures::Folder(folder),
                None => Pictures::Drawn { cache: args.cache },
            },
            prepare: 0..args.prepare,
            latency: args.latency,
            faults: args.fault,
            stall: args.stall,
            ..Self::default()
        }
    }
}

fn latency(text: &str) -> Result<Latency, String> {
    let mean = brigade_cli::duration(text)?;
    Latency::with_mean(mean.as_secs_f64()).map_err(|_| "is longer than a minute".to_owned())
}

fn fault(text: &str) -> Result<FaultRule, String> {
    text.parse().map_err(|error| match error {
        Error::Fault { reason, .. } => format!("is not a fault: {reason}"),
        other => other.to_string(),
    })
}

fn stall(text: &str) -> Result<Duration, String> {
    let stall = brigade_cli::duration(text)?;
    (stall <= Duration::from_secs(3600))
        .then_some(stall)
        .ok_or_else(|| "is longer than an hour".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_help_agree() {
        assert_eq!(PROGRAM.contradictions::<Args>(), Vec::<String>::new());
    }
}
