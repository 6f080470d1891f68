//! One living worker, as the parent sees it: its buffers, its tasks, how it is to end. Knows nothing of the others.

mod letters;
mod watch;

pub(super) use self::watch::{Source, WAKE, unkey};

use super::{
    lanes::{Lanes, Way},
    spawn::Launched,
    sys::{self, REVOKED, Shared},
    wire::{self, Hello, Ready, kind},
};
use crate::{Death, Outcome, Ran, Task, Usage, bytes::Bytes};
use rustix::{
    buffer::spare_capacity,
    event::epoll::EventFlags,
    io::{Errno, read},
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
    pub(super) bytes: Bytes,
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
    Done(Flight, Usage, Outcome<Bytes>),
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
    lanes: Lanes,
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
    pub(super) end: Option<End>,
    pub(super) kill_at: Option<Instant>,
    pub(super) killed: bool,
    /// The worker closed its stderr.
    silent: bool,
    tail: Vec<u8>,
    /// What epoll watches the socket and stderr for; `None` before the first time.
    watched: Option<(EventFlags, bool)>,
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
            lanes: Lanes::new(memory, hello.lanes, Way::ToWorker),
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

    /// Asks the job with this number to stop, if it is the one that runs, and has the worker killed at `when`. Returns what has
    /// not started: what began before the kill would be blamed for it.
    pub(super) fn condemn(&mut self, number: u64, verdict: Verdict, when: Instant) -> Vec<Queued> {
        use std::sync::atomic::Ordering;
        if self.end.is_some() {
            return Vec::new();
        }
        let back = self.revoke();
        if self.running() == Some(number) {
            self.board.cancel.store(number + 1, Ordering::Relaxed);
            self.end = Some(End::Task(number, verdict));
            self.kill_at = Some(when);
        }
        back
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
