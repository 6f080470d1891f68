//! The archive being written, or the several that it is split into: whole entries in, one ZIP or more out.
//!
//! A part grows in the run's folder, without a directory until it is full or the run ends. A run that goes on reads
//! the entries of the part again and hands them to a new writer, which needs them for the directory; their bytes are
//! in the file already and are not written a second time.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use brigade_documents::{ArchiveError, ArchiveWriter, read_entry};

use crate::Error;
use crate::folder::{RunFolder, sync_folder};
use crate::journal::Entry;
use crate::sink::Sink;

/// When a ZIP is full and another begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Split {
    /// Never.
    #[default]
    Never,
    /// After so many CVs.
    Every(u64),
    /// Before it would be larger than so many bytes, unless a single CV is.
    Bytes(u64),
}

/// What an entry's two headers take besides its name, twice: 30 and 46 bytes, and room for what extends them.
const HEADERS: u64 = 30 + 46 + 64;
/// The end of a directory, as long as it may be.
const END: u64 = 22 + 76;

pub(crate) struct Parts<'a> {
    folder: &'a RunFolder,
    split: Split,
    current: Option<Part>,
    /// The full ones, by their sizes.
    full: Vec<u64>,
    /// What earlier entries are read from.
    source: Option<(u32, BufReader<File>)>,
}

struct Part {
    path: PathBuf,
    archive: ArchiveWriter<Sink>,
    sink: Sink,
    /// What the directory will take.
    directory: u64,
}

impl<'a> Parts<'a> {
    pub(crate) fn new(folder: &'a RunFolder, split: Split) -> Parts<'a> {
        Parts {
            folder,
            split,
            current: None,
            full: Vec::new(),
            source: None,
        }
    }

    fn number(&self) -> u32 {
        u32::try_from(self.full.len() + 1).unwrap_or(u32::MAX)
    }

    /// Appends an entry, to a new part if the current one is full.
    pub(crate) fn add(&mut self, file: &str, pdf: &[u8]) -> Result<Entry, Error> {
        let room = pdf.len() as u64 + HEADERS + 2 * file.len() as u64;
        if let Some(part) = &self.current
            && part.is_full(self.split, room)
        {
            self.close()?;
        }
        let number = self.number();
        if self.current.is_none() {
            self.current = Some(self.open(number)?);
        }
        let part = self.current.as_mut().expect("it was opened just now");
        let start = part.sink.position();
        let added = part.archive.add(file, pdf);
        let name = added.map_err(|source| unwritable(&part.path, source))?;
        part.directory += HEADERS + name.len() as u64;
        Ok(Entry {
            part: number,
            start,
            end: part.sink.position(),
            crc32: crc32fast::hash(pdf),
        })
    }

    /// A part's file. What an earlier run left in it stays until [`go_on`](Self::go_on).
    fn open(&self, number: u32) -> Result<Part, Error> {
        let path = self.folder.part(&self.name(number));
        let is_replayed = self
            .source
            .as_ref()
            .is_some_and(|(part, _)| *part == number && path.exists());
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(!is_replayed);
        let file = options
            .open(&path)
            .map_err(|source| failed(&path, source))?;
        let sink = Sink::new(file, is_replayed);
        Ok(Part {
            path,
            archive: ArchiveWriter::new(sink.clone()),
            sink,
            directory: END,
        })
    }

    /// Takes over the next entry of an earlier run, which lies where `entry` says. False when it is not whole any
    /// more: then it and what follows have to be made again.
    pub(crate) fn replay(&mut self, file: &str, entry: Entry) -> Result<bool, Error> {
        if self
            .source
            .as_ref()
            .is_none_or(|(part, _)| *part != entry.part)
        {
            let name = self.name(entry.part);
            // A run that was killed after it had delivered, but before it noted so, has its archive there.
            let candidates = [self.folder.part(&name), self.folder.out().join(name)];
            let Some(opened) = candidates.iter().find_map(|path| File::open(path).ok()) else {
                return Ok(false);
            };
            self.source = Some((entry.part, BufReader::with_capacity(256 << 10, opened)));
        }
        let Some((_, source)) = &mut self.source else {
            return Ok(false);
        };
        let Ok(Some((_, pdf))) = read_entry(source) else {
            return Ok(false);
        };
        if crc32fast::hash(&pdf) != entry.crc32 {
            return Ok(false);
        }
        let added = self.add(file, &pdf)?;
        if added == entry {
            return Ok(true);
        }
        let source = io::Error::other("the archive there was written in another way");
        Err(failed(&self.folder.part(&self.name(entry.part)), source))
    }

    /// Ends the replay: what follows is new.
    pub(crate) fn go_on(&mut self) -> Result<(), Error> {
        self.source = None;
        self.current.as_ref().map_or(Ok(()), |part| {
            part.sink
                .go_on()
                .map_err(|source| failed(&part.path, source))
        })
    }

    /// What has been added is on the disk when this returns.
    pub(crate) fn sync(&self) -> Result<(), Error> {
        self.current.as_ref().map_or(Ok(()), |part| {
            part.sink
                .sync()
                .map_err(|source| failed(&part.path, source))
        })
    }

    /// Completes the current part.
    fn close(&mut self) -> Result<(), Error> {
        let Some(part) = self.current.take() else {
            return Ok(());
        };
        let synced = |result: io::Result<()>| result.map_err(|source| failed(&part.path, source));
        // Its entries may all be an earlier run's.
        synced(part.sink.go_on())?;
        let finished = part.archive.finish();
        finished.map_err(|source| unwritable(&part.path, source))?;
        synced(part.sink.sync())?;
        self.full.push(part.sink.position());
        Ok(())
    }

    /// Completes everything and puts it under its final names, in place of an earlier run's: moved, or copied where
    /// the run will go on with it. Gives the names and the bytes.
    pub(crate) fn deliver(&mut self, is_over: bool) -> Result<(Vec<String>, u64), Error> {
        self.close()?;
        let mut names = Vec::new();
        for number in 1..self.number() {
            let name = self.name(number);
            let (from, to) = (self.folder.part(&name), self.folder.out().join(&name));
            let moved = if is_over {
                fs::rename(&from, &to)
            } else {
                copy(&from, &to)
            };
            moved.map_err(|source| failed(&to, source))?;
            names.push(name);
        }
        sync_folder(self.folder.out());
        Ok((names, self.full.iter().sum()))
    }

    /// The final name of a part.
    fn name(&self, number: u32) -> String {
        match self.split {
            Split::Never => "zipped_cvs.zip".to_owned(),
            Split::Every(_) | Split::Bytes(_) => format!("zipped_cvs-{number:03}.zip"),
        }
    }
}

impl Part {
    fn is_full(&self, split: Split, room: u64) -> bool {
        match split {
            Split::Never => false,
            Split::Every(cvs) => self.archive.len() as u64 >= cvs,
            Split::Bytes(bytes) => self.sink.position() + self.directory + room > bytes,
        }
    }
}

/// The content of the entry that starts there, if it is whole.
pub(crate) fn entry_at(zip: &Path, entry: Entry) -> io::Result<Option<Vec<u8>>> {
    let mut file = File::open(zip)?;
    file.seek(SeekFrom::Start(entry.start))?;
    let found = read_entry(&mut BufReader::new(file)).ok().flatten();
    Ok(found
        .map(|(_, pdf)| pdf)
        .filter(|pdf| crc32fast::hash(pdf) == entry.crc32))
}

/// Under the name there is either what was before or all of the copy.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let partial = from.with_extension("copy");
    fs::copy(from, &partial)?;
    File::open(&partial)?.sync_all()?;
    fs::rename(&partial, to)
}

fn unwritable(path: &Path, source: ArchiveError) -> Error {
    let path = path.to_owned();
    Error::Archive { path, source }
}

fn failed(path: &Path, source: io::Error) -> Error {
    let path = path.to_owned();
    Error::Folder { path, source }
}
