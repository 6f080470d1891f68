//! Workers that are none: programs that do not enter, are another build, or do not know the job.

use super::still_works;
use crate::{
    case, executor,
    jobs::{Trial, Unlisted},
};
use brigade_executor::{Death, Executor, Mode, Outcome};
use std::{
    env::current_exe,
    process::Command,
    thread,
    time::{Duration, Instant},
};

pub(super) fn trials() -> Vec<libtest_mimic::Trial> {
    [
        case("processes::an unlisted job", unlisted),
        case("processes::a program that cannot be started", no_program),
        case(
            "processes::a program that cannot be started, for one worker",
            no_program_for_one,
        ),
        case("processes::a program that is no worker", no_worker),
        case("processes::another build", wrong_build),
        case("processes::the forgotten entry line", forgotten_entry),
    ]
    .into()
}

fn unlisted() {
    let executor = executor(Mode::Processes).build().expect("plain options");
    still_works(&executor);
    let Outcome::Failed { message, .. } = executor.submit(Unlisted).join() else {
        panic!("nobody knows it")
    };
    assert_eq!(
        message,
        "job `unlisted` is not listed at the worker's entry line"
    );
    still_works(&executor);
}

fn start_fails(executor: &Executor, word: &str) {
    for outcome in executor.map((0..10).map(Trial::Echo)) {
        let Outcome::Crashed {
            death: Death::Start(why),
            ..
        } = outcome
        else {
            panic!("{outcome:?}")
        };
        assert!(why.contains(word), "{why}");
    }
}

fn no_program() {
    let executor = executor(Mode::Processes)
        .program("/nowhere/at/all")
        .build()
        .expect("found out later");
    start_fails(&executor, "No such file");
}

/// Who waits while it is started drives the pool meanwhile, and has to hear that the start has failed; who only looks now and then
/// drives nothing.
fn no_program_for_one() {
    for _ in 0..5 {
        let executor = executor(Mode::Processes)
            .workers(1)
            .program("/nowhere/at/all")
            .build()
            .expect("found out later");
        start_fails(&executor, "No such file");
        for _ in 0..3 {
            let polled = executor.submit(Trial::Echo(0));
            let start = Instant::now();
            while !polled.is_finished() {
                assert!(start.elapsed() < Duration::from_secs(30), "it is forgotten");
                thread::sleep(Duration::from_millis(1));
            }
        }
        assert!(matches!(
            executor.submit(Trial::Echo(0)).join(),
            Outcome::Crashed { .. }
        ));
    }
}

fn no_worker() {
    let executor = executor(Mode::Processes)
        .program("/bin/true")
        .build()
        .expect("found out later");
    start_fails(&executor, "exited with code 0");
}

fn wrong_build() {
    let program = current_exe().expect("a test has a path");
    let executor = executor(Mode::Processes)
        .program(program)
        .build_tag("other")
        .build()
        .expect("found out later");
    start_fails(&executor, "another build");
}

/// A program without the entry line.
pub(crate) fn forgetful_main() {
    let built = Executor::builder().mode(Mode::Processes).build();
    println!("{}", built.expect_err("it must not start copies of itself"));
}

fn forgotten_entry() {
    let forgetful = |command: &mut Command| {
        let output = command
            .env("CONTRACT_FORGETS_ENTRY", "1")
            .output()
            .expect("the test can start itself");
        String::from_utf8(output.stdout).expect("text")
    };
    let message = forgetful(&mut Command::new(current_exe().expect("a test has a path")));
    assert!(message.contains("brigade_executor::worker()"), "{message}");
    // As a worker it gets as far as building its own executor, which fails, and then exits.
    let program = current_exe().expect("a test has a path");
    let wrapper = tempfile_script(&format!(
        "CONTRACT_FORGETS_ENTRY=1 exec {}",
        program.display()
    ));
    let executor = executor(Mode::Processes)
        .program(&wrapper)
        .build()
        .expect("found out later");
    start_fails(&executor, "exited with code 0");
    std::fs::remove_file(wrapper).expect("it is ours");
}

fn tempfile_script(line: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = std::env::temp_dir().join(format!("brigade-contract-{}", std::process::id()));
    std::fs::write(&path, format!("#!/bin/sh\n{line}\n")).expect("a temporary folder");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("it is ours");
    path
}
