//! The first Ctrl-C or SIGTERM asks, the second one kills.
//!
//! Kept apart from what stopping means: whoever runs things asks [`Signals::stop`] or registers a callback
//! that wakes its waits. The second signal is handled in the signal handler itself, so it works even when
//! every thread of the program hangs; what comes within a quarter of a second is an echo of the first.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use std::{fmt, fs, io, thread};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::flag;
use signal_hook::iterator::Signals as SignalsIterator;

/// How long after the first signal another one is taken for its echo: `timeout` sends one to its child and,
/// in the next moment, one to the child's whole process group. No person is that fast.
const ECHO: Duration = Duration::from_millis(250);

/// Which signal asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// SIGINT: Ctrl-C.
    Interrupt,
    /// SIGTERM: a service manager, a container runtime, `kill`.
    Terminate,
    /// SIGHUP: the terminal is gone.
    Hangup,
}

impl Stop {
    const ALL: [Self; 3] = [Self::Interrupt, Self::Terminate, Self::Hangup];

    /// The signal's number.
    #[must_use]
    pub fn signal(self) -> i32 {
        match self {
            Self::Interrupt => SIGINT,
            Self::Terminate => SIGTERM,
            Self::Hangup => SIGHUP,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Interrupt => "Ctrl-C",
            Self::Terminate => "SIGTERM",
            Self::Hangup => "SIGHUP",
        })
    }
}

type Callback = Box<dyn FnOnce(Stop) + Send>;

#[derive(Default)]
struct State {
    stop: Option<Stop>,
    callbacks: Vec<Callback>,
}

/// The signals that ask this process to stop; a handle to the one set of handlers that a process has.
#[derive(Clone)]
#[must_use]
pub struct Signals {
    state: Arc<Mutex<State>>,
    /// Set by the handler, before any thread has heard of it.
    is_stopping: Arc<AtomicBool>,
    /// From here on a signal ends the process.
    is_armed: Arc<AtomicBool>,
}

static INSTALLED: OnceLock<Signals> = OnceLock::new();
/// Two threads that install at once must not both register handlers.
static INSTALLING: Mutex<()> = Mutex::new(());

impl Signals {
    /// Takes SIGINT, SIGTERM and SIGHUP over, once per process; later calls return the same handle. A signal
    /// that was ignored when the process began stays ignored: that is how `nohup` and background jobs of a
    /// script ask for it.
    ///
    /// # Errors
    /// When the operating system refuses a handler or a thread.
    pub fn install() -> io::Result<Self> {
        let _installing = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(installed) = INSTALLED.get() {
            return Ok(installed.clone());
        }
        let signals = Self {
            state: Arc::default(),
            is_stopping: Arc::default(),
            is_armed: Arc::default(),
        };
        let ignored = ignored_signals();
        let wanted: Vec<Stop> = Stop::ALL
            .into_iter()
            .filter(|stop| ignored & (1 << (stop.signal() - 1)) == 0)
            .collect();
        for stop in &wanted {
            // Exiting, not dying of the signal: the kernel spares process 1 of a container from the latter.
            let code = 128 + stop.signal();
            flag::register_conditional_shutdown(stop.signal(), code, signals.is_armed.clone())?;
            flag::register(stop.signal(), signals.is_stopping.clone())?;
        }
        let numbers: Vec<i32> = wanted.iter().map(|stop| stop.signal()).collect();
        let mut arriving = SignalsIterator::new(numbers)?;
        let told = signals.clone();
        thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                for number in arriving.forever() {
                    if let Some(stop) = wanted.iter().find(|stop| stop.signal() == number) {
                        told.tell(*stop);
                    }
                }
            })?;
        Ok(INSTALLED.get_or_init(|| signals).clone())
    }

    /// Whether a signal has come: cheap enough to be asked in any loop.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }

    /// The first signal that came.
    #[must_use]
    pub fn stop(&self) -> Option<Stop> {
        self.lock().stop
    }

    /// Calls `callback` once, on a thread of its own, when the first signal comes; at once when one has. It
    /// must not block: later callbacks wait for it.
    pub fn on_stop(&self, callback: impl FnOnce(Stop) + Send + 'static) {
        let mut state = self.lock();
        if let Some(stop) = state.stop {
            drop(state);
            callback(stop);
        } else {
            state.callbacks.push(Box::new(callback));
        }
    }

    fn tell(&self, stop: Stop) {
        let callbacks = {
            let mut state = self.lock();
            if state.stop.is_none() {
                state.stop = Some(stop);
                self.arm_soon();
            }
            std::mem::take(&mut state.callbacks)
        };
        for callback in callbacks {
            callback(stop);
        }
    }

    /// On a thread of its own, which no callback can hold up.
    fn arm_soon(&self) {
        let is_armed = self.is_armed.clone();
        let arm = move || {
            thread::sleep(ECHO);
            is_armed.store(true, Ordering::SeqCst);
        };
        if thread::Builder::new()
            .name("signals".into())
            .spawn(arm)
            .is_err()
        {
            self.is_armed.store(true, Ordering::SeqCst);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A callback runs outside the lock, so a panic in one leaves the state whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Signals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signals")
            .field("stop", &self.stop())
            .finish_non_exhaustive()
    }
}

/// Makes a write beyond `ulimit -f` an error, as on a full disk, where it would be the death of the process.
///
/// # Errors
/// When the operating system refuses the handler.
pub fn survive_file_size_limit() -> io::Result<()> {
    flag::register(SIGXFSZ, Arc::default()).map(drop)
}

/// The mask of ignored signals, from `/proc` because std and safe crates have no `sigaction` that only asks;
/// empty where there is no `/proc`.
fn ignored_signals() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}
