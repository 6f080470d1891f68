//! What brings a whole program down, tried in a child of this test.

use super::deaths::deaths;
use crate::{
    MODES, case, cases, executor,
    jobs::{Bulk, Trial},
    leftovers::{eventually, lives},
};
use brigade_executor::{Death, Mode, Outcome};
use rustix::process::setpriority_process;
use std::{
    env::current_exe,
    os::unix::process::{CommandExt, ExitStatusExt},
    process::{Command, Output, Stdio},
    time::Duration,
};

pub(super) fn trials() -> Vec<libtest_mimic::Trial> {
    let single = [
        case("processes::few descriptors", few_descriptors),
        case(
            "processes::workers that cannot be as asked for say why",
            less_nice,
        ),
        case(
            "processes::what no worker can even take is given up",
            too_heavy,
        ),
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
    // Not by its path, where another user may not get.
    let mut command = Command::new("/proc/self/exe");
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
        ["nicer"] => {
            setpriority_process(None, 10).expect("anybody may be nice");
            let executor = executor(Mode::Processes).nice(5).build();
            let executor = executor.expect("plain options");
            println!("{:?}", executor.submit(Trial::Echo(1)).join());
        }
        ["heavy"] => {
            let executor = executor(Mode::Processes).memory_limit(16 << 20).build();
            let executor = executor.expect("plain options");
            let bytes = vec![0; 32 << 20];
            println!("{:?}", executor.submit(Bulk { bytes }).join());
            println!("{:?}", executor.submit(Trial::Echo(1)).join());
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

/// Not even root's own program may take more of the machine than it has, once it is nobody's.
fn less_nice() {
    let mut command = victim("nicer");
    if rustix::process::getuid().is_root() {
        command.uid(65534);
    }
    let output = command.output().expect("the test can start itself");
    let line = String::from_utf8_lossy(&output.stdout);
    let why = "the niceness cannot be set to 5: Permission denied";
    assert!(line.contains("Start(") && line.contains(why), "{line}");
}

fn limited(limit: &str, role: &str) -> Output {
    Command::new("sh")
        .args(["-c", &format!("ulimit {limit}; exec \"$0\"")])
        .arg(current_exe().expect("a test has a path"))
        .env("CONTRACT_VICTIM", role)
        .output()
        .expect("there is a shell")
}

/// Where files may not be large, payloads travel in frames, and have to be taken in before a job begins.
fn too_heavy() {
    let output = limited("-f 1000000", "heavy");
    let lines = String::from_utf8_lossy(&output.stdout);
    let (first, second) = lines.split_once('\n').expect("two lines");
    assert!(first.contains("before its first task"), "{lines}");
    assert_eq!(second, "Ok(Number(1))\n");
}

fn few_descriptors() {
    let output = limited("-n 64", "many");
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "400\n",
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
