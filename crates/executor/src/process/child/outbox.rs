//! Outcomes on their way to the parent: at once, or collected for a bounded time.

use super::Running;
use crate::setup::lock;
use rustix::{
    io::Errno,
    net::{SendFlags, send},
};
use std::{
    io,
    os::fd::OwnedFd,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// Outcomes are sent at the latest when this many are collected, so that the parent can send more tasks meanwhile.
const COLLECT: usize = 128;
/// Or when the oldest is this old.
const HOLD: Duration = Duration::from_micros(200);
/// Or when this passes during a job.
const LONGEST_HOLD: Duration = Duration::from_millis(2);

/// Outcomes on their way. What is held back lies in shared memory too: it survives a crash of the next job.
pub(super) struct Outbox {
    socket: Arc<OwnedFd>,
    running: Arc<Running>,
    held: Mutex<Held>,
    hold: Condvar,
}

#[derive(Default)]
struct Held {
    bytes: Vec<u8>,
    count: usize,
    since: Option<Instant>,
    /// Whether the watching thread is awake.
    watched: bool,
    /// Whether there is such a thread; `None` if none was needed yet.
    watcher: Option<bool>,
}

impl Outbox {
    pub(super) fn open(socket: &Arc<OwnedFd>, running: &Arc<Running>) -> Arc<Self> {
        Arc::new(Self {
            socket: Arc::clone(socket),
            running: Arc::clone(running),
            held: Mutex::default(),
            hold: Condvar::new(),
        })
    }

    /// Whether there is a thread that watches, and so something may be held. It is started when first asked for: a worker's first
    /// outcome need not wait for it.
    fn may_hold(self: &Arc<Self>, held: &mut Held) -> bool {
        *held.watcher.get_or_insert_with(|| {
            let this = Arc::clone(self);
            let builder = thread::Builder::new().name("brigade-flush".into());
            let watcher = builder.stack_size(64 << 10).spawn(move || this.watch());
            watcher.is_ok()
        })
    }

    /// Sends what `write` appends: at once, or with later frames when `more` are expected soon.
    pub(super) fn put(
        self: &Arc<Self>,
        more: bool,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> io::Result<()> {
        let mut held = lock(&self.held);
        let start = held.bytes.len();
        write(&mut held.bytes);
        held.count += 1;
        if !more
            || held.count >= COLLECT
            || !self.may_hold(&mut held)
            || !self.running.board.hold(&held.bytes[start..])
        {
            return self.send(&mut held);
        }
        let now = Instant::now();
        if now.duration_since(*held.since.get_or_insert(now)) > HOLD {
            return self.send(&mut held);
        }
        if !held.watched {
            held.watched = true;
            self.hold.notify_one();
        }
        Ok(())
    }

    pub(super) fn flush(&self) -> io::Result<()> {
        self.send(&mut lock(&self.held))
    }

    /// Sends what is held too long, while anything is held at all.
    pub(super) fn watch(&self) {
        let mut held = lock(&self.held);
        loop {
            held = self
                .hold
                .wait_while(held, |held| !held.watched)
                .unwrap_or_else(PoisonError::into_inner);
            drop(held);
            thread::sleep(LONGEST_HOLD);
            held = lock(&self.held);
            match held.since {
                None => held.watched = false,
                // The main thread notices for itself that nobody listens any more.
                Some(since) if since.elapsed() >= LONGEST_HOLD => drop(self.send(&mut held)),
                Some(_) => {}
            }
        }
    }

    fn send(&self, held: &mut Held) -> io::Result<()> {
        held.since = None;
        held.count = 0;
        if !held.bytes.is_empty() {
            send_all(&self.socket, &held.bytes)?;
            self.running.board.release();
        }
        held.bytes.clear();
        if held.bytes.capacity() > 1 << 20 {
            held.bytes = Vec::new();
        }
        Ok(())
    }
}

pub(super) fn send_all(socket: &OwnedFd, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match send(socket, bytes, SendFlags::NOSIGNAL) {
            Ok(sent) => bytes = &bytes[sent..],
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
