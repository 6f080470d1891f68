//! What to do when two CVs would show the same face. Decided here, by the one consumer of all faces, because workers
//! do not see each other.

use std::str::FromStr;

use brigade_faces::Source;

/// What to do with a face that somebody else has already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duplicates {
    /// Ask the service again, a while later.
    Retry,
    /// Take it.
    Allow,
    /// Fail that CV.
    Fail,
}

impl Duplicates {
    /// Every word that names one.
    pub const NAMES: [&str; 3] = ["retry", "allow", "fail"];

    /// `Retry` for a service; `Allow` for a folder, whose pictures are used in turn, and for what has one picture.
    #[must_use]
    pub fn default_for(source: &Source) -> Duplicates {
        match source {
            Source::Service { .. } => Duplicates::Retry,
            Source::Folder { .. } | Source::File { .. } | Source::Url { .. } => Duplicates::Allow,
        }
    }
}

impl FromStr for Duplicates {
    type Err = UnknownDuplicates;

    fn from_str(name: &str) -> Result<Duplicates, UnknownDuplicates> {
        match name {
            "retry" => Ok(Duplicates::Retry),
            "allow" => Ok(Duplicates::Allow),
            "fail" => Ok(Duplicates::Fail),
            _ => Err(UnknownDuplicates {
                name: name.to_owned(),
            }),
        }
    }
}

/// A word that names no way to treat duplicates.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no `{name}`; choose one of {}", Duplicates::NAMES.join(", "))]
pub struct UnknownDuplicates {
    /// The word.
    pub name: String,
}
