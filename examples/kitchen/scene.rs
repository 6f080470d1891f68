//! One scene: some hands, some jobs, the clock running; and what a report wants to know of it.

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use brigade_executor::{Executor, Finished, Job, Mode};
use brigade_report::{Phase, Task};

use crate::bell::Ear;
use crate::board::Board;
use crate::recipe::{Doing, Step};

/// Who works, and where.
pub(crate) struct Scene {
    pub(crate) title: String,
    /// What a worker is called.
    pub(crate) hand: &'static str,
    pub(crate) mode: Mode,
    pub(crate) workers: usize,
    /// What a job is about, by its place among them.
    pub(crate) label: fn(usize) -> String,
}

/// A scene that was played.
pub(crate) struct Played {
    pub(crate) title: String,
    /// From before the first hand was there to the last result.
    pub(crate) wall: Duration,
    /// All hands' waits for what another had, together.
    pub(crate) waited: Duration,
    pub(crate) phase: Phase,
}

impl Scene {
    /// Runs the jobs. Times in the phase count from `start`.
    pub(crate) fn play<J: Job<Output = Vec<Step>>>(
        self,
        jobs: impl Iterator<Item = J>,
        minute: Duration,
        start: Instant,
        ear: &Ear,
    ) -> Result<Played, Box<dyn Error>> {
        let board = Board::new(self.hand, minute);
        thread::scope(|scope| {
            let watching = scope.spawn(|| board.watch(ear));
            let played = self.run(jobs, start);
            ear.bell().close()?;
            watching.join().map_err(|_| "the drawing panicked")??;
            played
        })
    }

    fn run<J: Job<Output = Vec<Step>>>(
        self,
        jobs: impl Iterator<Item = J>,
        start: Instant,
    ) -> Result<Played, Box<dyn Error>> {
        let started = start.elapsed();
        let executor = Executor::builder()
            .mode(self.mode)
            .workers(self.workers)
            .build()?;
        let epoch = executor.epoch().duration_since(start);
        let mut tasks = Vec::new();
        let mut waited = Duration::ZERO;
        for Finished { report, outcome } in executor.stream(jobs) {
            let steps = outcome.into_result()?;
            waited += waits(&steps);
            let began = epoch + report.started.unwrap_or_default();
            let at = |step: Option<&Step>| step.map_or(began, |step| began + step.at);
            let is_use = |step: &&Step| matches!(step.doing, Doing::Using(_));
            tasks.push(Task {
                index: report.index,
                label: Some((self.label)(report.index as usize)),
                attempt: 1,
                worker: report.ran.map(|ran| ran.worker),
                pid: report.ran.map(|ran| ran.pid),
                tid: report.ran.map(|ran| ran.tid),
                // The page shades the time between these two: here the wait for bowl or shelf.
                queued_ns: ns(at(steps.first())),
                started_ns: Some(ns(at(steps.iter().find(is_use)))),
                finished_ns: Some(ns(at(steps.last()))),
                ..Task::default()
            });
        }
        let finished = start.elapsed();
        let phase = Phase {
            name: self.title.clone(),
            mode: brigade_report::Mode {
                typed: self.mode.to_string(),
                canonical: self.mode.to_string(),
                auto: None,
            },
            workers: (self.mode != Mode::Sequential).then_some(self.workers as u32),
            started_ns: ns(started),
            finished_ns: ns(finished),
            tasks,
            stored: None,
        };
        Ok(Played {
            title: self.title,
            wall: finished - started,
            waited,
            phase,
        })
    }
}

/// How long a hand waited: from each wait to the step after it.
fn waits(steps: &[Step]) -> Duration {
    steps
        .windows(2)
        .filter(|pair| matches!(pair[0].doing, Doing::Waiting(_)))
        .map(|pair| pair[1].at - pair[0].at)
        .sum()
}

fn ns(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
