//! The table that is printed, and the turns that its figures come from.

use std::time::{Duration, Instant};

/// What a figure should be.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    AtMost(f64),
    AtLeast(f64),
    /// For comparison only.
    None,
}

impl Goal {
    fn word(self, value: f64, unit: &str) -> (String, &'static str) {
        let word = |met| if met { "reached" } else { "missed" };
        match self {
            Self::AtMost(most) => (format!("≤ {most}{unit}"), word(value <= most)),
            Self::AtLeast(least) => (format!("≥ {least}{unit}"), word(value >= least)),
            Self::None => (String::new(), ""),
        }
    }
}

/// Prints as it grows.
#[derive(Default)]
pub(crate) struct Table {
    goals: usize,
    reached: usize,
}

impl Table {
    pub(crate) fn section(&mut self, title: &str) {
        println!("\n{title}\n{:-<1$}", "", title.chars().count());
    }

    /// Seconds compared with seconds.
    pub(crate) fn ratio(&mut self, what: &str, ours: f64, peer: &str, theirs: f64, goal: Goal) {
        self.line(
            what,
            &time(ours),
            &format!("{peer} {}", time(theirs)),
            ours / theirs,
            "×",
            goal,
        );
    }

    /// A figure of its own.
    pub(crate) fn figure(&mut self, what: &str, value: f64, unit: &str, goal: Goal) {
        self.line(what, "", "", value, unit, goal);
    }

    /// A figure that is a ratio already, and what it was made of.
    pub(crate) fn line(
        &mut self,
        what: &str,
        ours: &str,
        peer: &str,
        value: f64,
        unit: &str,
        goal: Goal,
    ) {
        let (goal, word) = goal.word(value, unit);
        self.goals += usize::from(!word.is_empty());
        self.reached += usize::from(word == "reached");
        let value = if value >= 100.0 {
            format!("{value:.0}{unit}")
        } else {
            format!("{value:.3}{unit}")
        };
        println!("{what:<44} {ours:>9}  {peer:<46} {value:>12}  {goal:<9} {word}");
    }

    pub(crate) fn close(&self) {
        println!("\n{} of {} goals reached", self.reached, self.goals);
    }
}

/// Seconds, readable.
pub(crate) fn time(seconds: f64) -> String {
    match seconds {
        s if s < 1e-6 => format!("{:.1} ns", s * 1e9),
        s if s < 1e-3 => format!("{:.2} µs", s * 1e6),
        s if s < 1.0 => format!("{:.2} ms", s * 1e3),
        s => format!("{s:.2} s"),
    }
}

/// Somebody who does a round of work.
pub(crate) type Contestant<'a> = &'a mut dyn FnMut() -> Result<(), Box<dyn std::error::Error>>;

/// The median of each contestant's seconds a round; they take turns, after one round that does not count.
pub(crate) fn turns<const N: usize>(
    rounds: usize,
    mut contestants: [Contestant<'_>; N],
) -> Result<[f64; N], Box<dyn std::error::Error>> {
    let mut seconds = [const { Vec::new() }; N];
    for round in 0..=rounds {
        for (contestant, seconds) in contestants.iter_mut().zip(&mut seconds) {
            let start = Instant::now();
            contestant()?;
            if round > 0 {
                seconds.push(start.elapsed().as_secs_f64());
            }
        }
    }
    Ok(seconds.map(|mut seconds| median(&mut seconds)))
}

pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
