//! A mode as a user types it, and what it means to the executor.

use std::fmt;
use std::str::FromStr;

/// How the tasks of a phase run. It remembers the word that was typed, which reports echo.
///
/// ```
/// use brigade_pipeline::Mode;
///
/// let mode: Mode = "multithreading".parse()?;
/// assert_eq!((mode.typed(), mode.canonical()), ("multithreading", "threads"));
/// # Ok::<(), brigade_pipeline::UnknownMode>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mode {
    typed: String,
    kind: Kind,
}

/// What a mode means to a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One of the executor's own.
    Own(brigade_executor::Mode),
    /// Threads under a global interpreter lock, from [`Config::gil`](crate::Config::gil).
    Gil,
}

/// Each mode, its name and the article's word for it, where it has one.
const MODES: [(Kind, &str, Option<&str>); 5] = [
    (
        Kind::Own(brigade_executor::Mode::Sequential),
        "sequential",
        Some("common"),
    ),
    (
        Kind::Own(brigade_executor::Mode::Threads),
        "threads",
        Some("multithreading"),
    ),
    (
        Kind::Own(brigade_executor::Mode::Processes),
        "processes",
        Some("multiprocessing"),
    ),
    (Kind::Gil, "gil", None),
    (Kind::Own(brigade_executor::Mode::Auto), "auto", None),
];

impl Mode {
    /// Every word that names a mode.
    pub const NAMES: [&str; 8] = [
        "sequential",
        "threads",
        "processes",
        "gil",
        "auto",
        "common",
        "multithreading",
        "multiprocessing",
    ];

    /// The word that was typed.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// What it means: `sequential`, `threads`, `processes`, `gil` or `auto`.
    #[must_use]
    pub fn canonical(&self) -> &'static str {
        MODES
            .iter()
            .find(|(kind, ..)| *kind == self.kind)
            .map(|(_, name, _)| *name)
            .expect("the table has a row for every mode that can be parsed")
    }

    /// Whether tasks run one after another on the thread that waits for them, so that a number of workers means
    /// nothing.
    #[must_use]
    pub fn is_sequential(&self) -> bool {
        self.kind == Kind::Own(brigade_executor::Mode::Sequential)
    }

    /// Whether the first tasks decide how the others run.
    #[must_use]
    pub fn is_auto(&self) -> bool {
        self.kind == Kind::Own(brigade_executor::Mode::Auto)
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }
}

impl Default for Mode {
    /// The article's: `common`, a loop.
    fn default() -> Self {
        Mode {
            typed: "common".to_owned(),
            kind: Kind::Own(brigade_executor::Mode::Sequential),
        }
    }
}

/// A word that names no mode that there is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnknownMode {
    /// Any word that is not in [`Mode::NAMES`].
    #[error("there is no mode `{name}`; choose one of {}", Mode::NAMES.join(", "))]
    Unknown {
        /// The word.
        name: String,
    },
}

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(typed: &str) -> Result<Mode, UnknownMode> {
        let name = typed.to_owned();
        match MODES
            .iter()
            .find(|(_, name, article)| *name == typed || *article == Some(typed))
        {
            Some((kind, ..)) => Ok(Mode {
                typed: name,
                kind: *kind,
            }),
            None => Err(UnknownMode::Unknown { name }),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.typed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_and_is_echoed_as_typed() {
        for name in Mode::NAMES {
            let mode: Mode = name.parse().unwrap();
            assert_eq!(mode.to_string(), name);
            assert!(Mode::NAMES.contains(&mode.canonical()));
        }
    }

    #[test]
    fn a_mode_that_does_not_exist_is_refused_by_name() {
        let error = "Threads".parse::<Mode>().unwrap_err();
        assert!(matches!(error, UnknownMode::Unknown { .. }), "{error}");
    }
}
