//! How far a run has come, on stderr: a bar on a terminal, a line every few seconds elsewhere, or nothing.
//! Results go to stdout and never meet it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{Output, Stream, human_duration};

/// Between two plain lines: a log that is read afterwards, not watched.
const PLAIN_INTERVAL: Duration = Duration::from_secs(5);
/// Redraw of a bar on which nothing happens, so that its clock goes on.
const TICK: Duration = Duration::from_millis(200);
/// Fits 80 columns with a title of up to 10 characters and counts of four digits; more is cut off at the end.
const TEMPLATE: &str = "{prefix} [{bar:14}] {pos}/{len} in {elapsed}{msg}";

/// The progress of one phase. Shared between threads by reference; dropping it clears the bar.
#[derive(Debug)]
#[must_use]
pub struct Progress {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Quiet,
    Bar(ProgressBar, Mutex<Counts>),
    Plain {
        shared: Arc<Shared>,
        lines: Option<JoinHandle<()>>,
    },
}

/// What a log's lines are made of.
#[derive(Debug)]
struct Shared {
    title: String,
    counts: Mutex<Counts>,
    ended: Condvar,
}

#[derive(Debug)]
struct Counts {
    total: u64,
    done: u64,
    failed: u64,
    running: u64,
    start: Instant,
    has_ended: bool,
}

impl Progress {
    /// Begins a phase of `total` tasks; with `quiet` it says nothing at all.
    pub fn start(title: &str, total: u64, quiet: bool) -> Self {
        let counts = Mutex::new(Counts {
            total,
            done: 0,
            failed: 0,
            running: 0,
            start: Instant::now(),
            has_ended: false,
        });
        let kind = if quiet {
            Kind::Quiet
        } else if Stream::Stderr.is_terminal() {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template(TEMPLATE).expect("the template is a constant");
            bar.set_style(style.progress_chars("=> "));
            bar.set_prefix(title.to_owned());
            bar.enable_steady_tick(TICK);
            Kind::Bar(bar, counts)
        } else {
            let shared = Arc::new(Shared {
                title: title.to_owned(),
                counts,
                ended: Condvar::new(),
            });
            let lines = thread::Builder::new().name("progress".to_owned()).spawn({
                let shared = Arc::clone(&shared);
                move || shared.say_now_and_then()
            });
            // Without a thread there is the last line only; no reason to stop.
            let lines = lines.ok();
            Kind::Plain { shared, lines }
        };
        Self { kind }
    }

    /// One task has ended well.
    pub fn done(&self) {
        self.count(|counts| counts.done += 1);
    }

    /// One task has failed for good.
    pub fn failed(&self) {
        self.count(|counts| {
            counts.done += 1;
            counts.failed += 1;
        });
    }

    /// So many tasks run now.
    pub fn running(&self, tasks: u64) {
        self.count(|counts| counts.running = tasks);
    }

    /// Something that a person should know now: a line above the bar, or among the plain lines.
    pub fn note(&self, text: &str) {
        match &self.kind {
            Kind::Quiet => {}
            Kind::Bar(bar, _) => bar.println(text),
            Kind::Plain { .. } => say(text),
        }
    }

    /// Ends the phase: the bar goes, a plain log gets its last line.
    pub fn finish(self) {
        if let Kind::Plain { shared, .. } = &self.kind {
            let last = lock(&shared.counts).last();
            say(&format!("{}: {last}", shared.title));
        }
    }

    fn count(&self, change: impl FnOnce(&mut Counts)) {
        match &self.kind {
            Kind::Quiet => {}
            Kind::Bar(bar, counts) => {
                let mut counts = lock(counts);
                change(&mut counts);
                bar.set_position(counts.done);
                bar.set_message(counts.details(&|failed| Stream::Stderr.red(failed)));
            }
            Kind::Plain { shared, .. } => change(&mut lock(&shared.counts)),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        match &mut self.kind {
            Kind::Quiet => {}
            Kind::Bar(bar, _) => bar.finish_and_clear(),
            Kind::Plain { shared, lines } => {
                lock(&shared.counts).has_ended = true;
                shared.ended.notify_all();
                // It only sleeps and writes; what it panicked with, if ever, was printed.
                let _ended = lines.take().map(JoinHandle::join);
            }
        }
    }
}

impl Shared {
    /// A line every few seconds, whether or not a task has ended meanwhile: silence would look like a standstill.
    fn say_now_and_then(&self) {
        loop {
            let line = {
                let (counts, _) = self
                    .ended
                    .wait_timeout_while(lock(&self.counts), PLAIN_INTERVAL, |counts| {
                        !counts.has_ended
                    })
                    .unwrap_or_else(PoisonError::into_inner);
                if counts.has_ended {
                    return;
                }
                let elapsed = human_duration(counts.start.elapsed());
                let details = counts.details(&str::to_owned);
                let (done, total) = (counts.done, counts.total);
                format!("{}: {done} of {total} in {elapsed}{details}", self.title)
            };
            // Outside the lock: whoever reads the log may take its time, tasks must not.
            say(&line);
        }
    }
}

impl Counts {
    /// What is not in the bar: `, 3 failed, 8 running, 21.5/s, 12 s left`.
    fn details(&self, mark: &dyn Fn(&str) -> String) -> String {
        let mut text = String::new();
        if self.failed > 0 {
            text += &format!(", {}", mark(&format!("{} failed", self.failed)));
        }
        if self.running > 0 {
            text += &format!(", {} running", self.running);
        }
        let seconds = self.start.elapsed().as_secs_f64();
        if self.done > 0 && seconds > 0.0 {
            let rate = self.done as f64 / seconds;
            text += &format!(", {}/s", three_digits(rate));
            if self.done < self.total {
                let left = ((self.total - self.done) as f64 / rate).ceil();
                text += &match Duration::try_from_secs_f64(left) {
                    Ok(left) if left >= Duration::from_secs(60) => {
                        format!(", {} left", human_duration(left))
                    }
                    _ => format!(", {left} s left"),
                };
            }
        }
        text
    }

    /// How it went in the end.
    fn last(&self) -> String {
        let elapsed = human_duration(self.start.elapsed());
        let (done, total) = (self.done, self.total);
        match self.failed {
            0 => format!("{done} of {total} in {elapsed}"),
            failed => format!("{done} of {total}, {failed} failed, in {elapsed}"),
        }
    }
}

/// A rate, as precise as one reads it.
fn three_digits(rate: f64) -> String {
    match rate {
        _ if rate >= 100.0 => format!("{rate:.0}"),
        _ if rate >= 10.0 => format!("{rate:.1}"),
        _ => format!("{rate:.2}"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Counts change in whole steps.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Progress that cannot be shown is no reason to stop.
fn say(text: &str) {
    let _ = Output::stderr().line(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(done: u64, failed: u64, running: u64, seconds: u64) -> Counts {
        let start = Instant::now().checked_sub(Duration::from_secs(seconds));
        Counts {
            total: 1000,
            done,
            failed,
            running,
            start: start.expect("the machine has been up for so long"),
            has_ended: false,
        }
    }

    #[test]
    fn details_tell_failures_what_runs_the_rate_and_what_is_left() {
        let plain = |counts: Counts| counts.details(&str::to_owned);
        assert_eq!(plain(counts(0, 0, 0, 0)), "");
        assert_eq!(plain(counts(0, 0, 8, 5)), ", 8 running");
        let text = plain(counts(500, 3, 8, 50));
        assert!(
            text.starts_with(", 3 failed, 8 running, ") && text.contains("/s, 5"),
            "{text}"
        );
        assert!(text.ends_with(" left"), "{text}");
        assert!(!plain(counts(1000, 0, 0, 50)).contains("left"));
    }

    #[test]
    fn rates_have_as_many_digits_as_they_need() {
        let rates = [0.123_4, 12.34, 123.4].map(three_digits);
        assert_eq!(rates, ["0.12", "12.3", "123"]);
    }
}
