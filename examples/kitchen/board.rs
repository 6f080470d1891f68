//! The drawing: a lane for each hand, redrawn in place on a terminal; elsewhere a line for each thing that happens.

use std::io;
use std::time::{Duration, Instant};

use brigade_cli::{Output, Stream};

use crate::bell::{Ear, Note};
use crate::recipe::{Doing, Thing};

/// Columns of a lane; with its label and its note it stays within a terminal of 80.
const WIDTH: usize = 46;
const MOST_LANES: usize = 20;
const FRAME: Duration = Duration::from_millis(40);

/// Draws one scene until its bell is closed.
pub(crate) struct Board {
    hand: &'static str,
    minute: Duration,
    started: Instant,
    lanes: Vec<Lane>,
    is_terminal: bool,
    drawn: usize,
}

/// What a hand did: (from, what it held or did), in time's order.
#[derive(Default)]
struct Lane {
    doings: Vec<(Duration, Doing)>,
    what: String,
}

impl Board {
    pub(crate) fn new(hand: &'static str, minute: Duration) -> Self {
        Self {
            hand,
            minute,
            started: Instant::now(),
            lanes: Vec::new(),
            is_terminal: Stream::Stdout.is_terminal(),
            drawn: 0,
        }
    }

    pub(crate) fn watch(mut self, ear: &Ear) -> io::Result<()> {
        let mut last_frame = Instant::now();
        loop {
            let note = ear.listen(FRAME)?;
            let now = self.started.elapsed();
            match note {
                Some(Note { worker: None, .. }) => break,
                Some(Note {
                    worker: Some(worker),
                    what,
                    doing,
                }) => {
                    self.take(worker as usize, what, doing, now)?;
                }
                None => {}
            }
            if self.is_terminal && last_frame.elapsed() >= FRAME {
                last_frame = Instant::now();
                self.draw(now)?;
            }
        }
        self.draw(self.started.elapsed())
    }

    fn take(&mut self, worker: usize, what: String, doing: Doing, now: Duration) -> io::Result<()> {
        if self.lanes.len() <= worker {
            self.lanes.resize_with(worker + 1, Lane::default);
        }
        let lane = &mut self.lanes[worker];
        lane.what = what;
        lane.doings.push((now, doing));
        if self.is_terminal {
            return Ok(());
        }
        let line = format!(
            "{:7.1} min  {} {:<2} {}",
            self.minutes(now),
            self.hand,
            worker + 1,
            self.told(worker)
        );
        Output::stdout().line(line.trim_end())
    }

    fn minutes(&self, at: Duration) -> f64 {
        at.as_secs_f64() / self.minute.as_secs_f64()
    }

    /// What a hand does, and whom it waits for.
    fn told(&self, worker: usize) -> String {
        let lane = &self.lanes[worker];
        let Some((_, doing)) = lane.doings.last() else {
            return String::new();
        };
        match doing {
            Doing::Waiting(thing) => {
                let holder = self.lanes.iter().position(|other| other.holds(*thing));
                let whose = holder.map_or_else(String::new, |holder| {
                    format!(" of {} {}", self.hand, holder + 1)
                });
                format!("waits for the {}{whose}", thing.name())
            }
            Doing::Using(Thing::Shelf(_)) => format!("takes {}", lane.what),
            Doing::Using(Thing::Bowl) => format!("mixes {}", lane.what),
            Doing::Using(Thing::Oven) => format!("bakes {}", lane.what),
            Doing::Nothing => format!("has {}", lane.what),
        }
    }

    fn draw(&mut self, now: Duration) -> io::Result<()> {
        let mut out = String::new();
        if self.drawn > 0 {
            out += &format!("\x1b[{}A", self.drawn);
        }
        let erase = if self.is_terminal { "\x1b[K" } else { "" };
        let scale = now.max(Duration::from_nanos(1)) / WIDTH as u32;
        let shown = self.lanes.len().min(MOST_LANES);
        for (index, lane) in self.lanes[..shown].iter().enumerate() {
            let told = if self.is_terminal {
                self.told(index)
            } else {
                String::new()
            };
            let line = format!(
                "  {} {:<3}{}  {told}",
                self.hand,
                index + 1,
                lane.bars(scale)
            );
            out += &format!("{}{erase}\n", line.trim_end());
        }
        if shown < self.lanes.len() {
            out += &format!("  and {} more{erase}\n", self.lanes.len() - shown);
        }
        out += &format!(
            "  {:width$}{:.0} minutes{erase}\n",
            "",
            self.minutes(now),
            width = self.hand.len() + 4
        );
        self.drawn = out.lines().count();
        Output::stdout().text(&out)
    }
}

impl Lane {
    /// Whether this hand has the thing: it used it last, or used it before and took another with it (the bowl in the oven).
    fn holds(&self, thing: Thing) -> bool {
        self.doings
            .iter()
            .rev()
            .take_while(|(_, doing)| *doing != Doing::Nothing)
            .any(|(_, doing)| *doing == Doing::Using(thing))
    }

    /// A character for each piece of time, by what the hand did in its middle.
    fn bars(&self, scale: Duration) -> String {
        let mut out = String::new();
        for column in 0..WIDTH as u32 {
            let middle = scale * column + scale / 2;
            let doing = self.doings.iter().rev().find(|(from, _)| *from <= middle);
            out += &match doing.map(|(_, doing)| *doing) {
                Some(Doing::Waiting(_)) => Stream::Stdout.dim("·"),
                Some(Doing::Using(Thing::Bowl)) => Stream::Stdout.yellow("▒"),
                Some(Doing::Using(Thing::Oven)) => Stream::Stdout.red("█"),
                Some(Doing::Using(Thing::Shelf(_))) => Stream::Stdout.green("█"),
                Some(Doing::Nothing) | None => " ".to_owned(),
            };
        }
        out
    }
}
