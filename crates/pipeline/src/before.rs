//! What a run begins with, whichever way it begins.

use crate::Config;
use crate::faces::Faces;
use crate::identity::Identity;
use crate::journal::Record;
use crate::pack::Packer;

/// What a run takes over.
pub(crate) struct Before<'a> {
    pub packer: Packer<'a>,
    pub faces: Faces,
    /// CVs that are finished.
    pub kept: u64,
    /// CVs given up.
    pub failed: u64,
    /// Whether an earlier run's events are gone on with.
    pub is_later: bool,
}

/// The first record of a journal.
pub(crate) fn begun(config: &Config, identity: Identity) -> Record {
    Record::Begun {
        identity,
        command: config.redacted_recalled(),
        // JSON holds no other path; from a folder without a UTF-8 name only absolute ones are found again.
        folder: std::env::current_dir()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
            .into(),
    }
}
