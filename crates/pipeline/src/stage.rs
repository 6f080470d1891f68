//! What both phases have in common: what they are given, the executor they run on, the phase's frame in the record.

use std::sync::Arc;
use std::time::{Duration, Instant};

use brigade_executor::{Event, Executor, Metrics, Observer as _};
use brigade_report::{Phase, Task};

use crate::mode::Kind;
use crate::recorder::{Recorder, nanoseconds};
use crate::{Config, Error, Interrupt, PhaseConfig, Progress, folder::RunFolder};

/// A task whose worker died is tried again so often; then the task itself is blamed.
const CRASH_RETRIES: u32 = 2;

/// What a phase is given.
pub(crate) struct Stage<'a> {
    pub config: &'a Config,
    pub folder: &'a RunFolder,
    pub interrupt: &'a Interrupt,
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// The run's start: every time in the record counts from here.
    pub epoch: Instant,
}

/// A phase under way.
pub(crate) struct Running<'a> {
    pub executor: Executor,
    stage: &'a Stage<'a>,
    recorder: Arc<Recorder>,
    phase: Phase,
}

impl Stage<'_> {
    /// Starts a phase: its time includes what its executor needs to start.
    pub(crate) fn start(
        &self,
        name: &'static str,
        config: &PhaseConfig,
        total: u64,
    ) -> Result<Running<'_>, Error> {
        let started_ns = nanoseconds(self.epoch.elapsed());
        let recorder = Recorder::new(self.epoch);
        let builder = Executor::builder()
            .workers(config.workers as usize)
            .metrics(Metrics::Full)
            .crash_retries(CRASH_RETRIES)
            .observer({
                let recorder = Arc::clone(&recorder);
                move |event: &Event<'_>| recorder.observe(event)
            });
        let built = match (config.mode.kind(), self.config.gil) {
            (Kind::Own(mode), _) => builder.mode(mode).build(),
            (Kind::Gil, Some(gil)) => gil(builder),
            (Kind::Gil, None) => {
                let mode = config.mode.canonical();
                return Err(Error::NoBackend { phase: name, mode });
            }
        };
        let executor = built.map_err(|source| Error::Executor {
            phase: name,
            source,
        })?;
        self.interrupt.watch(&executor, self.config.grace);
        (self.progress)(Progress::PhaseStarted { phase: name, total });
        let phase = Phase {
            name: name.to_owned(),
            mode: brigade_report::Mode {
                typed: config.mode.typed().to_owned(),
                canonical: config.mode.canonical().to_owned(),
            },
            workers: (!config.mode.is_sequential()).then_some(config.workers),
            started_ns,
            finished_ns: started_ns,
            tasks: Vec::new(),
            stored: None,
        };
        Ok(Running {
            executor,
            stage: self,
            recorder,
            phase,
        })
    }
}

impl Running<'_> {
    /// How long after the run's start the executor's clock started.
    pub(crate) fn offset(&self) -> Duration {
        self.executor
            .epoch()
            .saturating_duration_since(self.stage.epoch)
    }

    /// Tells the progress that a task has ended.
    pub(crate) fn tell(&self, delivered: bool) {
        (self.stage.progress)(Progress::TaskFinished { delivered });
    }

    /// Puts an attempt into the record.
    pub(crate) fn record(&mut self, task: Task) {
        self.phase.tasks.push(task);
    }

    /// Puts the attempts into the record that ended with their worker and were followed by another. `index_of` tells
    /// which CV the executor's task of that position was about.
    pub(crate) fn record_retried(&mut self, index_of: impl Fn(u64) -> u64) {
        let retried = self.recorder.take_retried().into_iter();
        self.phase.tasks.extend(retried.map(|task| Task {
            index: index_of(task.index),
            ..task
        }));
    }

    /// Ends the phase.
    pub(crate) fn finish(mut self) -> Phase {
        self.stage.interrupt.unwatch();
        self.phase.finished_ns = nanoseconds(self.stage.epoch.elapsed());
        (self.stage.progress)(Progress::PhaseFinished);
        self.phase
    }
}
