//! Jobs pulled lazily from an iterator, outcomes given back: as they come ([`Stream`]) or in input order ([`Map`]).
//!
//! A window bounds how many jobs are in flight. It starts small, so that slow jobs are pulled only just ahead of need, and
//! grows while jobs turn out to be so short that waking for each would cost more than running it.

use crate::{
    Finished, Job, Outcome, Tag, Task, TaskReport, Value, Worker,
    executor::Core,
    inbox::{Inbox, Slit},
};
use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

/// Above this many in flight nothing is gained.
const LARGEST_WINDOW: usize = 2048;
/// The most that `Map` holds back while it waits for an earlier outcome.
const LONGEST_SPAN: u64 = 4 * LARGEST_WINDOW as u64;
/// Jobs shorter than this are worth a larger window.
const SHORT: Duration = Duration::from_micros(100);

/// Outcomes in the order in which jobs end. See [`Executor::stream`](crate::Executor::stream).
#[must_use = "jobs are pulled only as outcomes are asked for"]
pub struct Stream<I: Iterator<Item: Job>> {
    core: Arc<Core>,
    /// `None` when it has ended, or the executor has.
    jobs: Option<I>,
    here: Here<<I::Item as Job>::Output>,
    index: u64,
    /// For jobs that run in this thread.
    ids: Range<u64>,
}

/// Where the jobs run.
enum Here<T> {
    /// In this thread, one for each outcome asked for.
    Loop(Option<Worker>),
    Backend(Flight<T>),
}

struct Flight<T> {
    inbox: Arc<Inbox<T>>,
    taken: VecDeque<Finished<Value<T>>>,
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

    /// The next outcome. Jobs from `limit` on are not pulled yet.
    #[inline]
    fn next_below(&mut self, limit: u64) -> Option<Finished<<I::Item as Job>::Output>> {
        match &self.here {
            Here::Loop(_) => self.next_here(Worker::run_typed),
            Here::Backend(_) => self.next_from_backend(limit),
        }
    }

    /// Runs the next job in this thread.
    #[inline]
    fn next_here<T>(&mut self, run: impl FnOnce(&mut Worker, I::Item, u64, u64) -> T) -> Option<T> {
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
            self.ids = self.core.next_ids();
        }
        let id = self.ids.next()?;
        let Here::Loop(Some(worker)) = &mut self.here else {
            return None;
        };
        Some(run(worker, job, id, index))
    }

    fn next_from_backend(&mut self, limit: u64) -> Option<Finished<<I::Item as Job>::Output>> {
        loop {
            if self.goes_on_here() {
                self.here = Here::Loop(Some(self.core.borrow_worker()));
                return self.next_below(limit);
            }
            if let Here::Backend(flight) = &mut self.here {
                if let Some(finished) = flight.taken.pop_front() {
                    flight.outstanding.remove(finished.report.index);
                    // A consumer that takes its time must not leave the workers without work.
                    self.fill(limit);
                    return Some(finished.decode());
                }
                if let Some((index, id)) = flight.lost.next() {
                    let tag = Tag {
                        id,
                        index,
                        name: <I::Item as Job>::NAME,
                        attempt: 1,
                    };
                    let finished = Finished {
                        report: TaskReport::unknown(tag),
                        outcome: Outcome::Cancelled,
                    };
                    self.core.setup.finished(&finished);
                    return Some(finished);
                }
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
        let mut tasks = Vec::with_capacity(room);
        let slit = Arc::new(Slit(Arc::clone(&flight.inbox)));
        while tasks.len() < room {
            let Some(job) = self.jobs.as_mut().and_then(Iterator::next) else {
                self.jobs = None;
                break;
            };
            let sink = Arc::clone(&slit) as _;
            let id = self.core.next_id();
            flight.outstanding.push(self.index, id);
            tasks.push(Task::new(job, id, self.index, &self.core.setup, sink));
            self.index += 1;
        }
        // One look at the clock for all: they are handed over together, however long it took to pull them.
        if let Some(now) = self.core.setup.now() {
            tasks.iter_mut().for_each(|task| task.set_queued(now));
        }
        if let (false, Some(backend)) = (tasks.is_empty(), &self.core.backend) {
            backend.submit(tasks);
        }
    }
}

impl<I: Iterator<Item: Job>> Iterator for Stream<I> {
    type Item = Finished<<I::Item as Job>::Output>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.next_below(u64::MAX)
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

/// Outcomes in the order of the jobs. See [`Executor::map`](crate::Executor::map).
#[must_use = "jobs are pulled only as outcomes are asked for"]
pub struct Map<I: Iterator<Item: Job>> {
    stream: Stream<I>,
    /// Outcomes from `next` on that came before their turn.
    early: VecDeque<Option<Finished<<I::Item as Job>::Output>>>,
    next: u64,
    /// How far ahead of `next` jobs are pulled at most.
    span: u64,
}

impl<I: Iterator<Item: Job>> Map<I> {
    pub(crate) fn new(core: Arc<Core>, jobs: I) -> Self {
        let span = core.window.map_or(LONGEST_SPAN, |window| 2 * window as u64);
        Self {
            stream: Stream::new(core, jobs),
            early: VecDeque::new(),
            next: 0,
            span,
        }
    }

    /// The next outcome with its report.
    #[inline]
    pub fn next_finished(&mut self) -> Option<Finished<<I::Item as Job>::Output>> {
        loop {
            if let Some(Some(_)) = self.early.front() {
                self.next += 1;
                return self.early.pop_front().flatten();
            }
            let finished = self
                .stream
                .next_below(self.next.saturating_add(self.span))?;
            let ahead = finished.report.index - self.next;
            if ahead == 0 {
                self.early.pop_front();
                self.next += 1;
                return Some(finished);
            }
            let ahead = usize::try_from(ahead).expect("bounded by the longest span");
            if self.early.len() <= ahead {
                self.early.resize_with(ahead + 1, || None);
            }
            self.early[ahead] = Some(finished);
        }
    }
}

impl<I: Iterator<Item: Job>> Iterator for Map<I> {
    type Item = Outcome<<I::Item as Job>::Output>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        // Without a report there is nothing to measure, and without an observer nothing to tell.
        if matches!(self.stream.here, Here::Loop(_)) && !self.stream.core.setup.is_observed() {
            self.next += 1;
            return self.stream.next_here(Worker::run_bare);
        }
        self.next_finished().map(|finished| finished.outcome)
    }
}

impl<I: Iterator<Item: Job>> fmt::Debug for Map<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map")
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

/// The ids of what is in flight, by index: a row for the recent ones, a map for stragglers.
#[derive(Default)]
struct Outstanding {
    count: usize,
    first: u64,
    recent: VecDeque<Option<u64>>,
    stragglers: BTreeMap<u64, u64>,
}

impl Outstanding {
    fn len(&self) -> usize {
        self.count
    }

    fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Indexes come one after the other.
    fn push(&mut self, index: u64, id: u64) {
        if self.recent.is_empty() {
            self.first = index;
        } else if self.recent.len() >= 2 * LARGEST_WINDOW {
            if let Some(Some(id)) = self.recent.pop_front() {
                self.stragglers.insert(self.first, id);
            }
            self.first += 1;
        }
        self.recent.push_back(Some(id));
        self.count += 1;
    }

    fn remove(&mut self, index: u64) {
        self.count -= 1;
        match index
            .checked_sub(self.first)
            .and_then(|ahead| usize::try_from(ahead).ok())
        {
            None => {
                self.stragglers.remove(&index);
            }
            Some(ahead) => self.recent[ahead] = None,
        }
        while self.recent.front() == Some(&None) {
            self.recent.pop_front();
            self.first += 1;
        }
    }

    fn drain(&mut self) -> Vec<(u64, u64)> {
        let recent = (self.first..)
            .zip(self.recent.drain(..))
            .filter_map(|(index, id)| Some((index, id?)));
        self.count = 0;
        std::mem::take(&mut self.stragglers)
            .into_iter()
            .chain(recent)
            .collect()
    }
}
