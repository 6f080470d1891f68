//! PDFs that were finished before their turn and are more than memory should hold: one file, written at its end, read
//! wherever a PDF lies.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where a PDF lies, and what tells that it is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Span {
    pub offset: u64,
    pub bytes: u64,
    pub crc32: u32,
}

#[derive(Debug)]
pub(crate) struct Spool {
    pub path: PathBuf,
    file: Option<File>,
    end: u64,
}

impl Spool {
    /// Nothing is written, nor a file made, before the first PDF has to wait.
    pub(crate) fn new(path: PathBuf) -> Spool {
        Spool {
            path,
            file: None,
            end: 0,
        }
    }

    fn file(&mut self) -> io::Result<&mut File> {
        if self.file.is_none() {
            let mut options = OpenOptions::new();
            options.create(true).truncate(false).read(true).write(true);
            let file = options.open(&self.path)?;
            self.end = file.metadata()?.len();
            self.file = Some(file);
        }
        Ok(self.file.as_mut().expect("it was opened just now"))
    }

    /// Keeps a PDF.
    pub(crate) fn put(&mut self, pdf: &[u8]) -> io::Result<Span> {
        self.file()?;
        let end = self.end;
        let file = self.file()?;
        file.seek(SeekFrom::Start(end))?;
        file.write_all(pdf)?;
        let bytes = pdf.len() as u64;
        self.end += bytes;
        Ok(Span {
            offset: end,
            bytes,
            crc32: crc32fast::hash(pdf),
        })
    }

    /// The PDF that lies there; None when it is not the one that was put there.
    pub(crate) fn get(&mut self, span: Span) -> io::Result<Option<Vec<u8>>> {
        let file = self.file()?;
        file.seek(SeekFrom::Start(span.offset))?;
        let mut pdf = Vec::new();
        file.take(span.bytes).read_to_end(&mut pdf)?;
        let is_whole = pdf.len() as u64 == span.bytes && crc32fast::hash(&pdf) == span.crc32;
        Ok(is_whole.then_some(pdf))
    }

    /// Forgets everything: nobody waits there any more.
    pub(crate) fn clear(&mut self) -> io::Result<()> {
        match &mut self.file {
            Some(file) if self.end > 0 => {
                self.end = 0;
                file.set_len(0)
            }
            _ => Ok(()),
        }
    }

    /// What was put there is on the disk when this returns.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), File::sync_data)
    }
}
