//! Many files into one ZIP, written from front to back.
//!
//! Each entry is complete in memory before its header is written, so sizes and checksum stand in the header
//! (no data descriptors) even where the sink cannot seek. Timestamps are fixed, names are safe everywhere.

mod names;

use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::NamedTempFile;
use zip::write::{PreparedZipFile, SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::error::ArchiveError;
use crate::options::Day;
use names::Names;

/// Deflate has to save at least this part of an entry to be worth its time: one in 16.
const WORTH: usize = 16;

/// Below 4 GiB an entry's own header needs no zip64 fields.
const ENTRY_LIMIT: u64 = u32::MAX as u64 - 1;

/// A ZIP file that appears under its name when it is finished, whole and synchronised, and not before.
///
/// Dropped unfinished it leaves nothing behind, and a file that was there before stays as it was.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("cvs.zip");
/// let mut archive = brigade_documents::Archive::create(&path)?;
/// archive.add("ada.pdf", b"%PDF-1.7 ...")?;
/// assert_eq!(archive.add("Ada.pdf", b"%PDF-1.7 ...")?, "Ada (2).pdf");
/// assert!(!path.exists());
/// archive.finish()?;
/// assert!(path.exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "an archive exists only once it is finished"]
#[derive(Debug)]
pub struct Archive {
    path: PathBuf,
    writer: ArchiveWriter<BufWriter<NamedTempFile>>,
}

impl Archive {
    /// Starts an archive that will be `path`; until then it grows in a hidden file beside it.
    ///
    /// # Errors
    /// If no file can be made in the folder of `path`.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, ArchiveError> {
        let path = path.into();
        let folder = folder_of(&path);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".brigade-").suffix(".zip.part");
        #[cfg(unix)]
        {
            // What File::create would ask for; tempfile's own default hides the file from everybody else.
            use std::os::unix::fs::PermissionsExt;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let file = builder
            .tempfile_in(folder)
            .map_err(|source| ArchiveError::Io {
                action: "create a file beside",
                path: path.clone(),
                source,
            })?;
        Ok(Self {
            path,
            writer: ArchiveWriter::new(BufWriter::with_capacity(256 << 10, file)),
        })
    }

    /// Every entry's timestamp from now on; without it 1980-01-01.
    ///
    /// # Errors
    /// If `day` is none, or is outside of 1980 to 2107.
    pub fn set_day(&mut self, day: Day) -> Result<(), ArchiveError> {
        self.writer.set_day(day)
    }

    /// Appends an entry and returns the name it got, which is safe on every system and unlike all others.
    ///
    /// # Errors
    /// If the disk is full, or the entry is 4 GiB or larger.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<String, ArchiveError> {
        self.writer.add(name, bytes)
    }

    /// How many entries there are so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.writer.len()
    }

    /// Whether there are none yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes the directory, synchronises the file and gives it its name, replacing what had it.
    ///
    /// # Errors
    /// If one of these fails; then nothing has changed under the name.
    pub fn finish(self) -> Result<(), ArchiveError> {
        let Self { path, writer } = self;
        let failed = |action: &'static str| {
            let path = path.clone();
            move |source: io::Error| ArchiveError::Io {
                action,
                path,
                source,
            }
        };
        let file = writer
            .finish()?
            .into_inner()
            .map_err(|error| failed("write")(error.into_error()))?;
        file.as_file().sync_all().map_err(failed("synchronise"))?;
        file.persist(&path)
            .map_err(|error| failed("name")(error.error))?;
        // The new name itself is durable only once the folder is. Some file systems refuse to synchronise a folder;
        // the archive is whole all the same.
        if let Ok(folder) = File::open(folder_of(&path)) {
            let _ = folder.sync_all();
        }
        Ok(())
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// The same for any sink that takes bytes in order: a socket, a pipe, memory.
#[must_use = "an archive is complete only once it is finished"]
#[derive(Debug)]
pub struct ArchiveWriter<W: Write> {
    zip: ZipWriter<StreamWriter<Gate<W>>>,
    open: Arc<AtomicBool>,
    names: Names,
    time: DateTime,
}

impl<W: Write> ArchiveWriter<W> {
    /// An archive that is written to `sink`, which should be buffered.
    pub fn new(sink: W) -> Self {
        let open = Arc::new(AtomicBool::new(true));
        let gate = Gate {
            sink,
            open: Arc::clone(&open),
        };
        Self {
            zip: ZipWriter::new(StreamWriter::new(gate)),
            open,
            names: Names::default(),
            time: DateTime::DEFAULT,
        }
    }

    /// See [`Archive::set_day`].
    ///
    /// # Errors
    /// The same.
    pub fn set_day(&mut self, day: Day) -> Result<(), ArchiveError> {
        let Day { year, month, day } = day;
        self.time = DateTime::from_date_and_time(year, month, day, 0, 0, 0)
            .map_err(|_| ArchiveError::Timestamp { year, month, day })?;
        Ok(())
    }

    /// See [`Archive::add`].
    ///
    /// # Errors
    /// The same, with the sink in place of the disk.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<String, ArchiveError> {
        let name = self.names.take(name);
        if bytes.len() as u64 > ENTRY_LIMIT {
            return Err(ArchiveError::EntryTooLarge {
                name,
                bytes: bytes.len() as u64,
                limit: ENTRY_LIMIT,
            });
        }
        let entry = self.prepare(&name, bytes);
        match entry.and_then(|entry| self.zip.add_prepared_file(entry)) {
            Ok(()) => Ok(name),
            Err(source) => Err(ArchiveError::Entry { name, source }),
        }
    }

    fn prepare(&self, name: &str, bytes: &[u8]) -> zip::result::ZipResult<PreparedZipFile> {
        let options = SimpleFileOptions::default()
            .last_modified_time(self.time)
            .system(System::Unix)
            .unix_permissions(0o644);
        if looks_compressible(bytes) {
            let options = options
                .compression_method(CompressionMethod::Deflated)
                .compression_level(Some(6));
            let entry = PreparedZipFile::from_data(name, options, bytes)?;
            if entry.compressed_size() + entry.uncompressed_size() / WORTH as u64
                <= entry.uncompressed_size()
            {
                return Ok(entry);
            }
        }
        PreparedZipFile::from_data(
            name,
            options.compression_method(CompressionMethod::Stored),
            bytes,
        )
    }

    /// How many entries there are so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes the directory and returns the sink, flushed.
    ///
    /// # Errors
    /// If the sink fails.
    pub fn finish(self) -> Result<W, ArchiveError> {
        let Self { zip, open, .. } = self;
        let finished = zip.finish().map_err(ArchiveError::Finish);
        open.store(false, Ordering::Relaxed);
        let mut sink = finished?.into_inner().sink;
        sink.flush()
            .map_err(|error| ArchiveError::Finish(error.into()))?;
        Ok(sink)
    }
}

/// The next entry of an archive that is read from front to back, whether or not it has a directory yet: its name and
/// its content. None where the entries end.
///
/// # Errors
/// If what is there is no entry, or its content has another checksum than its header says.
pub fn read_entry(archive: &mut impl Read) -> io::Result<Option<(String, Vec<u8>)>> {
    let Some(mut entry) = zip::read::read_zipfile_from_stream(archive)? else {
        return Ok(None);
    };
    let name = entry.name()?.into_owned();
    let mut content = Vec::new();
    entry.read_to_end(&mut content)?;
    Ok(Some((name, content)))
}

/// The sink, until the archive is given up: `ZipWriter` completes itself when dropped, which must not happen to an
/// archive that is not finished.
#[derive(Debug)]
struct Gate<W> {
    sink: W,
    open: Arc<AtomicBool>,
}

impl<W: Write> Write for Gate<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.open.load(Ordering::Relaxed) {
            self.sink.write(bytes)
        } else {
            Ok(bytes.len())
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.open.load(Ordering::Relaxed) {
            self.sink.flush()
        } else {
            Ok(())
        }
    }
}

/// A guess from a sample: whether its bytes are unevenly distributed. A PDF made of compressed streams is not worth an
/// attempt, which would take longer than making the PDF.
fn looks_compressible(bytes: &[u8]) -> bool {
    const SAMPLE: usize = 4096;
    const BLOCK: usize = 64;
    let stride = (bytes.len() / (SAMPLE / BLOCK)).max(BLOCK);
    let mut counts = [0u32; 256];
    let mut total = 0u32;
    for block in bytes.chunks(stride) {
        for &byte in &block[..block.len().min(BLOCK)] {
            counts[usize::from(byte)] += 1;
            total += 1;
        }
    }
    if total == 0 {
        return false;
    }
    // Shannon's entropy of single bytes, in bits; compressed data comes close to 8.
    let bits: f64 = counts
        .iter()
        .filter(|&&count| count > 0)
        .map(|&count| f64::from(count) / f64::from(total))
        .map(|share| -share * share.log2())
        .sum();
    bits < 7.0
}
