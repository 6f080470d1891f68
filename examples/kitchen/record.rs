//! The scenes as a run's record, of which `brigade-report` makes the page.

use std::error::Error;
use std::time::SystemTime;

use brigade_report::{Closing, Machine, Outcome, Run, SCHEMA, Sampling, rfc3339};

use crate::scene::Played;

pub(crate) fn record(
    scenes: &[Played],
    started_at: SystemTime,
    wall_seconds: f64,
) -> Result<Run, Box<dyn Error>> {
    let machine = brigade_metrics::Machine::describe()?;
    let made = scenes
        .iter()
        .map(|scene| scene.phase.tasks.len() as u64)
        .sum();
    Ok(Run {
        schema: SCHEMA,
        program: "kitchen".to_owned(),
        command: std::env::args().collect(),
        started_at: rfc3339(started_at),
        wall_seconds,
        requested: made,
        seed: 0,
        source: "none".to_owned(),
        locale: "none".to_owned(),
        layout: "none".to_owned(),
        details: false,
        closing: Closing {
            outcome: Outcome::Complete,
            exit_code: 0,
            reason: None,
            made,
            failed: 0,
            unfinished: 0,
            resumed: 0,
            distinct_faces: None,
            retries: 0,
            archive: None,
        },
        machine: Machine {
            os: machine.os,
            cpu_brand: machine.cpu_brand,
            cores_logical: machine.cores_logical as u32,
            cores_effective: machine.cores_effective as u32,
            ram_bytes: machine.ram_bytes,
            ..Machine::default()
        },
        sampling: Sampling::default(),
        phases: scenes.iter().map(|scene| scene.phase.clone()).collect(),
    })
}
