//! Jobs that take too long or too much, and modes that cannot keep a limit.

use super::still_works;
use crate::{
    MODES, case, cases, executor,
    jobs::{Answer, Prepare, Trial},
};
use brigade_executor::{BuildError, Mode, Outcome};
use std::time::{Duration, Instant};

pub(super) fn trials() -> Vec<libtest_mimic::Trial> {
    let single = [
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
        case("processes::cancelling kills", cancel_kills),
    ];
    let refusals = cases("what a mode cannot do is refused", &MODES[..2], refused);
    let senseless = cases("a number out of range is refused", &MODES, out_of_range);
    let single = single.into_iter().chain(refusals);
    single.chain(senseless).collect()
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

fn out_of_range(mode: Mode) {
    for builder in [
        executor(mode).workers(0),
        executor(mode).workers(usize::MAX),
        executor(mode).window(0),
    ] {
        assert!(matches!(builder.build(), Err(BuildError::Invalid { .. })));
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
