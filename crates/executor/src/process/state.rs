//! What the pool knows and decides: which task goes to whom, when somebody is late, what becomes of a dead worker's tasks.
//!
//! Everything here happens under the pool's lock and takes no time: calls never block, and what concerns others (outcomes,
//! observers) is left as [`Action`]s to be carried out afterwards.

use super::{
    Options,
    member::{End, Flight, Member, Queued, Said, Verdict},
    spawn::Launched,
    sys,
    wire::{self, Hello, PROTOCOL, Ready},
};
use crate::{Death, Outcome, Ran, Setup, Tag, Task, Usage};
use std::{
    collections::VecDeque,
    io,
    os::fd::OwnedFd,
    sync::Arc,
    time::{Duration, Instant},
};

/// A worker has to answer within this time.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A hung-up worker has to exit within this time.
const EXIT: Duration = Duration::from_millis(200);
/// Between a closed connection and the process's own end.
const DYING: Duration = Duration::from_millis(50);
/// A task that was sent but never starts makes its worker suspect after this time at the least.
const NEVER_STARTED: Duration = Duration::from_secs(2);
/// How much work a worker is given ahead.
const AHEAD: Duration = Duration::from_micros(200);
/// Tasks behind one that takes longer than this are given to idle workers.
const STUCK: Duration = Duration::from_millis(1);
/// How often memory is looked at.
const MEMORY_CHECK: Duration = Duration::from_millis(20);
/// The most tasks in flight to one worker.
const MOST: usize = 256;
/// Workers that cannot be started are tried again so often in a row.
const START_TRIES: u32 = 3;
/// A pause never gets longer than this.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What is to be done once the lock is free, in this order.
pub(super) enum Action {
    Deliver(Task, Option<Ran>, Usage, Outcome<Vec<u8>>),
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

    fn is_tiny(&self, job: usize) -> bool {
        self.jobs[job]
            .typical
            .is_some_and(|nanos| nanos < AHEAD.as_nanos() as f64)
    }

    /// How many tasks of a kind a worker may have at a time.
    fn depth(&self, job: usize) -> usize {
        match self.jobs[job].typical {
            None => 1,
            // The next task waits at the worker, so that it need not wait for us. For long jobs that is no gain.
            Some(nanos) if nanos > 20e6 => 1,
            Some(nanos) => (AHEAD.as_nanos() as f64 / nanos.max(1.0)) as usize + 2,
        }
        .min(MOST)
    }

    /// The seat that should get a worker now. At most one worker for each task that waits.
    pub(super) fn next_spawn(&self, now: Instant) -> Option<usize> {
        let starting = self
            .seats
            .iter()
            .filter(|seat| matches!(seat, Seat::Starting) || is_new(seat))
            .count();
        if self.closed || self.queue.len() + usize::from(self.stuck) <= starting {
            return None;
        }
        let free = |seat: &Seat| matches!(seat, Seat::Empty { not_before } if not_before.is_none_or(|time| time <= now));
        self.seats.iter().position(free)
    }

    /// Takes in what the dispatcher started. `false`: it failed.
    pub(super) fn install(
        &mut self,
        place: usize,
        launched: io::Result<Launched>,
        now: Instant,
    ) -> bool {
        match launched {
            Ok(launched) => {
                let mut member = Member::new(launched, &self.hello(place), now);
                member.flush();
                self.seats[place] = Seat::Taken(Box::new(member));
                true
            }
            Err(error) => {
                self.start_failed(place, &error.to_string(), false, now);
                false
            }
        }
    }

    fn hello(&self, place: usize) -> Hello {
        let setup = &self.setup;
        Hello {
            protocol: PROTOCOL,
            worker: u32::try_from(place).unwrap_or(u32::MAX),
            metrics: setup.metrics,
            epoch: sys::monotonic()
                .saturating_sub(u64::try_from(setup.epoch.elapsed().as_nanos()).unwrap_or(0)),
            note_start: setup.timeout.is_some(),
            initialiser: self.options.initialiser.clone(),
            memory_limit: setup.memory_limit,
            nice: self.options.nice,
            lanes: self.lanes,
        }
    }

    /// A worker did not come to life. Whoever can still work does; if nobody can, tasks must not wait for ever.
    fn start_failed(&mut self, place: usize, why: &str, hopeless: bool, now: Instant) {
        self.start_failures += 1;
        let pause = Duration::from_millis(10)
            .saturating_mul(1 << self.start_failures.min(10))
            .min(LONGEST_PAUSE);
        self.seats[place] = Seat::Empty {
            not_before: Some(now + pause),
        };
        let somebody = self.members().any(|member| member.ready);
        if !somebody && (hopeless || self.start_failures >= START_TRIES) {
            let delayed = std::mem::take(&mut self.delayed)
                .into_iter()
                .map(|(_, queued)| queued);
            let tasks: Vec<_> = self.queue.drain(..).chain(delayed).collect();
            for Queued { task, .. } in tasks {
                let outcome = Outcome::Crashed {
                    death: Death::Start(why.into()),
                    stderr: String::new(),
                };
                self.actions
                    .push(Action::Deliver(task, None, Usage::default(), outcome));
            }
            self.start_failures = 0;
        }
    }

    /// Hands out what waits.
    pub(super) fn dispatch(&mut self, now: Instant) {
        self.steal(now);
        while let Some(front) = self.queue.front() {
            if front.task.is_cancelled() {
                let queued = self.queue.pop_front().expect("it was there just now");
                self.actions.push(Action::Drop(queued.task));
                continue;
            }
            let (job, large) = (front.job, front.bytes.len() >= wire::LARGE);
            let Some((place, room)) = self.choose(job, large) else {
                break;
            };
            let workers = self
                .seats
                .iter()
                .filter(|seat| !matches!(seat, Seat::Empty { .. }))
                .count();
            let share = self.queue.len().div_ceil(workers).min(room);
            let told = self.setup.is_observed() && !self.is_tiny(job);
            let Seat::Taken(member) = &mut self.seats[place] else {
                break;
            };
            for _ in 0..share {
                if self
                    .queue
                    .front()
                    .is_none_or(|next| next.job != job || next.task.is_cancelled())
                {
                    break;
                }
                let queued = self.queue.pop_front().expect("it was there just now");
                member.give(queued, told, now);
            }
            member.flush();
        }
    }

    /// Who should get the next task, and how many: an idle worker first; a busy one only if that saves waiting for nobody else.
    fn choose(&self, job: usize, large: bool) -> Option<(usize, usize)> {
        let depth = if large {
            self.depth(job).min(2)
        } else {
            self.depth(job)
        };
        let full_house = self
            .seats
            .iter()
            .all(|seat| matches!(seat, Seat::Taken(member) if member.ready));
        let ahead = full_house || self.is_tiny(job);
        let quota = self.setup.tasks_per_worker.unwrap_or(u64::MAX);
        let open = self
            .seats
            .iter()
            .enumerate()
            .filter_map(|(place, seat)| match seat {
                Seat::Taken(member) if member.is_open() => {
                    let left =
                        usize::try_from(quota.saturating_sub(member.sent())).unwrap_or(usize::MAX);
                    let room = depth.saturating_sub(member.flight.len()).min(left);
                    let may = member.flight.is_empty()
                        || ahead && member.flight.len() <= depth / 2 && !member.blocked;
                    (may && room > 0).then_some((place, room, member.flight.len()))
                }
                _ => None,
            });
        open.min_by_key(|(.., in_flight)| *in_flight)
            .map(|(place, room, _)| (place, room))
    }

    /// Takes tasks from behind a long one when somebody else has nothing to do.
    fn steal(&mut self, now: Instant) {
        self.stuck = false;
        if !self.queue.is_empty() || self.closed {
            return;
        }
        let late = |member: &Member| {
            member.is_open()
                && member.flight.len() > 1
                && now.saturating_duration_since(member.busy_since) >= STUCK
        };
        if !self.members().any(|member| late(member)) {
            return;
        }
        let quota = self.setup.tasks_per_worker.unwrap_or(u64::MAX);
        if self
            .members()
            .any(|member| member.is_open() && member.flight.is_empty() && member.sent() < quota)
        {
            let back = self
                .members()
                .find(|member| late(member))
                .map(Member::revoke);
            self.queue.extend(back.unwrap_or_default());
        } else {
            self.stuck = true;
        }
    }

    /// A worker's socket can be read, or written again.
    pub(super) fn on_socket(&mut self, place: usize, now: Instant, dead: bool) {
        let mut said = std::mem::take(&mut self.said);
        let Some(member) = self.member(place) else {
            return;
        };
        let before = member.first;
        let mut result = member.listen(&mut said);
        while dead && result == Ok(true) {
            result = member.listen(&mut said);
        }
        if dead && result.is_ok() {
            member.inherit(&mut said);
        }
        if member.blocked {
            member.flush();
        }
        if let (Err(what), None | Some(End::Task(..))) = (result, &member.end) {
            member.end = Some(End::Broken(what));
            member.kill();
        } else if member.hung_up && member.kill_at.is_none() && !member.killed {
            // A dying process closes its socket before it is dead. If it is not dying, it is broken.
            member
                .end
                .get_or_insert(End::Broken("it closed its connection".into()));
            member.kill_at = Some(now + DYING);
        }
        let done = u32::try_from(member.first - before).unwrap_or(u32::MAX);
        let each = now
            .saturating_duration_since(member.busy_since)
            .checked_div(done)
            .unwrap_or_default();
        if done > 0 {
            member.busy_since = now;
        }
        let mut number = before;
        for word in said.drain(..) {
            match word {
                Said::Ready(ready) => self.on_ready(place, &ready),
                Said::Started(position) => self.on_started(place, position),
                Said::Done(flight, usage, outcome) => {
                    self.on_done(place, number, *flight, usage, outcome, each);
                    number += 1;
                }
            }
        }
        self.said = said;
        self.retire_if_spent(place, now);
    }

    fn on_ready(&mut self, place: usize, ready: &Ready) {
        let same_program = self.options.program.is_none();
        let initialiser = self.options.initialiser.as_ref().map(|(name, _)| name);
        let wrong = if ready.protocol != PROTOCOL {
            Some(format!(
                "it speaks protocol {}, not {PROTOCOL}",
                ready.protocol
            ))
        } else if ready.tag != self.options.build_tag
            || same_program && ready.executable != self.executable
        {
            Some(format!(
                "it is another build (tag `{}`, not `{}`)",
                ready.tag, self.options.build_tag
            ))
        } else if let Some(job) = self
            .jobs
            .iter()
            .find(|job| !ready.jobs.iter().any(|name| name == job.name))
        {
            Some(format!("its entry line does not list job `{}`", job.name))
        } else {
            initialiser
                .filter(|name| !ready.initialisers.contains(name))
                .map(|name| format!("its entry line does not list initialiser `{name}`"))
        };
        let Some(member) = self.member(place) else {
            return;
        };
        match wrong {
            None => {
                let ran = member.ran();
                self.start_failures = 0;
                self.actions.push(Action::WorkerStarted(ran));
            }
            Some(what) => {
                member.ready = false;
                member.end = Some(End::Broken(what));
                member.kill();
            }
        }
    }

    fn on_started(&mut self, place: usize, position: usize) {
        let Some(member) = self.member(place) else {
            return;
        };
        let ran = member.ran();
        if let Some(flight) = member.flight.get_mut(position) {
            flight.told = true;
            let tag = flight.queued.task.tag();
            self.actions.push(Action::Started(tag, ran));
        }
    }

    fn on_done(
        &mut self,
        place: usize,
        number: u64,
        flight: Flight,
        usage: Usage,
        outcome: Outcome<Vec<u8>>,
        each: Duration,
    ) {
        let setup = Arc::clone(&self.setup);
        let Some(member) = self.member(place) else {
            return;
        };
        let ran = member.ran();
        // What ends well in its grace has ended well.
        let outcome = match (member.acquit(number), outcome) {
            (_, Outcome::Ok(bytes)) => Outcome::Ok(bytes),
            (Some(verdict), _) => sentence(&setup, verdict),
            (None, outcome) => outcome,
        };
        let took = usage.wall.unwrap_or(each).as_nanos() as f64;
        let typical = &mut self.jobs[flight.queued.job].typical;
        *typical = Some(typical.map_or(took, |before| before + (took - before) * 0.2));
        self.finish(flight, ran, usage, outcome);
    }

    fn finish(&mut self, flight: Flight, ran: Ran, usage: Usage, outcome: Outcome<Vec<u8>>) {
        if !flight.told && self.setup.is_observed() {
            self.actions
                .push(Action::Started(flight.queued.task.tag(), ran));
        }
        self.actions.push(Action::Deliver(
            flight.queued.task,
            Some(ran),
            usage,
            outcome,
        ));
    }

    fn retire_if_spent(&mut self, place: usize, now: Instant) {
        let quota = self.setup.tasks_per_worker.unwrap_or(u64::MAX);
        if let Some(member) = self.member(place)
            && member.is_open()
            && member.first >= quota
        {
            member.retire(now + EXIT);
        }
    }

    pub(super) fn on_stderr(&mut self, place: usize) {
        let forward = self.options.forward_stderr;
        if let Some(member) = self.member(place) {
            let heard = member.overhear();
            if forward && !heard.is_empty() {
                self.actions.push(Action::Print(heard));
            }
        }
    }

    /// A worker process has ended. Its tasks: what it delivered is kept, what it never started goes back, what it started is blamed.
    pub(super) fn on_death(&mut self, place: usize, now: Instant) {
        self.on_socket(place, now, true);
        self.on_stderr(place);
        let Some(seat) = self.seats.get_mut(place) else {
            return;
        };
        let Seat::Taken(mut member) = std::mem::replace(seat, Seat::Empty { not_before: None })
        else {
            return;
        };
        let death = member.reap();
        let claimed = member.claimed();
        let flights = std::mem::take(&mut member.flight);
        if !member.ready {
            let (why, hopeless) = match &member.end {
                Some(End::Broken(what)) if member.killed => (what.clone(), true),
                _ => (
                    format!("it {death}; last words: {}", member.last_words()),
                    false,
                ),
            };
            self.start_failed(place, &why, hopeless, now);
        }
        let retired = matches!(member.end, Some(End::Retired));
        let (worker, pid, told) = (member.place, member.pid, member.ready);
        if told {
            let death = (!retired).then(|| death.clone());
            self.actions.push(Action::WorkerLost { worker, pid, death });
        }
        let mut back = Vec::new();
        for (number, flight) in (member.first..).zip(flights) {
            if number >= claimed {
                back.push(flight.queued);
                continue;
            }
            self.blame(&member, number, number + 1 == claimed, flight, &death, now);
        }
        for queued in back.into_iter().rev() {
            self.requeue(queued);
        }
    }

    fn requeue(&mut self, queued: Queued) {
        if self.closed {
            self.actions.push(Action::Drop(queued.task));
        } else {
            self.queue.push_front(queued);
        }
    }

    fn blame(
        &mut self,
        member: &Member,
        number: u64,
        last: bool,
        mut flight: Flight,
        death: &Death,
        now: Instant,
    ) {
        let started = member
            .started_at()
            .filter(|_| last && self.setup.metrics >= crate::Metrics::Wall);
        let wall = started.map(|started| self.setup.epoch.elapsed().saturating_sub(started));
        let usage = Usage {
            started,
            wall,
            ..Usage::default()
        };
        let stderr = member.last_words();
        let starved = self
            .setup
            .memory_limit
            .filter(|_| last && stderr.contains("memory allocation of"));
        let outcome = match (&member.end, starved) {
            (Some(End::Task(condemned, verdict)), _) if *condemned == number && member.killed => {
                sentence(&self.setup, *verdict)
            }
            (_, Some(limit)) if *death == Death::Signal(libc::SIGABRT) => {
                Outcome::MemoryLimit { limit }
            }
            _ => Outcome::Crashed {
                death: death.clone(),
                stderr,
            },
        };
        let tag = flight.queued.task.tag();
        let again = matches!(outcome, Outcome::Crashed { .. })
            && tag.attempt <= self.setup.crash_retries
            && !self.closed
            && !flight.queued.task.is_cancelled();
        if again {
            if !flight.told && self.setup.is_observed() {
                self.actions.push(Action::Started(tag, member.ran()));
            }
            self.actions.push(Action::Retried(tag, outcome.map(drop)));
            let pause = self
                .setup
                .retry_backoff
                .saturating_mul(1 << (tag.attempt - 1).min(16))
                .min(LONGEST_PAUSE);
            flight.queued.task.retry();
            self.delayed.push((now + pause, flight.queued));
        } else {
            self.finish(flight, member.ran(), usage, outcome);
        }
    }

    /// What is due: retries, deadlines, memory, kills. Returns when it has to be called again.
    pub(super) fn tick(&mut self, now: Instant) -> Option<Instant> {
        let mut next = None;
        let mut at =
            |time: Instant| next = Some(next.map_or(time, |before: Instant| before.min(time)));
        for queued in self.delayed.extract_if(.., |(time, _)| *time <= now) {
            self.queue.push_back(queued.1);
        }
        self.delayed.iter().for_each(|(time, _)| at(*time));
        if let Some(time) = self.check_memory(now) {
            at(time);
        }
        let (limit, grace, epoch) = (self.setup.timeout, self.setup.grace, self.setup.epoch);
        let waiting = !self.queue.is_empty();
        for seat in &mut self.seats {
            let member = match seat {
                Seat::Empty {
                    not_before: Some(time),
                } if waiting => {
                    at(*time);
                    continue;
                }
                Seat::Taken(member) => member,
                _ => continue,
            };
            if !member.ready && !member.killed {
                if now >= member.born + HANDSHAKE {
                    member.end = Some(End::Broken(format!(
                        "it did not answer within {HANDSHAKE:?}"
                    )));
                    member.kill();
                } else {
                    at(member.born + HANDSHAKE);
                }
            }
            if member.hung_up && member.end.is_none() && !member.killed {
                // Its connection broke while something was sent. As in `on_socket`.
                member.end = Some(End::Broken("it closed its connection".into()));
                member.kill_at = Some(now + DYING);
            }
            if let (Some(limit), true, false) =
                (limit, member.end.is_none(), member.flight.is_empty())
            {
                // Our own idea of its start may be too early: the worker knows better.
                let mut due = member.busy_since + limit;
                let running = member.running();
                if due <= now {
                    match running {
                        Some(number) => {
                            let started = member
                                .started_at()
                                .map_or(member.busy_since, |started| epoch + started);
                            due = started.max(member.busy_since) + limit;
                            if due <= now {
                                member.stop_task(number, Verdict::TimedOut, now + grace);
                            }
                        }
                        None => {
                            due = member.busy_since + limit.max(NEVER_STARTED);
                            if due <= now {
                                member.end =
                                    Some(End::Broken("it does not start its tasks".into()));
                                member.kill();
                            }
                        }
                    }
                }
                at(due.max(now + Duration::from_micros(50)));
            }
            if member.flight.len() > 1 && !waiting && now < member.busy_since + STUCK {
                at(member.busy_since + STUCK);
            }
            match member.kill_at {
                Some(time) if time <= now => member.kill(),
                Some(time) => at(time),
                None => {}
            }
        }
        next
    }

    fn check_memory(&mut self, now: Instant) -> Option<Instant> {
        let limit = self.setup.memory_limit?;
        if !self.is_busy() {
            self.next_memory_check = None;
            return None;
        }
        let due = *self.next_memory_check.get_or_insert(now + MEMORY_CHECK);
        if due > now {
            return Some(due);
        }
        for member in self.members() {
            if let Some(number) = member.running()
                && resident(member.pid).is_some_and(|resident| resident > limit)
            {
                member.stop_task(number, Verdict::Memory, now);
            }
        }
        self.next_memory_check = Some(now + MEMORY_CHECK);
        self.next_memory_check
    }

    /// Stops one task, wherever it is.
    pub(super) fn cancel(&mut self, id: u64, now: Instant) {
        let grace = self.setup.grace;
        let mut back = Vec::new();
        for member in self.members() {
            let Some(position) = member
                .flight
                .iter()
                .position(|flight| flight.queued.task.tag().id == id)
            else {
                continue;
            };
            back = member.revoke();
            if position < member.flight.len()
                && member.running() == Some(member.first + position as u64)
            {
                member.stop_task(
                    member.first + position as u64,
                    Verdict::Cancelled,
                    now + grace,
                );
            }
        }
        back.into_iter()
            .rev()
            .for_each(|queued| self.queue.push_front(queued));
        self.drop_queued(|task| task.tag().id == id);
        self.dispatch(now);
    }

    /// Takes back and drops what nobody wants any more.
    pub(super) fn sweep(&mut self, now: Instant) {
        let mut back = Vec::new();
        for member in self.members() {
            if member
                .flight
                .iter()
                .any(|flight| flight.queued.task.is_cancelled())
            {
                back.extend(member.revoke());
            }
        }
        back.into_iter()
            .rev()
            .for_each(|queued| self.queue.push_front(queued));
        self.drop_queued(Task::is_cancelled);
        self.dispatch(now);
    }

    fn drop_queued(&mut self, which: impl Fn(&Task) -> bool) {
        let (dropped, kept) = std::mem::take(&mut self.queue)
            .into_iter()
            .partition(|queued| which(&queued.task));
        self.queue = kept;
        let dropped: VecDeque<Queued> = dropped;
        let delayed = self
            .delayed
            .extract_if(.., |(_, queued)| which(&queued.task))
            .map(|(_, queued)| queued);
        self.actions.extend(
            dropped
                .into_iter()
                .chain(delayed)
                .map(|queued| Action::Drop(queued.task)),
        );
    }

    /// No more tasks: what has not started is dropped.
    pub(super) fn close(&mut self) {
        self.closed = true;
        let back: Vec<_> = self.members().flat_map(Member::revoke).collect();
        self.queue.extend(back);
        self.drop_queued(|_| true);
    }

    /// Ends all workers: busy ones at once, idle ones after they had time to exit.
    pub(super) fn dismiss(&mut self, now: Instant) {
        for member in self.members() {
            match member.running() {
                _ if member.killed => {}
                Some(number) => {
                    member.end = Some(End::Task(number, Verdict::Cancelled));
                    member.kill();
                }
                None if !member.ready => member.kill(),
                None => member.retire(now + EXIT),
            }
        }
    }

    /// A worker that came when all was over goes at once.
    pub(super) fn dismiss_if_closed(&mut self) {
        if self.closed {
            self.members()
                .filter(|member| !member.ready)
                .for_each(|member| member.kill());
        }
    }

    pub(super) fn has_deadlines(&self) -> bool {
        self.setup.timeout.is_some() || self.setup.memory_limit.is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seats
            .iter()
            .all(|seat| matches!(seat, Seat::Empty { .. }))
    }
}

fn is_new(seat: &Seat) -> bool {
    matches!(seat, Seat::Taken(member) if !member.ready)
}

fn sentence(setup: &Setup, verdict: Verdict) -> Outcome<Vec<u8>> {
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

/// How much memory of a process is resident, in bytes.
fn resident(pid: u32) -> Option<u64> {
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = statm.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}
