//! The worker's side: takes tasks from its socket, runs them, sends outcomes. Knows nothing of the pool.
//!
//! It reads and writes with blocking calls, which cannot deadlock, since the parent does neither. Outcomes of tiny jobs
//! are collected while more tasks wait in the input, so that a write serves many; a second thread sees to it that
//! none is held for more than a few milliseconds when the next job turns out to be long.

mod input;
mod outbox;

use self::{
    input::Input,
    outbox::{Outbox, send_all},
};
use super::{
    awake::Patience,
    lanes::{Lanes, Way},
    sys::{self, REVOKED, Shared},
    wire::{self, DoneHead, Hello, PROTOCOL, Ready, TaskHead, kind},
};
use crate::{
    Cancel, Context, Entry, Metrics, Outcome, Tag, Usage, bytes,
    run::{self, Meter},
};
use rustix::{
    fs::{Mode, OFlags, open},
    io::fcntl_dupfd_cloexec,
    process::{Pid, Resource, getpid, getrlimit, setpriority_process, setrlimit},
    stdio,
};
use std::{
    io::{self, Write as _},
    os::fd::OwnedFd,
    process::exit,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// Works until the parent hangs up. Never returns.
pub(crate) fn work(entry: &Entry) -> ! {
    match serve(entry) {
        Ok(()) => exit(0),
        // The connection ended without a word: the parent is dead or dying, and its death signal may come too late for
        // what this worker's jobs have started. There is nobody to report to.
        Err(_) => sys::kill_group(std::process::id()),
    }
    exit(70)
}

struct Child<'a> {
    entry: &'a Entry,
    socket: Arc<OwnedFd>,
    running: Arc<Running>,
    outbox: Arc<Outbox>,
    context: Context,
    hello: Hello,
    epoch: Instant,
    ready: Option<Result<(), Outcome<()>>>,
    /// The number of the next task, counting every task frame.
    next: u64,
    peak: (Option<u64>, Option<Instant>),
}

fn serve(entry: &Entry) -> io::Result<()> {
    sys::die_with_parent(getpid().as_raw_nonzero().get())?;
    if !crate::entry::has_parent() {
        return Err(io::Error::other(
            "the parent died before its death could be noticed",
        ));
    }
    // The socket came as stdin and the memory file as stdout. Jobs must not stumble over them: both move away, out of
    // the reach of grandchildren, and what a job prints goes to stderr.
    let socket = fcntl_dupfd_cloexec(stdio::stdin(), 3)?;
    let memory = fcntl_dupfd_cloexec(stdio::stdout(), 3)?;
    stdio::dup2_stdin(open(
        "/dev/null",
        OFlags::RDONLY | OFlags::CLOEXEC,
        Mode::empty(),
    )?)?;
    stdio::dup2_stdout(stdio::stderr())?;
    let running = Arc::new(Running {
        board: Shared::map(&memory)?,
        number: AtomicU64::new(u64::MAX - 1),
    });
    run::note_panics();

    let mut input = Input::default();
    let hello = loop {
        input.fill(&socket)?;
        match wire::first_frame(&input.bytes).map_err(io::Error::other)? {
            Some((kind::HELLO, body, length)) => {
                let hello: Hello = wire::parse(body).map_err(io::Error::other)?;
                input.at = length;
                break hello;
            }
            Some(_) => return Err(io::Error::other("no hello")),
            None => {}
        }
    };
    if let Some(nice) = hello.nice.filter(|_| hello.protocol == PROTOCOL) {
        // Before it is ready: a worker that cannot be as it should does not come to life.
        setpriority_process(None::<Pid>, nice).inspect_err(|error| {
            let sentence = format!("the niceness cannot be set to {nice}: {error}\n");
            let _ = io::stderr().write_all(sentence.as_bytes());
        })?;
    }
    let mut ready = Vec::new();
    wire::message(
        &mut ready,
        kind::READY,
        &Ready {
            protocol: PROTOCOL,
            tag: entry.tag.clone(),
            executable: wire::executable(),
            jobs: entry.jobs.keys().map(ToString::to_string).collect(),
            initialisers: entry.initialisers.keys().map(ToString::to_string).collect(),
        },
    );
    send_all(&socket, &ready)?;
    if hello.protocol != PROTOCOL {
        return Ok(());
    }
    limit(&hello)?;

    let age = Duration::from_nanos(sys::monotonic().saturating_sub(hello.epoch));
    let epoch = Instant::now().checked_sub(age).unwrap_or_else(Instant::now);
    let socket = Arc::new(socket);
    let outbox = Outbox::open(&socket, &running);
    let mut context = Context::new(hello.worker, None);
    context.swap_cancel(Some(Arc::clone(&running) as Arc<dyn Cancel>));
    let lanes = Lanes::new(memory, hello.lanes, Way::ToParent);
    let (ready, next, peak) = (None, 0, (None, None));
    Child {
        entry,
        socket,
        running,
        outbox,
        context,
        hello,
        epoch,
        ready,
        next,
        peak,
    }
    .serve(input, lanes)
}

fn limit(hello: &Hello) -> io::Result<()> {
    if let Some(bytes) = hello.memory_limit {
        let mut limit = getrlimit(Resource::Data);
        limit.current = Some(limit.maximum.map_or(bytes, |maximum| maximum.min(bytes)));
        setrlimit(Resource::Data, limit)?;
    } else {
        // Under a limit, what is not needed had better be given back.
        sys::keep_heap();
    }
    Ok(())
}

impl Child<'_> {
    fn serve(mut self, mut input: Input, mut lanes: Lanes) -> io::Result<()> {
        let mut patience = Patience::default();
        loop {
            while let Some((kind, body, length)) =
                wire::first_frame(&input.bytes[input.at..]).map_err(io::Error::other)?
            {
                input.at += length;
                let more = input.at < input.bytes.len();
                match kind {
                    kind::TASK => self.task(&mut lanes, body, more)?,
                    kind::RESUME => {
                        self.next = wire::Reader(body)
                            .u64()
                            .ok_or_else(|| io::Error::other("a short frame"))?;
                        self.running
                            .board
                            .claimed
                            .fetch_sub(REVOKED, Ordering::SeqCst);
                    }
                    kind::RETIRE => return Ok(()),
                    _ => return Err(io::Error::other("an unknown frame")),
                }
            }
            self.outbox.flush()?;
            let board = &self.running.board;
            if board.awake.load(Ordering::Relaxed) != 0 {
                let look = || input.look(&self.socket);
                if patience.wait(look)? {
                    continue;
                }
            }
            input.fill(&self.socket)?;
        }
    }

    fn task(&mut self, lanes: &mut Lanes, body: &[u8], more: bool) -> io::Result<()> {
        let (head, name, rest) =
            TaskHead::read(body).ok_or_else(|| io::Error::other("a short frame"))?;
        let number = self.next;
        self.next += 1;
        let mut start =
            (self.hello.note_start || self.hello.metrics >= Metrics::Wall).then(Instant::now);
        if let Some(start) = start {
            let since = start.saturating_duration_since(self.epoch).as_nanos();
            self.running
                .board
                .started_at
                .store(u64::try_from(since).unwrap_or(u64::MAX), Ordering::Relaxed);
        }
        if self
            .running
            .board
            .claimed
            .compare_exchange(number, number + 1, Ordering::SeqCst, Ordering::SeqCst)
            .is_err()
        {
            // Taken back by the parent, which has counted what was started: this one was not and will not be.
            if head.large.is_some() {
                self.free_lane(lanes);
            }
            return Ok(());
        }
        if head.announce {
            self.outbox.put(false, |out| {
                wire::frame(out, kind::STARTED, |out| out.extend(head.id.to_le_bytes()));
            })?;
            // The parent may have had this core to hear of it, which is no time of the job's.
            start = start.map(|_| Instant::now());
        }
        let meter = Meter::start_at(self.hello.metrics, start);
        let outcome = match head.large {
            None => self.run(head, name, number, rest),
            Some(length) => {
                let outcome = self.run(head, name, number, &lanes.look(length)?);
                self.free_lane(lanes);
                outcome
            }
        };
        let usage = Usage {
            peak_memory: self.peak(),
            ..meter.stop(self.epoch)
        };
        self.done(lanes, head.id, usage, outcome, more)
    }

    /// Tells the parent that a large payload is not needed any more.
    fn free_lane(&self, lanes: &mut Lanes) {
        let taken = &self.running.board.taken_by_worker;
        taken.store(lanes.taken(), Ordering::Release);
    }

    fn run(
        &mut self,
        head: TaskHead,
        name: &[u8],
        number: u64,
        payload: &[u8],
    ) -> Outcome<Vec<u8>> {
        let name = std::str::from_utf8(name).unwrap_or_default();
        let Some((&name, job)) = self.entry.jobs.get_key_value(name) else {
            let message = format!("job `{name}` is not listed at the worker's entry line");
            return Outcome::Failed {
                message,
                causes: Vec::new(),
            };
        };
        let TaskHead {
            id, index, attempt, ..
        } = head;
        self.context.enter(Tag {
            id,
            index,
            name,
            attempt,
        });
        self.running.number.store(number, Ordering::Relaxed);
        if self.ready.is_none() {
            self.ready = Some(self.initialise());
        }
        match &self.ready {
            Some(Err(failure)) => failure.clone().map(|()| Vec::new()),
            _ => job(payload, &self.context, bytes::spare()),
        }
    }

    fn initialise(&self) -> Result<(), Outcome<()>> {
        let Some((name, settings)) = &self.hello.initialiser else {
            return Ok(());
        };
        match self.entry.initialisers.get(name.as_str()) {
            Some(start) => start(settings, &self.context),
            None => {
                let message =
                    format!("initialiser `{name}` is not listed at the worker's entry line");
                Err(Outcome::Failed {
                    message,
                    causes: Vec::new(),
                })
            }
        }
    }

    fn done(
        &mut self,
        lanes: &mut Lanes,
        id: u64,
        usage: Usage,
        outcome: Outcome<Vec<u8>>,
        more: bool,
    ) -> io::Result<()> {
        let (ok, bytes) = match outcome.with(Err) {
            Err(bytes) => (true, bytes),
            Ok(other) => (false, encode(&other)),
        };
        let taken = self.running.board.taken_by_parent.load(Ordering::Acquire);
        let large = (ok && lanes.put(&bytes, taken)).then_some(bytes.len() as u64);
        let (ok, bytes) = match large {
            None if bytes.len() > wire::LONGEST - 4096 => {
                let message = format!("an output of {} bytes is too long to send", bytes.len());
                (
                    false,
                    encode(&Outcome::Failed {
                        message,
                        causes: Vec::new(),
                    }),
                )
            }
            _ => (ok, bytes),
        };
        let head = DoneHead {
            id,
            usage,
            ok,
            large,
        };
        self.outbox.put(more, |out| {
            wire::frame(out, kind::DONE, |out| {
                head.write(out);
                if large.is_none() {
                    out.extend_from_slice(&bytes);
                }
            });
        })?;
        bytes::keep(bytes);
        Ok(())
    }

    /// Looked up at most every millisecond: the call costs more than a tiny job.
    fn peak(&mut self) -> Option<u64> {
        if self.hello.metrics < Metrics::Full {
            return None;
        }
        let now = Instant::now();
        if self
            .peak
            .1
            .is_none_or(|last| now.duration_since(last) > Duration::from_millis(1))
        {
            self.peak = (sys::peak_memory(), Some(now));
        }
        self.peak.0
    }
}

fn encode(outcome: &Outcome<()>) -> Vec<u8> {
    postcard::to_stdvec(outcome).expect("an outcome without output is plain data")
}

/// The running task's number, to compare with the one the parent wants stopped.
struct Running {
    board: Shared,
    number: AtomicU64,
}

impl Cancel for Running {
    fn is_cancelled(&self) -> bool {
        self.board.cancel.load(Ordering::Relaxed) == self.number.load(Ordering::Relaxed) + 1
    }
}
