//! Threads of this process: one shared queue, and a short one per worker that others may steal from.
//!
//! Taking several tasks at once makes tiny jobs cheap; that they can be stolen keeps a long job from holding up those behind it.
//! A thread cannot be killed, so nothing here tries: at the end, a job that does not stop is left to itself.

use crate::{Backend, BuildError, Setup, Task, Worker, setup::lock};
use crossbeam_deque::{Injector, Steal, Stealer, Worker as Local};
use std::{
    io, iter,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering, fence},
    },
    thread,
    time::{Duration, Instant},
};

pub(crate) type Spawner = Arc<dyn Fn(Box<dyn FnOnce() + Send>) + Send + Sync>;

pub(crate) struct Threads {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Injector<Task>,
    stealers: Vec<Stealer<Task>>,
    /// Threads come from here; without it they are our own and stay.
    spawner: Option<Spawner>,
    state: Mutex<State>,
    /// A task has come, or the end.
    work: Condvar,
    /// A thread sleeps or has ended.
    rest: Condvar,
    /// How many sleep and have not been roused. Who pushes a task looks here afterwards, who wants to sleep looks at the
    /// queues after counting itself: one of the two sees the other.
    sleeping: AtomicUsize,
    /// How many places have no thread yet.
    free: AtomicUsize,
    closed: AtomicBool,
}

struct State {
    places: Vec<Place>,
    threads: usize,
    /// How many sleepers may get up. Whoever gives such leave uncounts a sleeper at once, so that nobody rouses it again, at
    /// the price of a system call, before it has come round.
    leaves: usize,
}

/// What a thread needs to be a worker.
struct Place(Worker, Local<Task>);

impl Threads {
    pub(crate) fn new(setup: &Arc<Setup>, spawner: Option<Spawner>) -> Result<Self, BuildError> {
        let indexes = (0..u32::try_from(setup.workers).unwrap_or(u32::MAX)).rev();
        let places: Vec<_> = indexes
            .map(|index| Place(Worker::new(setup, index), Local::new_fifo()))
            .collect();
        let shared = Arc::new(Shared {
            queue: Injector::new(),
            stealers: places
                .iter()
                .map(|Place(_, local)| local.stealer())
                .collect(),
            spawner,
            free: AtomicUsize::new(places.len()),
            state: Mutex::new(State {
                places,
                threads: 0,
                leaves: 0,
            }),
            work: Condvar::new(),
            rest: Condvar::new(),
            sleeping: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        });
        // One thread at least must be there, or tasks could wait for ever; later ones are help that may fail to come.
        if shared.spawner.is_none() {
            shared.start().map_err(|source| BuildError::System {
                what: "a thread",
                source,
            })?;
        }
        Ok(Self { shared })
    }
}

impl Backend for Threads {
    fn name(&self) -> &'static str {
        "threads"
    }

    fn submit(&self, tasks: Vec<Task>) {
        let count = tasks.len();
        tasks
            .into_iter()
            .for_each(|task| self.shared.queue.push(task));
        self.shared.rouse(count);
        // A shutdown beside us may have found the queue still empty.
        if self.shared.closed.load(Ordering::SeqCst) {
            self.shared.discard(|_| true);
        }
    }

    fn submit_one(&self, task: Task) {
        self.shared.queue.push(task);
        self.shared.rouse(1);
        if self.shared.closed.load(Ordering::SeqCst) {
            self.shared.discard(|_| true);
        }
    }

    fn cancel(&self, _id: u64) {
        self.sweep();
    }

    fn sweep(&self) {
        self.shared.discard(Task::is_cancelled);
    }

    fn shutdown(&self, grace: Duration) -> bool {
        let shared = &self.shared;
        shared.closed.store(true, Ordering::SeqCst);
        shared.discard(|_| true);
        let mut state = lock(&shared.state);
        shared.work.notify_all();
        let deadline = Instant::now().checked_add(grace);
        loop {
            if state.threads == shared.sleeping.load(Ordering::SeqCst) {
                return true;
            }
            state =
                match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                    None => shared
                        .rest
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner),
                    Some(Duration::ZERO) => return false,
                    Some(left) => {
                        shared
                            .rest
                            .wait_timeout(state, left)
                            .unwrap_or_else(PoisonError::into_inner)
                            .0
                    }
                };
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.shutdown(Duration::ZERO);
    }
}

impl Shared {
    /// Sees to it that up to `count` new tasks find a thread.
    fn rouse(self: &Arc<Self>, count: usize) {
        fence(Ordering::SeqCst);
        let mut roused = 0;
        if count > 0 && self.sleeping.load(Ordering::Relaxed) > 0 {
            let mut state = lock(&self.state);
            roused = self.sleeping.load(Ordering::Relaxed).min(count);
            self.sleeping.fetch_sub(roused, Ordering::SeqCst);
            state.leaves += roused;
            (0..roused).for_each(|_| self.work.notify_one());
        }
        let free = self.free.load(Ordering::Relaxed).min(count - roused);
        let _ = (0..free).try_for_each(|_| self.start());
    }

    /// Gives a free place a thread, if there is one.
    fn start(self: &Arc<Self>) -> io::Result<()> {
        let Some(place) = self.take_place() else {
            return Ok(());
        };
        let this = Arc::clone(self);
        if let Some(spawner) = &self.spawner {
            spawner(Box::new(move || this.lent(place)));
            return Ok(());
        }
        let named = thread::Builder::new().name(format!("brigade-{}", place.0.ran().worker));
        named
            .spawn(move || this.own(place))
            .map(drop)
            .inspect_err(|_| lock(&self.state).threads -= 1)
    }

    fn take_place(&self) -> Option<Place> {
        let mut state = lock(&self.state);
        let place = state.places.pop()?;
        state.threads += 1;
        self.free.store(state.places.len(), Ordering::SeqCst);
        Some(place)
    }

    /// A thread of our own: works and sleeps until the end.
    fn own(self: Arc<Self>, Place(mut worker, local): Place) {
        while !self.closed.load(Ordering::SeqCst) {
            match self.find(&local) {
                Some(task) => worker.run(task),
                None => self.sleep(),
            }
        }
        self.discard(|_| true);
        lock(&self.state).threads -= 1;
        self.rest.notify_all();
    }

    /// A thread of somebody else: works while there is work, then gives the place back.
    fn lent(self: Arc<Self>, mut place: Place) {
        loop {
            while let Some(task) = self.find(&place.1) {
                place.0.run(task);
            }
            let mut state = lock(&self.state);
            state.places.push(place);
            state.threads -= 1;
            self.free.store(state.places.len(), Ordering::SeqCst);
            self.rest.notify_all();
            drop(state);
            // A task that came just now may have found no free place.
            if self.is_empty() {
                return;
            }
            match self.take_place() {
                Some(again) => place = again,
                None => return,
            }
        }
    }

    fn find(self: &Arc<Self>, local: &Local<Task>) -> Option<Task> {
        local.pop().or_else(|| {
            let task = retry(|| self.queue.steal_batch_and_pop(local));
            if task.is_some() && !local.is_empty() {
                self.rouse(1);
            }
            task.or_else(|| {
                self.stealers
                    .iter()
                    .find_map(|other| retry(|| other.steal()))
            })
        })
    }

    fn sleep(&self) {
        let mut state = lock(&self.state);
        self.sleeping.fetch_add(1, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        if self.is_empty() && !self.closed.load(Ordering::SeqCst) {
            self.rest.notify_all();
            state = self
                .work
                .wait_while(state, |state| {
                    state.leaves == 0 && !self.closed.load(Ordering::SeqCst)
                })
                .unwrap_or_else(PoisonError::into_inner);
            if state.leaves > 0 {
                state.leaves -= 1;
                return;
            }
        }
        self.sleeping.fetch_sub(1, Ordering::SeqCst);
        drop(state);
    }

    fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.stealers.iter().all(Stealer::is_empty)
    }

    /// Drops queued tasks: all at the end, those nobody wants any more before. What is kept goes to the end of the queue.
    fn discard(self: &Arc<Self>, unwanted: impl Fn(&Task) -> bool) {
        let from_queue = || retry(|| self.queue.steal());
        let from_locals = || {
            self.stealers
                .iter()
                .find_map(|local| retry(|| local.steal()))
        };
        let (dropped, kept): (Vec<_>, Vec<_>) =
            iter::from_fn(|| from_queue().or_else(from_locals)).partition(|task| unwanted(task));
        let count = kept.len();
        kept.into_iter().for_each(|task| self.queue.push(task));
        self.rouse(count);
        drop(dropped);
    }
}

fn retry<T>(steal: impl Fn() -> Steal<T>) -> Option<T> {
    iter::repeat_with(steal)
        .find(|steal| !steal.is_retry())
        .and_then(Steal::success)
}
