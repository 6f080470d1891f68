//! What runs tasks in this process.

use crate::{
    Batch, Cancel, Context, Finished, Job, Outcome, Ran, Setup, Tag, Task, TaskReport, Usage,
    Waiting,
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
        Self::with(setup, index, None)
    }

    /// The same, with a backend that wants to know when jobs wait.
    #[must_use]
    pub fn with_waiting(setup: &Arc<Setup>, index: u32, waiting: Arc<dyn Waiting>) -> Self {
        Self::with(setup, index, Some(waiting))
    }

    fn with(setup: &Arc<Setup>, index: u32, waiting: Option<Arc<dyn Waiting>>) -> Self {
        let mut context = Context::new(index, waiting);
        context.swap_cancel(Some(Arc::clone(setup) as Arc<dyn Cancel>));
        Self {
            setup: Arc::clone(setup),
            index,
            context,
            ready: None,
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
    pub(crate) fn run_then(&mut self, task: Task, mut then: impl FnMut()) {
        // The job's output may panic when dropped, and so may an observer: neither ends the worker.
        let _ = panic::catch_unwind(AssertUnwindSafe(|| {
            if !task.is_cancelled() {
                task.0.run(Arc::clone(&task.0) as _, self, &mut then);
            }
            drop(task);
        }));
    }

    /// Runs those jobs of a batch that no other worker has begun, one after the other, while `go_on` says so.
    pub fn run_batch(&mut self, batch: &Batch, go_on: impl Fn() -> bool) {
        // As above. What was not handed over before such a panic is after it.
        while panic::catch_unwind(AssertUnwindSafe(|| batch.run(self, &go_on))).is_err() {}
    }

    /// Runs a job, for which `cancel` says whether it should stop.
    pub(crate) fn run_job<J: Job>(
        &mut self,
        job: J,
        tag: Tag,
        cancel: Arc<dyn Cancel>,
    ) -> (Ran, Usage, Outcome<J::Output>) {
        let ran = self.ran();
        self.setup.emit(|| crate::Event::Started(tag, ran));
        let outer = self.context.swap_cancel(Some(cancel));
        let (usage, outcome) = self.run_measured(job, tag.id, tag.index, tag.attempt);
        self.context.swap_cancel(outer);
        (ran, usage, outcome)
    }

    /// The same for jobs that follow each other.
    pub(crate) fn set_cancel(&mut self, cancel: Option<Arc<dyn Cancel>>) {
        self.context.swap_cancel(cancel);
    }

    /// Runs a job without erasing it: the sequential loop, where nothing else is between the caller and the job.
    #[inline]
    pub(crate) fn run_typed<J: Job>(&mut self, job: J, id: u64, index: u64) -> Finished<J::Output> {
        let tag = Tag::first::<J>(id, index);
        let ran = self.ran();
        self.setup.emit(|| crate::Event::Queued(tag));
        self.setup.emit(|| crate::Event::Started(tag, ran));
        let (usage, outcome) = self.run_measured(job, id, index, tag.attempt);
        let report = TaskReport::new(tag, Some(ran), usage.started, usage);
        let finished = Finished { report, outcome };
        self.setup.finished(&finished);
        finished
    }

    #[inline]
    pub(crate) fn run_measured<J: Job>(
        &mut self,
        job: J,
        id: u64,
        index: u64,
        attempt: u32,
    ) -> (Usage, Outcome<J::Output>) {
        let meter = Meter::start(self.setup.metrics);
        let outcome = self.run_bare(job, id, index, attempt);
        (meter.stop(self.setup.epoch), outcome)
    }

    /// The same for a job whose report nobody will see: no clock is read.
    // Numbers, not a `Tag`: they come in registers. To copy what was written to memory just now, in other pieces, the processor
    // waits as long as it needs for all the rest of a loop's turn.
    #[inline]
    pub(crate) fn run_bare<J: Job>(
        &mut self,
        job: J,
        id: u64,
        index: u64,
        attempt: u32,
    ) -> Outcome<J::Output> {
        let name = J::NAME;
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
