//! Finished CVs into the archive, in the order of their turns, whatever order they are finished in, and into the
//! journal.
//!
//! What is finished before its turn waits in memory, and beyond a budget on disk. What will never come is skipped.
//! The journal follows in groups: first the data is synchronised, then the group's records are.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use brigade_report::{FailureKind, Task};

use crate::Error;
use crate::faces::{Hash, hexadecimal};
use crate::folder::RunFolder;
use crate::journal::{Entry, Journal, Lost, Record};
use crate::parts::{Parts, entry_at};
use crate::spool::{Span, Spool};
use crate::work::Item;

/// What may wait in memory.
const BUDGET: usize = 8 << 20;
/// A group is what is finished in this time. What a run that is killed loses is worth no more,
const GROUP: Duration = Duration::from_millis(500);
/// nor, in a young run, than half of what it has done.
const FIRST_GROUP: Duration = Duration::from_millis(50);

pub(crate) struct Packer<'a> {
    folder: &'a RunFolder,
    pub parts: Parts<'a>,
    /// Whose turn it is.
    pub next: u64,
    pub waiting: BTreeMap<u64, Waiting>,
    /// Bytes that wait in memory.
    held: usize,
    spool: Spool,
    /// None where a run that is killed is to begin again.
    journal: Option<Journal>,
    started: Instant,
    committed: Instant,
    /// CVs given up in this run.
    pub failed: u64,
    packing: Duration,
    /// The names of the ZIPs.
    delivered: Vec<String>,
}

/// Who has come before its turn.
pub(crate) enum Waiting {
    /// It will never come.
    Never,
    Here {
        file: String,
        pdf: Vec<u8>,
    },
    Spooled {
        file: Box<str>,
        span: Span,
    },
    /// In a ZIP that was delivered before.
    Kept {
        file: Box<str>,
        zip: Box<str>,
        entry: Entry,
    },
}

impl<'a> Packer<'a> {
    pub(crate) fn new(folder: &'a RunFolder, parts: Parts<'a>, spool: Spool) -> Packer<'a> {
        Packer {
            folder,
            parts,
            next: 0,
            waiting: BTreeMap::new(),
            held: 0,
            spool,
            journal: None,
            started: Instant::now(),
            committed: Instant::now(),
            failed: 0,
            packing: Duration::ZERO,
            delivered: Vec::new(),
        }
    }

    /// What is done from now on is noted there. Packs those whose turn has come already.
    pub(crate) fn start(&mut self, journal: Option<Journal>) -> Result<(), Error> {
        self.journal = journal;
        self.advance()
    }

    /// Whether a CV needs nothing more.
    pub(crate) fn is_settled(&self, turn: u64) -> bool {
        turn < self.next || self.waiting.contains_key(&turn)
    }

    /// Notes that a CV has its face.
    pub(crate) fn face(&mut self, turn: u64, item: &Item, hash: &Hash) -> Result<(), Error> {
        self.note(|| Record::Face {
            turn,
            index: item.index,
            sha256: hexadecimal(hash),
            person: item.digest(),
        });
        self.tick()
    }

    /// Takes a finished CV.
    pub(crate) fn offer(&mut self, turn: u64, file: String, pdf: Vec<u8>) -> Result<(), Error> {
        let start = Instant::now();
        self.held += pdf.len();
        self.waiting.insert(turn, Waiting::Here { file, pdf });
        self.advance()?;
        if self.held > BUDGET {
            self.spill()?;
        }
        self.packing += start.elapsed();
        self.tick()
    }

    /// Takes note of a CV that will not be made. One that was called off may be made another time.
    pub(crate) fn lose(&mut self, turn: u64, phase: &str, task: Task) -> Result<(), Error> {
        let attempts = task.attempts();
        let Some(failure) = task
            .failure
            .filter(|why| why.kind != FailureKind::Cancelled)
        else {
            return Ok(());
        };
        self.failed += 1;
        self.note(|| {
            Record::Failed(Lost {
                turn,
                index: task.index,
                phase: phase.to_owned(),
                label: task.label,
                attempts,
                failure,
            })
        });
        self.waiting.insert(turn, Waiting::Never);
        self.advance()?;
        self.tick()
    }

    /// Commits the group when it is old enough. To be called now and then.
    pub(crate) fn tick(&mut self) -> Result<(), Error> {
        let group = (self.started.elapsed() / 2).clamp(FIRST_GROUP, GROUP);
        if self.committed.elapsed() < group {
            return Ok(());
        }
        self.commit()
    }

    /// What is finished survives whatever happens once this returns.
    pub(crate) fn commit(&mut self) -> Result<(), Error> {
        if self.journal.is_some() {
            self.spill()?;
            self.parts.sync()?;
            let synced = self.spool.sync();
            synced.map_err(|source| failed(&self.spool.path, source))?;
        }
        if let Some(journal) = &mut self.journal {
            journal.commit()?;
        }
        if self.waiting.is_empty() {
            let cleared = self.spool.clear();
            cleared.map_err(|source| failed(&self.spool.path, source))?;
        }
        self.committed = Instant::now();
        Ok(())
    }

    fn note(&mut self, record: impl FnOnce() -> Record) {
        if let Some(journal) = &mut self.journal {
            journal.add(&record());
        }
    }

    /// Packs all whose turn has come.
    fn advance(&mut self) -> Result<(), Error> {
        while let Some(waiting) = self.waiting.remove(&self.next) {
            let turn = self.next;
            self.next += 1;
            if let Some((file, entry)) = self.pack(waiting)? {
                self.note(|| Record::Packed { turn, file, entry });
                // Copying a long ZIP is a group after the other, too.
                self.tick()?;
            }
        }
        Ok(())
    }

    fn pack(&mut self, waiting: Waiting) -> Result<Option<(String, Entry)>, Error> {
        let changed = || io::Error::other("it was changed since; --fresh starts over");
        let (file, pdf) = match waiting {
            Waiting::Never => return Ok(None),
            Waiting::Here { file, pdf } => {
                self.held -= pdf.len();
                (file, pdf)
            }
            Waiting::Spooled { file, span } => {
                let pdf = self.spool.get(span);
                let pdf = pdf.and_then(|pdf| pdf.ok_or_else(changed));
                (
                    file.into(),
                    pdf.map_err(|source| failed(&self.spool.path, source))?,
                )
            }
            Waiting::Kept { file, zip, entry } => {
                let zip = self.folder.out().join(&*zip);
                let pdf = entry_at(&zip, entry);
                let pdf = pdf.and_then(|pdf| pdf.ok_or_else(changed));
                (file.into(), pdf.map_err(|source| failed(&zip, source))?)
            }
        };
        let entry = self.parts.add(&file, &pdf)?;
        Ok(Some((file, entry)))
    }

    /// Moves what waits in memory to the disk.
    fn spill(&mut self) -> Result<(), Error> {
        if self.held == 0 {
            return Ok(());
        }
        for (turn, waiting) in &mut self.waiting {
            if let Waiting::Here { file, pdf } = waiting {
                let span = self.spool.put(pdf);
                let span = span.map_err(|source| failed(&self.spool.path, source))?;
                if let Some(journal) = &mut self.journal {
                    journal.add(&Record::Spooled {
                        turn: *turn,
                        file: file.clone(),
                        span,
                    });
                }
                let file = std::mem::take(file).into();
                *waiting = Waiting::Spooled { file, span };
            }
        }
        self.held = 0;
        Ok(())
    }

    /// Delivers the archive with everything that is finished, whoever is missing before it. None when there is nothing
    /// to deliver. A run that is not over can be gone on with afterwards.
    pub(crate) fn deliver(
        &mut self,
        is_over: bool,
    ) -> Result<Option<brigade_report::Archive>, Error> {
        let start = Instant::now();
        self.commit()?;
        // This is not noted: for the journal, an unfinished archive ends where it ended before.
        let waiting = std::mem::take(&mut self.waiting);
        let is_kept = |waiting: &Waiting| matches!(waiting, Waiting::Kept { .. });
        if !is_over && waiting.values().any(is_kept) {
            // The earlier ZIP has more than this one, and is still needed.
            return Ok(None);
        }
        for waiting in waiting.into_values() {
            self.pack(waiting)?;
        }
        let (zips, bytes) = self.parts.deliver(is_over)?;
        let Some(first) = zips.first() else {
            return Ok(None);
        };
        let full = |name: &String| self.folder.out().join(name).display().to_string();
        let (path, others) = (full(first), zips[1..].iter().map(full).collect());
        self.folder.note_delivered(&zips)?;
        self.delivered = zips;
        Ok(Some(brigade_report::Archive {
            path,
            others,
            bytes,
            pack_seconds: (self.packing + start.elapsed()).as_secs_f64(),
        }))
    }

    /// Notes that the run is over. The last thing that it does: whoever is killed before delivers once more.
    pub(crate) fn close(mut self) -> Result<(), Error> {
        let zips = self.delivered;
        self.journal.as_mut().map_or(Ok(()), |journal| {
            journal.add(&Record::Closed { zips });
            journal.commit()
        })
    }
}

fn failed(path: &Path, source: io::Error) -> Error {
    let path = path.to_owned();
    Error::Folder { path, source }
}
