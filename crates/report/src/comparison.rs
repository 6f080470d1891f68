//! The same work under many settings: what each took, and what follows from it.
//!
//! A comparison holds measured times and nothing derived; figures, text, page and JSON are pure functions of it, as the
//! reports of one run are of its record. It knows nothing of how the runs were made.

use crate::run::Machine;
use crate::{efficiency, karp_flatt, percentile, speedup};
use serde::{Deserialize, Serialize};

/// The same seeded work under every setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The program and its version.
    pub program: String,
    /// The command line, program name first, as typed.
    pub command: Vec<String>,
    /// When it started, in UTC.
    pub started_at: String,
    /// What the random generator started from.
    pub seed: u64,
    /// Results made in each run.
    pub requested: u64,
    /// Runs of each setting before those that count.
    pub warm_ups: u32,
    /// Where the faces came from, without credentials.
    pub source: String,
    /// What the machine offered.
    pub machine: Machine,
    /// Each phase under its settings; empty when whole runs were compared.
    pub phases: Vec<Sweep>,
    /// Whole runs, each with another's figures beside it.
    pub runs: Vec<WholeRun>,
}

/// One phase under every setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sweep {
    /// Which phase of the run, from 1; a comparison need not hold every one.
    pub number: u32,
    /// What the phase does, such as `faces`.
    pub name: String,
    /// In the order asked for.
    pub settings: Vec<Setting>,
}

/// A mode, a number of workers, and what the phase took with them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// `sequential`, `threads` and so on.
    pub mode: String,
    /// `None` for a loop, and where mode auto decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workers: Option<u32>,
    /// Wall times of the phase, a run each.
    pub seconds: Vec<f64>,
    /// CPU times of its tasks, a run each; fewer where they were not measured.
    pub cpu_seconds: Vec<f64>,
    /// The highest sum of resident memory seen in any of the runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak_tree_rss_bytes: Option<u64>,
    /// What its waits alone would take, dealt to so many workers that do nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ideal_seconds: Option<f64>,
}

/// Both phases of one command line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WholeRun {
    /// In a few words.
    pub title: String,
    /// Its own part of the command line.
    pub command: String,
    /// Results made.
    pub requested: u64,
    /// Wall times of each phase, a run each.
    pub phases: [Vec<f64>; 2],
    /// What another program is known to have taken for each phase.
    pub theirs: [Option<f64>; 2],
}

/// What follows from a setting's times.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// The median, always one of the times.
    pub median: f64,
    /// The shortest.
    pub least: f64,
    /// The longest.
    pub most: f64,
    /// How many times as fast as the sweep's base.
    pub speedup: Option<f64>,
    /// Speed-up per worker.
    pub efficiency: Option<f64>,
    /// The serial part that the speed-up betrays ([`karp_flatt`]).
    pub serial_fraction: Option<f64>,
    /// The median as a multiple of the sweep's shortest median.
    pub over_best: f64,
    /// The median as a multiple of the ideal.
    pub over_ideal: Option<f64>,
}

impl Setting {
    /// Such as `threads × 8`.
    #[must_use]
    pub fn title(&self) -> String {
        match self.workers {
            Some(workers) => format!("{} × {workers}", self.mode),
            None => self.mode.clone(),
        }
    }

    /// How many workers are asked for, none by a loop; `None` where mode auto decides.
    fn fixed_workers(&self) -> Option<u32> {
        match self.mode.as_str() {
            "auto" => None,
            "sequential" => Some(0),
            _ => self.workers,
        }
    }

    /// The median of its times; `None` before the first.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f64::total_cmp);
        percentile(&seconds, 50.0)
    }
}

impl Sweep {
    /// What speed-ups compare with: the loop, or without one the first setting with the fewest workers.
    #[must_use]
    pub fn base(&self) -> Option<&Setting> {
        self.settings
            .iter()
            .min_by_key(|setting| setting.fixed_workers().unwrap_or(u32::MAX))
    }

    /// The setting with the shortest median.
    #[must_use]
    pub fn best(&self) -> Option<&Setting> {
        self.settings
            .iter()
            .filter(|setting| setting.median().is_some())
            .min_by(|one, other| {
                let (one, other) = (one.median(), other.median());
                one.partial_cmp(&other).unwrap_or(std::cmp::Ordering::Equal)
            })
    }

    /// The figures of every setting, in their order; `None` for one without times.
    #[must_use]
    pub fn figures(&self) -> Vec<Option<Figures>> {
        let base = self.base().and_then(Setting::median);
        let best = self.best().and_then(Setting::median);
        self.settings
            .iter()
            .map(|setting| {
                let median = setting.median()?;
                let workers = setting.fixed_workers().map(|workers| workers.max(1));
                let speedup = base.and_then(|base| speedup(base, median));
                Some(Figures {
                    median,
                    least: setting.seconds.iter().copied().fold(median, f64::min),
                    most: setting.seconds.iter().copied().fold(median, f64::max),
                    speedup,
                    efficiency: speedup.and_then(|speedup| efficiency(speedup, workers?)),
                    serial_fraction: speedup.and_then(|speedup| karp_flatt(speedup, workers?)),
                    over_best: best.map_or(1.0, |best| median / best),
                    over_ideal: setting
                        .ideal_seconds
                        .filter(|ideal| *ideal > 0.0)
                        .map(|ideal| median / ideal),
                })
            })
            .collect()
    }
}

/// The comparison as JSON, with the [`Figures`] of each sweep in front and a newline at the end.
#[must_use]
pub fn comparison_json(comparison: &Comparison) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        figures: Vec<Vec<Option<Figures>>>,
        #[serde(flatten)]
        comparison: &'a Comparison,
    }
    let document = Document {
        figures: comparison.phases.iter().map(Sweep::figures).collect(),
        comparison,
    };
    let mut text = serde_json::to_string_pretty(&document).expect("plain data is JSON");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setting(mode: &str, workers: Option<u32>, seconds: &[f64], ideal: Option<f64>) -> Setting {
        Setting {
            mode: mode.to_owned(),
            workers,
            seconds: seconds.to_vec(),
            cpu_seconds: Vec::new(),
            peak_tree_rss_bytes: None,
            ideal_seconds: ideal,
        }
    }

    #[test]
    fn speed_ups_are_over_the_loop_and_the_best_is_the_shortest_median() {
        let sweep = Sweep {
            number: 2,
            name: "cvs".to_owned(),
            settings: vec![
                setting("threads", Some(4), &[2.0, 9.0, 2.5], Some(2.0)),
                setting("sequential", None, &[10.0, 10.0, 11.0], None),
                setting("threads", Some(8), &[2.0, 2.1, 2.0], None),
                setting("processes", Some(8), &[], None),
                setting("auto", None, &[2.5, 2.5, 2.5], None),
            ],
        };
        assert_eq!(
            sweep.base().map(Setting::title).as_deref(),
            Some("sequential")
        );
        assert_eq!(
            sweep.best().map(Setting::title).as_deref(),
            Some("threads × 8")
        );
        let figures = sweep.figures();
        let four = figures[0].expect("it has times");
        assert_eq!((four.median, four.least, four.most), (2.5, 2.0, 9.0));
        assert_eq!((four.speedup, four.efficiency), (Some(4.0), Some(1.0)));
        assert_eq!(
            (four.serial_fraction, four.over_ideal),
            (Some(0.0), Some(1.25))
        );
        assert_eq!(four.over_best, 1.25);
        assert_eq!(figures[1].expect("it has times").serial_fraction, None);
        assert_eq!(figures[3], None);
        let auto = figures[4].expect("it has times");
        assert_eq!((auto.speedup, auto.efficiency), (Some(4.0), None));
    }
}
