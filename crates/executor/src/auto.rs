//! [`Mode::Auto`](crate::Mode::Auto): threads, as many as the first tasks turn out to deserve, or the loop.
//!
//! There is no trial beside the work: the first tasks start on as many threads as there are cores, each between clocks, and
//! every one that ends may change the decision until enough were seen. Tasks that wait for a second need not end before
//! they get company: while all that run are asleep and others stand in the queue, more threads start every few milliseconds.

mod choice;
mod looking;

pub use choice::{Choice, Limit};

use crate::{Task, Worker, run, setup::lock};
use choice::{Room, SAMPLE, Spent, choose};
use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Workers at most unless the builder says otherwise: more requests at once than this are no longer polite to one service.
pub(crate) const MOST: usize = 256;
/// How long running tasks must be asleep to get company.
pub(crate) const TICK: Duration = Duration::from_millis(5);
/// So many times as many threads then.
const GROWTH: usize = 4;

/// Looks at the first tasks.
pub(crate) struct Scout {
    room: Room,
    /// Read before each task: costs one load once it is over.
    looks: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    seen: Vec<Spent>,
    /// The threads that run a task now.
    running: Vec<u32>,
    /// The program's resident memory before the first task.
    resident: Option<u64>,
    /// What a running task added to it at most.
    bytes: Option<u64>,
    choice: Option<Choice>,
}

impl State {
    /// That thread's task is over.
    fn leave(&mut self, thread: u32) {
        if let Some(place) = self.running.iter().position(|other| *other == thread) {
            self.running.swap_remove(place);
        }
    }
}

impl Scout {
    pub(crate) fn new(cores: usize, most: usize) -> Self {
        // Half of the memory is for everything else.
        let memory = looking::available_memory().map(|bytes| bytes / 2);
        let room = Room {
            cores,
            most,
            memory,
        };
        Self {
            room,
            looks: AtomicBool::new(true),
            state: Mutex::default(),
        }
    }

    /// How many threads may run before anything is known.
    pub(crate) fn first(&self) -> usize {
        self.room.cores.min(self.room.most).max(1)
    }

    #[inline]
    pub(crate) fn looks(&self) -> bool {
        self.looks.load(Ordering::Relaxed)
    }

    pub(crate) fn choice(&self) -> Option<Choice> {
        lock(&self.state).choice
    }

    /// Runs a task; what it needs may change the choice.
    pub(crate) fn watch(&self, worker: &mut Worker, task: Task) {
        if task.is_cancelled() {
            return worker.run(task);
        }
        let thread = run::thread_id();
        {
            let mut state = lock(&self.state);
            if state.resident.is_none() {
                state.resident = looking::resident_memory();
            }
            state.running.push(thread);
        }
        let asleep = looking::times_asleep();
        let queued = looking::time_in_line();
        let cpu = run::thread_cpu();
        let start = Instant::now();
        // Noted before the outcome is delivered: who has all outcomes finds the choice made.
        worker.run_then(task, || {
            let wall = start.elapsed();
            let spent_since = |before: Option<Duration>, now: Option<Duration>| {
                Some(now?.saturating_sub(before?))
            };
            let cpu = spent_since(cpu, run::thread_cpu());
            let in_line = spent_since(queued, looking::time_in_line()).unwrap_or_default();
            // Where no clock tells, a task counts as computing: too few threads are safer than too many.
            let computed = cpu.unwrap_or(wall);
            // Time may pass otherwise too: a virtual machine is not always given its cores.
            let slept = match looking::times_asleep() {
                times if times.is_some() && times == asleep => Duration::ZERO,
                _ => wall.saturating_sub(computed + in_line),
            };
            self.note(
                thread,
                Spent {
                    wall,
                    computed,
                    slept,
                },
            );
        });
        // One that was called off meanwhile has not run, and nothing was noted.
        lock(&self.state).leave(thread);
    }

    fn note(&self, thread: u32, spent: Spent) {
        let mut state = lock(&self.state);
        let beside = state.running.len().max(1) as u64;
        state.leave(thread);
        if state.seen.len() == SAMPLE {
            return;
        }
        if let (Some(before), Some(now)) = (state.resident, looking::resident_memory()) {
            state.bytes = state.bytes.max(Some(now.saturating_sub(before) / beside));
        }
        state.seen.push(spent);
        if state.seen.len() == SAMPLE {
            self.looks.store(false, Ordering::Relaxed);
        }
        state.choice = choose(&state.seen, state.bytes, self.room);
    }

    /// How many threads there should be instead of `threads` because all of them run tasks that wait; `None` when one
    /// computes. `Err` once a task has ended: from then on that is judged by.
    pub(crate) fn company(&self, threads: usize) -> Result<Option<usize>, Ended> {
        let state = lock(&self.state);
        if !state.seen.is_empty() {
            return Err(Ended);
        }
        let wait = state.running.len() >= threads
            && state
                .running
                .iter()
                .all(|thread| looking::is_asleep(*thread));
        Ok(wait.then(|| (threads * GROWTH).min(self.room.most)))
    }
}

/// A task has ended.
pub(crate) struct Ended;
