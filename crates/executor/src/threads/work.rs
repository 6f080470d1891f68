//! What there is to do, and who does it: queues, and threads that look for work, sleep and are roused.

use super::Shared;
use crate::{
    Batch, Task, Worker,
    run::quietly,
    setup::{comes_soon, lock},
};
use crossbeam_deque::{Steal, Stealer, Worker as Local};
use std::{
    collections::VecDeque,
    iter,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering, fence},
    },
    time::{Duration, Instant},
};

/// So many a worker takes besides the one that it runs.
const MOST_AHEAD: usize = 31;
/// What takes longer than this is worth a visit to the queue; nothing is taken besides.
const TINY: Duration = Duration::from_micros(20);
/// Once in so many times a worker looks whether something waits behind others before it takes what is new.
const FAIR: u32 = 64;

/// What a queue holds.
pub(super) enum Work {
    Task(Task),
    Batch(Batch),
}

impl Work {
    pub(super) fn is_cancelled(&self) -> bool {
        match self {
            Self::Task(task) => task.is_cancelled(),
            Self::Batch(batch) => batch.is_cancelled(),
        }
    }

    /// Calls it off, though a worker may have begun a batch.
    fn cancel(self) {
        quietly(|| match self {
            Self::Task(task) => drop(task),
            Self::Batch(batch) => batch.cancel(),
        });
    }
}

/// What no worker has taken yet. It is locked for a few nanoseconds at a time, and keeps its memory: blocks of a queue without a
/// lock, which one thread makes and another frees, cost more as the allocator's lock.
// On cache lines of its own.
#[derive(Default)]
#[repr(align(128))]
pub(super) struct Queue {
    work: Mutex<VecDeque<Work>>,
    /// Changed under the lock; who pushes lets a fence follow, see [`Shared::rouse`].
    count: AtomicUsize,
}

impl Queue {
    pub(super) fn push(&self, work: impl IntoIterator<Item = Work>) {
        let mut queue = lock(&self.work);
        queue.extend(work);
        self.count.store(queue.len(), Ordering::Release);
    }

    /// Takes the first; some of the others, up to half, go to `local`.
    fn take(&self, local: &Local<Work>, pace: &mut Pace) -> Option<Work> {
        let most = match self.count.load(Ordering::Acquire) {
            0 => return None,
            // Not worth a look at the clock.
            1..4 => 0,
            _ => pace.most_ahead(),
        };
        let mut queue = lock(&self.work);
        let first = queue.pop_front();
        let more = (queue.len() / 2).min(most);
        queue.drain(..more).for_each(|work| local.push(work));
        self.count.store(queue.len(), Ordering::Release);
        first
    }

    fn take_all(&self) -> VecDeque<Work> {
        let mut queue = lock(&self.work);
        self.count.store(0, Ordering::Release);
        std::mem::take(&mut queue)
    }

    fn is_empty(&self) -> bool {
        self.count.load(Ordering::Acquire) == 0
    }
}

/// How fast a worker gets through its work, and so how much it may take at a time: what it has taken waits for it, behind
/// whatever comes first.
#[derive(Default)]
pub(super) struct Pace {
    /// Since when it is measured; not across a pause.
    since: Option<Instant>,
    /// So many were found since.
    found: u32,
    ahead: usize,
    is_slow: bool,
    turn: u32,
}

impl Pace {
    fn most_ahead(&mut self) -> usize {
        let now = Instant::now();
        if let Some(since) = self.since.replace(now) {
            self.is_slow = now - since > TINY * self.found.max(1);
            self.ahead = if self.is_slow {
                0
            } else {
                (2 * self.ahead + 1).min(MOST_AHEAD)
            };
        }
        self.found = 0;
        self.ahead
    }

    /// There was nothing to do.
    pub(super) fn pause(&mut self) {
        self.since = None;
    }

    /// Whether to look first at what waits behind others.
    fn is_fair_turn(&mut self) -> bool {
        self.turn = self.turn.wrapping_add(1);
        self.is_slow || self.turn.is_multiple_of(FAIR)
    }
}

impl Shared {
    pub(super) fn push(self: &Arc<Self>, work: impl IntoIterator<Item = Work>, count: usize) {
        self.queue.push(work);
        self.rouse(count);
        // A shutdown beside us may have found the queue still empty.
        if self.closed.load(Ordering::SeqCst) {
            self.discard(&|_| true);
        }
    }

    /// Sees to it that up to `count` new tasks find a thread.
    pub(super) fn rouse(self: &Arc<Self>, count: usize) {
        fence(Ordering::SeqCst);
        let count = count.saturating_sub(self.searching.load(Ordering::Relaxed));
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

    /// Runs a task, or what others leave of a batch.
    pub(super) fn run(self: &Arc<Self>, work: Work, worker: &mut Worker, local: &Local<Work>) {
        let batch = match work {
            Work::Task(task) => return worker.run(task),
            Work::Batch(batch) => batch,
        };
        let place = worker.place() as usize;
        let go_on =
            || !self.closed.load(Ordering::Relaxed) && place < self.limit.load(Ordering::Relaxed);
        if batch.count_left() > 1 && go_on() {
            // Others find it here, should one of its jobs turn out to be long.
            local.push(Work::Batch(batch.clone()));
            self.rouse(1);
        }
        worker.run_batch(&batch, go_on);
        if !go_on() && !self.closed.load(Ordering::SeqCst) && batch.count_left() > 0 {
            // This thread is one too many now.
            return self.push([Work::Batch(batch)], 1);
        }
        quietly(|| drop(batch));
    }

    pub(super) fn find(self: &Arc<Self>, local: &Local<Work>, pace: &mut Pace) -> Option<Work> {
        let mut found = local.pop();
        if found.is_none() {
            found = if pace.is_fair_turn() {
                self.steal().or_else(|| self.queue.take(local, pace))
            } else {
                self.queue.take(local, pace).or_else(|| self.steal())
            };
            // Whoever left the rest there may have relied on us, who looked for work then or were roused, for the others too.
            if found.is_some() && !(local.is_empty() && self.is_empty()) {
                self.rouse(1);
            }
        }
        pace.found += u32::from(found.is_some());
        found
    }

    fn steal(&self) -> Option<Work> {
        let mut others = self.others().iter();
        others.find_map(|other| retry(|| other.steal()))
    }

    /// Looks for work a little before the thread sleeps: whoever brings some meanwhile is spared a system call.
    pub(super) fn search(&self) -> bool {
        self.searching.fetch_add(1, Ordering::SeqCst);
        let found = comes_soon(|| !self.is_empty());
        self.searching.fetch_sub(1, Ordering::SeqCst);
        // Who has counted on us has pushed before; who has not rouses another.
        fence(Ordering::SeqCst);
        found
    }

    pub(super) fn sleep(&self) {
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

    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.others().iter().all(Stealer::is_empty)
    }

    fn others(&self) -> &[Stealer<Work>] {
        &self.stealers[..self.used.load(Ordering::SeqCst)]
    }

    /// Drops queued tasks: all at the end, those nobody wants any more before. What is kept goes to the end of the queue.
    pub(super) fn discard(self: &Arc<Self>, unwanted: &dyn Fn(&Work) -> bool) {
        let from_queue = self.queue.take_all().into_iter();
        let all = from_queue.chain(iter::from_fn(|| self.steal()));
        let (dropped, kept): (Vec<_>, Vec<_>) = all.partition(|work| unwanted(work));
        let count = kept.len();
        self.queue.push(kept);
        self.rouse(count);
        dropped.into_iter().for_each(Work::cancel);
        // A shutdown beside us may not have found what we held.
        if count > 0 && self.closed.load(Ordering::SeqCst) {
            self.discard(&|_| true);
        }
    }
}

fn retry<T>(steal: impl Fn() -> Steal<T>) -> Option<T> {
    iter::repeat_with(steal)
        .find(|steal| !steal.is_retry())
        .and_then(Steal::success)
}
