//! What can be wrong with an executor's options.

use crate::Mode;

/// Why an executor cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// An option asks for what the mode cannot do.
    #[error("{option} is not possible in mode {mode}: {reason}")]
    Unsupported {
        /// The mode.
        mode: Mode,
        /// The option.
        option: &'static str,
        /// Why it cannot be done.
        reason: &'static str,
    },
    /// An option's value makes no sense.
    #[error("{option} must be {allowed}")]
    Invalid {
        /// The option.
        option: &'static str,
        /// What it may be.
        allowed: &'static str,
    },
    /// This program never entered the worker, so its copies could not work as workers either.
    #[error(
        "worker processes need one line at the top of main: \
         `brigade_executor::worker().job::<YourJob>().enter();`"
    )]
    EntryMissing,
    /// This process *is* a worker that went past the entry line, or was never entered.
    #[error(
        "this process was started as a worker and must not start workers of its own: \
         `brigade_executor::worker().job::<YourJob>().enter();` has to be the first line of main"
    )]
    InsideWorker,
    /// An initialiser whose settings cannot be encoded.
    #[error("the initialiser's settings cannot be encoded: {message}")]
    Initialiser {
        /// Why not.
        message: String,
    },
    /// The system refused a resource the executor needs.
    #[error("cannot set up {what}")]
    System {
        /// What it needed.
        what: &'static str,
        /// Why the system refused.
        #[source]
        source: std::io::Error,
    },
}
