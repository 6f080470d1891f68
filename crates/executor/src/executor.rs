//! The front: takes typed jobs, gives typed outcomes, whatever runs them.

use crate::{
    Backend, Builder, Choice, Handle, Job, Map, Mode, Setup, Stream, Task, Worker, setup::lock,
    slot::Slot,
};
use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

/// Runs jobs: in a loop, on threads, in processes, or wherever a [`Backend`] takes them.
///
/// Cheap to clone and to share between threads; it takes jobs of several types. When the last clone is dropped the executor ends
/// as by [`shutdown`](Self::shutdown) without grace: queued jobs are [`Cancelled`](crate::Outcome::Cancelled), worker
/// processes are killed, a job on a thread is asked to stop and left to itself. So keep it until the outcomes are there.
///
/// ```
/// # use brigade_executor::{Context, Job};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Serialize, Deserialize)]
/// # struct Square(u64);
/// # impl Job for Square {
/// #     const NAME: &'static str = "square";
/// #     type Output = u64;
/// #     type Error = std::convert::Infallible;
/// #     fn run(self, _: &Context) -> Result<u64, Self::Error> { Ok(self.0 * self.0) }
/// # }
/// use brigade_executor::{Executor, Finished, Mode, Outcome};
/// use std::time::Duration;
///
/// let executor = Executor::builder().mode(Mode::Threads).build()?;
///
/// // One job: its handle waits, for ever or for a time, or calls it off.
/// let handle = executor.submit(Square(3));
/// match handle.join_timeout(Duration::from_secs(5)) {
///     Ok(outcome) => assert_eq!(outcome, Outcome::Ok(9)),
///     Err(handle) => handle.cancel(),
/// }
///
/// // Many jobs, as they end; `map` gives their outcomes in order.
/// for Finished { outcome, report } in executor.stream((0..100).map(Square)) {
///     assert_eq!(outcome.into_result()?, report.index * report.index);
/// }
///
/// assert!(executor.shutdown(Duration::from_secs(1)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Executor(Arc<Owner>);

/// Ends the executor when its last clone goes, though handles and streams still hold the core.
struct Owner(Arc<Core>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.shutdown(Duration::ZERO);
    }
}

pub(crate) struct Core {
    pub(crate) setup: Arc<Setup>,
    /// `None`: jobs run in the caller's thread.
    pub(crate) backend: Option<Arc<dyn Backend>>,
    pub(crate) window: Option<usize>,
    idle: Mutex<Vec<Worker>>,
    next_id: AtomicU64,
    closed: AtomicBool,
}

impl Executor {
    /// All options. The defaults: threads, a worker per core, no limits.
    pub fn builder() -> Builder {
        Builder::default()
    }

    pub(crate) fn new(
        setup: Arc<Setup>,
        backend: Option<Arc<dyn Backend>>,
        window: Option<usize>,
    ) -> Self {
        if let Some(backend) = &backend {
            // The first that is set stays: there is but one.
            let _ = setup.backend.set(Arc::downgrade(backend));
        }
        let (idle, next_id, closed) = (Mutex::default(), AtomicU64::new(0), AtomicBool::new(false));
        Self(Arc::new(Owner(Arc::new(Core {
            setup,
            backend,
            window,
            idle,
            next_id,
            closed,
        }))))
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.0.0
    }

    /// Takes one job. In sequential mode it runs at once, before this returns; with a queue bound this waits for room.
    pub fn submit<J: Job>(&self, job: J) -> Handle<J::Output> {
        let core = self.core();
        if let Some(room) = &core.setup.room {
            room.enter();
        }
        let slot = Slot::new(job, core.next_id(), &core.setup);
        let task = Task::new(Arc::clone(&slot) as _);
        match &core.backend {
            _ if core.is_closed() => drop(task),
            Some(backend) => backend.submit_one(task),
            None => {
                let mut worker = core.borrow_worker();
                worker.run(task);
                core.return_worker(Some(worker));
            }
        }
        Handle::new(slot)
    }

    /// Runs all jobs and gives the outcomes in their order.
    ///
    /// Jobs are pulled as outcomes are asked for, with a bounded number ahead: the iterator may be endless. When the result is dropped
    /// early, what has not started is cancelled. After [`shutdown`](Self::shutdown) no more jobs are pulled.
    pub fn map<I: IntoIterator<Item: Job>>(&self, jobs: I) -> Map<I::IntoIter> {
        Map::new(Arc::clone(self.core()), jobs.into_iter())
    }

    /// Like [`map`](Self::map), but gives outcomes as jobs end, with their reports; the report's `index` says which job it was.
    pub fn stream<I: IntoIterator<Item: Job>>(&self, jobs: I) -> Stream<I::IntoIter> {
        Stream::new(Arc::clone(self.core()), jobs.into_iter(), false)
    }

    /// Ends the executor, from any thread: no new jobs, queued ones are cancelled, running ones have until `grace` is over. Then
    /// worker processes are killed; a job on a thread is asked to stop, its outcome is `Cancelled`, and the thread is left to end
    /// with the job. Returns whether everything had ended.
    #[must_use = "false says that jobs on threads still run"]
    pub fn shutdown(&self, grace: Duration) -> bool {
        self.core().shutdown(grace)
    }

    /// The mode's name.
    #[must_use]
    pub fn mode(&self) -> &'static str {
        self.core()
            .backend
            .as_ref()
            .map_or("sequential", |backend| backend.name())
    }

    /// What [`Mode::Auto`](crate::Mode::Auto) has settled on so far; `None` in other modes, and before a job has ended.
    #[must_use]
    pub fn choice(&self) -> Option<Choice> {
        self.core().backend.as_ref()?.choice()
    }

    /// How many workers it may use.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.core().setup.workers
    }

    /// When the executor was built: where the times in reports count from.
    #[must_use]
    pub fn epoch(&self) -> std::time::Instant {
        self.core().setup.epoch
    }
}

impl Core {
    #[inline]
    pub(crate) fn next_id(&self) -> u64 {
        self.next_ids(1)
    }

    /// The first of so many: an atomic step for each would cost a loop as much as all the rest.
    pub(crate) fn next_ids(&self, count: u64) -> u64 {
        self.next_id.fetch_add(count, Ordering::Relaxed)
    }

    #[inline]
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Whether the backend has found that jobs run best where they are pulled.
    pub(crate) fn prefers_loop(&self) -> bool {
        let choice = self.backend.as_ref().and_then(|backend| backend.choice());
        choice.is_some_and(|choice| choice.mode == Mode::Sequential)
    }

    fn shutdown(&self, grace: Duration) -> bool {
        self.closed.store(true, Ordering::SeqCst);
        let ended = self
            .backend
            .as_ref()
            .is_none_or(|backend| backend.shutdown(grace));
        self.setup.abandon();
        ended
    }

    /// A worker for the caller's own thread; its state outlives one loop.
    pub(crate) fn borrow_worker(&self) -> Worker {
        let idle = lock(&self.idle).pop();
        idle.unwrap_or_else(|| Worker::new(&self.setup, 0))
    }

    pub(crate) fn return_worker(&self, worker: Option<Worker>) {
        lock(&self.idle).extend(worker);
    }
}

impl fmt::Debug for Executor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor")
            .field("mode", &self.mode())
            .field("workers", &self.workers())
            .finish()
    }
}
