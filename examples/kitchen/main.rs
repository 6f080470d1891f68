//! One cook with one hand, an octopus, ten cooks around one bowl, ten kitchens: the same jobs in a loop, on threads and in
//! worker processes, drawn as it happens.
//!
//! ```sh
//! cargo run --example kitchen -- --report kitchen.html
//! ```
//!
//! Every time it prints was measured: minutes on the kitchen's clock, which `--minute` sets.

mod bell;
mod board;
mod recipe;
mod record;
mod scene;

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use argh::{ArgsInfo, FromArgs};
use brigade_cli::{Exit, Flag, Group, Output, Program, Stream, at_least_one, duration, error_text};
use brigade_executor::Mode;

use bell::Ear;
use recipe::{Bake, Fetch, INGREDIENTS, cake, ingredient};
use record::record;
use scene::{Played, Scene};

const PROGRAM: Program = Program {
    name: "kitchen",
    version: env!("CARGO_PKG_VERSION"),
    groups: &[
        Group {
            title: "Kitchen",
            flags: &[
                Flag::new("cakes").default("10"),
                Flag::new("cooks").default("10"),
                Flag::new("kitchens").default("10"),
                Flag::new("tin"),
                Flag::new("minute").default("5ms"),
            ],
        },
        Group {
            title: "Report",
            flags: &[Flag::new("report").file()],
        },
    ],
};

/// Bake cakes in a loop, on threads and in worker processes, and watch who waits for what.
#[derive(Debug, FromArgs, ArgsInfo)]
struct Args {
    /// how many cakes
    #[argh(option, arg_name = "n", from_str_fn(at_least_one), default = "10")]
    cakes: usize,

    /// how many cooks share one kitchen, its bowl and its oven: threads
    #[argh(option, arg_name = "n", from_str_fn(at_least_one), default = "10")]
    cooks: usize,

    /// how many kitchens with a cook, a bowl and an oven each: worker processes
    #[argh(option, arg_name = "n", from_str_fn(at_least_one), default = "10")]
    kitchens: usize,

    /// bake in a tin, so that the bowl is free for the next cake while one is in the oven
    #[argh(switch)]
    tin: bool,

    /// how long a minute of the kitchen's clock takes
    #[argh(
        option,
        arg_name = "duration",
        from_str_fn(minute),
        default = "Duration::from_millis(5)"
    )]
    minute: Duration,

    /// write the run as a page to this file
    #[argh(option, arg_name = "file")]
    report: Option<PathBuf>,
}

/// Arms of an octopus.
const ARMS: usize = 8;

fn main() -> Exit {
    // In a worker process this line never returns.
    brigade_executor::worker().job::<Bake>().enter();
    let result = cook(&brigade_cli::parse(&PROGRAM));
    result.map_or_else(
        |error| {
            // Nobody is left to tell when even this cannot be written.
            let _ = Output::stderr().text(&error_text(error.as_ref()));
            Exit::Fatal
        },
        |()| Exit::Done,
    )
}

fn cook(args: &Args) -> Result<(), Box<dyn Error>> {
    let mut out = Output::stdout();
    let (started_at, start) = (SystemTime::now(), Instant::now());
    let ear = Ear::open()?;
    let Args {
        cakes, tin, minute, ..
    } = *args;
    let mut scenes = Vec::new();
    let fetching = [
        ("one hand", "hand", Mode::Sequential, 1),
        ("an octopus", "arm", Mode::Threads, ARMS),
    ];
    for (who, hand, mode, workers) in fetching {
        let title = format!("{} ingredients, {who}", INGREDIENTS.len());
        heading(&mut out, &title)?;
        let jobs = (0..INGREDIENTS.len()).map(|ingredient| Fetch {
            ingredient,
            minute,
            bell: ear.bell(),
        });
        let scene = Scene {
            title,
            hand,
            mode,
            workers,
            label: ingredient,
        };
        scenes.push(scene.play(jobs, minute, start, &ear)?);
    }
    let baking = [
        (
            format!("{} in one kitchen", several(args.cooks, "cook")),
            Mode::Threads,
            args.cooks,
        ),
        (
            several(args.kitchens, "kitchen"),
            Mode::Processes,
            args.kitchens,
        ),
    ];
    for (who, mode, workers) in baking {
        let title = format!("{}, {who}", several(cakes, "cake"));
        heading(&mut out, &title)?;
        let jobs = (0..cakes).map(|cake| Bake {
            cake,
            tin,
            minute,
            bell: ear.bell(),
        });
        let scene = Scene {
            title,
            hand: "cook",
            mode,
            workers,
            label: cake,
        };
        scenes.push(scene.play(jobs, minute, start, &ear)?);
    }
    out.text(&table(&scenes, minute))?;
    if let Some(path) = &args.report {
        let run = record(&scenes, started_at, start.elapsed().as_secs_f64())?;
        std::fs::write(path, brigade_report::html(&run))
            .map_err(|error| format!("cannot write --report {}: {error}", path.display()))?;
        out.line(&format!("\nThe page is {}", path.display()))?;
    }
    Ok(())
}

fn heading(out: &mut Output, title: &str) -> std::io::Result<()> {
    out.line(&format!("\n{}", Stream::Stdout.bold(title)))
}

/// What the clock showed.
fn table(scenes: &[Played], minute: Duration) -> String {
    let minutes = |time: Duration| time.as_secs_f64() / minute.as_secs_f64();
    let mut out = format!("\n{:<40}{:>10}{:>22}\n", "", "minutes", "waited for others");
    for Played {
        title,
        wall,
        waited,
        ..
    } in scenes
    {
        out += &format!(
            "{title:<40}{:>10.1}{:>22.1}\n",
            minutes(*wall),
            minutes(*waited)
        );
    }
    out
}

fn several(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn minute(text: &str) -> Result<Duration, String> {
    let minute = duration(text)?;
    (!minute.is_zero())
        .then_some(minute)
        .ok_or_else(|| "must be longer than nothing".to_owned())
}
