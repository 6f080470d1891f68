//! When workers start and end, what they keep and what they are given.

use super::still_works;
use crate::{
    case, executor,
    jobs::{Answer, Trial},
};
use brigade_executor::{Event, Mode, Outcome};
use std::sync::{Arc, Mutex};

pub(super) fn trials() -> Vec<libtest_mimic::Trial> {
    [
        case("processes::workers are recycled", recycling),
        case("processes::jobs behind a long one go elsewhere", stealing),
        case("processes::an executor inside a job", nested),
        case("processes::workers start as tasks come", lazy_workers),
        case("processes::workers are as nice as asked", nice),
        case(
            "processes::a worker keeps its heap for the next job",
            kept_heap,
        ),
    ]
    .into()
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
