//! Worker processes: see `docs/executor.md` for what they survive, and [`pool`] for how they are driven.

mod awake;
pub(crate) mod child;
mod lanes;
mod member;
mod pool;
mod spawn;
mod state;
mod sys;
mod wire;

use crate::{Backend, BuildError, Setup, Task, setup::lock};
use pool::Pool;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// Options that only this mode knows.
pub(crate) struct Options {
    pub(crate) program: Option<PathBuf>,
    pub(crate) build_tag: String,
    pub(crate) nice: Option<i32>,
    pub(crate) forward_stderr: bool,
    pub(crate) initialiser: Option<(String, Vec<u8>)>,
}

/// The process backend.
pub(crate) struct Processes {
    pool: Arc<Pool>,
    dispatcher: Mutex<Option<JoinHandle<()>>>,
}

impl Processes {
    pub(crate) fn new(setup: Arc<Setup>, options: Options) -> Result<Self, BuildError> {
        crate::run::note_panics();
        let pool = Arc::new(Pool::new(setup, options)?);
        let dispatcher = Arc::clone(&pool);
        let thread = thread::Builder::new()
            .name("brigade-dispatch".into())
            .spawn(move || dispatcher.dispatch())
            .map_err(|source| BuildError::System {
                what: "a thread",
                source,
            })?;
        Ok(Self {
            pool,
            dispatcher: Mutex::new(Some(thread)),
        })
    }
}

impl Backend for Processes {
    fn name(&self) -> &'static str {
        "processes"
    }

    fn submit(&self, tasks: Vec<Task>) {
        self.pool.submit(tasks);
    }

    fn cancel(&self, id: u64) {
        self.pool.change(|state, now| state.cancel(id, now));
    }

    fn sweep(&self) {
        self.pool.change(|state, now| state.sweep(now));
    }

    fn lend(&self, ready: &dyn Fn() -> bool, deadline: Option<Instant>) -> bool {
        self.pool.lend(ready, deadline)
    }

    fn shutdown(&self, grace: Duration) -> bool {
        self.pool.shutdown(grace);
        if let Some(thread) = lock(&self.dispatcher).take()
            && thread.thread().id() != thread::current().id()
        {
            // It ends by itself; a panic in it would have been a bug that its tasks' outcomes show.
            let _ = thread.join();
        }
        true
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.shutdown(Duration::ZERO);
    }
}
