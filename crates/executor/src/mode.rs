//! Where jobs run, by name.

use crate::BuildError;
use std::{fmt, str::FromStr};

/// Where jobs run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// In the caller's thread, one after the other.
    Sequential,
    /// On threads of this process.
    #[default]
    Threads,
    /// In worker processes: a job that crashes, hangs or eats memory costs itself only.
    Processes,
    /// In a loop or on threads, as many as the first jobs turn out to deserve;
    /// [`Executor::choice`](crate::Executor::choice) says what and why. [`Builder::workers`](crate::Builder::workers) is the
    /// most it may use, 256 unless said otherwise.
    Auto,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sequential => "sequential",
            Self::Threads => "threads",
            Self::Processes => "processes",
            Self::Auto => "auto",
        })
    }
}

impl FromStr for Mode {
    type Err = BuildError;

    fn from_str(name: &str) -> Result<Self, BuildError> {
        let modes = [Self::Sequential, Self::Threads, Self::Processes, Self::Auto];
        let found = modes.into_iter().find(|mode| mode.to_string() == name);
        found.ok_or(BuildError::Invalid {
            option: "mode",
            allowed: "sequential, threads, processes or auto",
        })
    }
}
