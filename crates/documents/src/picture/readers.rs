//! The memory in which pictures are read, kept from one to the next.

use std::sync::{Mutex, PoisonError};

use brigade_thumbnail::Reader;

/// The most bytes that a reader may keep: a portrait of 1024×1024 needs about one million.
const KEPT: usize = 4 << 20;

/// As many readers as have been at work at the same time.
#[derive(Debug, Default)]
pub(crate) struct Readers(Mutex<Vec<Reader>>);

impl Readers {
    /// Lends a reader that nobody else has.
    pub(crate) fn lend<T>(&self, work: impl FnOnce(&mut Reader) -> T) -> T {
        // Whoever panicked with the lock held has only pushed or popped: the list is sound.
        let idle = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut reader = idle().pop().unwrap_or_default();
        let result = work(&mut reader);
        if reader.memory() <= KEPT {
            idle().push(reader);
        }
        result
    }
}

impl Clone for Readers {
    /// Memory is nothing to copy.
    fn clone(&self) -> Self {
        Self::default()
    }
}
