//! The threads: each wants the lock before it looks for a task, as a Python thread does.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use brigade_executor::{Backend, BuildError, Event, Setup, Task, Waiting as _, Worker};

use crate::lock::{Lock, Seat};

pub(crate) struct Pool {
    shared: Arc<Shared>,
}

struct Shared {
    setup: Arc<Setup>,
    lock: Arc<Lock>,
    state: Mutex<State>,
    /// A task has come, or the end.
    work: Condvar,
    /// A task has ended.
    rest: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Task>,
    threads: usize,
    /// Threads that wait for a task.
    idle: usize,
    /// Threads that run one.
    busy: usize,
    is_closed: bool,
}

impl Pool {
    pub(crate) fn new(setup: Arc<Setup>) -> Result<Pool, BuildError> {
        let needs_a_process = [
            (setup.timeout.is_some(), "timeout"),
            (setup.memory_limit.is_some(), "memory_limit"),
            (setup.tasks_per_worker.is_some(), "tasks_per_worker"),
        ];
        if let Some((_, option)) = needs_a_process.into_iter().find(|(is_set, _)| *is_set) {
            return Err(BuildError::Invalid {
                option,
                allowed: "left out in mode gil: it needs worker processes",
            });
        }
        let shared = Arc::new(Shared {
            setup,
            lock: Arc::default(),
            state: Mutex::default(),
            work: Condvar::new(),
            rest: Condvar::new(),
        });
        // One thread must be there, or tasks could wait for ever; later ones are help that may fail to come.
        shared.start().map_err(|source| BuildError::System {
            what: "a thread",
            source,
        })?;
        Ok(Pool { shared })
    }
}

impl Backend for Pool {
    fn name(&self) -> &'static str {
        "gil"
    }

    fn submit(&self, tasks: Vec<Task>) {
        let mut state = self.shared.state();
        if state.is_closed {
            // Dropping a task delivers its outcome, which must not happen under our mutex.
            drop(state);
            return drop(tasks);
        }
        state.queue.extend(tasks);
        let missing = state.queue.len().saturating_sub(state.idle);
        let free = self.shared.setup.workers - state.threads;
        drop(state);
        self.shared.work.notify_all();
        let _ = (0..missing.min(free)).try_for_each(|_| self.shared.start());
    }

    fn cancel(&self, _id: u64) {
        self.sweep();
    }

    fn sweep(&self) {
        let mut state = self.shared.state();
        let (dropped, kept): (Vec<Task>, _) = std::mem::take(&mut state.queue)
            .into_iter()
            .partition(Task::is_cancelled);
        state.queue = kept.into();
        drop(state);
        drop(dropped);
    }

    fn shutdown(&self, grace: Duration) -> bool {
        let mut state = self.shared.state();
        state.is_closed = true;
        let dropped = std::mem::take(&mut state.queue);
        drop(state);
        drop(dropped);
        self.shared.work.notify_all();
        let deadline = Instant::now().checked_add(grace);
        let mut state = self.shared.state();
        while state.busy > 0 {
            // No deadline is one too far away to be counted.
            let left = deadline.map_or(Duration::MAX, |deadline| {
                deadline.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                return false;
            }
            (state, _) = self
                .shared
                .rest
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
        true
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shutdown(Duration::ZERO);
    }
}

impl Shared {
    /// Starts a thread, unless there are enough.
    fn start(self: &Arc<Self>) -> io::Result<()> {
        let index = {
            let mut state = self.state();
            if state.threads == self.setup.workers {
                return Ok(());
            }
            state.threads += 1;
            u32::try_from(state.threads - 1).unwrap_or(u32::MAX)
        };
        let this = Arc::clone(self);
        thread::Builder::new()
            .name(format!("gil-{index}"))
            .spawn(move || this.work(index))
            .map(drop)
            .inspect_err(|_| self.state().threads -= 1)
    }

    /// A thread's life.
    fn work(&self, index: u32) {
        let seat = Seat::new(Arc::clone(&self.lock));
        let mut worker = Worker::with_waiting(&self.setup, index, Arc::clone(&seat) as _);
        self.setup.emit(|| Event::WorkerStarted(worker.ran()));
        self.lock.take();
        loop {
            let mut state = self.state();
            if let Some(task) = state.queue.pop_front() {
                state.busy += 1;
                drop(state);
                worker.run(task);
                self.state().busy -= 1;
                self.rest.notify_all();
                seat.checkpoint();
            } else if state.is_closed {
                break;
            } else {
                self.lock.release();
                state.idle += 1;
                let mut state = self
                    .work
                    .wait_while(state, |state| state.queue.is_empty() && !state.is_closed)
                    .unwrap_or_else(PoisonError::into_inner);
                state.idle -= 1;
                drop(state);
                // Another may have the task by then.
                self.lock.take();
            }
        }
        self.lock.release();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is a whole step; jobs run outside.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
