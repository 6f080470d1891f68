//! Every mode with every number of workers. A run measures a setting of phase 1 and one of phase 2 at once: the phases
//! come one after the other, so neither disturbs the other, and it takes half the runs.

use std::error::Error;

use brigade_pipeline::PhaseConfig;
use brigade_report::{Setting, Summary, Sweep};
use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom as _;

use crate::args::{Args, Modes, Which, Workers};
use crate::bench::Bench;

/// How a phase runs that is not compared.
const OTHER_WORKERS: u32 = 64;
/// Workers that mode auto may choose.
const MOST_FOR_AUTO: u32 = 256;

/// What is measured.
pub(crate) struct Plan {
    settings: Vec<PhaseConfig>,
    which: Which,
}

impl Plan {
    pub(crate) fn new(args: &Args) -> Plan {
        let mut settings: Vec<PhaseConfig> = Vec::new();
        let Modes(modes) = args.modes.clone().unwrap_or_default();
        let Workers(workers) = args.workers.clone().unwrap_or_default();
        for mode in &modes {
            let counts: &[u32] = if mode.is_sequential() {
                &[1]
            } else if mode.is_auto() {
                &[MOST_FOR_AUTO]
            } else {
                &workers
            };
            settings.extend(counts.iter().map(|workers| PhaseConfig {
                mode: mode.clone(),
                workers: *workers,
            }));
        }
        Plan {
            settings,
            which: args.phase.unwrap_or(Which::Both),
        }
    }

    /// How many runs a round has.
    pub(crate) fn len(&self) -> usize {
        self.settings.len()
    }

    pub(crate) fn measure(
        &self,
        args: &Args,
        bench: &Bench<'_>,
    ) -> Result<Vec<Sweep>, Box<dyn Error>> {
        let other = PhaseConfig {
            mode: "threads".parse().expect("a mode's own name"),
            workers: OTHER_WORKERS,
        };
        let compared = match self.which {
            Which::First => [true, false],
            Which::Second => [false, true],
            Which::Both => [true, true],
        };
        let mut sweeps =
            [(1, "faces", true), (2, "cvs", false)].map(|(number, name, waits)| Sweep {
                number,
                name: name.to_owned(),
                settings: self.empty(args.cvs(), waits, bench),
            });
        let mut random = ChaCha8Rng::seed_from_u64(args.seed);
        for round in 0..args.rounds() {
            // Two orders, so that a setting of one phase meets another of the other in every round.
            let [mut fetch, mut render] = [(); 2].map(|()| (0..self.len()).collect::<Vec<_>>());
            fetch.shuffle(&mut random);
            render.shuffle(&mut random);
            for (fetch, render) in fetch.into_iter().zip(render) {
                let chosen = [fetch, render];
                let setting = |phase: usize| {
                    if compared[phase] {
                        &self.settings[chosen[phase]]
                    } else {
                        &other
                    }
                };
                let record = bench.run(args.cvs(), setting(0), setting(1))?;
                if round < args.warm_up.into() {
                    continue;
                }
                for (phase, summary) in Summary::of_run(&record).iter().enumerate() {
                    let setting = &mut sweeps[phase].settings[chosen[phase]];
                    setting.seconds.push(summary.wall_seconds);
                    setting.cpu_seconds.extend(summary.cpu_seconds);
                    setting.peak_tree_rss_bytes =
                        setting.peak_tree_rss_bytes.max(summary.peak_tree_rss_bytes);
                }
            }
        }
        let sweeps = sweeps.into_iter().zip(compared);
        Ok(sweeps
            .filter_map(|(sweep, is_compared)| is_compared.then_some(sweep))
            .collect())
    }

    fn empty(&self, cvs: u64, waits: bool, bench: &Bench<'_>) -> Vec<Setting> {
        let empty = self.settings.iter().map(|setting| {
            let is_given = !setting.mode.is_sequential() && !setting.mode.is_auto();
            let workers = is_given.then_some(setting.workers);
            Setting {
                mode: setting.mode.canonical().to_owned(),
                workers,
                seconds: Vec::new(),
                cpu_seconds: Vec::new(),
                peak_tree_rss_bytes: None,
                ideal_seconds: waits
                    .then(|| bench.ideal_seconds(cvs, setting.workers))
                    .flatten(),
            }
        });
        empty.collect()
    }
}
