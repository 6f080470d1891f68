//! The server as a process of its own: this executable again.
//!
//! In the child, [`enter`] at the top of `main` becomes the service. In the parent, [`Service::start`] starts the
//! child and waits until it has drawn and listens. They talk in lines of JSON: the configuration down the child's
//! stdin, then messages up its stdout. Stdin stays open as the life line: it reads as closed when the parent
//! drops the service or dies, by SIGKILL too, whichever of its threads started the child (a parent-death signal
//! follows that thread instead). The child leads its own process group, so a Ctrl-C meant for the parent leaves it
//! serving until the parent is done.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::{self, Child, ChildStdin, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::server::{Server, ServerConfig, url_template};

/// Set for the child alone. An environment variable, so that it cannot be taken for somebody's argument.
const ENTRY: &str = "BRIGADE_PORTRAIT_SERVICE";
/// The child greets at once; whoever has not within this runs something else.
const GREETING_DEADLINE: Duration = Duration::from_secs(10);
/// How often whoever waits is asked whether he still wants to.
const GLANCE: Duration = Duration::from_millis(100);
/// No message is nearly as long.
const MAX_MESSAGE_BYTES: u64 = 1 << 20;

/// What the child says, a line each.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Message {
    /// I am the service and will draw now.
    Greeting,
    /// So many portraits are ready.
    Drawing { ready: u64 },
    /// I listen.
    Ready {
        address: SocketAddr,
        drawn: u64,
        drawing: Duration,
    },
    /// I cannot, and this is why.
    Failed { message: String },
}

/// A portrait service in a process of its own; dropping it ends the process.
#[derive(Debug)]
#[must_use = "dropping it ends the service"]
pub struct Service {
    child: Child,
    /// The life line.
    _stdin: ChildStdin,
    address: SocketAddr,
    drawn: u64,
    drawing: Duration,
}

/// Becomes the service when this process was started as one, and then does not return.
///
/// Call it first in `main`: what stands before it happens in the service too.
pub fn enter() {
    if std::env::var_os(ENTRY).is_some() {
        serve()
    }
}

impl Service {
    /// Starts the service and waits until it serves, which includes drawing [`ServerConfig::prepare`] portraits.
    ///
    /// # Errors
    /// Whatever [`Server::start`] refuses; when the child cannot be started; when `main` lacks [`enter`].
    pub fn start(config: &ServerConfig) -> Result<Self, Error> {
        Self::start_watched(config, &mut |_| ControlFlow::Continue(()))
    }

    /// [`start`](Self::start) for somebody who may not want to wait: `watch` hears how many portraits are ready, at
    /// least every 100 ms, and may call it off.
    ///
    /// # Errors
    /// Those of [`start`](Self::start), and [`Error::Cancelled`].
    pub fn start_watched(
        config: &ServerConfig,
        watch: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Self, Error> {
        let executable = executable().map_err(|source| Error::Spawn { source })?;
        let not_entered = || Error::NotEntered {
            executable: executable.clone(),
        };
        // A child whose main lacks the line comes here instead: it must not start children of its own.
        if std::env::var_os(ENTRY).is_some() {
            return Err(not_entered());
        }
        let mut command = Command::new(&executable);
        command
            .env(ENTRY, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        #[cfg(unix)]
        {
            use std::os::unix::process::CommandExt;
            command.process_group(0).arg0("portrait-service");
        }
        let child = command.spawn().map_err(|source| Error::Spawn { source })?;
        let mut starting = Starting(Some(child));
        let child = starting.0.as_mut().expect("just spawned");
        let mut stdin = child.stdin.take().expect("stdin is piped");
        let stdout = child.stdout.take().expect("stdout is piped");

        let config = serde_json::to_string(config).expect("a configuration is plain data");
        // A child that is gone already says why, or nothing, on its stdout.
        let _ = writeln!(stdin, "{config}");
        let messages = listen(stdout);
        match messages.recv_timeout(GREETING_DEADLINE) {
            Ok(Message::Greeting) => {}
            Ok(Message::Failed { message }) => return Err(Error::Service { message }),
            _ => return Err(not_entered()),
        }
        let mut portraits = 0;
        loop {
            match messages.recv_timeout(GLANCE) {
                Ok(Message::Drawing { ready }) => portraits = portraits.max(ready),
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Ok(Message::Ready {
                    address,
                    drawn,
                    drawing,
                }) => {
                    return Ok(Self {
                        child: starting.0.take().expect("not yet taken"),
                        _stdin: stdin,
                        address,
                        drawn,
                        drawing,
                    });
                }
                Ok(Message::Failed { message }) => return Err(Error::Service { message }),
                _ => {
                    let message = "it ended while drawing".to_owned();
                    return Err(Error::Service { message });
                }
            }
            if watch(portraits).is_break() {
                return Err(Error::Cancelled);
            }
        }
    }

    /// The service's process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
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

impl Drop for Service {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// A child that is not yet a service: it ends with the attempt to start it.
struct Starting(Option<Child>);

impl Drop for Starting {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            end(child);
        }
    }
}

/// There is nothing to say goodbye to: cached portraits appear whole or not at all.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}

/// The image that runs now, even when its file was replaced or removed since.
fn executable() -> io::Result<PathBuf> {
    if cfg!(target_os = "linux") {
        return Ok(PathBuf::from("/proc/self/exe"));
    }
    std::env::current_exe()
}

/// Reads messages on a thread, since a pipe has no deadline; the channel closes when the child says anything else.
fn listen(stdout: impl Read + Send + 'static) -> mpsc::Receiver<Message> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut lines = BufReader::new(stdout.take(MAX_MESSAGE_BYTES)).lines();
        while let Some(Ok(line)) = lines.next() {
            let Ok(message) = serde_json::from_str(&line) else {
                break;
            };
            if sender.send(message).is_err() {
                break;
            }
        }
    });
    receiver
}

fn serve() -> ! {
    say(&Message::Greeting);
    let mut line = String::new();
    let mut stdin = BufReader::new(io::stdin().lock().take(MAX_MESSAGE_BYTES));
    let read = stdin.read_line(&mut line);
    drop(stdin);
    let config =
        read.and_then(|_| serde_json::from_str::<ServerConfig>(&line).map_err(io::Error::from));
    thread::spawn(|| {
        // The parent writes nothing more: this ends when the parent does.
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        process::exit(0);
    });
    let started = match config {
        Ok(config) => {
            // A hundred messages at most, whatever the number: they share a bound.
            let count = config.prepare.end.saturating_sub(config.prepare.start);
            let step = count.div_ceil(100).max(1);
            let tell = |ready: u64| {
                if ready.is_multiple_of(step) {
                    say(&Message::Drawing { ready });
                }
            };
            Server::start_told(config, &tell).map_err(|error| causes(&error))
        }
        Err(error) => Err(format!("no configuration came: {error}")),
    };
    match started {
        Ok(server) => {
            say(&Message::Ready {
                address: server.address(),
                drawn: server.drawn(),
                drawing: server.drawing(),
            });
            loop {
                thread::park();
            }
        }
        Err(message) => {
            say(&Message::Failed { message });
            process::exit(1)
        }
    }
}

fn say(message: &Message) {
    let line = serde_json::to_string(message).expect("a message is plain data");
    let mut stdout = io::stdout().lock();
    let said = writeln!(stdout, "{line}").and_then(|()| stdout.flush());
    if said.is_err() {
        process::exit(1)
    }
}

/// The error and its causes in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
