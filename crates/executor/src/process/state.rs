//! What the pool knows and decides: which task goes to whom, when somebody is late, what becomes of a dead worker's tasks.
//!
//! Everything here happens under the pool's lock and takes no time: calls never block, and what concerns others (outcomes,
//! observers) is left as [`Action`]s to be carried out afterwards.

mod arrivals;
mod deadlines;
mod deaths;
mod endings;
mod hand_out;
mod start;

use super::{
    Options,
    member::{Member, Queued, Said, Verdict},
    wire,
};
use crate::{Death, Outcome, Ran, Setup, Tag, Task, Usage, bytes::Bytes};
use std::{
    collections::VecDeque,
    os::fd::OwnedFd,
    sync::Arc,
    thread::available_parallelism,
    time::{Duration, Instant},
};

/// A hung-up worker has to exit within this time.
const EXIT: Duration = Duration::from_millis(200);
/// Between a closed connection and the process's own end.
const DYING: Duration = Duration::from_millis(50);
/// How much work a worker is given ahead.
const AHEAD: Duration = Duration::from_micros(200);
/// A pause never gets longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What is to be done once the lock is free, in this order.
pub(super) enum Action {
    Deliver(Task, Option<Ran>, Usage, Outcome<Bytes>),
    Drop(Task),
    Started(Tag, Ran),
    Retried(Tag, Outcome<()>),
    WorkerStarted(Ran),
    WorkerLost {
        worker: u32,
        pid: u32,
        death: Option<Death>,
    },
    Print(Vec<u8>),
}

pub(super) enum Seat {
    Empty { not_before: Option<Instant> },
    Starting,
    Taken(Box<Member>),
}

struct JobInfo {
    name: &'static str,
    /// How long such a job takes, in nanoseconds; `None` until one has ended.
    typical: Option<f64>,
}

pub(super) struct State {
    setup: Arc<Setup>,
    options: Options,
    executable: [i64; 4],
    lanes: bool,
    pub(super) queue: VecDeque<Queued>,
    delayed: Vec<(Instant, Queued)>,
    pub(super) seats: Vec<Seat>,
    jobs: Vec<JobInfo>,
    pub(super) actions: Vec<Action>,
    pub(super) closed: bool,
    start_failures: u32,
    next_memory_check: Option<Instant>,
    /// Somebody idle could have what waits behind a long task, but nobody idle exists yet.
    stuck: bool,
    /// How many cores this process may use.
    cores: usize,
    said: Vec<Said>,
}

impl State {
    pub(super) fn new(setup: Arc<Setup>, options: Options) -> Self {
        let limit = rustix::process::getrlimit(rustix::process::Resource::Fsize);
        let seats = (0..setup.workers)
            .map(|_| Seat::Empty { not_before: None })
            .collect();
        Self {
            setup,
            options,
            executable: wire::executable(),
            // The memory file is sparse and looks huge: under a limit on file sizes it would be fatal.
            lanes: limit.current.is_none(),
            queue: VecDeque::new(),
            delayed: Vec::new(),
            seats,
            jobs: Vec::new(),
            actions: Vec::new(),
            closed: false,
            start_failures: 0,
            next_memory_check: None,
            stuck: false,
            cores: available_parallelism().map_or(1, usize::from),
            said: Vec::new(),
        }
    }

    pub(super) fn job(&mut self, name: &'static str) -> usize {
        self.jobs
            .iter()
            .position(|job| job.name == name)
            .unwrap_or_else(|| {
                self.jobs.push(JobInfo {
                    name,
                    typical: None,
                });
                self.jobs.len() - 1
            })
    }

    pub(super) fn member(&mut self, place: usize) -> Option<&mut Member> {
        match self.seats.get_mut(place) {
            Some(Seat::Taken(member)) => Some(member),
            _ => None,
        }
    }

    /// Has epoll watch what matters now.
    pub(super) fn watch(&mut self, epoll: &OwnedFd) {
        self.members().for_each(|member| member.watch(epoll));
    }

    fn members(&mut self) -> impl Iterator<Item = &mut Member> {
        self.seats.iter_mut().filter_map(|seat| match seat {
            Seat::Taken(member) => Some(&mut **member),
            _ => None,
        })
    }

    /// Whether any task is with a worker.
    pub(super) fn is_busy(&self) -> bool {
        self.seats
            .iter()
            .any(|seat| matches!(seat, Seat::Taken(member) if !member.flight.is_empty()))
    }

    /// Whether what runs now runs long enough that its end should find the dispatcher awake.
    pub(super) fn has_long_tasks(&self) -> bool {
        self.seats.iter().any(|seat| match seat {
            Seat::Taken(member) => member
                .flight
                .front()
                .is_some_and(|flight| !self.is_tiny(flight.queued.job)),
            Seat::Starting => true,
            Seat::Empty { .. } => false,
        })
    }

    /// Whether an outcome is worth [waiting for awake](super::awake): a single worker is busy, with a tiny job.
    pub(super) fn is_solo(&self) -> bool {
        let mut busy = self.seats.iter().filter_map(|seat| match seat {
            Seat::Taken(member) => member.flight.front(),
            _ => None,
        });
        let first = busy.next();
        self.cores > 1
            && busy.next().is_none()
            && first.is_some_and(|flight| self.is_tiny(flight.queued.job))
    }

    fn is_tiny(&self, job: usize) -> bool {
        self.jobs[job]
            .typical
            .is_some_and(|nanos| nanos < AHEAD.as_nanos() as f64)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seats
            .iter()
            .all(|seat| matches!(seat, Seat::Empty { .. }))
    }
}

fn sentence(setup: &Setup, verdict: Verdict) -> Outcome<Bytes> {
    match verdict {
        Verdict::TimedOut => Outcome::TimedOut {
            limit: setup.timeout.unwrap_or_default(),
        },
        Verdict::Memory => Outcome::MemoryLimit {
            limit: setup.memory_limit.unwrap_or_default(),
        },
        Verdict::Cancelled => Outcome::Cancelled,
    }
}
