//! What both phases have in common: what they are given, the executor they run on, the phase's frame in the record.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use brigade_executor::{Event, Executor, Metrics, Observer as _};
use brigade_report::{Phase, Task, Totals};

use crate::events::Events;
use crate::interrupt::Watched;
use crate::line::{Line, Notice, Notices};
use crate::mode::Kind;
use crate::recorder::{self, Recorder, nanoseconds};
use crate::{Config, Error, Interrupt, PhaseConfig, Progress, folder::RunFolder};

/// A task whose worker died is tried again so often; then the task itself is blamed.
const CRASH_RETRIES: u32 = 2;
/// So many attempts of a phase are kept in memory (some 3 MB); with more, all are read from the events when wanted.
const KEPT: usize = 10_000;
/// Then only attempts that failed are kept, and so many of them.
const KEPT_FAILURES: usize = 1000;

/// What a phase is given.
pub(crate) struct Stage<'a> {
    pub config: &'a Config,
    pub folder: &'a RunFolder,
    pub interrupt: &'a Interrupt,
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// How faces are fetched.
    pub fetching: brigade_faces::Options,
    /// The run's start: every time in the record counts from here.
    pub epoch: Instant,
    pub events: &'a RefCell<Events>,
}

/// A phase under way.
pub(crate) struct Running<'a> {
    pub executor: Executor,
    stage: &'a Stage<'a>,
    recorder: Arc<Recorder>,
    phase: Phase,
    totals: Totals,
    watched: Watched<'a>,
}

impl Stage<'_> {
    /// Starts a phase: its time includes what its executor needs to start. Every end of a task is told to `notices`.
    pub(crate) fn start(
        &self,
        line: Line,
        config: &PhaseConfig,
        notices: &Notices,
    ) -> Result<Running<'_>, Error> {
        let name = line.name();
        let started_ns = nanoseconds(self.epoch.elapsed());
        let recorder = Recorder::new(self.epoch);
        // Not more than there are tasks: each takes memory before it has any, and the number typed may be any.
        let tasks = u32::try_from(self.config.requested()).unwrap_or(u32::MAX);
        let used = config.workers.min(tasks.max(1));
        // What is chosen should not be more either.
        let workers = match config.mode.is_auto() {
            true => used,
            false => config.workers,
        };
        let builder = Executor::builder()
            .workers(used as usize)
            .metrics(if self.config.measure {
                Metrics::Full
            } else {
                Metrics::Wall
            })
            .crash_retries(CRASH_RETRIES)
            .observer({
                let recorder = Arc::clone(&recorder);
                let measure = self.config.measure;
                let notices = notices.clone();
                move |event: &Event<'_>| {
                    if measure {
                        recorder.observe(event);
                    }
                    if let Event::Finished(report, _) = event {
                        // Nobody listens any more once the run has failed.
                        let _ = notices.send(Notice {
                            line,
                            id: report.id,
                        });
                    }
                }
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
        let watched = self.interrupt.watch(&executor, self.config.grace);
        let phase = Phase {
            name: name.to_owned(),
            mode: brigade_report::Mode {
                typed: config.mode.typed().to_owned(),
                canonical: config.mode.canonical().to_owned(),
                auto: None,
            },
            workers: (!config.mode.is_sequential()).then_some(workers),
            started_ns,
            finished_ns: started_ns,
            tasks: Vec::new(),
            stored: None,
        };
        self.events.borrow_mut().phase_started(&phase)?;
        Ok(Running {
            executor,
            stage: self,
            recorder,
            phase,
            totals: Totals::default(),
            watched,
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

    /// How many tasks run at once; none in a loop.
    pub(crate) fn workers(&self) -> Option<usize> {
        self.phase.workers.map(|workers| workers as usize)
    }

    /// Tells the progress that a task has ended. Where the phases overlap it follows the CVs, and a face is only
    /// half of one.
    pub(crate) fn tell(&self, delivered: bool) {
        if self.stage.config.overlap && delivered && self.phase.name == Line::Faces.name() {
            return;
        }
        let running = self.recorder.running();
        (self.stage.progress)(Progress::TaskFinished { delivered, running });
    }

    /// Puts an attempt into the record.
    pub(crate) fn record(&mut self, task: Task) -> Result<(), Error> {
        self.totals.add(&task);
        let mut events = self.stage.events.borrow_mut();
        events.task(&self.phase.name, &task)?;
        let kept = &mut self.phase.tasks;
        if self.phase.stored.is_none() && kept.len() == KEPT && events.are_written() {
            kept.retain(|task| task.failure.is_some());
            kept.truncate(KEPT_FAILURES);
            kept.shrink_to_fit();
            self.phase.stored = Some(events.stored(&self.phase.name, Totals::default()));
        }
        let is_kept = match self.phase.stored {
            None => true,
            Some(_) => task.failure.is_some() && self.phase.tasks.len() < KEPT_FAILURES,
        };
        if is_kept {
            self.phase.tasks.push(task);
        }
        Ok(())
    }

    /// Puts the attempts of the executor's task `id`, which is about CV `index`, into the record that ended with
    /// their worker and were followed by another.
    pub(crate) fn record_retried(&mut self, id: u64, index: u64) -> Result<(), Error> {
        for task in self.recorder.take_retried(id) {
            self.record(Task { index, ..task })?;
        }
        Ok(())
    }

    /// Ends the phase.
    pub(crate) fn finish(self) -> Result<Phase, Error> {
        let Running {
            executor,
            stage,
            mut phase,
            totals,
            watched,
            ..
        } = self;
        drop(watched);
        if let Some(choice) = executor.choice() {
            recorder::note_choice(&mut phase, &choice);
        }
        phase.finished_ns = nanoseconds(stage.epoch.elapsed());
        let mut events = stage.events.borrow_mut();
        events.phase_finished(&phase)?;
        // What is read again must be there.
        events.flush()?;
        if let Some(stored) = &mut phase.stored {
            stored.totals = totals;
        }
        Ok(phase)
    }
}
