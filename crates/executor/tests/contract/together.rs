//! Many jobs at once: every worker there is takes part, and of tiny jobs that are handed over together a long one changes
//! nothing for the others.

use crate::{
    cases, executor,
    jobs::{Answer, Trial},
    leftovers::eventually,
};
use brigade_executor::{Executor, Handle, Mode, Outcome, Stream};
use std::{collections::HashSet, thread, time::Duration};

/// So many that the window has grown as far as it does.
const TINY: u64 = 50_000;

pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
    // Not auto: it runs tiny jobs in a loop.
    let modes = [Mode::Threads, Mode::Processes];
    [
        cases(
            "as many jobs run at once as there are workers",
            &modes,
            all_take_part,
        ),
        cases(
            "jobs behind a long one are run by others",
            &modes,
            others_go_on,
        ),
        cases(
            "nothing new passes what waits behind a long job",
            &modes,
            first_come,
        ),
        cases(
            "outcomes come though a long job follows",
            &modes,
            outcomes_come,
        ),
        cases(
            "at the end each job of a batch has one outcome",
            &modes,
            each_ends_once,
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// However the jobs come: all together, one by one, or while workers look for the next one or sleep already.
fn all_take_part(mode: Mode) {
    let (workers, rounds) = match mode {
        Mode::Processes => (8, 4),
        _ => (60, 12),
    };
    for pause in [0, 1, 20, 200].map(Duration::from_micros) {
        let executor = executor(mode).workers(workers);
        let executor = executor.build().expect("plain options");
        for round in 0..rounds {
            let folder = tempfile::tempdir().expect("a folder");
            let all = 0..u64::try_from(workers).expect("few");
            let meet = |number| Trial::Meet(folder.path().to_owned(), number, workers);
            let outcomes: Vec<_> = if round % 2 == 0 {
                let slowly = |number| {
                    thread::sleep(pause);
                    executor.submit(meet(number))
                };
                let handles: Vec<_> = all.map(slowly).collect();
                handles.into_iter().map(|handle| handle.join()).collect()
            } else {
                executor.map(all.map(meet)).collect()
            };
            let good = |outcome: &Outcome<Answer>| *outcome == Outcome::Ok(Answer::Number(0));
            assert!(
                outcomes.iter().all(good),
                "round {round}, {pause:?} apart: {outcomes:?}"
            );
        }
    }
}

/// Tiny jobs, a long one, tiny ones.
fn around(long: Trial) -> impl Iterator<Item = Trial> {
    let before = (0..TINY).map(Trial::Echo);
    let after = (TINY + 1..).map(Trial::Echo);
    before.chain([long]).chain(after)
}

fn take<I: Iterator<Item = Trial>>(stream: &mut Stream<I>, count: u64) -> Vec<u64> {
    let taken = (0..count).map(|_| {
        let finished = stream.next().expect("there are more jobs");
        let index = finished.report.index;
        assert_eq!(finished.outcome, Outcome::Ok(Answer::Number(index)));
        index
    });
    taken.collect()
}

fn one_worker(mode: Mode) -> Executor {
    let builder = executor(mode).workers(1).grace(Duration::ZERO);
    builder.build().expect("plain options")
}

fn others_go_on(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    let mut stream = executor.stream(around(Trial::Obey));
    let seen = take(&mut stream, 2 * TINY);
    let distinct: HashSet<u64> = seen.into_iter().collect();
    assert!(distinct.len() as u64 == 2 * TINY && !distinct.contains(&TINY));
}

/// The other worker has enough to do.
fn first_come(mode: Mode) {
    for _ in 0..5 {
        let executor = executor(mode).grace(Duration::ZERO);
        let executor = executor.build().expect("plain options");
        thread::sleep(Duration::from_millis(5));
        let long = executor.submit(Trial::Obey);
        let early: Vec<_> = (0..20).map(|at| executor.submit(Trial::Echo(at))).collect();
        let pause = Duration::from_millis(2);
        let late = (0..100).map(|_| executor.submit(Trial::Sleep(pause)));
        let late: Vec<_> = late.collect();
        eventually("the first ones end", || {
            early.iter().all(Handle::is_finished)
        });
        let waiting = late.iter().filter(|handle| !handle.is_finished()).count();
        assert!(waiting > 50, "{waiting} of 100 are left");
        long.cancel();
    }
}

fn outcomes_come(mode: Mode) {
    let executor = one_worker(mode);
    let mut stream = executor.stream(around(Trial::Obey));
    let mut seen = take(&mut stream, TINY);
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..TINY));
}

fn each_ends_once(mode: Mode) {
    let executor = one_worker(mode);
    let mut stream = executor.stream(around(Trial::Checkpoint));
    let mut seen = take(&mut stream, TINY);
    let killer = executor.clone();
    let stopped = thread::spawn(move || {
        thread::sleep(Duration::from_millis(20));
        killer.shutdown(Duration::from_millis(10))
    });
    for finished in stream {
        assert_eq!(finished.outcome, Outcome::Cancelled);
        seen.push(finished.report.index);
    }
    let _ended = stopped.join().expect("shutdown does not panic");
    seen.sort_unstable();
    assert!(seen.len() as u64 > TINY, "the long one was running");
    assert!(seen.iter().copied().eq(0..seen.len() as u64));
}
