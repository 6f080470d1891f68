//! The article's five runs, one more under a lock like Python's, and what the article says that its own took.

use std::error::Error;

use brigade_pipeline::PhaseConfig;
use brigade_report::WholeRun;
use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom as _;

use crate::args::Args;
use crate::bench::Bench;

/// A run: what it is called, how many CVs, mode and workers of each phase, and the article's own seconds.
struct Preset {
    title: &'static str,
    cvs: u64,
    modes: [&'static str; 2],
    workers: u32,
    theirs: [Option<f64>; 2],
}

const PRESETS: [Preset; 6] = [
    Preset {
        title: "10, a loop",
        cvs: 10,
        modes: ["common", "common"],
        workers: 10,
        theirs: [None, Some(24.0)],
    },
    Preset {
        title: "10, 8 threads",
        cvs: 10,
        modes: ["multithreading", "multithreading"],
        workers: 8,
        theirs: [None, Some(30.0)],
    },
    Preset {
        title: "10, 8 threads under a lock",
        cvs: 10,
        modes: ["gil", "gil"],
        workers: 8,
        theirs: [None, None],
    },
    Preset {
        title: "10, 8 processes",
        cvs: 10,
        modes: ["multiprocessing", "multiprocessing"],
        workers: 8,
        theirs: [None, None],
    },
    Preset {
        title: "100, 100 processes",
        cvs: 100,
        modes: ["multiprocessing", "multiprocessing"],
        workers: 100,
        theirs: [None, None],
    },
    Preset {
        title: "100, 100 threads, then 100 processes",
        cvs: 100,
        modes: ["multithreading", "multiprocessing"],
        workers: 100,
        theirs: [None, None],
    },
];

/// The most CVs of any run.
pub(crate) const MOST_CVS: u64 = 100;

/// How many runs a round has.
pub(crate) const ROUND: usize = PRESETS.len();

pub(crate) fn measure(args: &Args, bench: &Bench<'_>) -> Result<Vec<WholeRun>, Box<dyn Error>> {
    let mut runs: Vec<WholeRun> = PRESETS.iter().map(Preset::empty).collect();
    let mut random = ChaCha8Rng::seed_from_u64(args.seed);
    let mut order: Vec<usize> = (0..ROUND).collect();
    for round in 0..args.rounds() {
        order.shuffle(&mut random);
        for &index in &order {
            let preset = &PRESETS[index];
            let [fetch, render] = preset.modes.map(|mode| PhaseConfig {
                mode: mode.parse().expect("a mode's own name"),
                workers: preset.workers,
            });
            let record = bench.run(preset.cvs, &fetch, &render)?;
            if round >= args.warm_up.into() {
                let phases = runs[index].phases.iter_mut().zip(&record.phases);
                phases.for_each(|(seconds, phase)| seconds.push(phase.wall_seconds()));
            }
        }
    }
    Ok(runs)
}

impl Preset {
    fn empty(&self) -> WholeRun {
        let [p1, p2] = self.modes;
        let mut command = format!(
            "cv-pipeline --cvs={} --p1_type={p1} --p2_type={p2}",
            self.cvs
        );
        if p1 != "common" {
            command += &format!(
                " --p1_max_workers={workers} --p2_max_workers={workers}",
                workers = self.workers
            );
        }
        WholeRun {
            title: self.title.to_owned(),
            command,
            requested: self.cvs,
            phases: [Vec::new(), Vec::new()],
            theirs: self.theirs,
        }
    }
}
