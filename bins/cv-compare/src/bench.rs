//! The runs: one face service for all, a folder that goes away, the same seed, and only settings that differ.

use std::error::Error;
use std::ops::ControlFlow;

use brigade_cli::{Output, Progress};
use brigade_pipeline::{Config, Interrupt, PhaseConfig, Source, run};
use brigade_portraits::service::Service;
use brigade_portraits::{Latency, Pictures, ServerConfig};
use brigade_report::{Outcome, Run};
use tempfile::TempDir;

use crate::args::Args;

/// What all runs share.
pub(crate) struct Bench<'a> {
    service: Option<Service>,
    latency: Latency,
    source: Source,
    seed: u64,
    out: TempDir,
    interrupt: &'a Interrupt,
    progress: Progress,
}

/// Why the comparison ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Ended {
    /// A signal.
    #[error("interrupted: a comparison has no partial result")]
    Interrupted,
    /// A run that lost tasks took another time than one that did not.
    #[error("{failed} of {requested} CVs failed with {setting}, the first because {message}")]
    Failed {
        failed: u64,
        requested: u64,
        setting: String,
        message: String,
    },
}

impl<'a> Bench<'a> {
    /// Draws every portrait before any clock starts.
    pub(crate) fn new(
        args: &Args,
        most_cvs: u64,
        runs: u64,
        latency: Latency,
        interrupt: &'a Interrupt,
    ) -> Result<Bench<'a>, Box<dyn Error>> {
        let service = match &args.faces {
            Some(_) => None,
            None => {
                if !args.quiet {
                    Output::stderr().line(&format!("preparing {most_cvs} portraits"))?;
                }
                let config = ServerConfig {
                    seed: args.seed,
                    pictures: Pictures::Drawn { cache: None },
                    prepare: 0..most_cvs,
                    latency,
                    ..ServerConfig::default()
                };
                let started =
                    Service::start_watched(&config, &mut |_| match interrupt.is_triggered() {
                        true => ControlFlow::Break(()),
                        false => ControlFlow::Continue(()),
                    });
                match started {
                    Err(brigade_portraits::Error::Cancelled) => {
                        return Err(Ended::Interrupted.into());
                    }
                    started => Some(started?),
                }
            }
        };
        let source = match (&args.faces, &service) {
            (Some(source), _) => source.clone(),
            (None, Some(service)) => Source::service(service.url_template())?,
            (None, None) => unreachable!("a service was started where no source was named"),
        };
        Ok(Bench {
            service,
            latency,
            source,
            seed: args.seed,
            out: tempfile::Builder::new().prefix("cv-compare-").tempdir()?,
            interrupt,
            progress: Progress::start("runs", runs, args.quiet),
        })
    }

    /// Where the faces come from.
    pub(crate) fn source(&self) -> String {
        match &self.service {
            Some(_) => format!(
                "the embedded service, mean wait {} ms",
                self.latency.mean().as_millis()
            ),
            None => self.source.to_string(),
        }
    }

    /// What the waits alone take when `workers` do nothing else; known of the embedded service only.
    pub(crate) fn ideal_seconds(&self, cvs: u64, workers: u32) -> Option<f64> {
        self.service.as_ref()?;
        let waits = (0..cvs).map(|index| self.latency.of(self.seed, index, 1).as_secs_f64());
        Some(makespan(waits, workers))
    }

    /// One run, everything delivered.
    pub(crate) fn run(
        &self,
        cvs: u64,
        fetch: &PhaseConfig,
        render: &PhaseConfig,
    ) -> Result<Run, Box<dyn Error>> {
        let mut config = Config::new(self.source.clone(), self.seed);
        config.program = concat!("cv-compare ", env!("CARGO_PKG_VERSION")).to_owned();
        config.cvs = cvs;
        config.fetch = fetch.clone();
        config.render = render.clone();
        config.out = self.out.path().to_owned();
        config.gil = Some(brigade_gil::build);
        config.not_measured = self.service.iter().map(Service::pid).collect();
        let record = run(&config, self.interrupt, &|_| {})?;
        match record.closing.outcome {
            Outcome::Complete => {
                self.progress.done();
                Ok(record)
            }
            Outcome::Interrupted => Err(Ended::Interrupted.into()),
            _ => {
                let mut failures = record.phases.iter().flat_map(|phase| phase.failed());
                Err(Ended::Failed {
                    failed: record.closing.failed,
                    requested: cvs,
                    setting: format!("{} and {}", fetch.mode, render.mode),
                    message: failures
                        .next()
                        .map_or_else(String::new, |(_, failure)| failure.message.clone()),
                }
                .into())
            }
        }
    }
}

/// Tasks dealt in their order, each to the worker that is free first. A worker that never gets one takes no room: their
/// number is the user's.
fn makespan(tasks: impl Iterator<Item = f64>, workers: u32) -> f64 {
    let mut ends: Vec<f64> = Vec::new();
    for task in tasks {
        if ends.len() < workers.max(1) as usize {
            ends.push(task);
            continue;
        }
        let first = ends
            .iter_mut()
            .min_by(|one, other| one.total_cmp(other))
            .expect("at least one worker");
        *first += task;
    }
    ends.into_iter().fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ideal_deals_tasks_to_whoever_is_free() {
        let tasks = || [3.0, 1.0, 1.0, 1.0, 2.0].into_iter();
        assert_eq!(makespan(tasks(), 1), 8.0);
        assert_eq!(makespan(tasks(), 2), 5.0);
        assert_eq!(makespan(tasks(), 9), 3.0);
        assert_eq!(makespan(tasks(), u32::MAX), 3.0);
        assert_eq!(makespan(std::iter::empty(), 4), 0.0);
    }
}
