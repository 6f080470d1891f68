//! The file in which the archive grows, shared by the archive's writer and by whoever synchronises it.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write};
use std::rc::Rc;

#[derive(Clone, Debug)]
pub(crate) struct Sink(Rc<RefCell<Inner>>);

#[derive(Debug)]
struct Inner {
    file: BufWriter<File>,
    position: u64,
    /// Whether what is written is in the file already.
    is_replayed: bool,
}

impl Sink {
    /// A sink over an empty file; or, replayed, over one that holds already what will be written until
    /// [`go_on`](Self::go_on).
    pub(crate) fn new(file: File, is_replayed: bool) -> Sink {
        Sink(Rc::new(RefCell::new(Inner {
            file: BufWriter::with_capacity(256 << 10, file),
            position: 0,
            is_replayed,
        })))
    }

    /// Ends the replay: the file ends here and is written from here on.
    pub(crate) fn go_on(&self) -> io::Result<()> {
        let mut inner = self.0.borrow_mut();
        if !std::mem::take(&mut inner.is_replayed) {
            return Ok(());
        }
        let position = inner.position;
        let file = inner.file.get_mut();
        file.set_len(position)?;
        file.seek(SeekFrom::Start(position)).map(drop)
    }

    /// How much has been written.
    pub(crate) fn position(&self) -> u64 {
        self.0.borrow().position
    }

    /// What has been written is on the disk when this returns.
    pub(crate) fn sync(&self) -> io::Result<()> {
        let mut inner = self.0.borrow_mut();
        inner.file.flush()?;
        inner.file.get_ref().sync_data()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut inner = self.0.borrow_mut();
        let written = if inner.is_replayed {
            bytes.len()
        } else {
            inner.file.write(bytes)?
        };
        inner.position += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().file.flush()
    }
}
