//! Portraits over HTTP/1.1 on 127.0.0.1.
//!
//! A thread a connection, with small stacks and a bound on their number: at the hundred clients that matter here this
//! costs less than an event loop would save, and a wait is simply a wait. Every wait ends when the server is dropped.
//! Nothing but loopback is ever listened on, and no request names a file.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::fault::{self, Fault, FaultRule, When};
use crate::gallery::{Gallery, Pictures};
use crate::latency::Latency;
use crate::reply::{self, Reply};
use crate::request::{self, NoRequest, Request, Route};

/// Drawing on demand needs the most of it, and only what is touched costs memory.
const STACK_BYTES: usize = 512 << 10;
/// A client that does not read its answer is given up after this.
const WRITE_PATIENCE: Duration = Duration::from_secs(60);
/// Faces whose attempts are counted; then counting starts again.
const MAX_COUNTED: usize = 1 << 16;

/// What to serve and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServerConfig {
    /// 0 takes any free port.
    pub port: u16,
    /// Whose faces `/` serves and [`Server::start`] prepares. By index, a client names the seed itself.
    pub seed: u64,
    /// Drawn, or a folder's.
    pub pictures: Pictures,
    /// The indexes whose portraits are drawn before anything is served; others are when first asked for.
    pub prepare: Range<u64>,
    /// How long an answer takes.
    pub latency: Latency,
    /// What goes wrong, and when.
    pub faults: Vec<FaultRule>,
    /// How long a stall lasts before the connection closes.
    pub stall: Duration,
    /// More connections than this are answered with 503.
    pub max_connections: usize,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            port: 0,
            seed: 0,
            pictures: Pictures::Drawn { cache: None },
            prepare: 0..0,
            latency: Latency::default(),
            faults: Vec::new(),
            stall: Duration::from_secs(60),
            max_connections: 512,
        }
    }
}

/// A running server; dropping it ends every connection.
#[derive(Debug)]
#[must_use = "dropping it stops serving"]
pub struct Server {
    address: SocketAddr,
    drawn: u64,
    drawing: Duration,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    config: ServerConfig,
    gallery: Gallery,
    started: Instant,
    /// The next face of `/`.
    turn: AtomicU64,
    attempts: Mutex<HashMap<(u64, u64), u32>>,
    open: Mutex<Open>,
    /// Signalled once, when the server stops.
    stopped: Condvar,
    /// Signalled when a connection has ended; apart from `stopped`, so that this wakes nobody's wait.
    ended: Condvar,
}

#[derive(Debug, Default)]
struct Open {
    stopping: bool,
    connections: HashMap<u64, Arc<TcpStream>>,
}

impl Server {
    /// Listens, draws what is to be prepared, and serves.
    ///
    /// # Errors
    /// When the port is taken, the folder has no pictures or leads out of itself, or the rates of the faults sum to
    /// more than 1.
    pub fn start(config: ServerConfig) -> Result<Self, Error> {
        Self::start_told(config, &|_| {})
    }

    /// [`start`](Self::start), which tells how many portraits are prepared after each one.
    pub(crate) fn start_told(
        config: ServerConfig,
        tell: &(dyn Fn(u64) + Sync),
    ) -> Result<Self, Error> {
        check_rates(&config.faults)?;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, config.port));
        let listen = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let gallery = Gallery::open(&config.pictures)?;
        let before = Instant::now();
        let drawn = gallery.prepare(config.seed, config.prepare.clone(), tell);
        let drawing = before.elapsed();
        let shared = Arc::new(Shared {
            config,
            gallery,
            started: Instant::now(),
            turn: AtomicU64::new(0),
            attempts: Mutex::default(),
            open: Mutex::default(),
            stopped: Condvar::new(),
            ended: Condvar::new(),
        });
        let acceptor = thread::Builder::new()
            .name("portraits".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || accept(&listener, &shared)
            })
            .map_err(listen)?;
        Ok(Self {
            address,
            drawn,
            drawing,
            shared,
            acceptor: Some(acceptor),
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many portraits had to be drawn before serving; the others were in the cache.
    #[must_use]
    pub fn drawn(&self) -> u64 {
        self.drawn
    }

    /// How long preparing took.
    #[must_use]
    pub fn drawing(&self) -> Duration {
        self.drawing
    }

    /// Where faces are had by index, as a template with `{seed}`, `{index}` and `{attempt}`.
    #[must_use]
    pub fn url_template(&self) -> String {
        url_template(self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        {
            let mut open = self.shared.open();
            open.stopping = true;
            for stream in open.connections.values() {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
        self.shared.stopped.notify_all();
        // `accept` has no deadline; a connection of our own wakes it.
        let woken = TcpStream::connect_timeout(&self.address, Duration::from_secs(1)).is_ok();
        if let (true, Some(acceptor)) = (woken, self.acceptor.take()) {
            let _ = acceptor.join();
        }
        let mut open = self.shared.open();
        while !open.connections.is_empty() {
            open = self
                .shared
                .ended
                .wait(open)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

pub(crate) fn url_template(address: SocketAddr) -> String {
    format!("http://{address}/{{seed}}/{{index}}.jpg?attempt={{attempt}}")
}

fn check_rates(faults: &[FaultRule]) -> Result<(), Error> {
    let rate = |rule: &FaultRule| match rule.when {
        When::Rate(rate) => rate,
        _ => 0.0,
    };
    let sum: f64 = faults.iter().map(rate).sum();
    if sum <= 1.0 + 1e-9 {
        return Ok(());
    }
    let rates = faults.iter().filter(|rule| rate(rule) > 0.0);
    let texts: Vec<String> = rates
        .map(|rule| format!("{}={}", rule.fault, rate(rule)))
        .collect();
    Err(Error::Fault {
        text: texts.join(" "),
        reason: "the rates sum to more than 1".to_owned(),
    })
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for serial in 0.. {
        let accepted = listener.accept();
        if shared.open().stopping {
            return;
        }
        let Ok((stream, _)) = accepted else {
            // Out of descriptors, or the client is gone already: neither is cured by trying again at once.
            shared.pause(Duration::from_millis(20));
            continue;
        };
        let stream = Arc::new(stream);
        let full = {
            let mut open = shared.open();
            let full = open.connections.len() >= shared.config.max_connections;
            if !full {
                open.connections.insert(serial, Arc::clone(&stream));
            }
            full
        };
        if full {
            reply::refuse(&stream, 503, "Service Unavailable");
            continue;
        }
        let connection = Connection {
            shared: Arc::clone(shared),
            serial,
        };
        // Without a thread for it, the connection closes: dropping what the closure owns sees to that.
        let _ = thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn(move || {
                let connection = connection;
                let _ = converse(&stream, &connection.shared);
                let _ = stream.shutdown(Shutdown::Both);
            });
    }
}

/// A place among the open connections, given back however its thread ends.
struct Connection {
    shared: Arc<Shared>,
    serial: u64,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.shared.open().connections.remove(&self.serial);
        self.shared.ended.notify_all();
    }
}

fn converse(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(WRITE_PATIENCE))?;
    let mut pending = Vec::new();
    loop {
        let request = match request::read(stream, &mut pending) {
            Ok(request) => request,
            Err(NoRequest::Closed) => return Ok(()),
            Err(NoRequest::Refused(status, reason)) => {
                reply::refuse(stream, status, reason);
                return Ok(());
            }
        };
        if !shared.answer(stream, &request)? {
            return Ok(());
        }
    }
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, unless the server stops.
    fn pause(&self, wait: Duration) {
        let deadline = Instant::now() + wait;
        let mut open = self.open();
        while !open.stopping {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            open = self
                .stopped
                .wait_timeout(open, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    fn answer(&self, stream: &TcpStream, request: &Request) -> io::Result<bool> {
        let asked = Instant::now();
        let mut reply = Reply {
            picture: &[],
            fault: None,
            location: String::new(),
            head_only: request.head_only,
            keep_alive: request.keep_alive,
        };
        let (seed, index, attempt) = match request.route {
            Route::NotFound => {
                reply::plain(stream, "404 Not Found", "", b"not found\n", &reply)?;
                return Ok(reply.keep_alive);
            }
            Route::InTurn => (
                self.config.seed,
                self.turn.fetch_add(1, Ordering::Relaxed),
                1,
            ),
            Route::Face {
                seed,
                index,
                attempt,
            } => {
                let attempt = attempt.unwrap_or_else(|| self.count_attempt(seed, index));
                (seed, index, attempt)
            }
        };
        reply.fault = fault::due(&self.config.faults, seed, index, attempt);
        reply.location = format!("/{seed}/{index}.jpg?attempt={attempt}");
        let shown = match reply.fault {
            Some(Fault::OneASecond) => self.started.elapsed().as_secs(),
            _ => index,
        };
        let Ok(picture) = self.gallery.picture(seed, shown) else {
            reply::plain(
                stream,
                "404 Not Found",
                "",
                b"the picture cannot be read\n",
                &reply,
            )?;
            return Ok(reply.keep_alive);
        };
        reply.picture = &picture;
        let latency = self.config.latency.of(seed, index, attempt);
        self.pause(latency.saturating_sub(asked.elapsed()));
        reply::send(stream, &reply, || self.pause(self.config.stall))
    }

    /// Which attempt at this face it is, from 1.
    fn count_attempt(&self, seed: u64, index: u64) -> u32 {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        if attempts.len() >= MAX_COUNTED {
            attempts.clear();
        }
        let next = attempts.entry((seed, index)).or_default();
        *next = next.saturating_add(1);
        *next
    }
}
