//! A submitted job: first the job itself, then what became of it, in one allocation that its task and its handle share.

use crate::{
    Cancel, Erased, Finished, Job, Outcome, Ran, Tag, TaskReport, Usage, Value, Worker,
    bytes::{self, Bytes},
    setup::{Setup, Wake, lock},
};
use std::{
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

/// What a handle sees of a slot.
pub(crate) trait Joint<T>: Wake {
    fn setup(&self) -> &Setup;
    fn tag(&self) -> Tag;
    /// True once the outcome is here.
    fn is_done(&self) -> bool;
    fn cancel(&self);
    /// Sleeps until the outcome is here or given up; false when the deadline came first.
    fn sleep(&self, deadline: Option<Instant>) -> bool;
    /// The outcome; if there is none, none comes any more, and it counts as cancelled.
    fn take(&self) -> Finished<T>;
}

pub(crate) struct Slot<J: Job> {
    setup: Arc<Setup>,
    id: u64,
    attempt: AtomicU32,
    state: Mutex<State<J>>,
    /// To wake is a system call, sleeper or not: only who has counted itself in `sleepers` is woken.
    ready: Condvar,
    sleepers: AtomicU32,
    done: AtomicBool,
    cancelled: AtomicBool,
}

struct State<J: Job> {
    content: Content<J>,
    /// When it was queued and what it needed, elsewhere: a million slots would mostly consist of it, and it is empty unless
    /// something is measured.
    measured: Option<Box<(Duration, Usage)>>,
}

enum Content<J: Job> {
    Queued(J),
    Running,
    Here(Option<Ran>, Outcome<Value<J::Output>>),
    /// Taken, or given up when the executor ended; what still arrives is dropped.
    Closed,
}

impl<J: Job> Slot<J> {
    pub(crate) fn new(job: J, id: u64, setup: &Arc<Setup>) -> Arc<Self> {
        let now = setup.now();
        let slot = Arc::new(Self {
            setup: Arc::clone(setup),
            id,
            attempt: AtomicU32::new(1),
            state: Mutex::new(State {
                content: Content::Queued(job),
                measured: now.map(|now| Box::new((now, Usage::default()))),
            }),
            ready: Condvar::new(),
            sleepers: AtomicU32::new(0),
            done: AtomicBool::new(false),
            cancelled: AtomicBool::new(false),
        });
        setup.emit(|| crate::Event::Queued(slot.read_tag()));
        slot
    }

    fn read_tag(&self) -> Tag {
        Tag {
            attempt: self.attempt.load(Ordering::Relaxed),
            ..Tag::first::<J>(self.id, 0)
        }
    }

    fn finished<T>(
        &self,
        ran: Option<Ran>,
        measured: Option<&(Duration, Usage)>,
        outcome: Outcome<T>,
    ) -> Finished<T> {
        let (queued, usage) = measured.map_or((None, Usage::default()), |measured| {
            (Some(measured.0), measured.1)
        });
        let report = TaskReport::new(self.read_tag(), ran, queued, usage);
        Finished { report, outcome }
    }

    fn end(&self, ran: Option<Ran>, usage: Usage, mut outcome: Outcome<Value<J::Output>>) {
        let mut state = lock(&self.state);
        // Of a task that ends twice, the second end is none.
        if self.done.load(Ordering::Relaxed) {
            return;
        }
        if let Some(measured) = &mut state.measured {
            measured.1 = usage;
        }
        let is_wanted = !matches!(state.content, Content::Closed);
        if is_wanted && self.setup.is_observed() {
            let finished = self.finished(ran, state.measured.as_deref(), outcome);
            self.setup.finished(&finished);
            outcome = finished.outcome;
        }
        // What is not needed any more belongs to the user, and is dropped without the lock.
        let mut unneeded = Content::Here(ran, outcome);
        if is_wanted {
            std::mem::swap(&mut state.content, &mut unneeded);
        }
        self.done.store(true, Ordering::Release);
        if self.sleepers.load(Ordering::Relaxed) > 0 {
            self.ready.notify_all();
        }
        drop(state);
        if let Some(room) = &self.setup.room {
            room.leave();
        }
    }
}

impl<J: Job> Cancel for Slot<J> {
    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed) || self.setup.is_stopped()
    }
}

impl<J: Job> Erased for Slot<J> {
    fn tag(&self) -> Tag {
        self.read_tag()
    }

    fn retry(&self) {
        self.attempt.fetch_add(1, Ordering::Relaxed);
    }

    fn encode(&self, out: Vec<u8>) -> Result<Vec<u8>, postcard::Error> {
        match &lock(&self.state).content {
            Content::Queued(job) => bytes::encode(job, out),
            // Its handle has given it up: nobody looks at the bytes.
            _ => Ok(out),
        }
    }

    fn run(&self, this: Arc<dyn Cancel>, worker: &mut Worker, then: &mut dyn FnMut()) {
        let mut state = lock(&self.state);
        if !matches!(state.content, Content::Queued(_)) {
            return;
        }
        let queued = std::mem::replace(&mut state.content, Content::Running);
        drop(state);
        if let Content::Queued(job) = queued {
            let (ran, usage, outcome) = worker.run_job(job, self.read_tag(), this);
            then();
            self.end(Some(ran), usage, outcome.map(Value::Here));
        }
    }

    fn finish(&self, ran: Option<Ran>, usage: Usage, outcome: Outcome<Bytes>) {
        if !self.done.load(Ordering::Acquire) {
            self.end(ran, usage, outcome.map(Value::Encoded));
        }
    }
}

impl<J: Job> Wake for Slot<J> {
    fn wake(&self) {
        let _state = lock(&self.state);
        self.ready.notify_all();
    }
}

impl<J: Job> Joint<J::Output> for Slot<J> {
    fn setup(&self) -> &Setup {
        &self.setup
    }

    fn tag(&self) -> Tag {
        self.read_tag()
    }

    fn is_done(&self) -> bool {
        self.done.load(Ordering::Acquire)
    }

    fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    fn sleep(&self, deadline: Option<Instant>) -> bool {
        let mut state = lock(&self.state);
        // Changed and read under the lock.
        self.sleepers.fetch_add(1, Ordering::Relaxed);
        let arrived = loop {
            if self.is_done() || self.setup.is_stopped() {
                break true;
            }
            state =
                match deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
                    None => self
                        .ready
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner),
                    Some(Duration::ZERO) => break false,
                    Some(left) => {
                        self.ready
                            .wait_timeout(state, left)
                            .unwrap_or_else(PoisonError::into_inner)
                            .0
                    }
                };
        };
        self.sleepers.fetch_sub(1, Ordering::Relaxed);
        arrived
    }

    fn take(&self) -> Finished<J::Output> {
        let mut state = lock(&self.state);
        let content = std::mem::replace(&mut state.content, Content::Closed);
        let measured = state.measured.take();
        drop(state);
        let measured = measured.as_deref();
        match content {
            Content::Here(ran, outcome) => {
                let outcome = Value::decode(outcome, J::NAME);
                self.finished(ran, measured, outcome)
            }
            _ => {
                let finished = self.finished(None, measured, Outcome::Cancelled);
                self.setup.finished(&finished);
                finished
            }
        }
    }
}
