//! What runs tasks in this process.

use crate::{
    Context, Finished, Job, Outcome, Ran, Setup, Tag, Task, TaskReport, Usage, Waiting,
    bytes::Bytes,
    run::{self, Meter},
};
use std::{
    fmt,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

/// Runs tasks in this process, one after the other: what a thread of a backend owns.
pub struct Worker {
    setup: Arc<Setup>,
    index: u32,
    context: Context,
    /// Whether the initialiser ran, and if it failed, what every task of this worker gets.
    ready: Option<Result<(), Outcome<()>>>,
}

impl Worker {
    /// The worker at place `index`. It runs its initialiser before its first task.
    #[must_use]
    pub fn new(setup: &Arc<Setup>, index: u32) -> Self {
        Self {
            setup: Arc::clone(setup),
            index,
            context: Context::new(index, None),
            ready: None,
        }
    }

    /// The same, with a backend that wants to know when jobs wait.
    #[must_use]
    pub fn with_waiting(setup: &Arc<Setup>, index: u32, waiting: Arc<dyn Waiting>) -> Self {
        Self {
            context: Context::new(index, Some(waiting)),
            ..Self::new(setup, index)
        }
    }

    /// Its place, from 0.
    pub(crate) fn place(&self) -> u32 {
        self.index
    }

    /// Its place and the thread that asks.
    #[must_use]
    pub fn ran(&self) -> Ran {
        Ran {
            worker: self.index,
            pid: self.setup.pid,
            tid: run::thread_id(),
        }
    }

    /// Runs a task and hands over its outcome. A task nobody wants any more is not run.
    pub fn run(&mut self, task: Task) {
        self.run_then(task, || ());
    }

    /// The same; `then` is called between the job's end and its outcome's delivery.
    #[inline]
    pub(crate) fn run_then(&mut self, mut task: Task, then: impl FnOnce()) {
        if task.is_cancelled() {
            return;
        }
        let ran = self.ran();
        let tag = task.tag();
        self.setup.emit(|| crate::Event::Started(tag, ran));
        let meter = Meter::start(self.setup.metrics);
        self.context.enter(tag);
        let mut erased = task.0.take().expect("the task is ours");
        let failure = self.prepare();
        if failure.is_none() {
            erased.run(&mut self.context);
        }
        let usage = meter.stop(self.setup.epoch);
        then();
        // The job's output may panic when dropped, and so may an observer: neither ends the worker.
        let _ = panic::catch_unwind(AssertUnwindSafe(|| {
            let failure = failure.map(|failure| failure.map(|()| Bytes::copy(&[])));
            erased.finish(Some(ran), usage, failure);
        }));
    }

    /// Runs a job without erasing it: the sequential loop, where nothing else is between the caller and the job.
    #[inline]
    pub(crate) fn run_typed<J: Job>(&mut self, job: J, id: u64, index: u64) -> Finished<J::Output> {
        let (name, attempt) = (J::NAME, 1);
        let tag = Tag {
            id,
            index,
            name,
            attempt,
        };
        let ran = self.ran();
        self.setup.emit(|| crate::Event::Queued(tag));
        self.setup.emit(|| crate::Event::Started(tag, ran));
        let meter = Meter::start(self.setup.metrics);
        let outcome = self.run_bare(job, id, index);
        let Usage {
            started,
            wall,
            cpu,
            peak_memory,
        } = meter.stop(self.setup.epoch);
        let report = TaskReport {
            id,
            index,
            name,
            attempt,
            ran: Some(ran),
            queued: started,
            started,
            wall,
            cpu,
            peak_memory,
        };
        let finished = Finished { report, outcome };
        self.setup.finished(&finished);
        finished
    }

    /// The same for a job whose report nobody will see: no clock is read.
    #[inline]
    pub(crate) fn run_bare<J: Job>(&mut self, job: J, id: u64, index: u64) -> Outcome<J::Output> {
        let (name, attempt) = (J::NAME, 1);
        self.context.enter(Tag {
            id,
            index,
            name,
            attempt,
        });
        match self.prepare() {
            None => run::guarded(|| job.run(&self.context).map_err(Into::into)),
            Some(failure) => failure.with(|_| Err(())).unwrap_or(Outcome::Cancelled),
        }
    }

    #[inline]
    fn prepare(&mut self) -> Option<Outcome<()>> {
        if self.ready.is_none() {
            self.ready = Some(self.setup.initialise(&self.context));
        }
        match &self.ready {
            Some(Err(failure)) => Some(failure.clone()),
            _ => None,
        }
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
