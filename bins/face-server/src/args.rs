//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use argh::FromArgs;
use brigade_portraits::{Error, FaultRule, Latency, Pictures, ServerConfig};

/// Serves portraits of people who do not exist, or a folder's pictures, on 127.0.0.1.
///
/// By index: /SEED/INDEX.jpg?attempt=N. In turn, as on the public site: /
#[derive(Debug, FromArgs)]
pub(crate) struct Args {
    /// port to listen on (default 0: any free one)
    #[argh(option, default = "0")]
    port: u16,

    /// whose portraits / serves and --prepare draws (default 0)
    #[argh(option, default = "0")]
    seed: u64,

    /// serve this folder's pictures, in the order of their names, instead of drawn portraits
    #[argh(option)]
    dir: Option<PathBuf>,

    /// keep drawn portraits here (default: the user's cache folder)
    #[argh(option)]
    cache: Option<PathBuf>,

    /// draw so many portraits before serving; others are drawn when first asked for (default 0)
    #[argh(option, default = "0")]
    prepare: u64,

    /// mean seconds until an answer, log-normal (default 0.4; 0 for none)
    #[argh(option, from_str_fn(latency), default = "Latency::default()")]
    latency: Latency,

    /// what goes wrong: NAME=RATE, NAME@INDEX or NAME@INDEX.ATTEMPT; may be repeated. Names: error,
    /// too-many-requests, truncated, half-picture, stall-before, stall-inside, wrong-type, html, oversize,
    /// redirect-loop, one-a-second
    #[argh(option, from_str_fn(fault))]
    fault: Vec<FaultRule>,

    /// seconds that a stall lasts (default 60)
    #[argh(option, from_str_fn(seconds), default = "Duration::from_secs(60)")]
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
            prepare: args.prepare,
            latency: args.latency,
            faults: args.fault,
            stall: args.stall,
            ..Self::default()
        }
    }
}

fn latency(text: &str) -> Result<Latency, String> {
    let mean_s: f64 = text
        .parse()
        .map_err(|_| format!("{text:?} is not a number of seconds"))?;
    Latency::with_mean(mean_s).map_err(|error| error.to_string())
}

fn fault(text: &str) -> Result<FaultRule, String> {
    text.parse().map_err(|error: Error| error.to_string())
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .filter(|seconds| (0.0..=3600.0).contains(seconds))
        .map(Duration::from_secs_f64)
        .ok_or_else(|| format!("{text:?} is not a number of seconds from 0 to 3600"))
}
