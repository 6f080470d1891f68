//! Jobs pulled lazily from an iterator, outcomes given back: as they come ([`Stream`]) or in input order ([`Map`]).
//!
//! A window bounds how many jobs are in flight. It starts small, so that slow jobs are pulled only just ahead of need, and
//! grows while all that it holds turns out to be done so soon that workers would wait for this thread to wake.

mod map;
mod outstanding;
mod taken;

pub use map::Map;

use crate::{
    Batch, Finished, Job, Tag, Worker,
    executor::Core,
    inbox::{Arrival, Inbox, Run},
};
use outstanding::Outstanding;
use std::{
    collections::VecDeque,
    fmt,
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};
use taken::Taken;

/// Above this many in flight nothing is gained.
const LARGEST_WINDOW: usize = 8192;
/// More jobs are not handed over together.
const LARGEST_BATCH: usize = 128;
/// How often a batch ends. Its outcomes are announced at its end: were that rarer, this thread and the workers would wait for each
/// other.
const BETWEEN_BATCHES: Duration = Duration::from_micros(10);
/// The most that is held back while an earlier outcome is waited for.
const LONGEST_SPAN: u64 = 2 * LARGEST_WINDOW as u64;
/// An iterator that takes longer for a few jobs is not waited for.
const SLOW: Duration = Duration::from_millis(1);
/// For a loop so many ids are taken at once.
const IDS: u64 = 64;
/// A window that lasts so long is large enough: this thread is awake again long before.
const LONG_ENOUGH: Duration = Duration::from_millis(1);
/// With a larger window than this, jobs are so short that this thread had better wake for many of them at once.
const SMALL_WINDOW: usize = 64;

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
    /// Empty, with its memory, but while outcomes are moved on.
    arrived: VecDeque<Run<J::Output>>,
    taken: Taken<J::Output>,
    /// Jobs that were pulled and not yet handed over: none, unless the iterator has panicked.
    pulled: Vec<J>,
    outstanding: Outstanding,
    window: usize,
    fixed: bool,
    /// The most jobs in a batch.
    batch: usize,
    filled: Instant,
    /// How far ahead of the next outcome in order jobs are pulled at most.
    span: u64,
}

impl<I: Iterator<Item: Job>> Stream<I> {
    pub(crate) fn new(core: Arc<Core>, jobs: I, ordered: bool) -> Self {
        // Its multiples are counted with.
        let window = core.window.unwrap_or(core.setup.workers * 2);
        let window = window.min(usize::MAX / 8);
        let longest = core.window.map_or(LONGEST_SPAN, |_| 0);
        let here = match &core.backend {
            None => Here::Loop(Some(core.borrow_worker())),
            Some(_) => Here::Backend(Flight {
                inbox: Arc::new(Inbox::new(&core.setup)),
                arrived: VecDeque::new(),
                taken: Taken::new(ordered),
                pulled: Vec::new(),
                outstanding: Outstanding::default(),
                window,
                fixed: core.window.is_some(),
                batch: LARGEST_BATCH,
                filled: Instant::now(),
                // Never so short that nothing could be pulled.
                span: longest.max(2 * window as u64),
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

    /// What `pop` makes of the next outcome from the backend. Nothing comes when there are no more, or when the others are to run
    /// in this thread.
    #[inline]
    fn next_taken<R>(
        &mut self,
        pop: impl Fn(&mut Run<<I::Item as Job>::Output>) -> Option<R>,
    ) -> Option<R> {
        loop {
            // A consumer that takes its time must not leave the workers without work. Before an outcome is taken: the iterator may
            // panic.
            self.fill();
            let Here::Backend(flight) = &mut self.here else {
                return None;
            };
            let popped = flight.taken.pop(&pop);
            if popped.is_some() {
                return popped;
            }
            if self.goes_on_here() {
                self.here = Here::Loop(Some(self.core.borrow_worker()));
                return None;
            }
            // With nothing in flight and jobs left, the loop has ceased to be preferred since this was asked first.
            if self.take().is_none() && self.jobs.is_none() {
                return None;
            }
        }
    }

    /// Takes what has arrived, waiting for at least one outcome; `None` if there is nothing to wait for.
    fn take(&mut self) -> Option<()> {
        let (Here::Backend(flight), Some(backend)) = (&mut self.here, &self.core.backend) else {
            return None;
        };
        if flight.outstanding.is_empty() {
            return None;
        }
        let gather = if flight.window > SMALL_WINDOW {
            flight.outstanding.len() / 4
        } else {
            1
        };
        flight.inbox.take(&mut flight.arrived, gather, &**backend);
        if flight.arrived.is_empty() {
            // Given up by an executor that ended while this ran.
            flight.inbox.close();
            self.jobs = None;
            for (indexes, id) in flight.outstanding.drain() {
                for (index, id) in indexes.zip(id..) {
                    let lost = Arrival::lost(Tag::first::<I::Item>(id, index));
                    self.core.setup.finished(&lost.hollow());
                    flight.taken.push(Run::new(lost, 1));
                }
            }
        }
        for run in flight.arrived.drain(..) {
            flight.outstanding.remove(&run.indexes());
            flight.taken.push(run);
        }
        Some(())
    }

    /// Whether all that is left of the jobs is for the loop.
    fn goes_on_here(&self) -> bool {
        match &self.here {
            Here::Backend(flight) => {
                flight.outstanding.is_empty()
                    && flight.taken.len() == 0
                    && self.jobs.is_some()
                    && self.core.prefers_loop()
            }
            Here::Loop(_) => false,
        }
    }

    /// Puts as many jobs in flight as the window allows, once a good part of it is free.
    #[inline]
    fn fill(&mut self) {
        let Here::Backend(flight) = &mut self.here else {
            return;
        };
        let in_flight = flight.outstanding.len();
        let unfinished = in_flight + flight.taken.len();
        if self.jobs.is_some()
            && in_flight <= flight.window - flight.window.div_ceil(4)
            && unfinished < flight.window * 2
            && !self.core.prefers_loop()
        {
            self.refill(in_flight, unfinished);
        }
    }

    fn refill(&mut self, in_flight: usize, unfinished: usize) {
        let Here::Backend(flight) = &mut self.here else {
            return;
        };
        if self.core.is_closed() {
            self.jobs = None;
            return;
        }
        let now = Instant::now();
        if in_flight * 2 <= flight.window && self.index > 0 {
            let done = (flight.window - in_flight) as u128;
            let took = now.duration_since(flight.filled).as_nanos().max(1);
            let within = |span: Duration| {
                usize::try_from(span.as_nanos() * done / took).unwrap_or(usize::MAX)
            };
            flight.batch = within(BETWEEN_BATCHES).clamp(1, LARGEST_BATCH);
            if !flight.fixed && flight.window < LARGEST_WINDOW {
                let largest = LARGEST_WINDOW.min(flight.window * 4);
                flight.window = within(LONG_ENOUGH).clamp(flight.window, largest);
            }
        }
        let mut room = (flight.window - in_flight).min(flight.window * 2 - unfinished);
        if let Some(next) = flight.taken.next_in_order() {
            let ahead = next.saturating_add(flight.span).saturating_sub(self.index);
            room = room.min(usize::try_from(ahead).unwrap_or(usize::MAX));
        }
        if room < flight.window.div_ceil(4) {
            return;
        }
        flight.filled = now;
        self.pull(room, now);
        self.hand_over();
    }

    /// Pulls so many jobs. Should the iterator take its time, the workers get what there is, and the consumer what has come.
    fn pull(&mut self, mut room: usize, mut since: Instant) {
        while let Here::Backend(flight) = &mut self.here
            && flight.pulled.len() < room
        {
            let Some(job) = self.jobs.as_mut().and_then(Iterator::next) else {
                self.jobs = None;
                return;
            };
            flight.pulled.push(job);
            let count = flight.pulled.len();
            // The clock is looked at now and then, soon after the start.
            if count.is_power_of_two() && since.elapsed() > SLOW {
                if flight.taken.len() > 0 || flight.inbox.has_any() {
                    return;
                }
                self.hand_over();
                room -= count;
                since = Instant::now();
            }
        }
    }

    /// Sends off what was pulled, in batches: one for each worker and one more for each that is done before the others.
    fn hand_over(&mut self) {
        let (Here::Backend(flight), Some(backend)) = (&mut self.here, &self.core.backend) else {
            return;
        };
        let setup = &self.core.setup;
        let count = flight.pulled.len();
        let mut id = self.core.next_ids(count as u64);
        let chosen = backend.choice();
        let workers = chosen.map_or(setup.workers, |choice| choice.workers.max(1));
        let size = (count / (2 * workers)).clamp(1, flight.batch);
        // One look at the clock for all: they are handed over together, however long it took to pull them.
        let queued = setup.now();
        let mut batches = Vec::with_capacity(count.div_ceil(size));
        let mut pulled = std::mem::take(&mut flight.pulled).into_iter();
        while pulled.len() > 0 {
            let jobs: Vec<_> = pulled.by_ref().take(size).collect();
            let count = jobs.len() as u64;
            flight.outstanding.push(self.index..self.index + count, id);
            batches.push(Batch::new(jobs, (self.index, id), queued, &flight.inbox));
            self.index += count;
            id += count;
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
        self.next_taken(Run::pop)
            .or_else(|| self.next_here(Worker::run_typed))
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
