//! Which of the two phases, and word that a job of it has ended.

use std::sync::mpsc::Sender;

/// Which of the two phases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Faces,
    Cvs,
}

impl Line {
    /// What the record calls the phase.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Line::Faces => "faces",
            Line::Cvs => "cvs",
        }
    }
}

/// A job of that line has ended: its id in its executor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Notice {
    pub line: Line,
    pub id: u64,
}

pub(crate) type Notices = Sender<Notice>;
