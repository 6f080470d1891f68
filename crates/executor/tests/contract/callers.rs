//! What those around an executor may do (poll, panic, hold something up) costs them at most what they ask for.

use crate::{
    MODES, cases, executor,
    jobs::{Answer, Trial},
    leftovers::eventually,
};
use brigade_executor::{Context, Event, Executor, Handle, Job, Mode, Outcome};
use serde::{Deserialize, Serialize};
use std::{
    any::Any,
    cell::Cell,
    convert::Infallible,
    iter, mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
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
        cases(
            "who waits for room is let go at the end",
            &MODES[1..],
            waiting_for_room,
        ),
        cases("the end reaches a running job", &MODES, end_beside_a_loop),
        cases("an iterator's panic loses nothing", &MODES, iterators_panic),
        cases("a slow iterator holds nothing up", &MODES, slow_iterators),
        cases(
            "more workers than anybody needs do no harm",
            &MODES,
            many_workers,
        ),
        cases(
            "a window larger than anybody needs loses no job",
            &MODES,
            large_window,
        ),
        cases(
            "an observer's panic changes nothing",
            &MODES,
            observers_panic,
        ),
        cases(
            "a destructor's panic costs its job at most",
            &MODES,
            destructors_panic,
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

fn waiting_for_room(mode: Mode) {
    let executor = executor(mode).workers(1).queue_bound(1);
    let executor = executor.build().expect("plain options");
    // A thread cannot be made to end it.
    let running = executor.submit(Trial::Sleep(Duration::from_millis(1000)));
    let waits = executor.clone();
    let waiter = thread::spawn(move || waits.submit(Trial::Echo(1)).join());
    thread::sleep(Duration::from_millis(20));
    let start = Instant::now();
    let _ended = executor.shutdown(Duration::ZERO);
    assert_eq!(waiter.join().expect("no panic"), Outcome::Cancelled);
    assert_eq!(executor.submit(Trial::Echo(1)).join(), Outcome::Cancelled);
    assert_eq!(running.join(), Outcome::Cancelled);
    assert!(start.elapsed() < Duration::from_millis(900));
}

fn end_beside_a_loop(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    let killer = executor.clone();
    let mut outcomes = executor.map([Trial::Echo(1), Trial::Checkpoint, Trial::Checkpoint]);
    assert_eq!(outcomes.next(), Some(Outcome::Ok(Answer::Number(1))));
    let stopped = thread::spawn(move || {
        thread::sleep(Duration::from_millis(30));
        killer.shutdown(Duration::ZERO)
    });
    // In a loop nothing is pulled ahead.
    let rest = if mode == Mode::Sequential { 1 } else { 2 };
    assert!(outcomes.eq((0..rest).map(|_| Outcome::Cancelled)));
    let _ended = stopped.join().expect("no panic");
}

/// Whatever it is told, and though it is told of the end while that is handed over.
fn observers_panic(mode: Mode) {
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    let executor = executor(mode)
        .queue_bound(2)
        .observer(move |event: &Event<'_>| {
            if !matches!(event, Event::WorkerStarted(_) | Event::WorkerLost { .. }) {
                count.fetch_add(1, Ordering::SeqCst);
            }
            std::panic::resume_unwind(Box::new("the observer"));
        })
        .build()
        .expect("plain options");
    (0..5).for_each(|number| good(executor.submit(Trial::Echo(number)), number));
    let all = executor.map((0..20).map(Trial::Echo));
    assert_eq!(all.filter(Outcome::is_ok).count(), 20);
    assert_eq!(told.load(Ordering::SeqCst), 3 * 25);
}

/// Panics when it is dropped, though not when it has run.
#[derive(Serialize, Deserialize)]
pub(crate) struct Fragile {
    is_whole: bool,
}

impl Drop for Fragile {
    fn drop(&mut self) {
        if mem::take(&mut self.is_whole) && !thread::panicking() {
            std::panic::resume_unwind(Box::new("broken"));
        }
    }
}

impl Job for Fragile {
    const NAME: &'static str = "fragile";
    type Output = ();
    type Error = Infallible;

    fn run(mut self, _: &Context) -> Result<(), Infallible> {
        self.is_whole = false;
        Ok(())
    }
}

/// Gives something fragile, or nothing after a while.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Glassworks(Option<Duration>);

impl Job for Glassworks {
    const NAME: &'static str = "glassworks";
    type Output = Option<Fragile>;
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<Self::Output, Infallible> {
        match self.0 {
            None => Ok(Some(Fragile { is_whole: true })),
            Some(time) => {
                thread::sleep(time);
                Ok(None)
            }
        }
    }
}

fn destructors_panic(mode: Mode) {
    let executor = executor(mode).workers(1).window(8);
    let executor = executor.build().expect("plain options");
    let fragile = || Fragile { is_whole: true };
    // Jobs that never run.
    if mode != Mode::Sequential {
        let _first = executor.submit(Trial::Sleep(Duration::from_millis(20)));
        let all: Vec<_> = (0..3).map(|_| executor.submit(fragile())).collect();
        all.iter().for_each(Handle::cancel);
        assert!(
            all.into_iter()
                .all(|handle| handle.join() == Outcome::Cancelled)
        );
    }
    // Outputs that nobody takes. Who drops them last feels it, but no worker does.
    let forget = |it: Box<dyn Any>| drop(catch_unwind(AssertUnwindSafe(|| drop(it))));
    forget(Box::new(executor.submit(Glassworks(None))));
    let pause = Some(Duration::from_millis(20));
    let mut stream =
        executor.stream([Some(Duration::ZERO), None, pause, None, pause].map(Glassworks));
    assert!(
        stream
            .next()
            .is_some_and(|finished| finished.outcome.is_ok())
    );
    thread::sleep(Duration::from_millis(10));
    forget(Box::new(stream));
    good(executor.submit(Trial::Echo(1)), 1);
    assert!(executor.shutdown(Duration::from_secs(20)));
}

fn iterators_panic(mode: Mode) {
    let executor = executor(mode).build().expect("plain options");
    let mut pulled = 0..100;
    let mut panics = 0..3;
    let jobs = iter::from_fn(|| {
        if pulled.start % 30 == 17 && panics.next().is_some() {
            std::panic::resume_unwind(Box::new("the iterator"));
        }
        pulled.next().map(Trial::Echo)
    });
    let mut outcomes = executor.map(jobs);
    let mut next = || catch_unwind(AssertUnwindSafe(|| outcomes.next()));
    let all = iter::from_fn(|| iter::repeat_with(&mut next).find_map(Result::ok).flatten());
    assert!(all.eq((0..100).map(|number| Outcome::Ok(Answer::Number(number)))));
}

fn slow_iterators(mode: Mode) {
    let executor = executor(mode).window(64).build().expect("plain options");
    good(executor.submit(Trial::Echo(1)), 1);
    let pulled = Cell::new(0);
    let jobs = (0..64).map(|number| {
        thread::sleep(Duration::from_millis(5));
        pulled.set(number + 1);
        Trial::Echo(number)
    });
    let mut stream = executor.stream(jobs);
    for taken in 0..20 {
        assert!(
            stream
                .next()
                .is_some_and(|finished| finished.outcome.is_ok())
        );
        let ahead = pulled.get() - taken;
        assert!(
            ahead < 30,
            "{ahead} were pulled before the outcome was given"
        );
    }
}

fn large_window(mode: Mode) {
    let executor = executor(mode).window(usize::MAX);
    let executor = executor.build().expect("plain options");
    // An iterator that takes its time.
    let slow = (0..20).inspect(|_| thread::sleep(Duration::from_millis(1)));
    assert_eq!(executor.map(slow.map(Trial::Echo)).count(), 20);
}

fn many_workers(mode: Mode) {
    let executor = executor(mode).workers(1 << 16);
    let executor = executor.build().expect("plain options");
    let jobs = || (0..10).map(Trial::Echo);
    assert_eq!(executor.map(jobs()).filter(Outcome::is_ok).count(), 10);
    assert_eq!(executor.stream(jobs()).count(), 10);
    good(executor.submit(Trial::Echo(1)), 1);
}
