//! What a run tells while it goes on, for whoever draws a progress bar.

/// A step of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// A phase begins.
    PhaseStarted {
        /// `faces` or `cvs`.
        phase: &'static str,
        /// How many it is to deliver.
        total: u64,
    },
    /// A task of the phase is done with for good.
    TaskFinished {
        /// Whether it delivered.
        delivered: bool,
    },
    /// Some tasks of the phase go another round: so many are to be delivered yet.
    Again {
        /// How many.
        tasks: u64,
    },
    /// The phase is over.
    PhaseFinished,
}
