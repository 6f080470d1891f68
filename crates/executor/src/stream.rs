//! Jobs pulled lazily from an iterator, outcomes given back: as they come ([`Stream`]) or in input order ([`Map`]).
//!
//! A window bounds how many jobs are in flight. It starts small, so that slow jobs are pulled only just ahead of need, and
//! grows while jobs turn out to be so short that waking for each would cost more than running it.

mod map;
mod outstanding;

pub use map::Map;

use crate::{
    Batch, Finished, Job, Tag, Worker,
    executor::Core,
    inbox::{Arrival, Inbox},
};
use outstanding::Outstanding;
use std::{
    collections::VecDeque,
    fmt,
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

/// Above this many in flight nothing is gained.
const LARGEST_WINDOW: usize = 2048;
/// More jobs are not handed over together.
const LARGEST_BATCH: usize = 128;
/// For a loop so many ids are taken at once.
const IDS: u64 = 64;
/// Jobs shorter than this are worth a larger window.
const SHORT: Duration = Duration::from_micros(100);

/// Outcomes in the order in which jobs end. See [`Executor::stream`](crate::Executor::stream).
#[must_use = "jobs are pulled only as outcomes are asked for"]
pub struct Stream<I: Iterator<Item: Job>> {
    core: Arc<Core>,
    /// `None` when it has ended, or the executor has.
    jobs: Option<I>,
    here: Here<I::Item>,
    index: u64,
    /// For jobs that run in this thread.
    ids: Range<u64>,
}

/// Where the jobs run.
enum Here<J: Job> {
    /// In this thread, one for each outcome asked for.
    Loop(Option<Worker>),
    Backend(Flight<J>),
}

struct Flight<J: Job> {
    inbox: Arc<Inbox<J::Output>>,
    taken: VecDeque<Arrival<J::Output>>,
    /// Jobs that were pulled and not yet handed over: none, unless the iterator has panicked.
    pulled: Vec<J>,
    outstanding: Outstanding,
    window: usize,
    fixed: bool,
    filled: Instant,
    /// Index and id of what was given up by an executor that ended while it ran.
    lost: std::vec::IntoIter<(u64, u64)>,
}

impl<I: Iterator<Item: Job>> Stream<I> {
    pub(crate) fn new(core: Arc<Core>, jobs: I) -> Self {
        let here = match &core.backend {
            None => Here::Loop(Some(core.borrow_worker())),
            Some(_) => Here::Backend(Flight {
                inbox: Arc::new(Inbox::new(&core.setup)),
                taken: VecDeque::new(),
                pulled: Vec::new(),
                outstanding: Outstanding::default(),
                window: core.window.unwrap_or(core.setup.workers * 2),
                fixed: core.window.is_some(),
                filled: Instant::now(),
                lost: Vec::new().into_iter(),
            }),
        };
        Self {
            core,
            jobs: Some(jobs),
            here,
            index: 0,
            ids: 0..0,
        }
    }

    /// Runs the next job in this thread, if this is where they run.
    #[inline]
    fn next_here<T>(&mut self, run: impl FnOnce(&mut Worker, I::Item, u64, u64) -> T) -> Option<T> {
        let Here::Loop(Some(worker)) = &mut self.here else {
            return None;
        };
        if self.core.is_closed() {
            self.jobs = None;
        }
        let Some(job) = self.jobs.as_mut()?.next() else {
            self.jobs = None;
            return None;
        };
        let index = self.index;
        self.index += 1;
        if self.ids.is_empty() {
            let first = self.core.next_ids(IDS);
            self.ids = first..first + IDS;
        }
        let id = self.ids.next()?;
        Some(run(worker, job, id, index))
    }

    /// The next outcome from the backend. Jobs from `limit` on are not pulled yet. Nothing comes when there are no more, or when
    /// the others are to run in this thread.
    fn next_arrival(&mut self, limit: u64) -> Option<Arrival<<I::Item as Job>::Output>> {
        loop {
            if self.goes_on_here() {
                self.here = Here::Loop(Some(self.core.borrow_worker()));
            }
            let Here::Backend(flight) = &mut self.here else {
                return None;
            };
            if let Some(arrival) = flight.taken.pop_front() {
                flight.outstanding.remove(arrival.index());
                // A consumer that takes its time must not leave the workers without work.
                self.fill(limit);
                return Some(arrival);
            }
            if let Some((index, id)) = flight.lost.next() {
                let arrival = Arrival::lost(Tag::first::<I::Item>(id, index));
                self.core.setup.finished(&arrival.hollow());
                return Some(arrival);
            }
            self.fill(limit);
            let Here::Backend(flight) = &mut self.here else {
                return None;
            };
            if flight.outstanding.is_empty() {
                return None;
            }
            let backend = self
                .core
                .backend
                .as_deref()
                .expect("this stream has a backend");
            let gather = if flight.window > LARGEST_WINDOW / 32 {
                flight.outstanding.len() / 4
            } else {
                1
            };
            flight.inbox.take(&mut flight.taken, gather, backend);
            if flight.taken.is_empty() {
                flight.inbox.close();
                self.jobs = None;
                flight.lost = flight.outstanding.drain().into_iter();
            }
        }
    }

    /// Whether all that is left of the jobs is for the loop.
    fn goes_on_here(&self) -> bool {
        match &self.here {
            Here::Backend(flight) => {
                flight.outstanding.is_empty() && self.jobs.is_some() && self.core.prefers_loop()
            }
            Here::Loop(_) => false,
        }
    }

    /// Puts as many jobs in flight as the window allows, once a good part of it is free.
    fn fill(&mut self, limit: u64) {
        let Here::Backend(flight) = &mut self.here else {
            return;
        };
        let unfinished = flight.outstanding.len();
        let in_flight = unfinished - flight.taken.len();
        if self.jobs.is_none()
            || in_flight > flight.window - flight.window.div_ceil(4)
            || unfinished >= flight.window * 2
            || self.core.prefers_loop()
        {
            return;
        }
        if self.core.is_closed() {
            self.jobs = None;
            return;
        }
        let now = Instant::now();
        if !flight.fixed
            && in_flight * 2 <= flight.window
            && flight.window < LARGEST_WINDOW
            && self.index > 0
        {
            let done = u32::try_from(flight.window - in_flight).unwrap_or(u32::MAX);
            let workers = u32::try_from(self.core.setup.workers).unwrap_or(u32::MAX);
            if now.duration_since(flight.filled) * workers < SHORT * done {
                flight.window = (flight.window * 2).min(LARGEST_WINDOW);
            }
        }
        flight.filled = now;
        let room = (flight.window - in_flight)
            .min(flight.window * 2 - unfinished)
            .min(usize::try_from(limit - self.index).unwrap_or(usize::MAX));
        while flight.pulled.len() < room {
            let Some(job) = self.jobs.as_mut().and_then(Iterator::next) else {
                self.jobs = None;
                break;
            };
            flight.pulled.push(job);
        }
        self.hand_over();
    }

    /// Sends off what was pulled, in batches: one for each worker and one more for each that is done before the others.
    fn hand_over(&mut self) {
        let (Here::Backend(flight), Some(backend)) = (&mut self.here, &self.core.backend) else {
            return;
        };
        let setup = &self.core.setup;
        let count = flight.pulled.len();
        let mut id = self.core.next_ids(count as u64);
        let size = (count / (2 * setup.workers)).clamp(1, LARGEST_BATCH);
        // One look at the clock for all: they are handed over together, however long it took to pull them.
        let queued = setup.now();
        let mut batches = Vec::with_capacity(count.div_ceil(size));
        let mut pulled = std::mem::take(&mut flight.pulled).into_iter();
        while pulled.len() > 0 {
            let jobs: Vec<_> = pulled.by_ref().take(size).collect();
            let first = (self.index, id);
            for _ in &jobs {
                flight.outstanding.push(self.index, id);
                self.index += 1;
                id += 1;
            }
            batches.push(Batch::new(jobs, first, queued, &flight.inbox));
        }
        match batches.is_empty() {
            true => {}
            false if setup.is_observed() => {
                backend.submit(batches.into_iter().flat_map(Batch::into_tasks).collect());
            }
            false => backend.submit_batches(batches),
        }
    }
}

impl<I: Iterator<Item: Job>> Iterator for Stream<I> {
    type Item = Finished<<I::Item as Job>::Output>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if let Some(arrival) = self.next_arrival(u64::MAX) {
            return Some(arrival.finished());
        }
        self.next_here(Worker::run_typed)
    }
}

impl<I: Iterator<Item: Job>> Drop for Stream<I> {
    fn drop(&mut self) {
        match &mut self.here {
            Here::Loop(worker) => self.core.return_worker(worker.take()),
            Here::Backend(flight) => {
                flight.inbox.close();
                if let (Some(backend), false) = (&self.core.backend, flight.outstanding.is_empty())
                {
                    backend.sweep();
                }
            }
        }
    }
}

impl<I: Iterator<Item: Job>> fmt::Debug for Stream<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
