//! What brings a whole program down, tried in a child of this test.

use super::deaths::deaths;
use crate::{
    MODES, case, cases, executor,
    jobs::Trial,
    leftovers::{eventually, lives},
};
use brigade_executor::{Death, Mode, Outcome};
use std::{
    env::current_exe,
    os::unix::process::ExitStatusExt,
    process::{Command, Stdio},
    time::Duration,
};

pub(super) fn trials() -> Vec<libtest_mimic::Trial> {
    let single = [
        case("processes::few descriptors", few_descriptors),
        case("processes::everything dies with the parent", orphans),
    ];
    let deaths = cases(
        "threads and loops die with the job",
        &MODES[..2],
        dies_with_the_job,
    );
    single.into_iter().chain(deaths).collect()
}

fn victim(role: &str) -> Command {
    let mut command = Command::new(current_exe().expect("a test has a path"));
    command
        .env("CONTRACT_VICTIM", role)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// What a child of this test does; false in the test itself.
pub(crate) fn play_victim() -> bool {
    let Ok(role) = std::env::var("CONTRACT_VICTIM") else {
        return false;
    };
    let words: Vec<_> = role.split(' ').collect();
    match words[..] {
        ["die", mode, how] => {
            let executor = executor(mode.parse().expect("a mode"))
                .build()
                .expect("plain options");
            let (trial, _) = deaths().remove(how).expect("a way to die");
            let _ = executor.submit(trial).join();
        }
        ["many"] => {
            let executor = executor(Mode::Processes)
                .workers(40)
                .build()
                .expect("plain options");
            let short = Trial::Sleep(Duration::from_millis(1));
            let done = executor
                .map(std::iter::repeat_n(short, 400))
                .filter(Outcome::is_ok)
                .count();
            println!("{done}");
        }
        ["parent", kind] => {
            let executor = executor(Mode::Processes).build().expect("plain options");
            let pids: Vec<_> = [Trial::Grandchild, Trial::Grandchild, Trial::Pid]
                .map(|trial| {
                    executor
                        .submit(trial)
                        .join()
                        .into_result()
                        .expect("they work")
                })
                .into_iter()
                .map(|answer| {
                    format!("{answer:?}")
                        .chars()
                        .filter(char::is_ascii_digit)
                        .collect::<String>()
                })
                .collect();
            let busy = (kind == "busy")
                .then(|| [executor.submit(Trial::Loop), executor.submit(Trial::Loop)]);
            std::thread::sleep(Duration::from_millis(50));
            println!("{}", pids.join(" "));
            std::thread::sleep(Duration::from_secs(1000));
            drop(busy);
        }
        _ => panic!("no role {role}"),
    }
    true
}

fn dies_with_the_job(mode: Mode) {
    for (how, (_, death)) in deaths() {
        let status = victim(&format!("die {mode} {how}"))
            .status()
            .expect("the test can start itself");
        let died = match status.signal() {
            Some(signal) => Death::Signal(signal),
            None => Death::Exit(status.code().expect("it has ended")),
        };
        assert_eq!(died, death, "{how}");
    }
}

fn orphans() {
    for kind in ["idle", "busy"] {
        let mut parent = victim(&format!("parent {kind}"))
            .spawn()
            .expect("the test can start itself");
        let mut line = String::new();
        let stdout = parent.stdout.take().expect("piped");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line)
            .expect("it prints pids");
        let pids: Vec<u64> = line
            .split_whitespace()
            .map(|pid| pid.parse().expect("a pid"))
            .collect();
        assert!(
            pids.len() == 3 && pids.iter().all(|pid| lives(*pid)),
            "{line}"
        );
        parent.kill().expect("it is ours");
        parent.wait().expect("it is ours");
        eventually("the death of workers and grandchildren", || {
            !pids.iter().any(|pid| lives(*pid))
        });
    }
}

fn few_descriptors() {
    let exe = current_exe().expect("a test has a path");
    let output = Command::new("sh")
        .args(["-c", "ulimit -n 64; exec \"$0\""])
        .arg(exe)
        .env("CONTRACT_VICTIM", "many")
        .output()
        .expect("there is a shell");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "400\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
