//! What every mode promises, tried with jobs that misbehave. After each case nothing may be left: no child, no descriptor, no
//! temporary file. What each mode survives is in the table of `docs/executor.md`.

#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test with a main of its own is not seen as a test"
)]

mod callers;
mod faults;
mod jobs;
mod leftovers;
mod payloads;
mod promises;
mod together;

use brigade_executor::{Builder, Executor, Mode};
use libtest_mimic::{Arguments, Failed, Trial};

pub(crate) const MODES: [Mode; 4] = [Mode::Sequential, Mode::Threads, Mode::Processes, Mode::Auto];

/// An executor with two workers.
pub(crate) fn executor(mode: Mode) -> Builder {
    Executor::builder()
        .mode(mode)
        .workers(2)
        .forward_stderr(false)
}

/// As a test that checks for leftovers.
pub(crate) fn case(name: impl Into<String>, run: fn()) -> Trial {
    Trial::test(name, move || {
        let before = leftovers::count();
        run();
        leftovers::check(&before).map_err(Failed::from)
    })
}

/// The same for every mode in `modes`.
pub(crate) fn cases(name: &str, modes: &[Mode], run: fn(Mode)) -> Vec<Trial> {
    let one = |mode: &Mode| {
        let mode = *mode;
        Trial::test(format!("{mode}::{name}"), move || {
            let before = leftovers::count();
            run(mode);
            leftovers::check(&before).map_err(Failed::from)
        })
    };
    modes.iter().map(one).collect()
}

fn main() {
    if std::env::var_os("CONTRACT_FORGETS_ENTRY").is_some() {
        return faults::forgetful_main();
    }
    let tag = std::env::var("CONTRACT_TAG").unwrap_or_default();
    brigade_executor::worker()
        .job::<jobs::Trial>()
        .job::<jobs::Bulk>()
        .job::<callers::Fragile>()
        .job::<callers::Glassworks>()
        .initialiser::<jobs::Prepare>()
        .build_tag(tag)
        .enter();
    if faults::play_victim() {
        return;
    }
    if !leftovers::has_own_temporary_folder() {
        std::process::exit(leftovers::run_with_own_temporary_folder());
    }
    let mut arguments = Arguments::from_args();
    // Leftovers can only be told apart when nothing else runs.
    arguments.test_threads = Some(1);
    let trials = promises::trials()
        .into_iter()
        .chain(faults::trials())
        .chain(payloads::trials())
        .chain(together::trials())
        .chain(callers::trials())
        .collect();
    libtest_mimic::run(&arguments, trials).exit();
}
