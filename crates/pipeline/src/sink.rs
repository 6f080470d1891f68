//! The file in which the archive grows, shared by the archive's writer and by whoever synchronises it.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::rc::Rc;

#[derive(Clone, Debug)]
pub(crate) struct Sink(Rc<RefCell<Inner>>);

#[derive(Debug)]
struct Inner {
    file: BufWriter<File>,
    position: u64,
}

impl Sink {
    /// An empty file, or one whose writing goes on at its end.
    pub(crate) fn new(file: File) -> Sink {
        Sink(Rc::new(RefCell::new(Inner {
            file: BufWriter::with_capacity(256 << 10, file),
            position: 0,
        })))
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
        let written = inner.file.write(bytes)?;
        inner.position += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().file.flush()
    }
}
