//! Threads of this process: one shared queue, and a short one per worker that others may steal from.
//!
//! Taking several tasks at once makes tiny jobs cheap; that they can be stolen keeps a long job from holding up those behind it.
//! A thread cannot be killed, so nothing here tries: at the end, a job that does not stop is left to itself.
//!
//! With a [`Scout`] the number of threads follows what it makes of the first tasks.

mod claim;
mod work;

use crate::{
    Backend, Batch, BuildError, Choice, Setup, Task, Worker,
    auto::{self, Scout},
    setup::lock,
};
use claim::Claim;
use crossbeam_deque::{Stealer, Worker as Local};
use std::{
    io,
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering, fence},
    },
    thread,
    time::{Duration, Instant},
};
use work::{Pace, Queue, Work};

pub(crate) type Spawner = Arc<dyn Fn(Box<dyn FnOnce() + Send>) + Send + Sync>;

pub(crate) struct Threads {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Queue,
    /// One for each place.
    stealers: Vec<Stealer<Work>>,
    /// How many places from the first on have ever had a thread: nothing can be stolen from others.
    used: AtomicUsize,
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
    /// How many look for work before they sleep; those need not be roused. Who has found some looks whether there is more.
    searching: AtomicUsize,
    /// How many places have no thread yet and may get one.
    free: AtomicUsize,
    /// How many threads there may be now; places from here on stay empty.
    limit: AtomicUsize,
    /// Sets the limit.
    scout: Option<Scout>,
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
struct Place(Worker, Local<Work>, Pace);

impl Threads {
    pub(crate) fn new(
        setup: &Arc<Setup>,
        spawner: Option<Spawner>,
        scout: Option<Scout>,
    ) -> Result<Self, BuildError> {
        let indexes = (0..u32::try_from(setup.workers).unwrap_or(u32::MAX)).rev();
        let places: Vec<_> = indexes
            .map(|index| {
                Place(
                    Worker::new(setup, index),
                    Local::new_fifo(),
                    Pace::default(),
                )
            })
            .collect();
        let limit = scout.as_ref().map_or(places.len(), Scout::first);
        let shared = Arc::new(Shared {
            queue: Queue::default(),
            stealers: places
                .iter()
                .map(|Place(_, local, _)| local.stealer())
                .collect(),
            used: AtomicUsize::new(0),
            spawner,
            free: AtomicUsize::new(limit),
            limit: AtomicUsize::new(limit),
            scout,
            state: Mutex::new(State {
                places,
                threads: 0,
                leaves: 0,
            }),
            work: Condvar::new(),
            rest: Condvar::new(),
            sleeping: AtomicUsize::new(0),
            searching: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        });
        // One thread at least must be there, or tasks could wait for ever; later ones are help that may fail to come.
        if shared.spawner.is_none() {
            shared.start().map_err(|source| BuildError::System {
                what: "a thread",
                source,
            })?;
        }
        if shared.scout.is_some() {
            let this = Arc::clone(&shared);
            // Without it, more threads start only once a task has ended.
            let _ = thread::Builder::new()
                .name("brigade-auto".to_owned())
                .spawn(move || this.give_company());
        }
        Ok(Self { shared })
    }
}

impl Backend for Threads {
    fn name(&self) -> &'static str {
        if self.shared.scout.is_some() {
            "auto"
        } else {
            "threads"
        }
    }

    fn choice(&self) -> Option<Choice> {
        self.shared.scout.as_ref()?.choice()
    }

    fn submit(&self, tasks: Vec<Task>) {
        let count = tasks.len();
        self.shared.push(tasks.into_iter().map(Work::Task), count);
    }

    fn submit_one(&self, task: Task) {
        self.shared.push([Work::Task(task)], 1);
    }

    fn submit_batches(&self, batches: Vec<Batch>) {
        let shared = &self.shared;
        if shared.scout.as_ref().is_some_and(Scout::looks) {
            // It looks at single tasks.
            return self.submit(batches.into_iter().flat_map(Batch::into_tasks).collect());
        }
        let count = batches.len();
        shared.push(batches.into_iter().map(Work::Batch), count);
    }

    fn cancel(&self, _id: u64) {
        self.sweep();
    }

    fn sweep(&self) {
        self.shared.discard(&Work::is_cancelled);
    }

    fn shutdown(&self, grace: Duration) -> bool {
        let shared = &self.shared;
        shared.closed.store(true, Ordering::SeqCst);
        shared.discard(&|_| true);
        let mut state = lock(&shared.state);
        shared.work.notify_all();
        let deadline = Instant::now().checked_add(grace);
        loop {
            // Those that search find the end before they find work.
            let idle = &[&shared.sleeping, &shared.searching];
            if state.threads == idle.iter().map(|count| count.load(Ordering::SeqCst)).sum() {
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
    /// Gives a free place a thread, if there is one.
    fn start(self: &Arc<Self>) -> io::Result<()> {
        let Some(place) = self.take_place() else {
            return Ok(());
        };
        let name = format!("brigade-{}", place.0.place());
        let claim = Claim::new(self, place);
        if let Some(spawner) = &self.spawner {
            spawner(Box::new(move || claim.lent()));
            return Ok(());
        }
        let thread = thread::Builder::new().name(name);
        thread.spawn(move || claim.own()).map(drop)
    }

    fn take_place(&self) -> Option<Place> {
        let mut state = lock(&self.state);
        if state.threads >= self.limit.load(Ordering::SeqCst) {
            return None;
        }
        let place = state.places.pop()?;
        self.used
            .fetch_max(place.0.place() as usize + 1, Ordering::SeqCst);
        state.threads += 1;
        self.count_free(&state);
        Some(place)
    }

    /// Takes a thread's place back; its tasks are for the others.
    fn give_back(&self, place: Place) {
        self.queue.push(std::iter::from_fn(|| place.1.pop()));
        let mut state = lock(&self.state);
        // The lowest place is the next to be taken, and it is at the end.
        let index = place.0.place();
        let at = state
            .places
            .partition_point(|Place(worker, ..)| worker.place() > index);
        state.places.insert(at, place);
        state.threads -= 1;
        self.count_free(&state);
        self.rest.notify_all();
        drop(state);
        fence(Ordering::SeqCst);
    }

    fn count_free(&self, state: &State) {
        let allowed = self
            .limit
            .load(Ordering::SeqCst)
            .saturating_sub(state.threads);
        self.free
            .store(allowed.min(state.places.len()), Ordering::SeqCst);
    }

    /// Changes how many threads there may be: what the scout has chosen, or before that `company`. Those too many end
    /// after their task, or when they are roused for one.
    fn follow(self: &Arc<Self>, scout: &Scout, company: Option<usize>) {
        {
            let state = lock(&self.state);
            // Asked for here, so that of two threads with news the later one wins.
            let chosen = scout.choice().map(|choice| choice.workers).or(company);
            let Some(limit) =
                chosen.filter(|limit| self.limit.swap(*limit, Ordering::SeqCst) != *limit)
            else {
                return;
            };
            debug_assert!(limit > 0, "somebody has to do the work");
            self.count_free(&state);
        }
        // Places that were not allowed before, for tasks that were not counted before.
        self.rouse(self.free.load(Ordering::SeqCst));
    }

    /// While nothing has ended, starts more threads if all there are wait for something.
    fn give_company(self: &Arc<Self>) {
        let Some(scout) = &self.scout else { return };
        let mut rest = auto::TICK;
        while !self.closed.load(Ordering::SeqCst) {
            thread::sleep(rest);
            let limit = self.limit.load(Ordering::SeqCst);
            match scout.company(limit) {
                Err(auto::Ended) => return,
                Ok(Some(more)) if !self.is_empty() => self.follow(scout, Some(more)),
                // Nothing to do, or something computes: the look itself should cost nothing in the long run.
                Ok(_) => rest = (rest * 2).min(20 * auto::TICK),
            }
        }
    }
}
