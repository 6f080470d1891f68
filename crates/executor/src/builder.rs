//! Options, checked against what the mode can do: nothing is silently ignored.

mod build;

use crate::{Initialiser, Metrics, Mode, Observer, setup::Initialise, threads::Spawner};
use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

/// The options of an [`Executor`](crate::Executor).
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
/// use brigade_executor::{Event, Executor, Metrics, Mode};
/// use std::time::Duration;
///
/// # brigade_executor::worker().job::<Square>().enter();
/// let executor = Executor::builder()
///     .mode(Mode::Processes)
///     .workers(2)
///     .metrics(Metrics::Full)
///     .timeout(Duration::from_secs(30))
///     .memory_limit(1 << 30)
///     .crash_retries(1)
///     .observer(|event: &Event<'_>| {
///         if let Event::WorkerLost { worker, death: Some(death), .. } = event {
///             eprintln!("worker {worker} {death}");
///         }
///     })
///     .build()?;
/// let finished = executor.submit(Square(7)).finished();
/// assert!(finished.report.cpu <= finished.report.wall);
///
/// // A thread cannot be killed: that is said here, not when it is too late.
/// let refused = Executor::builder().mode(Mode::Threads).timeout(Duration::from_secs(30)).build();
/// assert_eq!(refused.unwrap_err().to_string(), "timeout is not possible in mode threads: a thread cannot be killed");
/// # Ok::<(), brigade_executor::BuildError>(())
/// ```
#[must_use = "build makes the executor"]
pub struct Builder {
    pub(crate) mode: Mode,
    pub(crate) workers: Option<usize>,
    pub(crate) reserved_cores: usize,
    pub(crate) metrics: Metrics,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) initialiser: Option<Arc<dyn Initialise>>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) grace: Duration,
    pub(crate) crash_retries: u32,
    pub(crate) retry_backoff: Duration,
    pub(crate) tasks_per_worker: Option<u64>,
    pub(crate) memory_limit: Option<u64>,
    pub(crate) nice: Option<i32>,
    pub(crate) queue_bound: Option<usize>,
    pub(crate) window: Option<usize>,
    pub(crate) spawner: Option<Spawner>,
    pub(crate) program: Option<PathBuf>,
    pub(crate) build_tag: String,
    pub(crate) forward_stderr: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            mode: Mode::default(),
            workers: None,
            reserved_cores: 0,
            metrics: Metrics::default(),
            observer: None,
            initialiser: None,
            timeout: None,
            grace: Duration::ZERO,
            crash_retries: 0,
            retry_backoff: Duration::from_millis(50),
            tasks_per_worker: None,
            memory_limit: None,
            nice: None,
            queue_bound: None,
            window: None,
            spawner: None,
            program: None,
            build_tag: String::new(),
            forward_stderr: true,
        }
    }
}

impl Builder {
    /// Where jobs run; threads unless said otherwise.
    pub fn mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    /// How many workers at most; they start as tasks come. Default: a worker per core this process may use. The sequential mode has
    /// one, whatever is said here. More than 65,536 are refused: no machine carries them, and a place is kept for each.
    pub fn workers(self, workers: usize) -> Self {
        Self {
            workers: Some(workers),
            ..self
        }
    }

    /// Leaves this many cores to others when the number of workers is not given (at least one worker stays).
    pub fn reserved_cores(self, cores: usize) -> Self {
        Self {
            reserved_cores: cores,
            ..self
        }
    }

    /// How much to measure; [`Metrics::Wall`] unless said otherwise.
    pub fn metrics(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// Who is told what happens.
    pub fn observer(self, observer: impl Observer + 'static) -> Self {
        Self {
            observer: Some(Arc::new(observer)),
            ..self
        }
    }

    /// Makes each worker's state. In process mode the entry line has to list its type too.
    pub fn initialiser(self, initialiser: impl Initialiser) -> Self {
        Self {
            initialiser: Some(Arc::new(initialiser)),
            ..self
        }
    }

    /// How long one attempt may run. Processes only: a thread cannot be killed.
    pub fn timeout(self, limit: Duration) -> Self {
        Self {
            timeout: Some(limit),
            ..self
        }
    }

    /// How long a job that is timed out or cancelled may take to notice before its worker process is killed. Default: no time.
    pub fn grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }

    /// How often a task is tried again whose worker process crashed while it had it. Default: never, so that no job runs twice.
    /// In other modes a crash ends the program, retries or not.
    pub fn crash_retries(self, retries: u32) -> Self {
        Self {
            crash_retries: retries,
            ..self
        }
    }

    /// The pause before a task's first retry; it doubles with each. Default: 50 ms.
    pub fn retry_backoff(self, pause: Duration) -> Self {
        Self {
            retry_backoff: pause,
            ..self
        }
    }

    /// Replaces a worker process after this many tasks, against leaks. Processes only.
    pub fn tasks_per_worker(self, tasks: u64) -> Self {
        Self {
            tasks_per_worker: Some(tasks),
            ..self
        }
    }

    /// How much memory a worker process may use, in bytes: its data segment, and what is resident. Processes only.
    pub fn memory_limit(self, bytes: u64) -> Self {
        Self {
            memory_limit: Some(bytes),
            ..self
        }
    }

    /// The niceness of worker processes, from 0 to 19. Processes only.
    pub fn nice(self, nice: i32) -> Self {
        Self {
            nice: Some(nice),
            ..self
        }
    }

    /// How many submitted jobs may be unfinished before [`Executor::submit`](crate::Executor::submit) waits. Default: no bound.
    pub fn queue_bound(self, jobs: usize) -> Self {
        Self {
            queue_bound: Some(jobs),
            ..self
        }
    }

    /// How many jobs of a `map` or `stream` are in flight. Default: twice the workers, more while jobs are tiny.
    pub fn window(self, jobs: usize) -> Self {
        Self {
            window: Some(jobs),
            ..self
        }
    }

    /// Threads mode on somebody else's threads: `spawner` is called with work to run soon, as in
    /// `.spawner(move |work| pool.spawn(work))` for a rayon pool. Work ends when no task is left, so threads are lent, not taken.
    pub fn spawner(
        self,
        spawner: impl Fn(Box<dyn FnOnce() + Send>) + Send + Sync + 'static,
    ) -> Self {
        Self {
            spawner: Some(Arc::new(spawner)),
            ..self
        }
    }

    /// The program that is started as worker: by default this one again. Its `main` enters the worker with the same job types.
    pub fn program(self, program: impl Into<PathBuf>) -> Self {
        Self {
            program: Some(program.into()),
            ..self
        }
    }

    /// A tag that a worker's [`Entry::build_tag`](crate::Entry::build_tag) must match; says that two programs belong together.
    pub fn build_tag(self, tag: impl Into<String>) -> Self {
        Self {
            build_tag: tag.into(),
            ..self
        }
    }

    /// Whether what worker processes print is passed on to stderr (default) or only kept for crash reports.
    pub fn forward_stderr(self, forward: bool) -> Self {
        Self {
            forward_stderr: forward,
            ..self
        }
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("mode", &self.mode)
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}
