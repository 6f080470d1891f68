//! What can stop a whole run. What fails one CV is no error of the run: it is listed in the record.

use std::path::PathBuf;

/// Why a run could not start or could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The run's folder, or a file in it, could not be created, read or written.
    #[error("cannot use {}", path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// Another run is using the folder now.
    #[error("{} is in use by another run; wait for it to end or choose another --out", path.display())]
    Locked {
        /// The run's folder.
        path: PathBuf,
    },
    /// The folder holds a run that was cut off.
    #[error(
        "the run in {0} is not finished: --resume {0} goes on with it, --fresh throws it away",
        out.display()
    )]
    Unfinished {
        /// Where it was to deliver.
        out: PathBuf,
    },
    /// There is nothing to go on with.
    #[error("there is no run in {} that could be gone on with", out.display())]
    NoRun {
        /// The folder.
        out: PathBuf,
    },
    /// What is to be gone on with is another run.
    #[error(
        "the run in {} was another one: {}; --accept-changes goes on all the same, --fresh starts over",
        out.display(), differences.join("; ")
    )]
    Changed {
        /// Where it was to deliver.
        out: PathBuf,
        /// What was otherwise, in words.
        differences: Vec<String>,
    },
    /// The journal of an earlier run cannot be understood.
    #[error("{} is no journal of a run; --fresh starts over", path.display())]
    NoJournal {
        /// The file.
        path: PathBuf,
    },
    /// The user's own people cannot be read.
    #[error("the people cannot be read")]
    Data(#[source] crate::DataError),
    /// In no attempt did anything answer where the faces should come from.
    #[error("no face could be fetched")]
    Unreachable {
        /// The address and what was tried.
        #[source]
        source: brigade_faces::FetchError,
    },
    /// A face arrived and could not be kept.
    #[error("a face could not be kept in the run's folder")]
    Unwritable {
        /// The path and what the system said.
        #[source]
        source: brigade_faces::FetchError,
    },
    /// The workers of a phase could not be set up.
    #[error("the workers for the phase `{phase}` could not be set up")]
    Executor {
        /// `faces` or `cvs`.
        phase: &'static str,
        /// Why not.
        #[source]
        source: brigade_executor::BuildError,
    },
    /// The phase is to run in a mode that nobody handed in.
    #[error("the phase `{phase}` cannot run in mode {mode}: it is not part of this program")]
    NoBackend {
        /// `faces` or `cvs`.
        phase: &'static str,
        /// The mode.
        mode: &'static str,
    },
    /// A font could not be used.
    #[error("the fonts cannot be used")]
    Fonts(#[source] brigade_documents::Error),
    /// The archive could not be written.
    #[error("the archive {} could not be written", path.display())]
    Archive {
        /// Where it grows.
        path: PathBuf,
        /// Why not.
        #[source]
        source: brigade_documents::ArchiveError,
    },
    /// The machine's counters could not be read.
    #[error("the machine could not be measured")]
    Metrics(#[source] brigade_metrics::Error),
}

impl Error {
    /// Whether asking differently would help: the folder is in use, the data is not fit. Everything else is fatal.
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Error::Locked { .. }
                | Error::Unfinished { .. }
                | Error::NoRun { .. }
                | Error::Changed { .. }
                | Error::NoJournal { .. }
                | Error::Data(_)
                | Error::NoBackend { .. }
        )
    }
}
