//! The record of one run: what was asked, where it ran, what was seen, how it ended.
//!
//! Plain data under a version number, described field by field in `docs/run-record.md`. Event times are whole
//! nanoseconds from the run's start, other times are seconds. What nobody measured is `None` and absent from JSON,
//! never zero.

use crate::phase::Phase;
use serde::{Deserialize, Serialize};

/// The version of the record that this crate writes and reads.
pub const SCHEMA: u32 = 1;

/// Everything known about one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// [`SCHEMA`]; a reader refuses others.
    pub schema: u32,
    /// The program and its version, such as `cv-pipeline 0.1.0`.
    pub program: String,
    /// The command line, program name first, as typed.
    pub command: Vec<String>,
    /// When the run started, by the wall clock, in UTC ([`crate::rfc3339`]).
    pub started_at: String,
    /// From the start of the first phase's set-up to the end of the last phase.
    pub wall_seconds: f64,
    /// How many results were asked for.
    pub requested: u64,
    /// What the random generator started from.
    pub seed: u64,
    /// Where the faces come from, without credentials.
    pub source: String,
    /// The language and region of the invented people.
    pub locale: String,
    /// The page's layout.
    pub layout: String,
    /// Whether a line per task was asked for.
    pub details: bool,
    /// How it ended.
    pub closing: Closing,
    /// What the machine offered.
    pub machine: Machine,
    /// What the sampler saw.
    pub sampling: Sampling,
    /// The phases in order.
    pub phases: Vec<Phase>,
}

/// What the machine offered the run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The operating system and its version.
    pub os: String,
    /// The processor's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_brand: Option<String>,
    /// Hardware threads.
    pub cores_logical: u32,
    /// Physical cores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores_physical: Option<u32>,
    /// Threads that can really run at once, affinity and CPU quota taken into account.
    pub cores_effective: u32,
    /// The cgroup's CPU quota, in cores.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_quota_cores: Option<f64>,
    /// RAM.
    pub ram_bytes: u64,
    /// The cgroup's memory limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory_limit_bytes: Option<u64>,
    /// File descriptors that one process may have open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_files_limit: Option<u64>,
}

/// The sampler's series and cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// Samples taken; more than are kept when a long series was thinned.
    pub taken: u64,
    /// CPU time that sampling itself used.
    pub cpu_seconds: f64,
    /// The samples kept, oldest first.
    pub samples: Vec<Sample>,
}

/// One reading of the machine and the run's own processes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// When, from the run's start.
    pub at_ns: u64,
    /// All cores together since the sample before, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cpu_percent: Option<f32>,
    /// Each core since the sample before, 0 to 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cores_percent: Vec<f32>,
    /// RAM, or the cgroup's limit where that is less.
    pub ram_total_bytes: u64,
    /// RAM that programs could still take.
    pub ram_available_bytes: u64,
    /// Resident memory of the run's processes added up: shared pages count in each.
    pub tree_rss_bytes: u64,
    /// CPU time of the run's processes since sampling started.
    pub tree_cpu_seconds: f64,
    /// The run's processes.
    pub tree_processes: u32,
    /// Their threads.
    pub tree_threads: u32,
}

impl Sample {
    /// RAM that is not available.
    #[must_use]
    pub fn ram_used_bytes(&self) -> u64 {
        self.ram_total_bytes
            .saturating_sub(self.ram_available_bytes)
    }
}

/// How the run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Closing {
    /// In one word.
    pub outcome: Outcome,
    /// What the process exits with.
    pub exit_code: u8,
    /// The signal that interrupted it, such as `SIGINT`, or what was fatal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Results delivered, those kept from an earlier run included.
    pub made: u64,
    /// Results given up.
    pub failed: u64,
    /// Results that an interrupted run neither made nor gave up.
    #[serde(default)]
    pub unfinished: u64,
    /// Results kept from an earlier, interrupted run.
    #[serde(default)]
    pub resumed: u64,
    /// Different faces among those delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distinct_faces: Option<u64>,
    /// Attempts repeated, in and between tasks.
    pub retries: u64,
    /// The archive of the results.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive: Option<Archive>,
}

/// The outcome of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Everything asked for was delivered.
    Complete,
    /// It ended, and some or all results failed.
    Failures,
    /// Nothing was asked for, or everything was there already.
    NothingToDo,
    /// A signal ended it early.
    Interrupted,
    /// It could not do its work at all.
    Fatal,
}

/// The ZIP of the results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Archive {
    /// Where it lies.
    pub path: String,
    /// The other ZIPs, in order, where the results were split.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<String>,
    /// Its size, the others' included.
    pub bytes: u64,
    /// How long packing took, within the last phase.
    pub pack_seconds: f64,
}
