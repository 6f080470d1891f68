//! The sampler's types as the record's. Two crates that do not know each other meet here.

use brigade_metrics::Series;
use brigade_report::{Machine, Sample, Sampling};

use crate::Error;
use crate::recorder::nanoseconds;

/// What the machine offers, as records tell it.
///
/// # Errors
/// When its counters are out of reach.
pub fn machine() -> Result<Machine, Error> {
    let machine = brigade_metrics::Machine::describe().map_err(Error::Metrics)?;
    Ok(Machine {
        os: machine.os,
        cpu_brand: machine.cpu_brand,
        cores_logical: count(machine.cores_logical),
        cores_physical: machine.cores_physical.map(count),
        cores_effective: count(machine.cores_effective),
        cpu_quota_cores: machine.cpu_quota_cores,
        ram_bytes: machine.ram_bytes,
        memory_limit_bytes: machine.memory_limit_bytes,
        open_files_limit: machine.open_files_limit,
    })
}

pub(crate) fn sampling(series: &Series) -> Sampling {
    let samples = series.samples.iter().map(|sample| Sample {
        at_ns: nanoseconds(sample.at),
        cpu_percent: sample.cpu_percent,
        cores_percent: sample.cores_percent.clone(),
        ram_total_bytes: sample.memory.total_bytes,
        ram_available_bytes: sample.memory.available_bytes,
        tree_rss_bytes: sample.tree.rss_bytes,
        tree_cpu_seconds: sample.tree.cpu.as_secs_f64(),
        tree_processes: count(sample.tree.processes),
        tree_threads: count(sample.tree.threads),
    });
    Sampling {
        taken: series.taken,
        cpu_seconds: series.own_cpu.as_secs_f64(),
        samples: samples.collect(),
    }
}

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
