//! How far a run has come, on stderr: a bar on a terminal, a line now and then elsewhere, or nothing.
//! Results go to stdout and never meet it.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{Output, Stream, human_duration};

/// Between two plain lines: a log that is read afterwards, not watched.
const PLAIN_INTERVAL: Duration = Duration::from_secs(5);
/// Redraw of a bar on which nothing happens, so that its clock goes on.
const TICK: Duration = Duration::from_millis(200);
/// Fits 80 columns with a title of up to 10 characters.
const TEMPLATE: &str = "{prefix} [{bar:28}] {pos}/{len} {elapsed_precise} {msg}";

/// The progress of one phase. Shared between threads by reference; dropping it clears the bar.
#[derive(Debug)]
#[must_use]
pub struct Progress {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Quiet,
    Bar(ProgressBar, Mutex<u64>),
    Plain(Mutex<Plain>),
}

#[derive(Debug)]
struct Plain {
    title: String,
    total: u64,
    done: u64,
    failed: u64,
    start: Instant,
    last_line: Instant,
}

impl Progress {
    /// Begins a phase of `total` tasks; with `quiet` it says nothing at all.
    pub fn start(title: &str, total: u64, quiet: bool) -> Self {
        let kind = if quiet {
            Kind::Quiet
        } else if Stream::Stderr.is_terminal() {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template(TEMPLATE).expect("the template is a constant");
            bar.set_style(style.progress_chars("=> "));
            bar.set_prefix(title.to_owned());
            bar.enable_steady_tick(TICK);
            Kind::Bar(bar, Mutex::new(0))
        } else {
            let now = Instant::now();
            Kind::Plain(Mutex::new(Plain {
                title: title.into(),
                total,
                done: 0,
                failed: 0,
                start: now,
                last_line: now,
            }))
        };
        Self { kind }
    }

    /// One task has ended well.
    pub fn done(&self) {
        self.count(false);
    }

    /// One task has failed for good.
    pub fn failed(&self) {
        self.count(true);
    }

    /// Something that a person should know now: a line above the bar, or among the plain lines.
    pub fn note(&self, text: &str) {
        match &self.kind {
            Kind::Quiet => {}
            Kind::Bar(bar, _) => bar.println(text),
            Kind::Plain(_) => say(text),
        }
    }

    /// Ends the phase: the bar goes, a plain log gets its last line.
    pub fn finish(self) {
        if let Kind::Plain(plain) = &self.kind {
            say(&plain.lock().unwrap_or_else(PoisonError::into_inner).text());
        }
    }

    fn count(&self, has_failed: bool) {
        match &self.kind {
            Kind::Quiet => {}
            Kind::Bar(bar, failed) => {
                if has_failed {
                    let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                    *failed += 1;
                    bar.set_message(Stream::Stderr.red(&format!("{failed} failed")));
                }
                bar.inc(1);
            }
            Kind::Plain(plain) => {
                let mut plain = plain.lock().unwrap_or_else(PoisonError::into_inner);
                plain.done += 1;
                plain.failed += u64::from(has_failed);
                if plain.last_line.elapsed() >= PLAIN_INTERVAL && plain.done < plain.total {
                    plain.last_line = Instant::now();
                    say(&plain.text());
                }
            }
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Kind::Bar(bar, _) = &self.kind {
            bar.finish_and_clear();
        }
    }
}

impl Plain {
    fn text(&self) -> String {
        let Self {
            title, total, done, ..
        } = self;
        let elapsed = human_duration(self.start.elapsed());
        match self.failed {
            0 => format!("{title}: {done} of {total} in {elapsed}"),
            failed => format!("{title}: {done} of {total}, {failed} failed, in {elapsed}"),
        }
    }
}

/// Progress that cannot be shown is no reason to stop.
fn say(text: &str) {
    let _ = Output::stderr().line(text);
}
