//! From options to an executor, or the reason why not.

use super::Builder;
use crate::{
    Backend, BuildError, Executor, Mode, Setup,
    auto::{self, Scout},
    setup::Room,
    threads::Threads,
};
use std::{
    sync::{Arc, Mutex, OnceLock, atomic::AtomicBool},
    thread::available_parallelism,
    time::{Duration, Instant},
};

/// A thread pool keeps a place for each from the start.
const MOST_WORKERS: usize = 1 << 16;

impl Builder {
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
                let backend = Threads::new(&setup, spawner, None)?;
                Ok(Executor::new(setup, Some(Arc::new(backend)), window))
            }
            Mode::Auto => {
                let most = self.workers.unwrap_or(auto::MOST);
                let scout = Scout::new(self.cores(), most);
                let setup = self.setup(Some(most))?;
                let backend = Threads::new(&setup, None, Some(scout))?;
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
            setup::Initialise,
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

    /// How many cores there are for us.
    fn cores(&self) -> usize {
        available_parallelism()
            .map_or(1, usize::from)
            .saturating_sub(self.reserved_cores)
            .max(1)
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
        if self.workers.is_some_and(|workers| workers > MOST_WORKERS) {
            return Err(BuildError::Invalid {
                option: "workers",
                allowed: "65536 at most",
            });
        }
        if self.nice.is_some_and(|nice| !(0..=19).contains(&nice)) {
            return Err(BuildError::Invalid {
                option: "nice",
                allowed: "from 0 to 19",
            });
        }
        Ok(Arc::new(Setup {
            workers: workers.or(self.workers).unwrap_or_else(|| self.cores()),
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
            backend: OnceLock::new(),
        }))
    }
}
