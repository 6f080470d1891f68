//! What every part of one executor shares: its options, its clock, its observer, and who waits for it.

use crate::{
    Backend, Cancel, Context, Event, Finished, Initialiser, Metrics, Observer, Outcome,
    run::{self, guarded, quietly},
};
use std::{
    fmt,
    sync::{
        Arc, Condvar, Mutex, OnceLock, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// An executor's options, as its backend sees them.
#[non_exhaustive]
// Every submit and every join changes its reference count; workers, which only read, must not share that cache line.
#[repr(align(128))]
pub struct Setup {
    /// How many workers.
    pub workers: usize,
    /// How much to measure.
    pub metrics: Metrics,
    /// How long one attempt may run.
    pub timeout: Option<Duration>,
    /// Between asking a job to stop and killing it.
    pub grace: Duration,
    /// How often a task whose worker died is tried again.
    pub crash_retries: u32,
    /// The pause before the first such retry; it doubles with each.
    pub retry_backoff: Duration,
    /// After how many tasks a worker is replaced.
    pub tasks_per_worker: Option<u64>,
    /// How much memory a worker may use, in bytes.
    pub memory_limit: Option<u64>,
    /// When the executor was built; [`TaskReport`](crate::TaskReport) counts from here.
    pub epoch: Instant,
    pub(crate) pid: u32,
    pub(crate) observer: Option<Arc<dyn Observer>>,
    pub(crate) initialiser: Option<Arc<dyn Initialise>>,
    pub(crate) stop: AtomicBool,
    pub(crate) waiters: Mutex<Vec<Weak<dyn Wake>>>,
    pub(crate) room: Option<Room>,
    /// For handles, a million of which should not count references.
    pub(crate) backend: OnceLock<Weak<dyn Backend>>,
}

/// Somebody who sleeps until an outcome arrives.
pub(crate) trait Wake: Send + Sync {
    fn wake(&self);
}

/// An [`Initialiser`] without its type.
pub(crate) trait Initialise: Send + Sync {
    fn name(&self) -> &'static str;
    fn encode(&self) -> Result<Vec<u8>, postcard::Error>;
    fn start(&self, context: &Context) -> Result<(), Outcome<()>>;
}

impl<I: Initialiser> Initialise for I {
    fn name(&self) -> &'static str {
        I::NAME
    }

    fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        postcard::to_stdvec(self)
    }

    fn start(&self, context: &Context) -> Result<(), Outcome<()>> {
        let explain =
            |what: String| format!("the worker's initialiser `{}` failed: {what}", I::NAME);
        match guarded(|| Initialiser::start(self, context.worker()).map_err(Into::into)) {
            Outcome::Ok(state) => {
                context.put(Arc::new(state));
                Ok(())
            }
            Outcome::Failed { message, causes } => Err(Outcome::Failed {
                message: explain(message),
                causes,
            }),
            Outcome::Panicked { message, location } => Err(Outcome::Panicked {
                message: explain(message),
                location,
            }),
            other => Err(other.map(drop)),
        }
    }
}

impl Setup {
    /// Now, as reports count it; `None` when nothing is measured.
    #[inline]
    pub(crate) fn now(&self) -> Option<Duration> {
        (self.metrics >= Metrics::Wall).then(|| self.epoch.elapsed())
    }

    /// Tells the observer, if there is one. Backends report their workers with it; tasks report themselves.
    #[inline]
    pub fn emit<'a>(&self, event: impl FnOnce() -> Event<'a>) {
        if let Some(observer) = &self.observer {
            quietly(|| observer.observe(&event()));
        }
    }

    /// Whether anybody watches.
    #[must_use]
    pub fn is_observed(&self) -> bool {
        self.observer.is_some()
    }

    #[inline]
    pub(crate) fn finished<T>(&self, finished: &Finished<T>) {
        if self.is_observed() {
            let outcome = finished.outcome.hollow();
            self.emit(|| Event::Finished(&finished.report, &outcome));
        }
    }

    /// What runs the tasks, while the executor lives.
    pub(crate) fn backend(&self) -> Option<Arc<dyn Backend>> {
        self.backend.get()?.upgrade()
    }

    pub(crate) fn initialise(&self, context: &Context) -> Result<(), Outcome<()>> {
        run::note_panics();
        self.initialiser
            .as_ref()
            .map_or(Ok(()), |initialiser| initialiser.start(context))
    }

    /// The executor is over: running jobs are asked to stop, and whoever waits for one that does not is told `Cancelled`.
    pub(crate) fn abandon(&self) {
        self.stop.store(true, Ordering::SeqCst);
        if let Some(room) = &self.room {
            room.close();
        }
        let waiters = std::mem::take(&mut *lock(&self.waiters));
        for waiter in waiters.iter().filter_map(Weak::upgrade) {
            waiter.wake();
        }
    }

    #[inline]
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    pub(crate) fn add_waiter(&self, waiter: Weak<dyn Wake>) {
        lock(&self.waiters).push(waiter);
    }

    pub(crate) fn remove_waiter(&self, waiter: &Weak<dyn Wake>) {
        let mut waiters = lock(&self.waiters);
        if let Some(position) = waiters.iter().position(|other| Weak::ptr_eq(other, waiter)) {
            waiters.swap_remove(position);
        }
    }
}

/// For jobs in a caller's loop, which have nobody else to call them off.
impl Cancel for Setup {
    fn is_cancelled(&self) -> bool {
        self.is_stopped()
    }
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("workers", &self.workers)
            .field("metrics", &self.metrics)
            .finish_non_exhaustive()
    }
}

/// Bounds how many submitted tasks are unfinished, until the executor ends.
pub(crate) struct Room {
    bound: usize,
    used: Mutex<Used>,
    freed: Condvar,
}

#[derive(Default)]
struct Used {
    count: usize,
    closed: bool,
}

impl Room {
    pub(crate) fn new(bound: usize) -> Self {
        Self {
            bound,
            used: Mutex::default(),
            freed: Condvar::new(),
        }
    }

    pub(crate) fn enter(&self) {
        let is_full = |used: &mut Used| used.count >= self.bound && !used.closed;
        let mut used = self
            .freed
            .wait_while(lock(&self.used), is_full)
            .unwrap_or_else(PoisonError::into_inner);
        used.count += 1;
    }

    pub(crate) fn leave(&self) {
        lock(&self.used).count -= 1;
        self.freed.notify_one();
    }

    /// Nobody need wait any more: what is submitted now is called off.
    pub(crate) fn close(&self) {
        lock(&self.used).closed = true;
        self.freed.notify_all();
    }
}

/// Locks even if a panic (an output's destructor's) went through a holder: our own state changes in whole steps.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks a few times whether something is `ready`, letting others run meanwhile: if it comes at once, that costs less than a
/// sleep and being woken.
pub(crate) fn comes_soon(ready: impl Fn() -> bool) -> bool {
    (0..10).any(|round| {
        if ready() {
            return true;
        }
        if round < 6 {
            (0..1 << round).for_each(|_| std::hint::spin_loop());
        } else {
            std::thread::yield_now();
        }
        false
    })
}
