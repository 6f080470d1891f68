//! Where the outcomes of a `map` or `stream` arrive: many at a time, from many threads, for one consumer.
//!
//! Each worker has a shelf of its own, so that workers which end tiny jobs at the same time do not wait for each other. What
//! lies there may be taken; who runs a batch announces it only at the batch's end, or when somebody sleeps.

mod run;

pub(crate) use run::{Arrival, Run};

use crate::{
    Backend, Cancel, Ran,
    setup::{Setup, Wake, comes_soon, lock},
};
use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// How long a consumer sleeps for more than one outcome of tiny jobs before one will do.
const GATHER: Duration = Duration::from_micros(100);
/// More shelves than this are no use.
const SHELVES: usize = 16;
/// The most outcomes in a run.
const LONGEST_ROW: usize = 128;

pub(crate) struct Inbox<T> {
    setup: Arc<Setup>,
    shelves: Vec<Mutex<Shelf<T>>>,
    /// How many lie on the shelves and were announced.
    count: AtomicUsize,
    /// Wake the consumer at this many: fewer context switches when jobs are tiny. Whoever wakes it puts `usize::MAX` here.
    wanted: AtomicUsize,
    sleep: Mutex<()>,
    ready: Condvar,
    closed: AtomicBool,
}

// On cache lines of its own.
#[repr(align(128))]
struct Shelf<T> {
    arrived: VecDeque<Run<T>>,
    /// How many the latest run has got.
    row: usize,
    /// How many outcomes these are.
    count: usize,
    /// How many of them have not been announced.
    held: usize,
    /// The consumer was told `Cancelled` for what is still missing.
    given_up: bool,
}

impl<T: Send> Inbox<T> {
    pub(crate) fn new(setup: &Arc<Setup>) -> Self {
        let shelf = || {
            Mutex::new(Shelf {
                arrived: VecDeque::new(),
                row: 0,
                count: 0,
                held: 0,
                given_up: false,
            })
        };
        Self {
            setup: Arc::clone(setup),
            shelves: (0..setup.workers.clamp(1, SHELVES))
                .map(|_| shelf())
                .collect(),
            count: AtomicUsize::new(0),
            wanted: AtomicUsize::new(usize::MAX),
            sleep: Mutex::new(()),
            ready: Condvar::new(),
            closed: AtomicBool::new(false),
        }
    }

    pub(crate) fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Nobody takes outcomes any more.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }

    /// Moves what has arrived into the empty `taken`, waiting for at least one outcome, and a little for `gather` of
    /// them. Nothing comes when the executor is over.
    pub(crate) fn take(
        self: &Arc<Self>,
        taken: &mut VecDeque<Run<T>>,
        gather: usize,
        backend: &dyn Backend,
    ) where
        T: 'static,
    {
        let ready = || self.count.load(Ordering::SeqCst) > 0;
        if !ready() {
            backend.lend(&ready, None);
        }
        if !comes_soon(ready) {
            let waiter: Weak<dyn Wake> = Arc::downgrade(self) as Weak<dyn Wake>;
            self.setup.add_waiter(waiter.clone());
            if gather > 1 {
                self.sleep_until(gather, Some(GATHER));
            }
            self.sleep_until(1, None);
            self.setup.remove_waiter(&waiter);
        }
        // Nothing there means that the executor is over; then nothing may come any more either.
        let give_up = self.setup.is_stopped() && !self.has_any();
        for shelf in &self.shelves {
            let mut shelf = lock(shelf);
            shelf.given_up |= give_up;
            let count = std::mem::take(&mut shelf.count) - std::mem::take(&mut shelf.held);
            if taken.is_empty() {
                std::mem::swap(&mut shelf.arrived, taken);
            } else {
                taken.append(&mut shelf.arrived);
            }
            drop(shelf);
            self.count.fetch_sub(count, Ordering::SeqCst);
        }
    }

    pub(crate) fn has_any(&self) -> bool {
        let mut shelves = self.shelves.iter();
        shelves.any(|shelf| !lock(shelf).arrived.is_empty())
    }

    /// Sleeps until so many are announced, the executor is over, or the time is. For a single one it does not sleep if there
    /// is one that was not announced.
    fn sleep_until(&self, count: usize, limit: Option<Duration>) {
        let sleep = lock(&self.sleep);
        // Each time it goes to sleep: who was about to wake it for outcomes that are long taken has found what was wanted, and
        // nobody else would wake it. Who puts an outcome and then looks at `wanted` does both under the shelf's lock; here
        // it is the other way round.
        let too_few = |(): &mut ()| {
            self.wanted.store(count, Ordering::SeqCst);
            let here = count == 1 && self.has_any();
            !(here || self.count.load(Ordering::SeqCst) >= count || self.setup.is_stopped())
        };
        let sleep = match limit {
            None => self
                .ready
                .wait_while(sleep, too_few)
                .unwrap_or_else(PoisonError::into_inner),
            Some(limit) => {
                self.ready
                    .wait_timeout_while(sleep, limit, too_few)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        };
        self.wanted.store(usize::MAX, Ordering::SeqCst);
        drop(sleep);
    }

    /// Puts an outcome where it can be taken. The consumer is woken if it waits for no more than there are now.
    #[inline]
    pub(crate) fn put(&self, arrival: Arrival<T>) {
        self.lay_down(arrival, false);
    }

    /// The same; the consumer is told.
    pub(crate) fn deliver(&self, arrival: Arrival<T>) {
        self.lay_down(arrival, true);
    }

    /// Tells the consumer what a worker has put.
    pub(crate) fn announce(&self, ran: Ran) {
        self.count(lock(self.shelf(Some(ran))));
    }

    #[inline]
    fn shelf(&self, ran: Option<Ran>) -> &Mutex<Shelf<T>> {
        let place = ran.map_or(0, |ran| ran.worker as usize);
        &self.shelves[place % self.shelves.len()]
    }

    #[inline]
    fn lay_down(&self, arrival: Arrival<T>, announce: bool) {
        let mut shelf = lock(self.shelf(arrival.ran));
        if shelf.given_up {
            return;
        }
        if self.setup.is_observed() {
            self.setup.finished(&arrival.hollow());
        }
        if self.closed.load(Ordering::Relaxed) {
            return;
        }
        match shelf.arrived.back_mut() {
            Some(run) if run.fits(&arrival) => {
                run.push(arrival);
                shelf.row += 1;
            }
            _ => {
                let room = (2 * shelf.row).clamp(1, LONGEST_ROW);
                shelf.arrived.push_back(Run::new(arrival, room));
                shelf.row = 1;
            }
        }
        shelf.count += 1;
        shelf.held += 1;
        let known = self.count.load(Ordering::SeqCst);
        if announce || known + shelf.held >= self.wanted.load(Ordering::SeqCst) {
            self.count(shelf);
        }
    }

    /// Counts what is held back, under the lock, so that what is taken has been counted.
    fn count(&self, mut shelf: MutexGuard<'_, Shelf<T>>) {
        let held = std::mem::take(&mut shelf.held);
        let count = self.count.fetch_add(held, Ordering::SeqCst) + held;
        drop(shelf);
        if count >= self.wanted.load(Ordering::SeqCst)
            && self.wanted.swap(usize::MAX, Ordering::SeqCst) != usize::MAX
        {
            let _sleep = lock(&self.sleep);
            self.ready.notify_one();
        }
    }
}

impl<T: Send> Cancel for Inbox<T> {
    fn is_cancelled(&self) -> bool {
        self.closed.load(Ordering::Relaxed) || self.setup.is_stopped()
    }
}

impl<T: Send> Wake for Inbox<T> {
    fn wake(&self) {
        let _sleep = lock(&self.sleep);
        self.ready.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Context, Executor, Job, Tag};
    use std::{convert::Infallible, sync::mpsc, thread, time::Instant};

    #[derive(serde::Serialize, serde::Deserialize)]
    struct Nothing;

    impl Job for Nothing {
        const NAME: &'static str = "nothing";
        type Output = ();
        type Error = Infallible;

        fn run(self, _: &Context) -> Result<(), Infallible> {
            Ok(())
        }
    }

    /// A consumer asleep for one outcome.
    fn sleeper() -> (Arc<Inbox<()>>, mpsc::Receiver<usize>) {
        let executor = Executor::builder().workers(1).build().expect("it starts");
        let inbox = Arc::new(Inbox::new(&executor.core().setup));
        let (tell, told) = mpsc::channel();
        let here = Arc::clone(&inbox);
        thread::spawn(move || {
            let backend = executor.core().backend.as_ref().expect("threads");
            let mut taken = VecDeque::new();
            here.take(&mut taken, 1, &**backend);
            tell.send(taken.len())
        });
        until_it_sleeps(&inbox);
        (inbox, told)
    }

    fn until_it_sleeps(inbox: &Inbox<()>) {
        let start = Instant::now();
        while inbox.wanted.load(Ordering::SeqCst) != 1 {
            assert!(start.elapsed() < SOON, "it does not wait for one");
            thread::yield_now();
        }
    }

    fn outcome() -> Arrival<()> {
        Arrival::lost(Tag::first::<Nothing>(0, 0))
    }

    const SOON: Duration = Duration::from_secs(20);

    #[test]
    fn a_wake_for_outcomes_that_were_taken_before_does_not_use_up_the_next_one() {
        for announce in [true, false] {
            let (inbox, told) = sleeper();
            inbox.wanted.store(usize::MAX, Ordering::SeqCst);
            inbox.wake();
            until_it_sleeps(&inbox);
            inbox.lay_down(outcome(), announce);
            assert_eq!(told.recv_timeout(SOON), Ok(1), "announced: {announce}");
        }
    }

    #[test]
    fn nor_does_it_leave_lying_what_came_meanwhile_without_an_announcement() {
        let (inbox, told) = sleeper();
        inbox.wanted.store(usize::MAX, Ordering::SeqCst);
        inbox.put(outcome());
        inbox.wake();
        assert_eq!(told.recv_timeout(SOON), Ok(1));
    }
}
