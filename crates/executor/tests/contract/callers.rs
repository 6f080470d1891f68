//! What those around an executor may do (poll, panic, hold something up) costs them at most what they ask for.

use crate::{
    MODES, cases, executor,
    jobs::{Answer, Trial},
    leftovers::eventually,
};
use brigade_executor::{Executor, Handle, Mode, Outcome};
use std::{
    thread,
    time::{Duration, Instant},
};

pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
    let own_workers = [Mode::Threads, Mode::Processes];
    [
        cases("who polls gets the outcome", &MODES, polling),
        cases(
            "a tiny job does not wait for a long one",
            &own_workers,
            tiny_behind_long,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Jobs of this kind are known to be tiny.
fn warmed_up(mode: Mode) -> Executor {
    let executor = executor(mode).build().expect("plain options");
    (0..200).for_each(|number| good(executor.submit(Trial::Echo(number)), number));
    executor
}

fn good(handle: Handle<Answer>, number: u64) {
    assert_eq!(handle.join(), Outcome::Ok(Answer::Number(number)));
}

fn polling(mode: Mode) {
    let executor = warmed_up(mode);
    for pause in [0, 1].map(Duration::from_micros) {
        for number in 0..100 {
            let mut handle = executor.submit(Trial::Echo(number));
            let patience = Instant::now() + Duration::from_secs(20);
            let outcome = loop {
                assert!(Instant::now() < patience, "no outcome comes");
                match handle.join_timeout(pause) {
                    Ok(outcome) => break outcome,
                    Err(back) => handle = back,
                }
            };
            assert_eq!(outcome, Outcome::Ok(Answer::Number(number)));
        }
    }
}

/// Whether somebody waits for the long one or nobody for any.
fn tiny_behind_long(mode: Mode) {
    for is_joined in [true, false] {
        let executor = warmed_up(mode);
        let mut long = Some(executor.submit(Trial::Obey));
        let joiner = long
            .take_if(|_| is_joined)
            .map(|long| thread::spawn(|| long.join()));
        thread::sleep(Duration::from_millis(20));
        let tiny = executor.submit(Trial::Echo(1));
        eventually("the tiny job ends", || tiny.is_finished());
        good(tiny, 1);
        drop(executor);
        if let Some(joiner) = joiner {
            let outcome = joiner.join().expect("no panic");
            assert!(matches!(outcome, Outcome::Cancelled | Outcome::Ok(_)));
        }
    }
}
