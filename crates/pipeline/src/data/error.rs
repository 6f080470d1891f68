//! What can be wrong with a file of people, and with one row of it.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a file of people cannot be used at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// It is not there, or the system does not let it be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Its name does not tell what is in it.
    #[error("{} is neither .csv nor .jsonl", path.display())]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// The first line does not name the columns.
    #[error("{} has no usable header: {detail}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// What is there instead.
        detail: String,
    },
    /// A column that every CV needs is not there.
    #[error("{} has no column {}; add it, or let it be invented (--missing=invent)", path.display(), columns.join(", "))]
    MissingColumns {
        /// The file.
        path: PathBuf,
        /// The names of the columns.
        columns: Vec<&'static str>,
    },
    /// Somebody wrote to it since it was opened.
    #[error("{} has changed while it was being used", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
}

/// What is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}{}: {detail}", InColumn(column.as_deref()))]
#[non_exhaustive]
pub struct BadRow {
    /// Where the row starts, from 1.
    pub line: u64,
    /// The column, or field, that is wrong; of JSON that is none, the character it goes wrong at.
    pub column: Option<String>,
    /// What is wrong.
    pub detail: String,
}

impl BadRow {
    pub(super) fn new(line: u64, detail: impl Into<String>) -> BadRow {
        BadRow {
            line,
            column: None,
            detail: detail.into(),
        }
    }

    pub(super) fn of(line: u64, column: impl Into<String>, detail: impl Into<String>) -> BadRow {
        BadRow {
            line,
            column: Some(column.into()),
            detail: detail.into(),
        }
    }
}

struct InColumn<'a>(Option<&'a str>);

impl fmt::Display for InColumn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(column) => write!(f, ", column {column}"),
            None => Ok(()),
        }
    }
}
