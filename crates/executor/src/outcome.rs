//! What becomes of a job: one enum for every mode.

use serde::{Deserialize, Serialize};
use std::{error::Error, fmt, iter, time::Duration};

/// What became of a job. Every job yields exactly one.
///
/// ```
/// use brigade_executor::{Death, Outcome};
///
/// let outcome: Outcome<u64> = Outcome::Crashed { death: Death::Signal(11), stderr: "loading page 7".into() };
/// match &outcome {
///     Outcome::Ok(pages) => println!("{pages} pages"),
///     Outcome::Crashed { death: Death::Signal(11), .. } => println!("it segfaulted"),
///     other => println!("no pages: {other}"),
/// }
/// // Or with `?`:
/// let error = outcome.into_result().unwrap_err();
/// assert_eq!(error.to_string(), "its worker was killed by signal 11; last words: loading page 7");
/// assert_eq!(error.outcome().kind(), "crashed");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[must_use]
pub enum Outcome<T> {
    /// The job's output.
    Ok(T),
    /// The job returned an error, or its data could not be encoded or decoded.
    Failed {
        /// The error's message.
        message: String,
        /// The messages of its sources, outermost first.
        causes: Vec<String>,
    },
    /// The job panicked; its worker goes on.
    Panicked {
        /// What the panic said.
        message: String,
        /// Where, as `file:line:column`.
        location: Option<String>,
    },
    /// The worker process died while it had this job.
    Crashed {
        /// How it died.
        death: Death,
        /// The last lines it wrote to stdout or stderr.
        stderr: String,
    },
    /// The job ran longer than it may and was killed.
    TimedOut {
        /// The limit that was set.
        limit: Duration,
    },
    /// The worker process needed more memory than it may and was killed.
    MemoryLimit {
        /// The limit that was set, in bytes.
        limit: u64,
    },
    /// The job was cancelled, by its handle or by the executor's end.
    Cancelled,
}

/// How a worker process ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Death {
    /// Killed by this signal (`SIGSEGV` is 11, `SIGABRT` 6, `SIGKILL` 9).
    Signal(i32),
    /// It exited, with this code.
    Exit(i32),
    /// It broke the protocol (garbage, a closed connection) and was killed; the text says how.
    Protocol(String),
    /// It could not be started, or did not answer as a worker of this program; the text says why.
    Start(String),
}

/// Anything but [`Outcome::Ok`], as an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobError(Box<Outcome<()>>);

impl<T> Outcome<T> {
    /// True for [`Outcome::Ok`].
    #[must_use]
    pub fn is_ok(&self) -> bool {
        matches!(self, Self::Ok(_))
    }

    /// The output, if there is one.
    #[must_use]
    pub fn ok(self) -> Option<T> {
        match self {
            Self::Ok(output) => Some(output),
            _ => None,
        }
    }

    /// The output, or everything else as an error for `?`.
    ///
    /// # Errors
    /// Whatever is not [`Outcome::Ok`].
    pub fn into_result(self) -> Result<T, JobError> {
        match self.with(|output| Err(output)) {
            Ok(other) => Err(JobError(Box::new(other))),
            Err(output) => Ok(output),
        }
    }

    /// A stable word for the kind: `ok`, `failed`, `panicked`, `crashed`, `timed out`, `memory limit`, `cancelled`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Ok(_) => "ok",
            Self::Failed { .. } => "failed",
            Self::Panicked { .. } => "panicked",
            Self::Crashed { .. } => "crashed",
            Self::TimedOut { .. } => "timed out",
            Self::MemoryLimit { .. } => "memory limit",
            Self::Cancelled => "cancelled",
        }
    }

    /// The same outcome with another output.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Outcome<U> {
        let changed: Result<_, std::convert::Infallible> =
            self.with(|output| Ok(Outcome::Ok(change(output))));
        let Ok(outcome) = changed;
        outcome
    }

    /// Replaces the output's place by what `change` says; every other kind passes through.
    #[inline]
    pub(crate) fn with<U, E>(
        self,
        change: impl FnOnce(T) -> Result<Outcome<U>, E>,
    ) -> Result<Outcome<U>, E> {
        Ok(match self {
            Self::Ok(output) => return change(output),
            Self::Failed { message, causes } => Outcome::Failed { message, causes },
            Self::Panicked { message, location } => Outcome::Panicked { message, location },
            Self::Crashed { death, stderr } => Outcome::Crashed { death, stderr },
            Self::TimedOut { limit } => Outcome::TimedOut { limit },
            Self::MemoryLimit { limit } => Outcome::MemoryLimit { limit },
            Self::Cancelled => Outcome::Cancelled,
        })
    }

    /// The same without the output, for observers.
    pub(crate) fn hollow(&self) -> Outcome<()> {
        match self {
            Self::Ok(_) => Outcome::Ok(()),
            Self::Failed { message, causes } => Outcome::Failed {
                message: message.clone(),
                causes: causes.clone(),
            },
            Self::Panicked { message, location } => Outcome::Panicked {
                message: message.clone(),
                location: location.clone(),
            },
            Self::Crashed { death, stderr } => Outcome::Crashed {
                death: death.clone(),
                stderr: stderr.clone(),
            },
            Self::TimedOut { limit } => Outcome::TimedOut { limit: *limit },
            Self::MemoryLimit { limit } => Outcome::MemoryLimit { limit: *limit },
            Self::Cancelled => Outcome::Cancelled,
        }
    }

    /// The outcome of a job whose error this is.
    pub(crate) fn failed(error: &(dyn Error + 'static)) -> Self {
        let message = error.to_string();
        let causes = iter::successors(error.source(), |&cause| cause.source())
            .map(ToString::to_string)
            .collect();
        Self::Failed { message, causes }
    }
}

impl JobError {
    /// The outcome itself (never [`Outcome::Ok`]).
    pub fn outcome(&self) -> &Outcome<()> {
        &self.0
    }
}

impl Error for JobError {}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<T> fmt::Display for Outcome<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok(_) => f.write_str("ok"),
            Self::Failed { message, causes } => {
                f.write_str(message)?;
                causes.iter().try_for_each(|cause| write!(f, ": {cause}"))
            }
            Self::Panicked {
                message,
                location: Some(location),
            } => write!(f, "panicked at {location}: {message}"),
            Self::Panicked {
                message,
                location: None,
            } => write!(f, "panicked: {message}"),
            Self::Crashed { death, stderr } => {
                write!(f, "its worker {death}")?;
                match stderr.lines().rfind(|line| !line.trim().is_empty()) {
                    Some(line) => write!(f, "; last words: {line}"),
                    None => Ok(()),
                }
            }
            Self::TimedOut { limit } => write!(f, "ran longer than {limit:?}"),
            Self::MemoryLimit { limit } => write!(f, "needed more than {limit} bytes of memory"),
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl fmt::Display for Death {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signal(signal) => write!(f, "was killed by signal {signal}"),
            Self::Exit(code) => write!(f, "exited with code {code}"),
            Self::Protocol(what) => write!(f, "broke the protocol: {what}"),
            Self::Start(why) => write!(f, "could not be started: {why}"),
        }
    }
}
