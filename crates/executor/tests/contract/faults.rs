//! Jobs that bring their worker down, and workers that are none. Only processes survive them; that threads do not is shown
//! by a child process that dies.

use crate::{
    MODES, case, cases, executor,
    jobs::{Answer, Prepare, Trial, Unlisted},
    leftovers::{eventually, lives},
};
use brigade_executor::{BuildError, Death, Event, Executor, Mode, Outcome};
use std::{
    collections::BTreeMap,
    env::current_exe,
    os::unix::process::ExitStatusExt,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
    let single = [
        case("processes::abort", || crash("abort")),
        case("processes::segfault", || crash("segfault")),
        case("processes::stack overflow", stack_overflow),
        case("processes::exit(7)", || crash("exit")),
        case("processes::exit(0)", || crash("leave")),
        case("processes::SIGKILL of itself", || crash("kill")),
        case("processes::an endless loop is timed out", || {
            timed_out(Trial::Loop)
        }),
        case("processes::a sleep is timed out", || {
            timed_out(Trial::Sleep(Duration::from_secs(1000)))
        }),
        case("processes::a stopped worker is timed out", || {
            timed_out(Trial::Stop)
        }),
        case("processes::a timed-out job may finish in its grace", grace),
        case("processes::memory", memory),
        case(
            "processes::an output that cannot be serialised",
            unserialisable,
        ),
        case("processes::printing", printing),
        case("processes::closing stdin, stdout and stderr", closed_stdout),
        case("processes::a grandchild dies with its worker", grandchild),
        case("processes::garbage", || broken(Trial::Garbage)),
        case("processes::an oversize frame", || broken(Trial::Oversize)),
        case("processes::a closed connection", || {
            broken(Trial::CloseEverything)
        }),
        case(
            "processes::crashes are retried as often as allowed",
            retries,
        ),
        case("processes::cancelling kills", cancel_kills),
        case("processes::workers are recycled", recycling),
        case("processes::jobs behind a long one go elsewhere", stealing),
        case(
            "processes::a worker killed while idle is replaced",
            idle_death,
        ),
        case("processes::an unlisted job", unlisted),
        case("processes::a program that cannot be started", no_program),
        case("processes::a program that is no worker", no_worker),
        case("processes::another build", wrong_build),
        case("processes::the forgotten entry line", forgotten_entry),
        case("processes::few descriptors", few_descriptors),
        case("processes::an executor inside a job", nested),
        case("processes::everything dies with the parent", orphans),
        case("processes::workers start as tasks come", lazy_workers),
        case("processes::workers are as nice as asked", nice),
        case(
            "processes::a worker keeps its heap for the next job",
            kept_heap,
        ),
    ];
    let together = [
        cases(
            "threads and loops die with the job",
            &MODES[..2],
            dies_with_the_job,
        ),
        cases("what a mode cannot do is refused", &MODES[..2], refused),
    ];
    single
        .into_iter()
        .chain(together.into_iter().flatten())
        .collect()
}

const ECHO: Outcome<Answer> = Outcome::Ok(Answer::Number(5));

fn still_works(executor: &Executor) {
    assert_eq!(executor.submit(Trial::Echo(5)).join(), ECHO);
}

fn crash(how: &str) {
    let (trial, expected) = deaths().remove(how).expect("a way to die");
    let executor = executor(Mode::Processes).build().expect("plain options");
    let others: Vec<_> = (0..50)
        .map(|number| executor.submit(Trial::Echo(number)))
        .collect();
    for _ in 0..3 {
        let outcome = executor.submit(trial.clone()).join();
        let Outcome::Crashed { death, .. } = outcome else {
            panic!("{outcome:?}")
        };
        assert_eq!(death, expected);
    }
    for (number, handle) in (0..).zip(others) {
        assert_eq!(handle.join(), Outcome::Ok(Answer::Number(number)));
    }
    still_works(&executor);
}

fn stack_overflow() {
    let executor = executor(Mode::Processes).build().expect("plain options");
    let Outcome::Crashed { death, stderr } = executor.submit(Trial::StackOverflow).join() else {
        panic!("it crashes")
    };
    assert_eq!(death, Death::Signal(libc::SIGABRT));
    assert!(stderr.contains("overflow"), "{stderr}");
    still_works(&executor);
}

fn timed_out(trial: Trial) {
    let limit = Duration::from_millis(50);
    let executor = executor(Mode::Processes)
        .timeout(limit)
        .build()
        .expect("plain options");
    let others: Vec<_> = (0..20)
        .map(|number| executor.submit(Trial::Echo(number)))
        .collect();
    assert_eq!(executor.submit(trial).join(), Outcome::TimedOut { limit });
    for (number, handle) in (0..).zip(others) {
        assert_eq!(handle.join(), Outcome::Ok(Answer::Number(number)));
    }
    still_works(&executor);
}

fn grace() {
    let limit = Duration::from_millis(20);
    let executor = executor(Mode::Processes)
        .timeout(limit)
        .grace(Duration::from_secs(20))
        .build()
        .expect("plain options");
    assert_eq!(
        executor.submit(Trial::Obey).join(),
        Outcome::Ok(Answer::Number(0))
    );
    assert_eq!(
        executor.submit(Trial::Checkpoint).join(),
        Outcome::TimedOut { limit }
    );
    still_works(&executor);
}

fn memory() {
    let limit = 256 << 20;
    let executor = executor(Mode::Processes)
        .memory_limit(limit)
        .build()
        .expect("plain options");
    assert_eq!(
        executor.submit(Trial::Allocate(2 << 30)).join(),
        Outcome::MemoryLimit { limit }
    );
    assert_eq!(
        executor.submit(Trial::Allocate(16 << 20)).join(),
        Outcome::Ok(Answer::Number(0))
    );
    still_works(&executor);
}

fn unserialisable() {
    let executor = executor(Mode::Processes).build().expect("plain options");
    let Outcome::Failed { message, .. } = executor.submit(Trial::Unserialisable).join() else {
        panic!("it cannot be sent")
    };
    assert_eq!(message, "the output of job `trial` cannot be encoded");
    still_works(&executor);
}

fn printing() {
    let executor = executor(Mode::Processes)
        .workers(1)
        .build()
        .expect("plain options");
    assert_eq!(
        executor.submit(Trial::Print).join(),
        Outcome::Ok(Answer::Number(0))
    );
    let Outcome::Crashed { stderr, .. } = executor.submit(Trial::Abort).join() else {
        panic!("it aborts")
    };
    assert!(
        stderr.contains("to stdout") && stderr.contains("to stderr"),
        "{stderr}"
    );
}

fn closed_stdout() {
    let executor = executor(Mode::Processes)
        .workers(1)
        .build()
        .expect("plain options");
    assert_eq!(
        executor.submit(Trial::CloseStdout).join(),
        Outcome::Ok(Answer::Number(0))
    );
    still_works(&executor);
    assert!(matches!(
        executor.submit(Trial::Abort).join(),
        Outcome::Crashed { .. }
    ));
    still_works(&executor);
}

fn grandchild() {
    let executor = executor(Mode::Processes)
        .workers(1)
        .build()
        .expect("plain options");
    let Outcome::Ok(Answer::Number(first)) = executor.submit(Trial::Grandchild).join() else {
        panic!("it starts")
    };
    assert!(lives(first));
    assert!(matches!(
        executor.submit(Trial::Abort).join(),
        Outcome::Crashed { .. }
    ));
    eventually("the grandchild's death with a crash", || !lives(first));
    let Outcome::Ok(Answer::Number(second)) = executor.submit(Trial::Grandchild).join() else {
        panic!("it starts")
    };
    drop(executor);
    eventually("the grandchild's death at the end", || !lives(second));
}

fn broken(trial: Trial) {
    let executor = executor(Mode::Processes).build().expect("plain options");
    let outcome = executor.submit(trial).join();
    assert!(
        matches!(
            outcome,
            Outcome::Crashed {
                death: Death::Protocol(_),
                ..
            }
        ),
        "{outcome:?}"
    );
    still_works(&executor);
}

fn retries() {
    let retried = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&retried);
    let executor = executor(Mode::Processes)
        .crash_retries(2)
        .retry_backoff(Duration::from_millis(1))
        .observer(move |event: &Event<'_>| {
            if matches!(event, Event::Retried(..)) {
                count.fetch_add(1, Ordering::SeqCst);
            }
        })
        .build()
        .expect("plain options");
    let finished = executor.submit(Trial::CrashUntil(3)).finished();
    assert_eq!(
        (finished.outcome, finished.report.attempt),
        (Outcome::Ok(Answer::Number(3)), 3)
    );
    assert_eq!(retried.load(Ordering::SeqCst), 2);
    assert!(matches!(
        executor.submit(Trial::CrashUntil(9)).join(),
        Outcome::Crashed { .. }
    ));
    assert_eq!(retried.load(Ordering::SeqCst), 4);
    still_works(&executor);
}

fn cancel_kills() {
    let executor = executor(Mode::Processes).build().expect("plain options");
    let handle = executor.submit(Trial::Loop);
    let handle = handle
        .join_timeout(Duration::from_millis(50))
        .expect_err("it has no end");
    handle.cancel();
    assert_eq!(handle.join(), Outcome::Cancelled);
    still_works(&executor);
}

fn recycling() {
    for quota in [1, 2, 9] {
        let executor = executor(Mode::Processes)
            .workers(1)
            .tasks_per_worker(quota)
            .build()
            .expect("plain options");
        let mut pids = Vec::new();
        for outcome in executor.map(std::iter::repeat_n(Trial::Pid, 10)) {
            let Outcome::Ok(Answer::Number(pid)) = outcome else {
                panic!("{outcome:?}")
            };
            pids.push(pid);
        }
        let expected = 10usize.div_ceil(usize::try_from(quota).expect("small"));
        let runs: Vec<_> = pids
            .chunk_by(|one, other| one == other)
            .map(<[u64]>::len)
            .collect();
        assert_eq!(runs.len(), expected, "{runs:?}");
        assert!(runs.iter().all(|run| *run as u64 <= quota));
    }
}

fn stealing() {
    let executor = executor(Mode::Processes).build().expect("plain options");
    // So that the jobs count as tiny, and many are sent at a time.
    assert_eq!(
        executor
            .map((0..1000).map(Trial::Echo))
            .filter(Outcome::is_ok)
            .count(),
        1000
    );
    let long = executor.submit(Trial::Obey);
    let jobs = (0..500).map(Trial::Echo);
    assert_eq!(executor.map(jobs).filter(Outcome::is_ok).count(), 500);
    assert!(!long.is_finished());
}

fn idle_death() {
    let executor = executor(Mode::Processes)
        .workers(1)
        .build()
        .expect("plain options");
    let Outcome::Ok(Answer::Number(pid)) = executor.submit(Trial::Pid).join() else {
        panic!("it has a pid")
    };
    rustix_kill(pid);
    eventually("the death of the idle worker", || !lives(pid));
    still_works(&executor);
}

fn rustix_kill(pid: u64) {
    let status = Command::new("kill")
        .args(["-9", &pid.to_string()])
        .status()
        .expect("kill is there");
    assert!(status.success());
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

/// Jobs that end the process they run in, and how.
fn deaths() -> BTreeMap<&'static str, (Trial, Death)> {
    BTreeMap::from([
        ("abort", (Trial::Abort, Death::Signal(libc::SIGABRT))),
        ("segfault", (Trial::Segfault, Death::Signal(libc::SIGSEGV))),
        (
            "overflow",
            (Trial::StackOverflow, Death::Signal(libc::SIGABRT)),
        ),
        ("kill", (Trial::Kill, Death::Signal(libc::SIGKILL))),
        ("exit", (Trial::Exit(7), Death::Exit(7))),
        ("leave", (Trial::Exit(0), Death::Exit(0))),
    ])
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

fn nested() {
    let executor = executor(Mode::Processes)
        .workers(1)
        .build()
        .expect("plain options");
    assert_eq!(
        executor.submit(Trial::Nested).join(),
        Outcome::Ok(Answer::Number(7))
    );
}

fn lazy_workers() {
    let started = Arc::new(Mutex::new(0));
    let count = Arc::clone(&started);
    let executor = executor(Mode::Processes)
        .workers(8)
        .observer(move |event: &Event<'_>| {
            if matches!(event, Event::WorkerStarted(_)) {
                *count.lock().unwrap() += 1;
            }
        })
        .build()
        .expect("plain options");
    for _ in 0..5 {
        still_works(&executor);
    }
    assert_eq!(*started.lock().unwrap(), 1);
}

fn nice() {
    let executor = executor(Mode::Processes)
        .nice(7)
        .build()
        .expect("plain options");
    assert_eq!(
        executor.submit(Trial::Niceness).join(),
        Outcome::Ok(Answer::Number(7))
    );
}

fn kept_heap() {
    let executor = executor(Mode::Processes)
        .workers(1)
        .build()
        .expect("plain options");
    let faults = || match executor.submit(Trial::PageFaults(8 << 20)).join() {
        Outcome::Ok(Answer::Number(faults)) => faults,
        other => panic!("{other:?}"),
    };
    // Fresh memory costs a fault a page, or fewer of larger pages.
    let (first, second) = (faults(), faults());
    if cfg!(target_env = "gnu") {
        assert!(second * 4 < first.max(40), "{first}, then {second}");
    }
}

fn refused(mode: Mode) {
    let second = Duration::from_secs(1);
    for builder in [
        executor(mode).timeout(second),
        executor(mode).memory_limit(1 << 30),
        executor(mode).tasks_per_worker(1),
        executor(mode).nice(5),
        executor(mode)
            .initialiser(Prepare { word: "w".into() })
            .program("/bin/true"),
    ] {
        assert!(matches!(
            builder.build(),
            Err(BuildError::Unsupported { .. })
        ));
    }
    assert!(Instant::now().elapsed() < second);
}
