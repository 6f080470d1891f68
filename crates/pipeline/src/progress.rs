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
    /// A task of the phase has ended.
    TaskFinished {
        /// Whether it delivered.
        delivered: bool,
        /// How many of the phase run now.
        running: u64,
    },
    /// Some tasks that delivered go another round, because what they delivered another has already.
    Again {
        /// How many: the total of the round that begins.
        tasks: u64,
    },
    /// The phase is over.
    PhaseFinished,
}
