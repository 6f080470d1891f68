//! The run's journal: what is done, in records that are only ever added.
//!
//! A frame is the length of its content, the content's CRC-32 (both four bytes, little-endian), and the content, a JSON
//! object. The first record says which run this is. A record is written after what it speaks of is on the disk, many
//! at a time, so a run that is killed, or whose machine loses power, does at most one such group again. Reading stops
//! at the first frame that is not whole: that is where the run was cut off.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};

use brigade_report::Failure;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::folder::sync_folder;
use crate::identity::Identity;
use crate::spool::Span;

/// No record is longer; what claims to be is no frame.
const LONGEST: u32 = 16 << 20;

/// A group is held in memory up to about this size.
const LONG: usize = 1 << 20;

/// One thing that is done. Turns count the CVs of the run, indexes the rows or people they were chosen from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(crate) enum Record {
    /// The first: which run this is.
    Begun {
        identity: Identity,
        /// The command line, without credentials, and the folder its paths count from.
        command: Vec<String>,
        folder: PathBuf,
    },
    /// A CV has its face, in a file named by its hash.
    Face {
        turn: u64,
        index: u64,
        sha256: String,
        /// Whose CV it is: [`Item::digest`](crate::work::Item::digest).
        person: String,
    },
    /// A CV is finished and waits for its turn in the spool.
    Spooled {
        turn: u64,
        file: String,
        #[serde(flatten)]
        span: Span,
    },
    /// A CV is in the archive, `file` being the name it asked for.
    Packed {
        turn: u64,
        file: String,
        #[serde(flatten)]
        entry: Entry,
    },
    /// A CV is in a ZIP that was delivered before, from which it will be copied.
    Kept {
        turn: u64,
        file: String,
        zip: String,
        #[serde(flatten)]
        entry: Entry,
    },
    /// A CV was given up.
    Failed(Lost),
    /// The run is over, and this was delivered.
    Closed { zips: Vec<String> },
}

/// Where an entry lies in an archive, header included, and what tells that its content is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// Which of several archives, from 1.
    pub part: u32,
    pub start: u64,
    pub end: u64,
    pub crc32: u32,
}

/// A CV that was given up, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Lost {
    pub turn: u64,
    pub index: u64,
    pub phase: String,
    pub label: Option<String>,
    pub attempts: u32,
    pub failure: Failure,
}

/// A journal that is being written.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    /// Frames not yet written.
    group: Vec<u8>,
}

impl Journal {
    /// A new journal with these records, in place of what is at `path`: either the old one or all of the new is there.
    pub(crate) fn create(
        path: &Path,
        records: impl FnOnce(&mut Journal) -> Result<(), Error>,
    ) -> Result<Journal, Error> {
        let partial = path.with_extension("part");
        let failed = |source| Error::Folder {
            path: path.to_owned(),
            source,
        };
        let mut journal = Journal {
            path: path.to_owned(),
            file: File::create(&partial).map_err(failed)?,
            group: Vec::new(),
        };
        records(&mut journal)?;
        journal.commit()?;
        fs::rename(&partial, path).map_err(failed)?;
        if let Some(folder) = path.parent() {
            sync_folder(folder);
        }
        Ok(journal)
    }

    /// Adds a record to the group.
    pub(crate) fn add(&mut self, record: &Record) {
        let start = self.group.len();
        self.group.extend([0; 8]);
        serde_json::to_writer(&mut self.group, record)
            .expect("a record is JSON, and memory takes it");
        let content = &self.group[start + 8..];
        let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
        let crc32 = crc32fast::hash(content);
        self.group[start..start + 4].copy_from_slice(&length.to_le_bytes());
        self.group[start + 4..start + 8].copy_from_slice(&crc32.to_le_bytes());
    }

    /// Writes what has come together of a long group.
    pub(crate) fn write(&mut self) -> Result<(), Error> {
        if self.group.len() < LONG {
            return Ok(());
        }
        self.write_all()
    }

    fn write_all(&mut self) -> Result<(), Error> {
        let written = self.file.write_all(&self.group);
        self.group.clear();
        written.map_err(|source| self.failed(source))
    }

    /// Writes the group; it is on the disk when this returns.
    pub(crate) fn commit(&mut self) -> Result<(), Error> {
        self.write_all()?;
        self.file.sync_data().map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::Folder {
            path: self.path.clone(),
            source,
        }
    }
}

/// The whole records of a journal, from the first on.
pub(crate) fn read(path: &Path) -> io::Result<impl Iterator<Item = Record> + use<>> {
    let mut file = BufReader::with_capacity(256 << 10, File::open(path)?);
    Ok(std::iter::from_fn(move || frame(&mut file)))
}

fn frame(file: &mut impl Read) -> Option<Record> {
    let mut head = [0; 8];
    file.read_exact(&mut head).ok()?;
    let (length, crc32) = head.split_at(4);
    let number = |bytes: &[u8]| bytes.try_into().map(u32::from_le_bytes).ok();
    let length = number(length).filter(|length| *length <= LONGEST)?;
    let mut content = Vec::new();
    file.take(length.into()).read_to_end(&mut content).ok()?;
    let is_whole = content.len() as u64 == u64::from(length)
        && Some(crc32fast::hash(&content)) == number(crc32);
    // A run of zeros, as file systems leave behind, would be an empty frame with the right sum.
    is_whole.then(|| serde_json::from_slice(&content).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(turn: u64) -> Record {
        Record::Face {
            turn,
            index: turn,
            sha256: "x".repeat(64),
            person: "y".repeat(16),
        }
    }

    /// A journal of ten records, and its path.
    fn journal(folder: &Path) -> PathBuf {
        let path = folder.join("journal");
        let mut journal = Journal::create(&path, |journal| {
            journal.add(&record(0));
            Ok(())
        })
        .unwrap();
        (1..10).for_each(|turn| journal.add(&record(turn)));
        journal.commit().unwrap();
        path
    }

    #[test]
    fn what_is_cut_off_or_garbled_ends_the_journal_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = journal(folder.path());
        let whole = fs::read(&path).unwrap();
        let all: Vec<Record> = read(&path).unwrap().collect();
        assert_eq!(all, (0..10).map(record).collect::<Vec<_>>());
        let frame = whole.len() / 10;
        for at in 0..whole.len() {
            fs::write(&path, &whole[..at]).unwrap();
            let cut: Vec<Record> = read(&path).unwrap().collect();
            assert_eq!(cut, all[..at / frame], "cut at {at}");
            let mut garbled = whole.clone();
            garbled[at] ^= 0x10;
            fs::write(&path, garbled).unwrap();
            let garbled: Vec<Record> = read(&path).unwrap().collect();
            assert_eq!(garbled, all[..at / frame], "garbled at {at}");
        }
        fs::write(&path, [&whole[..], &[0; 4096]].concat()).unwrap();
        assert_eq!(read(&path).unwrap().count(), 10);
    }
}
