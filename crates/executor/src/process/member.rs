//! One living worker, as the parent sees it: its buffers, its tasks, how it is to end. Knows nothing of the others.

use super::{
    spawn::Launched,
    sys::{self, REVOKED, Shared},
    wire::{self, DoneHead, Hello, LANES, LARGE, Ready, TaskHead, Way, kind},
};
use crate::{Death, Outcome, Ran, Task, Usage};
use rustix::event::epoll::{self, EventData, EventFlags};
use rustix::{
    buffer::spare_capacity,
    io::{Errno, read},
    net::{SendFlags, send},
};
use std::{
    collections::VecDeque,
    os::{fd::OwnedFd, unix::process::ExitStatusExt},
    process::{Child, ExitStatus},
    time::{Duration, Instant},
};

/// How much of a worker's last words is kept.
const TAIL: usize = 4 << 10;
/// How much one worker may send before others get a turn.
const FAIR: usize = 1 << 20;

/// A task and its bytes, kept until its outcome is here: it may have to go to another worker.
pub(super) struct Queued {
    pub(super) task: Task,
    pub(super) bytes: Vec<u8>,
    /// Its place in the pool's table of jobs.
    pub(super) job: usize,
}

pub(super) struct Flight {
    pub(super) queued: Queued,
    /// The observer knows that it started.
    pub(super) told: bool,
}

/// What the pool decided about a worker or its running task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    TimedOut,
    Cancelled,
    Memory,
}

/// Why a worker will be killed, or was.
#[derive(Debug)]
pub(super) enum End {
    /// For the task with this number.
    Task(u64, Verdict),
    /// It broke the protocol.
    Broken(String),
    /// It is not needed any more.
    Retired,
}

/// What a worker has said.
pub(super) enum Said {
    Ready(Ready),
    Started(usize),
    Done(Box<Flight>, Usage, Outcome<Vec<u8>>),
}

pub(super) struct Member {
    pub(super) place: u32,
    pub(super) pid: u32,
    child: Child,
    pub(super) pidfd: OwnedFd,
    pub(super) socket: OwnedFd,
    /// The socket gave its last byte.
    pub(super) hung_up: bool,
    pub(super) stderr: OwnedFd,
    memory: OwnedFd,
    pub(super) board: Shared,
    pub(super) born: Instant,
    pub(super) ready: bool,
    input: Vec<u8>,
    input_at: usize,
    output: Vec<u8>,
    output_at: usize,
    /// The socket is full; epoll tells when it is not.
    pub(super) blocked: bool,
    pub(super) flight: VecDeque<Flight>,
    /// The number of the task at the front of `flight`; how many have ended.
    pub(super) first: u64,
    /// Since when the task at the front may be running.
    pub(super) busy_since: Instant,
    large_put: u64,
    large_taken: u64,
    lanes: bool,
    pub(super) end: Option<End>,
    pub(super) kill_at: Option<Instant>,
    pub(super) killed: bool,
    /// The worker closed its stderr.
    silent: bool,
    tail: Vec<u8>,
    /// What epoll watches the socket and stderr for; `None` before the first time.
    watched: Option<(EventFlags, bool)>,
}

/// What an event is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Socket,
    Pidfd,
    Stderr,
}

impl Member {
    pub(super) fn new(launched: Launched, hello: &Hello, now: Instant) -> Self {
        let Launched {
            child,
            pidfd,
            socket,
            stderr,
            memory,
            board,
        } = launched;
        let mut output = Vec::new();
        wire::message(&mut output, kind::HELLO, hello);
        Self {
            place: hello.worker,
            pid: child.id(),
            child,
            pidfd,
            socket,
            hung_up: false,
            stderr,
            memory,
            board,
            born: now,
            ready: false,
            input: Vec::new(),
            input_at: 0,
            output,
            output_at: 0,
            blocked: false,
            flight: VecDeque::new(),
            first: 0,
            busy_since: now,
            large_put: 0,
            large_taken: 0,
            lanes: hello.lanes,
            end: None,
            kill_at: None,
            killed: false,
            silent: false,
            tail: Vec::new(),
            watched: None,
        }
    }

    pub(super) fn ran(&self) -> Ran {
        // Jobs run on the worker's main thread, whose number is the process's.
        Ran {
            worker: self.place,
            pid: self.pid,
            tid: self.pid,
        }
    }

    /// The number the next task will get; how many were sent.
    pub(super) fn sent(&self) -> u64 {
        self.first + self.flight.len() as u64
    }

    /// How many of the tasks sent were started, ended ones included.
    pub(super) fn claimed(&self) -> u64 {
        use std::sync::atomic::Ordering;
        (self.board.claimed.load(Ordering::SeqCst) % REVOKED).clamp(self.first, self.sent())
    }

    /// The number of the task that runs, if one does.
    pub(super) fn running(&self) -> Option<u64> {
        let claimed = self.claimed();
        (claimed > self.first).then(|| claimed - 1)
    }

    /// Ready for more tasks.
    pub(super) fn is_open(&self) -> bool {
        self.ready && self.end.is_none() && !self.hung_up
    }

    /// Puts a task into the output; `flush` sends it.
    pub(super) fn give(&mut self, queued: Queued, announce: bool, now: Instant) {
        use std::sync::atomic::Ordering;
        if self.flight.is_empty() {
            self.busy_since = now;
        }
        let taken = self
            .board
            .taken_by_worker
            .load(Ordering::Acquire)
            .min(self.large_put);
        let large = self.lanes
            && queued.bytes.len() >= LARGE
            && self.large_put - taken < LANES
            && wire::put_large(&self.memory, Way::ToWorker, self.large_put, &queued.bytes).is_ok();
        self.large_put += u64::from(large);
        let tag = queued.task.tag();
        let head = TaskHead {
            id: tag.id,
            index: tag.index,
            attempt: tag.attempt,
            announce,
            large: large.then_some(queued.bytes.len() as u64),
        };
        wire::frame(&mut self.output, kind::TASK, |out| {
            head.write(tag.name, out);
            if !large {
                out.extend_from_slice(&queued.bytes);
            }
        });
        self.flight.push_back(Flight {
            queued,
            told: false,
        });
    }

    /// Sends what is to be sent, as far as the socket takes it.
    pub(super) fn flush(&mut self) {
        while self.output_at < self.output.len() {
            match send(
                &self.socket,
                &self.output[self.output_at..],
                SendFlags::NOSIGNAL,
            ) {
                Ok(sent) => self.output_at += sent,
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    self.blocked = true;
                    return;
                }
                Err(_) => {
                    // Its death will be noticed by itself; what was sent is judged then.
                    self.hung_up = true;
                    break;
                }
            }
        }
        self.blocked = false;
        self.output_at = 0;
        self.output.clear();
        if self.output.capacity() > FAIR {
            self.output = Vec::new();
        }
    }

    /// Reads what has come in; true when there may be more. `Err`: it breaks the protocol.
    pub(super) fn listen(&mut self, said: &mut Vec<Said>) -> Result<bool, String> {
        let mut total = 0;
        while total < FAIR && !self.hung_up {
            let announced = self.input[self.input_at..].first_chunk();
            let wanted = announced.map_or(0, |length| u32::from_le_bytes(*length) as usize);
            self.input.drain(..self.input_at);
            self.input_at = 0;
            // What is announced is believed step by step.
            self.input.reserve(
                wanted
                    .saturating_sub(self.input.len())
                    .clamp(32 << 10, FAIR),
            );
            let room = self.input.capacity() - self.input.len();
            match read(&self.socket, spare_capacity(&mut self.input)) {
                Ok(0) | Err(Errno::CONNRESET) => self.hung_up = true,
                Ok(count) => {
                    total += count;
                    self.parse(said)?;
                    if count < room {
                        break;
                    }
                }
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Err(error) => return Err(error.to_string()),
            }
        }
        Ok(total >= FAIR)
    }

    /// Reads what a dead worker had not sent yet. What it had sent is known already; what makes no sense is the end of it.
    pub(super) fn inherit(&mut self, said: &mut Vec<Said>) {
        let legacy = self.board.legacy();
        let mut rest = &legacy[..];
        while let Ok(Some((kind::DONE, body, length))) = wire::first_frame(rest) {
            let front = self
                .flight
                .front()
                .map(|flight| flight.queued.task.tag().id);
            if DoneHead::read(body).is_some_and(|(head, _)| Some(head.id) == front) {
                self.input.clear();
                self.input_at = 0;
                self.input.extend_from_slice(&rest[..length]);
                if self.parse(said).is_err() {
                    break;
                }
            }
            rest = &rest[length..];
        }
    }

    fn parse(&mut self, said: &mut Vec<Said>) -> Result<(), String> {
        use std::sync::atomic::Ordering;
        while let Some((kind, body, length)) = wire::first_frame(&self.input[self.input_at..])? {
            self.input_at += length;
            match kind {
                kind::READY if !self.ready => {
                    said.push(Said::Ready(wire::parse(body)?));
                    self.ready = true;
                }
                kind::STARTED => {
                    let id = wire::Reader(body).u64().ok_or("a short frame")?;
                    let position = self
                        .flight
                        .iter()
                        .position(|flight| flight.queued.task.tag().id == id);
                    said.push(Said::Started(position.ok_or("news of an unknown task")?));
                }
                kind::DONE => {
                    let (head, rest) = DoneHead::read(body).ok_or("a short frame")?;
                    let front = self
                        .flight
                        .front()
                        .map(|flight| flight.queued.task.tag().id);
                    if front != Some(head.id) {
                        return Err("an outcome of an unknown task".into());
                    }
                    let outcome = match (head.ok, head.large) {
                        (false, _) => wire::parse::<Outcome<()>>(rest)?.map(|()| Vec::new()),
                        (true, None) => Outcome::Ok(rest.to_vec()),
                        (true, Some(length)) => {
                            let bytes = wire::take_large(
                                &self.memory,
                                Way::ToParent,
                                self.large_taken,
                                length,
                            )
                            .map_err(|error| error.to_string())?;
                            self.large_taken += 1;
                            self.board
                                .taken_by_parent
                                .store(self.large_taken, Ordering::Release);
                            Outcome::Ok(bytes)
                        }
                    };
                    let flight = self.flight.pop_front().expect("it was there just now");
                    self.first += 1;
                    said.push(Said::Done(Box::new(flight), head.usage, outcome));
                }
                kind => return Err(format!("a frame of unknown kind {kind}")),
            }
        }
        Ok(())
    }

    /// Takes back what has not started. After this the worker cannot start it any more.
    pub(super) fn revoke(&mut self) -> Vec<Queued> {
        use std::sync::atomic::Ordering;
        if self.claimed() == self.sent() {
            return Vec::new();
        }
        self.board.claimed.fetch_add(REVOKED, Ordering::SeqCst);
        let claimed = self.claimed();
        wire::frame(&mut self.output, kind::RESUME, |out| {
            out.extend(claimed.to_le_bytes())
        });
        self.flush();
        let started = usize::try_from(claimed - self.first).expect("no more than are in flight");
        self.flight
            .drain(started..)
            .map(|flight| flight.queued)
            .collect()
    }

    /// Asks the running job to stop, and has the worker killed at `when`.
    pub(super) fn stop_task(&mut self, number: u64, verdict: Verdict, when: Instant) {
        use std::sync::atomic::Ordering;
        if self.end.is_none() {
            self.board.cancel.store(number + 1, Ordering::Relaxed);
            self.end = Some(End::Task(number, verdict));
            self.kill_at = Some(when);
        }
    }

    /// The task that was to be stopped has ended before it was killed: life goes on.
    pub(super) fn acquit(&mut self, ended: u64) -> Option<Verdict> {
        match self.end {
            Some(End::Task(number, verdict)) if number == ended && !self.killed => {
                self.end = None;
                self.kill_at = None;
                Some(verdict)
            }
            _ => None,
        }
    }

    /// Hangs up: the worker exits when it has nothing left to do, or is killed later.
    pub(super) fn retire(&mut self, kill_at: Instant) {
        wire::frame(&mut self.output, kind::RETIRE, |_| {});
        self.flush();
        let _ = rustix::net::shutdown(&self.socket, rustix::net::Shutdown::Write);
        self.end = Some(End::Retired);
        self.kill_at = Some(kill_at);
    }

    /// Kills it and what it started.
    pub(super) fn kill(&mut self) {
        self.kill_at = None;
        self.killed = true;
        sys::kill_group(self.pid);
    }

    /// Reads what it printed, for crash reports; returns it to be passed on. Never waits for the end of the pipe, which a grandchild
    /// may hold open.
    pub(super) fn overhear(&mut self) -> Vec<u8> {
        let mut heard = Vec::with_capacity(16 << 10);
        while heard.len() < 64 << 10 {
            heard.reserve(4 << 10);
            match read(&self.stderr, spare_capacity(&mut heard)) {
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => break,
                Ok(0) | Err(_) => {
                    self.silent = true;
                    break;
                }
                Ok(_) => {}
            }
        }
        self.tail.extend_from_slice(&heard);
        let excess = self.tail.len().saturating_sub(TAIL);
        self.tail.drain(..excess);
        heard
    }

    /// Has epoll watch what matters now.
    pub(super) fn watch(&mut self, epoll: &OwnedFd) {
        let out = if self.blocked {
            EventFlags::OUT
        } else {
            EventFlags::empty()
        };
        let wanted = if self.hung_up {
            EventFlags::empty()
        } else {
            EventFlags::IN | out
        };
        let wanted = (wanted, !self.silent);
        if self.watched == Some(wanted) {
            return;
        }
        // Only memory can run out here, and then the worker is not watched: as if it were gone.
        let mut set =
            |fd: &OwnedFd, source: Source, before: Option<EventFlags>, flags: EventFlags| {
                let data = EventData::new_u64(key(self.pid, self.place, source));
                let result = match (before, flags.is_empty()) {
                    (Some(before), _) if before == flags => Ok(()),
                    (None, true) => Ok(()),
                    (None, false) => epoll::add(epoll, fd, data, flags),
                    (Some(_), true) => epoll::delete(epoll, fd),
                    (Some(_), false) => epoll::modify(epoll, fd, data, flags),
                };
                self.hung_up |= result.is_err();
            };
        let listen = |open: bool| {
            if open {
                EventFlags::IN
            } else {
                EventFlags::empty()
            }
        };
        if self.watched.is_none() {
            set(&self.pidfd, Source::Pidfd, None, EventFlags::IN);
        }
        set(
            &self.socket,
            Source::Socket,
            self.watched.map(|(flags, _)| flags),
            wanted.0,
        );
        set(
            &self.stderr,
            Source::Stderr,
            self.watched.map(|(_, open)| listen(open)),
            listen(wanted.1),
        );
        self.watched = Some(wanted);
    }

    /// The last lines it printed.
    pub(super) fn last_words(&self) -> String {
        String::from_utf8_lossy(&self.tail).trim_end().to_owned()
    }

    /// Collects the dead worker, and kills what it left behind (its group's number is free only after that).
    pub(super) fn reap(&mut self) -> Death {
        sys::kill_group(self.pid);
        let death = match self.child.wait() {
            Ok(status) => Self::death(status),
            Err(error) => Death::Protocol(format!("its end cannot be read: {error}")),
        };
        match &self.end {
            Some(End::Broken(what)) if self.killed => Death::Protocol(what.clone()),
            _ => death,
        }
    }

    fn death(status: ExitStatus) -> Death {
        match (status.signal(), status.code()) {
            (Some(signal), _) => Death::Signal(signal),
            (None, code) => Death::Exit(code.unwrap_or(-1)),
        }
    }

    /// Since when the task at the front runs, in time since the executor's epoch.
    pub(super) fn started_at(&self) -> Option<Duration> {
        use std::sync::atomic::Ordering;
        Some(self.board.started_at.load(Ordering::Relaxed))
            .filter(|nanos| *nanos > 0)
            .map(Duration::from_nanos)
    }
}

/// Names a worker's descriptor in an event; a stale event of an earlier worker on the same seat has another number.
fn key(pid: u32, place: u32, source: Source) -> u64 {
    u64::from(pid) << 32 | u64::from(place) << 2 | source as u64
}

/// The pid, the seat and the source of an event; `None`: the wake-up call.
pub(super) fn unkey(key: u64) -> Option<(u32, usize, Source)> {
    let source = match key & 3 {
        0 => Source::Socket,
        1 => Source::Pidfd,
        2 => Source::Stderr,
        _ => return None,
    };
    Some((
        (key >> 32) as u32,
        ((key & 0xffff_ffff) >> 2) as usize,
        source,
    ))
}

/// The key of the wake-up call.
pub(super) const WAKE: u64 = 3;
