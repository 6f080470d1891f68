//! Runs one job here: the only place where panics are caught, errors become outcomes, and clocks are read.

use crate::{Cancelled, Metrics, Outcome, Usage};
use std::{
    any::Any,
    cell::{Cell, RefCell},
    error::Error,
    panic::{self, AssertUnwindSafe},
    sync::Once,
    time::{Duration, Instant},
};

thread_local! {
    static IN_JOB: Cell<bool> = const { Cell::new(false) };
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Calls `job`, whatever it does.
#[inline]
pub(crate) fn guarded<T>(
    job: impl FnOnce() -> Result<T, Box<dyn Error + Send + Sync>>,
) -> Outcome<T> {
    let outer = IN_JOB.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(job));
    IN_JOB.set(outer);
    match result {
        Ok(Ok(output)) => Outcome::Ok(output),
        Ok(Err(error)) => failed(&*error),
        Err(payload) => panicked(payload),
    }
}

/// Does what belongs to others and should concern nobody else: observers, destructors. A panic is reported as always, and over.
#[inline]
pub(crate) fn quietly(what: impl FnOnce()) {
    let _ = panic::catch_unwind(AssertUnwindSafe(what));
}

#[cold]
fn failed<T>(error: &(dyn Error + Send + Sync + 'static)) -> Outcome<T> {
    if error.is::<Cancelled>() {
        Outcome::Cancelled
    } else {
        Outcome::failed(error)
    }
}

#[cold]
fn panicked<T>(payload: Box<dyn Any + Send>) -> Outcome<T> {
    let message = match (
        payload.downcast_ref::<&str>(),
        payload.downcast_ref::<String>(),
    ) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => "a panic without a message".to_owned(),
    };
    // A payload may panic again when dropped; that must not end the worker.
    let _ = panic::catch_unwind(AssertUnwindSafe(|| drop(payload)));
    Outcome::Panicked {
        message,
        location: LOCATION.take(),
    }
}

/// Has panics inside jobs noted instead of printed: they are outcomes. All others go to the hook that was there.
pub(crate) fn note_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if IN_JOB.get() {
                LOCATION.set(info.location().map(ToString::to_string));
            } else {
                previous(info);
            }
        }));
    });
}

thread_local! {
    /// When the CPU clock was last read here, and what it said.
    static LAST_CPU: Cell<Option<(Instant, Duration)>> = const { Cell::new(None) };
}

/// Between jobs that follow each other within this time the thread has done nothing but compute.
const NO_GAP: Duration = Duration::from_micros(3);

/// Clocks around one job.
pub(crate) struct Meter {
    start: Option<Instant>,
    cpu: Option<Duration>,
}

impl Meter {
    #[inline]
    pub(crate) fn start(level: Metrics) -> Self {
        Self::start_at(level, (level >= Metrics::Wall).then(Instant::now))
    }

    /// The same when the time is known already.
    #[inline]
    pub(crate) fn start_at(level: Metrics, start: Option<Instant>) -> Self {
        let start = start.filter(|_| level >= Metrics::Wall);
        let cpu = start.filter(|_| level == Metrics::Full).and_then(cpu_at);
        Self { start, cpu }
    }

    #[inline]
    pub(crate) fn stop(self, epoch: Instant) -> Usage {
        let Some(start) = self.start else {
            return Usage::default();
        };
        let wall = start.elapsed();
        let cpu = self.cpu.and_then(|before| {
            let now = thread_cpu()?;
            LAST_CPU.set(Some((Instant::now(), now)));
            Some(now.saturating_sub(before))
        });
        let started = Some(start.saturating_duration_since(epoch));
        Usage {
            started,
            wall: Some(wall),
            cpu,
            peak_memory: None,
        }
    }
}

/// CPU time of this thread at `start`, which is now. The clock is a system call, dearer than a tiny job: when the last job
/// ended a moment ago, it is continued from there.
fn cpu_at(start: Instant) -> Option<Duration> {
    match LAST_CPU.get() {
        Some((read, cpu)) if start.saturating_duration_since(read) < NO_GAP => {
            Some(cpu + start.saturating_duration_since(read))
        }
        _ => thread_cpu(),
    }
}

/// CPU time of this thread.
pub(crate) fn thread_cpu() -> Option<Duration> {
    #[cfg(unix)]
    {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::try_from(now).ok()
    }
    #[cfg(not(unix))]
    None
}

/// This thread's number, as the system counts.
pub(crate) fn thread_id() -> u32 {
    #[cfg(target_os = "linux")]
    {
        thread_local! { static ID: u32 = rustix::thread::gettid().as_raw_nonzero().get().unsigned_abs(); }
        ID.with(|id| *id)
    }
    #[cfg(not(target_os = "linux"))]
    0
}
