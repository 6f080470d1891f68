//! Finished CVs into the archive, in the order of their turns, whatever order they are finished in.
//!
//! What is finished before its turn waits in memory, and beyond a budget on disk. What will never come is skipped.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use brigade_documents::{ArchiveError, ArchiveWriter};

use crate::Error;
use crate::folder::RunFolder;
use crate::sink::Sink;
use crate::spool::{Span, Spool};

/// The article's name for what is delivered.
const ARCHIVE: &str = "zipped_cvs.zip";
/// What may wait in memory.
const BUDGET: usize = 8 << 20;

pub(crate) struct Packer<'a> {
    folder: &'a RunFolder,
    archive: ArchiveWriter<Sink>,
    sink: Sink,
    /// Whose turn it is.
    next: u64,
    waiting: BTreeMap<u64, Waiting>,
    /// Bytes that wait in memory.
    held: usize,
    spool: Spool,
    packing: Duration,
}

enum Waiting {
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
}

impl<'a> Packer<'a> {
    pub(crate) fn new(folder: &'a RunFolder) -> Result<Packer<'a>, Error> {
        let path = folder.archive();
        let file = File::create(&path).map_err(|source| failed(&path, source))?;
        let sink = Sink::new(file);
        Ok(Packer {
            folder,
            archive: ArchiveWriter::new(sink.clone()),
            sink,
            next: 0,
            waiting: BTreeMap::new(),
            held: 0,
            spool: Spool::new(folder.spool()),
            packing: Duration::ZERO,
        })
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
        Ok(())
    }

    /// Notes that a CV will never come.
    pub(crate) fn skip(&mut self, turn: u64) -> Result<(), Error> {
        self.waiting.insert(turn, Waiting::Never);
        self.advance()
    }

    /// Packs all whose turn has come.
    fn advance(&mut self) -> Result<(), Error> {
        while let Some(waiting) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.pack(waiting)?;
        }
        Ok(())
    }

    fn pack(&mut self, waiting: Waiting) -> Result<(), Error> {
        let (file, pdf) = match waiting {
            Waiting::Never => return Ok(()),
            Waiting::Here { file, pdf } => {
                self.held -= pdf.len();
                (file, pdf)
            }
            Waiting::Spooled { file, span } => {
                let pdf = self.spool.get(span).and_then(|pdf| {
                    pdf.ok_or_else(|| io::Error::other("it was changed while the run used it"))
                });
                let pdf = pdf.map_err(|source| failed(&self.spool.path, source))?;
                (file.into(), pdf)
            }
        };
        let added = self.archive.add(&file, &pdf);
        added.map_err(|source| unwritable(self.folder, source))?;
        Ok(())
    }

    /// Moves what waits in memory to the disk.
    fn spill(&mut self) -> Result<(), Error> {
        for waiting in self.waiting.values_mut() {
            if let Waiting::Here { file, pdf } = waiting {
                let span = self
                    .spool
                    .put(pdf)
                    .map_err(|source| failed(&self.spool.path, source))?;
                let file = std::mem::take(file).into();
                *waiting = Waiting::Spooled { file, span };
            }
        }
        self.held = 0;
        Ok(())
    }

    /// Completes the archive with everything that is finished, whoever is missing before it, and puts it under its
    /// final name in place of an earlier run's. None when there is nothing to deliver.
    pub(crate) fn deliver(mut self) -> Result<Option<brigade_report::Archive>, Error> {
        let start = Instant::now();
        for waiting in std::mem::take(&mut self.waiting).into_values() {
            self.pack(waiting)?;
        }
        if self.archive.is_empty() {
            return Ok(None);
        }
        let packed = self.folder.archive();
        let finished = self.archive.finish();
        finished.map_err(|source| unwritable(self.folder, source))?;
        self.sink.sync().map_err(|source| failed(&packed, source))?;
        let bytes = self.sink.position();
        let delivered = self.folder.out().join(ARCHIVE);
        fs::rename(&packed, &delivered).map_err(|source| failed(&delivered, source))?;
        sync_folder(self.folder.out());
        Ok(Some(brigade_report::Archive {
            path: delivered.display().to_string(),
            bytes,
            pack_seconds: (self.packing + start.elapsed()).as_secs_f64(),
        }))
    }
}

/// A new name is durable only once its folder is. Some file systems refuse to synchronise a folder; what was named is
/// whole all the same.
pub(crate) fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

fn unwritable(folder: &RunFolder, source: ArchiveError) -> Error {
    let path = folder.archive();
    Error::Archive { path, source }
}

fn failed(path: &Path, source: io::Error) -> Error {
    let path: PathBuf = path.to_owned();
    Error::Folder { path, source }
}
