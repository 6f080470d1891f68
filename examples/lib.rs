//! Examples of every crate, one file each; `cargo run --example NAME` runs one. Here is what all of them say alike: why one
//! ended early, and which of its arguments is wrong.

use std::error::Error;
use std::fmt::{self, Display};
use std::str::FromStr;
use std::time::Duration;

/// Why an example ended early, to be returned by `main`: told in a sentence, with its causes. Of a `Box<dyn Error>`, std
/// prints what programmers see, such as `EntryMissing`.
pub struct EndedEarly(Box<dyn Error>);

impl<E: Into<Box<dyn Error>>> From<E> for EndedEarly {
    fn from(error: E) -> EndedEarly {
        EndedEarly(error.into())
    }
}

impl fmt::Debug for EndedEarly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, "\n  caused by: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// The argument at `place`, from 1, if there is one. `name` is what the example's documentation calls it.
///
/// # Errors
/// If it cannot be read as what is wanted.
pub fn argument<T: FromStr<Err: Display>>(place: usize, name: &str) -> Result<Option<T>, String> {
    let word = std::env::args().nth(place);
    word.map(|word| read(&word, name)).transpose()
}

/// The argument at `place` as a time in seconds.
///
/// # Errors
/// If it is no number, or none that can be waited for.
pub fn seconds(place: usize, name: &str) -> Result<Option<Duration>, String> {
    let seconds: Option<f64> = argument(place, name)?;
    let duration = |seconds| {
        let duration = Duration::try_from_secs_f64(seconds);
        duration.map_err(|error| format!("{name}: '{seconds}': {error}"))
    };
    seconds.map(duration).transpose()
}

/// A word of the command line as what is wanted.
///
/// # Errors
/// Names the argument and the word.
pub fn read<T: FromStr<Err: Display>>(word: &str, name: &str) -> Result<T, String> {
    let read = word.parse();
    read.map_err(|error| format!("{name}: '{word}': {error}"))
}

/// The snippets of the READMEs compile: each crate's, and the workspace's own.
#[cfg(doctest)]
mod readmes {
    #[doc = include_str!("../README.md")]
    struct Workspace;
    #[doc = include_str!("../crates/cli/README.md")]
    struct Cli;
    #[doc = include_str!("../crates/documents/README.md")]
    struct Documents;
    #[doc = include_str!("../crates/executor/README.md")]
    struct Executor;
    #[doc = include_str!("../crates/faces/README.md")]
    struct Faces;
    #[doc = include_str!("../crates/gil/README.md")]
    struct Gil;
    #[doc = include_str!("../crates/metrics/README.md")]
    struct Metrics;
    #[doc = include_str!("../crates/pipeline/README.md")]
    struct Pipeline;
    #[doc = include_str!("../crates/portraits/README.md")]
    struct Portraits;
    #[doc = include_str!("../crates/report/README.md")]
    struct Report;
    #[doc = include_str!("../crates/thumbnail/README.md")]
    struct Thumbnail;
}

#[cfg(test)]
mod tests {
    use super::*;
    use brigade_executor::BuildError;

    #[test]
    fn an_error_is_told_as_people_read_it_with_its_causes() {
        let ended = EndedEarly::from(BuildError::EntryMissing);
        assert!(
            format!("{ended:?}").starts_with("worker processes need one line at the top of main")
        );
        let ended = EndedEarly::from(BuildError::System {
            what: "a pipe",
            source: std::io::Error::other("there are too many"),
        });
        assert_eq!(
            format!("{ended:?}"),
            "cannot set up a pipe\n  caused by: there are too many"
        );
    }
}
