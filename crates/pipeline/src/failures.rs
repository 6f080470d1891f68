//! Failures as a product: a table and JSON of whom a run could not make, and how many of them are too many.

use std::io;
use std::path::Path;
use std::str::FromStr;

use brigade_report::{FailedTask, write_failures_csv, write_failures_json};

use crate::Error;
use crate::folder::RunFolder;
use crate::journal::{self, Record};

/// So many failures a run goes on with; one more ends it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MaxFailures {
    /// A number of CVs.
    Count(u64),
    /// Of a hundred CVs asked for.
    Percent(f64),
}

impl MaxFailures {
    pub(crate) fn is_exceeded(self, failed: u64, requested: u64) -> bool {
        match self {
            MaxFailures::Count(most) => failed > most,
            MaxFailures::Percent(most) => failed as f64 * 100.0 > most * requested as f64,
        }
    }
}

impl FromStr for MaxFailures {
    type Err = UnknownMaximum;

    /// `10` or `2.5%`.
    fn from_str(text: &str) -> Result<MaxFailures, UnknownMaximum> {
        let wrong = || UnknownMaximum {
            text: text.to_owned(),
        };
        let Some(percent) = text.strip_suffix('%') else {
            return text.parse().map(MaxFailures::Count).map_err(|_| wrong());
        };
        let percent = percent.trim().parse().map_err(|_| wrong())?;
        if (0.0..=100.0).contains(&percent) {
            Ok(MaxFailures::Percent(percent))
        } else {
            Err(wrong())
        }
    }
}

/// A text that is no number of failures.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is neither a number of CVs nor a percentage from 0% to 100%")]
pub struct UnknownMaximum {
    /// The text.
    pub text: String,
}

/// Writes whom the journal lists as given up beside the record; removes an earlier run's lists where it lists nobody.
pub(crate) fn write(folder: &RunFolder, failed: u64) -> Result<(), Error> {
    let lists = folder.failures();
    if failed == 0 {
        lists
            .iter()
            .for_each(|list| drop(std::fs::remove_file(list)));
        return Ok(());
    }
    let journal = folder.journal();
    let [table, json] = lists;
    folder.write_whole(&table, |file| write_failures_csv(listed(&journal)?, file))?;
    folder.write_whole(&json, |file| write_failures_json(listed(&journal)?, file))
}

fn listed(journal: &Path) -> io::Result<impl Iterator<Item = FailedTask> + use<>> {
    let records = journal::read(journal)?;
    Ok(records.filter_map(|record| match record {
        Record::Failed(lost) => Some(FailedTask {
            row: lost.index + 1,
            person: lost.label.unwrap_or_default(),
            phase: lost.phase,
            attempts: lost.attempts,
            failure: lost.failure,
        }),
        _ => None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_maximum_is_a_number_or_a_part_of_all() {
        let max = |text: &str| text.parse::<MaxFailures>();
        assert!(!max("2").unwrap().is_exceeded(2, 10));
        assert!(max("2").unwrap().is_exceeded(3, 10));
        assert!(!max("25%").unwrap().is_exceeded(2, 8));
        assert!(max("25%").unwrap().is_exceeded(3, 8));
        assert!(max("0").unwrap().is_exceeded(1, 8));
        for wrong in ["", "%", "-1", "101%", "x", "NaN%"] {
            assert!(max(wrong).is_err(), "{wrong}");
        }
    }
}
