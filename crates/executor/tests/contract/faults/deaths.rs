//! Jobs that bring their worker down: what is told of it, what else dies, who goes on.

use super::still_works;
use crate::{
    case, executor,
    jobs::{Answer, Trial},
    leftovers::{eventually, lives},
};
use brigade_executor::{Death, Event, Mode, Outcome};
use std::{
    collections::BTreeMap,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

pub(super) fn trials() -> Vec<libtest_mimic::Trial> {
    [
        case("processes::abort", || crash("abort")),
        case("processes::segfault", || crash("segfault")),
        case("processes::stack overflow", stack_overflow),
        case("processes::exit(7)", || crash("exit")),
        case("processes::exit(0)", || crash("leave")),
        case("processes::SIGKILL of itself", || crash("kill")),
        case("processes::garbage", || broken(Trial::Garbage)),
        case("processes::an oversize frame", || broken(Trial::Oversize)),
        case("processes::a closed connection", || {
            broken(Trial::CloseEverything)
        }),
        case(
            "processes::crashes are retried as often as allowed",
            retries,
        ),
        case(
            "processes::a worker killed while idle is replaced",
            idle_death,
        ),
        case("processes::a grandchild dies with its worker", grandchild),
    ]
    .into()
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

/// Jobs that end the process they run in, and how.
pub(super) fn deaths() -> BTreeMap<&'static str, (Trial, Death)> {
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
