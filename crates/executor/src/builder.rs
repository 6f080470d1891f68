//! Options, checked against what the mode can do: nothing is silently ignored.

use crate::{
    Backend, BuildError, Executor, Initialiser, Metrics, Observer, Setup,
    setup::{Initialise, Room},
    threads::{Spawner, Threads},
};
use std::{
    fmt,
    path::PathBuf,
    str::FromStr,
    sync::{Arc, Mutex, atomic::AtomicBool},
    thread::available_parallelism,
    time::{Duration, Instant},
};

/// Where jobs run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// In the caller's thread, one after the other.
    Sequential,
    /// On threads of this process.
    #[default]
    Threads,
    /// In worker processes: a job that crashes, hangs or eats memory costs itself only.
    Processes,
}

/// The options of an [`Executor`].
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

    /// How many workers at most; they start as tasks come. Default: a worker per core this process may use.
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

    /// How many submitted jobs may be unfinished before [`Executor::submit`] waits. Default: no bound.
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

    /// Makes the executor.
    ///
    /// # Errors
    /// [`BuildError`] when an option is out of range, or asks for what the mode cannot do, or the system refuses.
    pub fn build(mut self) -> Result<Executor, BuildError> {
        self.check()?;
        let window = self.window;
        match self.mode {
            Mode::Sequential => Ok(Executor::new(self.setup(Some(1))?, None, window)),
            Mode::Threads => {
                let spawner = self.spawner.take();
                let setup = self.setup(None)?;
                let backend = Threads::new(&setup, spawner)?;
                Ok(Executor::new(setup, Some(Arc::new(backend)), window))
            }
            Mode::Processes => self.processes(),
        }
    }

    /// Makes an executor over a backend of your own. The backend refuses what it cannot do (see the fields of [`Setup`]).
    ///
    /// # Errors
    /// What `backend` returns, or an option out of range.
    pub fn build_with<B: Backend + 'static>(
        mut self,
        backend: impl FnOnce(Arc<Setup>) -> Result<B, BuildError>,
    ) -> Result<Executor, BuildError> {
        let window = self.window;
        let setup = self.setup(None)?;
        Ok(Executor::new(
            Arc::clone(&setup),
            Some(Arc::new(backend(setup)?)),
            window,
        ))
    }

    #[cfg(target_os = "linux")]
    fn processes(mut self) -> Result<Executor, BuildError> {
        use crate::{
            entry,
            process::{Options, Processes},
        };
        if entry::is_worker() {
            return Err(BuildError::InsideWorker);
        }
        if self.program.is_none() && !entry::was_entered() {
            return Err(BuildError::EntryMissing);
        }
        let encode = |initialiser: &Arc<dyn Initialise>| {
            let bytes = initialiser
                .encode()
                .map_err(|error| BuildError::Initialiser {
                    message: error.to_string(),
                })?;
            Ok((initialiser.name().to_owned(), bytes))
        };
        let options = Options {
            initialiser: self.initialiser.as_ref().map(encode).transpose()?,
            program: self.program.take(),
            build_tag: std::mem::take(&mut self.build_tag),
            nice: self.nice,
            forward_stderr: self.forward_stderr,
        };
        let window = self.window;
        let setup = self.setup(None)?;
        let backend = Processes::new(Arc::clone(&setup), options)?;
        Ok(Executor::new(setup, Some(Arc::new(backend)), window))
    }

    #[cfg(not(target_os = "linux"))]
    fn processes(self) -> Result<Executor, BuildError> {
        let reason = "it relies on pidfds, memory files and death signals, which only Linux has";
        Err(BuildError::Unsupported {
            mode: self.mode,
            option: "worker processes",
            reason,
        })
    }

    /// Refuses what needs a process of its own.
    fn check(&self) -> Result<(), BuildError> {
        let process_only = [
            (
                self.timeout.is_some(),
                "timeout",
                "a thread cannot be killed",
            ),
            (
                self.memory_limit.is_some(),
                "memory_limit",
                "memory is counted by process",
            ),
            (
                self.tasks_per_worker.is_some(),
                "tasks_per_worker",
                "only a process gives back what it leaked",
            ),
            (
                self.nice.is_some(),
                "nice",
                "it would slow the whole program down",
            ),
            (self.program.is_some(), "program", "no process is started"),
        ];
        let mode = self.mode;
        if mode != Mode::Processes
            && let Some((_, option, reason)) = process_only.into_iter().find(|(set, ..)| *set)
        {
            return Err(BuildError::Unsupported {
                mode,
                option,
                reason,
            });
        }
        if mode != Mode::Threads && self.spawner.is_some() {
            return Err(BuildError::Unsupported {
                mode,
                option: "spawner",
                reason: "it gives threads",
            });
        }
        Ok(())
    }

    /// The part that all modes share.
    pub(crate) fn setup(&mut self, workers: Option<usize>) -> Result<Arc<Setup>, BuildError> {
        let positive = [
            (self.workers == Some(0), "workers"),
            (self.queue_bound == Some(0), "queue_bound"),
            (self.window == Some(0), "window"),
            (self.tasks_per_worker == Some(0), "tasks_per_worker"),
            (self.timeout == Some(Duration::ZERO), "timeout"),
            (self.memory_limit == Some(0), "memory_limit"),
        ];
        if let Some((_, option)) = positive.into_iter().find(|(zero, _)| *zero) {
            return Err(BuildError::Invalid {
                option,
                allowed: "more than zero",
            });
        }
        if self.nice.is_some_and(|nice| !(0..=19).contains(&nice)) {
            return Err(BuildError::Invalid {
                option: "nice",
                allowed: "from 0 to 19",
            });
        }
        let cores = || {
            available_parallelism()
                .map_or(1, usize::from)
                .saturating_sub(self.reserved_cores)
                .max(1)
        };
        Ok(Arc::new(Setup {
            workers: workers.or(self.workers).unwrap_or_else(cores),
            metrics: self.metrics,
            timeout: self.timeout,
            grace: self.grace,
            crash_retries: self.crash_retries,
            retry_backoff: self.retry_backoff,
            tasks_per_worker: self.tasks_per_worker,
            memory_limit: self.memory_limit,
            epoch: Instant::now(),
            pid: std::process::id(),
            observer: self.observer.take(),
            initialiser: self.initialiser.take(),
            stop: AtomicBool::new(false),
            waiters: Mutex::default(),
            room: self.queue_bound.map(Room::new),
        }))
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

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sequential => "sequential",
            Self::Threads => "threads",
            Self::Processes => "processes",
        })
    }
}

impl FromStr for Mode {
    type Err = BuildError;

    fn from_str(name: &str) -> Result<Self, BuildError> {
        let modes = [Self::Sequential, Self::Threads, Self::Processes];
        let found = modes.into_iter().find(|mode| mode.to_string() == name);
        found.ok_or(BuildError::Invalid {
            option: "mode",
            allowed: "sequential, threads or processes",
        })
    }
}
