//! The pool's engine: one wait for everything that can happen, driven by whoever has time.
//!
//! Events are worker sockets, deaths (pidfds), printed lines and deadlines, all in one epoll. Who processes them holds the lock on
//! the [`State`] and never blocks under it. A thread that waits for an outcome drives the pool itself ([`Pool::lend`]): so a
//! submit and join takes two context switches, as between any two processes, not four. The dispatcher, a thread of the
//! pool's own, drives when nobody waits; it alone starts workers, since a worker dies with the thread that started it.
//! One thread at a time waits for events, so that a wake-up call always reaches the one it is for.

mod driving;

use super::{
    Options,
    awake::Patience,
    member::WAKE,
    state::{Action, State},
};
use crate::{
    BuildError, Event, Setup, Task, Usage,
    bytes::{self, Bytes},
    setup::lock,
};
use rustix::event::{
    EventfdFlags,
    epoll::{self, CreateFlags, EventData, EventFlags},
    eventfd,
};
use std::{
    cell::RefCell,
    io::Write,
    os::fd::OwnedFd,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{ThreadId, current},
    time::{Duration, Instant},
};

/// How long the dispatcher waits for the next thread that lends itself before it takes over.
const STANDBY: Duration = Duration::from_micros(500);

thread_local! {
    /// The pools whose actions this thread is carrying out: an observer may call back.
    static DELIVERING: RefCell<Vec<*const Pool>> = const { RefCell::new(Vec::new()) };
}

pub(super) struct Pool {
    setup: Arc<Setup>,
    program: Option<PathBuf>,
    epoll: OwnedFd,
    wake: OwnedFd,
    hall: Mutex<Hall>,
    /// For the dispatcher.
    standby: Condvar,
    /// For who waits until the dispatcher has stopped driving, or until the end has come nearer.
    turned: Condvar,
    delivering: Mutex<()>,
}

/// The state, and who drives.
struct Hall {
    state: State,
    driver: Driver,
    /// A thread that wants to lend itself waits until the dispatcher has stopped waiting for events.
    wanted: bool,
    /// Somebody else wanted to lend itself meanwhile, and sleeps.
    sleepers: bool,
    /// Counts lent threads, so that the dispatcher can tell one from the next.
    drives: u64,
    /// The dispatcher should leave the driving to lent threads for a moment.
    recent: bool,
    dispatcher: Dispatcher,
    /// Of who lends itself.
    patience: Patience,
    /// While the driver waits for events: until when at most, where there is an end.
    waits: Option<Option<Instant>>,
    over: bool,
}

/// Who waits for events.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Driver {
    Nobody,
    Dispatcher,
    Lent(ThreadId),
}

/// What the dispatcher does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dispatcher {
    /// About to look at the state by itself, or driving.
    Awake,
    /// Waits on `standby`, a short time.
    Standby,
    /// Waits on `standby` without limit: a lent thread drives.
    Asleep,
}

impl Pool {
    pub(super) fn new(setup: Arc<Setup>, options: Options) -> Result<Self, BuildError> {
        let system = |what| {
            move |error: rustix::io::Errno| BuildError::System {
                what,
                source: error.into(),
            }
        };
        let epoll = epoll::create(CreateFlags::CLOEXEC).map_err(system("an epoll descriptor"))?;
        let wake = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)
            .map_err(system("an eventfd"))?;
        epoll::add(&epoll, &wake, EventData::new_u64(WAKE), EventFlags::IN)
            .map_err(system("an epoll entry"))?;
        let program = options.program.clone();
        let hall = Hall {
            state: State::new(Arc::clone(&setup), options),
            driver: Driver::Nobody,
            wanted: false,
            sleepers: false,
            drives: 0,
            recent: false,
            dispatcher: Dispatcher::Awake,
            patience: Patience::default(),
            waits: None,
            over: false,
        };
        let (hall, standby, turned, delivering) = (
            Mutex::new(hall),
            Condvar::new(),
            Condvar::new(),
            Mutex::default(),
        );
        Ok(Self {
            setup,
            program,
            epoll,
            wake,
            hall,
            standby,
            turned,
            delivering,
        })
    }

    /// Gives the lock back, sees that what the state now needs will happen, and carries out what it decided.
    fn leave(&self, mut hall: MutexGuard<'_, Hall>) {
        hall.state.watch(&self.epoll);
        let idle = hall.state.actions.is_empty();
        if hall.state.next_spawn(Instant::now()).is_some() {
            match (hall.dispatcher, hall.driver) {
                (Dispatcher::Awake, Driver::Dispatcher) => self.poke(),
                (Dispatcher::Awake, _) => {}
                _ => self.standby.notify_one(),
            }
        }
        drop(hall);
        if !idle {
            self.deliver();
        }
    }

    /// Ends somebody's wait for events.
    fn poke(&self) {
        // It can only fail when it is set already, about to wake.
        let _ = rustix::io::write(&self.wake, &1u64.to_ne_bytes());
    }

    /// Carries out what was decided, in order, one thread at a time. When this returns, all that was decided before is done.
    fn deliver(&self) {
        let this = std::ptr::from_ref(self);
        if DELIVERING.with_borrow(|pools| pools.contains(&this)) {
            return;
        }
        let guard = lock(&self.delivering);
        DELIVERING.with_borrow_mut(|pools| pools.push(this));
        let mut some = false;
        loop {
            let actions = std::mem::take(&mut lock(&self.hall).state.actions);
            if actions.is_empty() {
                break;
            }
            some = true;
            for action in actions {
                // An observer's panic, or that of an output nobody took, must not take the pool along.
                let _ = catch_unwind(AssertUnwindSafe(|| self.perform(action)));
            }
        }
        DELIVERING.with_borrow_mut(|pools| pools.retain(|pool| *pool != this));
        drop(guard);
        // The thread that drives may wait for what was delivered here.
        if some
            && matches!(lock(&self.hall).driver, Driver::Lent(thread) if thread != current().id())
        {
            self.poke();
        }
    }

    fn perform(&self, action: Action) {
        match action {
            Action::Deliver(task, ran, usage, outcome) => {
                task.deliver_bytes(ran, usage, outcome);
            }
            Action::Drop(task) => drop(task),
            Action::Started(tag, ran) => self.setup.emit(|| Event::Started(tag, ran)),
            Action::Retried(tag, outcome) => self.setup.emit(|| Event::Retried(tag, &outcome)),
            Action::WorkerStarted(ran) => self.setup.emit(|| Event::WorkerStarted(ran)),
            Action::WorkerLost { worker, pid, death } => {
                self.setup.emit(|| Event::WorkerLost {
                    worker,
                    pid,
                    death: death.as_ref(),
                });
            }
            Action::Print(bytes) => drop(std::io::stderr().write_all(&bytes)),
        }
    }

    pub(super) fn submit(&self, tasks: Vec<Task>) {
        let mut buffer = bytes::spare();
        let encoded: Vec<_> = tasks
            .into_iter()
            .filter_map(|task| match task.encode(std::mem::take(&mut buffer)) {
                Ok(bytes) => {
                    buffer = bytes;
                    Some((task, Bytes::take(&mut buffer)))
                }
                Err(outcome) => {
                    task.deliver(None, Usage::default(), outcome);
                    None
                }
            })
            .collect();
        bytes::keep(buffer);
        let mut hall = lock(&self.hall);
        if hall.state.closed {
            drop(hall);
            return drop(encoded);
        }
        for (task, bytes) in encoded {
            let job = hall.state.job(task.tag().name);
            hall.state
                .queue
                .push_back(super::member::Queued { task, bytes, job });
        }
        let now = Instant::now();
        hall.state.dispatch(now);
        // A long task may have got company or a deadline, which the driver knows nothing of.
        if let (Some(until), Some(due)) = (hall.waits, hall.state.next_look(now))
            && until.is_none_or(|until| until > due)
        {
            self.poke();
        }
        self.leave(hall);
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut State, Instant)) {
        let mut hall = lock(&self.hall);
        change(&mut hall.state, Instant::now());
        self.poke();
        self.leave(hall);
    }

    /// See [`Backend::shutdown`](crate::Backend::shutdown). Waits until all workers are gone.
    pub(super) fn shutdown(&self, grace: Duration) {
        self.change(|state, _| state.close());
        let deadline = Instant::now().checked_add(grace);
        self.wait_until(deadline, |state| !state.is_busy());
        self.change(State::dismiss);
        self.wait_until(None, |state| state.is_empty());
        lock(&self.hall).over = true;
        self.standby.notify_all();
        self.poke();
    }

    fn wait_until(&self, deadline: Option<Instant>, done: impl Fn(&State) -> bool) {
        let mut hall = lock(&self.hall);
        while !done(&hall.state) {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            hall = match left {
                Some(Duration::ZERO) => return,
                Some(left) => {
                    self.turned
                        .wait_timeout(hall, left)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
                None => self
                    .turned
                    .wait(hall)
                    .unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}
