//! How long it takes until a worker that must go is gone, its task has its outcome, and another works in its place.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use brigade_executor::{Builder, Event, Executor, Metrics, Mode, Outcome};

use crate::jobs::{Kill, Loop, Noop, builder};
use crate::table::{Goal, Table, median, milliseconds};

const ROUNDS: usize = 25;

/// One worker; when the last one was lost.
fn watched(
    change: impl FnOnce(Builder) -> Builder,
) -> Result<(Executor, Arc<Mutex<Instant>>), brigade_executor::BuildError> {
    let lost = Arc::new(Mutex::new(Instant::now()));
    let seen = Arc::clone(&lost);
    let builder = builder(Mode::Processes)
        .workers(1)
        .metrics(Metrics::Wall)
        .observer(move |event: &Event<'_>| {
            if matches!(event, Event::WorkerLost { .. }) {
                *seen.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
            }
        });
    Ok((change(builder).build()?, lost))
}

fn row(table: &mut Table, what: &str, times: &mut [f64], goal: f64) {
    let longest = times.iter().copied().fold(0.0, f64::max);
    table.line(
        what,
        "",
        &format!("longest of {ROUNDS}: {longest:.2} ms"),
        median(times),
        " ms",
        Goal::AtMost(goal),
    );
}

pub(crate) fn deadline(table: &mut Table) -> super::Done {
    let limit = Duration::from_millis(30);
    let (executor, lost) = watched(|builder| builder.timeout(limit))?;
    let (mut dead, mut refilled) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (late, next) = (executor.submit(Loop), executor.submit(Noop(1)));
        let late = late.finished();
        assert!(
            matches!(late.outcome, Outcome::TimedOut { .. }),
            "{}",
            late.outcome
        );
        next.join().into_result()?;
        let now = executor.epoch().elapsed();
        let due = late.report.started.ok_or("its start is known")? + limit;
        let lost = lost
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .duration_since(executor.epoch());
        dead.push(milliseconds(lost.saturating_sub(due)));
        refilled.push(milliseconds(now.saturating_sub(due)));
    }
    row(table, "processes: worker dead", &mut dead, 10.0);
    row(
        table,
        "processes: next task's outcome from a new one",
        &mut refilled,
        10.0,
    );
    Ok(())
}

pub(crate) fn crash(table: &mut Table) -> super::Done {
    let (executor, _) = watched(|builder| builder)?;
    let (mut told, mut replaced) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (killed, next) = (executor.submit(Kill), executor.submit(Noop(1)));
        let killed = killed.finished();
        let now = executor.epoch().elapsed();
        assert!(
            matches!(killed.outcome, Outcome::Crashed { .. }),
            "{}",
            killed.outcome
        );
        let started = killed.report.started.ok_or("its start is known")?;
        told.push(milliseconds(now.saturating_sub(started)));
        next.join().into_result()?;
        replaced.push(milliseconds(
            executor.epoch().elapsed().saturating_sub(started),
        ));
    }
    row(table, "processes: typed outcome", &mut told, 2.0);
    row(
        table,
        "processes: next task's outcome from a new one",
        &mut replaced,
        2.0,
    );
    Ok(())
}
