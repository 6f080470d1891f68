//! The list of what a run could not make, for people who have to do something about it.

use std::io::{self, Write};

use serde::Serialize;

use crate::csv::cell;
use crate::phase::Failure;

/// A task that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedTask {
    /// Which row of the data, or which of the people, from 1: [`Task::number`](crate::Task::number).
    pub row: u64,
    /// Whose CV it is.
    pub person: String,
    /// The phase that could not do its part.
    pub phase: String,
    /// How often it was tried.
    pub attempts: u32,
    /// Why.
    #[serde(flatten)]
    pub failure: Failure,
}

/// Writes a line for each under a line of names (RFC 4180); no cell can become a formula. `out` should be buffered.
///
/// # Errors
/// When `out` fails.
pub fn write_failures_csv(
    failed: impl Iterator<Item = FailedTask>,
    mut out: impl Write,
) -> io::Result<()> {
    write!(out, "row,person,phase,attempts,failure,message,causes\r\n")?;
    for task in failed {
        write!(
            out,
            "{},{},{},{},{},{},{}\r\n",
            task.row,
            cell(&task.person),
            cell(&task.phase),
            task.attempts,
            cell(task.failure.kind.describe()),
            cell(&task.failure.message),
            cell(&task.failure.causes.join("; ")),
        )?;
    }
    Ok(())
}

/// Writes a JSON array with an object a line. `out` should be buffered.
///
/// # Errors
/// When `out` fails.
pub fn write_failures_json(
    failed: impl Iterator<Item = FailedTask>,
    mut out: impl Write,
) -> io::Result<()> {
    let mut before = "[\n";
    for task in failed {
        write!(out, "{before}")?;
        serde_json::to_writer(&mut out, &task)?;
        before = ",\n";
    }
    // An array without a task has no line to end.
    write!(out, "{}", if before == "[\n" { "[]\n" } else { "\n]\n" })
}
