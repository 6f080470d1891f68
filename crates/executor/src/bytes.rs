//! Encoded jobs and outputs, on their way.

use postcard::ser_flavors::Flavor;
use serde::Serialize;
use std::{cell::RefCell, ops::Deref};

/// What fits into [`Bytes`] without memory of its own.
const SHORT: usize = 30;

/// Bytes that own no memory while they are few, as those of tiny jobs are: a million allocations less.
pub(crate) enum Bytes {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Vec<u8>),
}

impl Bytes {
    /// The bytes in `buffer`, which is left empty, with its memory if that was not needed.
    pub(crate) fn take(buffer: &mut Vec<u8>) -> Self {
        if buffer.len() > SHORT {
            // A large buffer is not given away for a few bytes.
            if buffer.capacity() > 2 * buffer.len() {
                let bytes = buffer.as_slice().to_vec();
                buffer.clear();
                return Self::Long(bytes);
            }
            return Self::Long(std::mem::take(buffer));
        }
        let bytes = Self::copy(buffer);
        buffer.clear();
        bytes
    }

    pub(crate) fn copy(from: &[u8]) -> Self {
        let mut bytes = [0; SHORT];
        match (bytes.get_mut(..from.len()), u8::try_from(from.len())) {
            (Some(part), Ok(length)) => {
                part.copy_from_slice(from);
                Self::Short { length, bytes }
            }
            _ => Self::Long(from.to_vec()),
        }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Short { length, bytes } => &bytes[..usize::from(*length)],
            Self::Long(bytes) => bytes,
        }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Long(bytes)
    }
}

thread_local! {
    /// Buffers that this thread needs no more. A thread that waits for outcomes encodes and decodes by itself, so they come back
    /// where they are wanted; memory that is fresh from the system costs more than what is copied into it.
    static SPARES: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// How many spare buffers a thread keeps, and how large.
const SPARE: usize = 4;
const LARGEST_SPARE: usize = 2 << 20;

/// An empty buffer, perhaps with room.
pub(crate) fn spare() -> Vec<u8> {
    let spare = SPARES.try_with(|spares| spares.borrow_mut().pop());
    spare.ok().flatten().unwrap_or_default()
}

/// Keeps a buffer for later.
pub(crate) fn keep(mut buffer: Vec<u8>) {
    buffer.clear();
    if (1..=LARGEST_SPARE).contains(&buffer.capacity()) {
        // A thread that is about to end keeps nothing.
        let _ = SPARES.try_with(|spares| {
            let mut spares = spares.borrow_mut();
            if spares.len() < SPARE {
                spares.push(buffer);
            }
        });
    }
}

/// Keeps the memory of bytes that have been used.
pub(crate) fn recycle(bytes: Bytes) {
    if let Bytes::Long(buffer) = bytes {
        keep(buffer);
    }
}

/// Appends a value's encoding to `out`.
pub(crate) fn encode(value: &impl Serialize, out: Vec<u8>) -> Result<Vec<u8>, postcard::Error> {
    postcard::serialize_with_flavor(value, Append(out))
}

/// As postcard's own flavor for what can be extended, which appends byte by byte.
struct Append(Vec<u8>);

impl Flavor for Append {
    type Output = Vec<u8>;

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<Vec<u8>> {
        Ok(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, SHORT};

    #[test]
    fn bytes_of_every_length_stay_the_same() {
        for length in [0, 1, SHORT - 1, SHORT, SHORT + 1, 255, 256, 5000] {
            let source: Vec<u8> = (0..length).map(|at| (at * 7) as u8).collect();
            assert_eq!(*Bytes::copy(&source), source[..]);
            let mut buffer = source.clone();
            assert_eq!(*Bytes::take(&mut buffer), source[..]);
            assert!(buffer.is_empty());
            assert_eq!(*Bytes::from(source.clone()), source[..]);
        }
    }

    #[test]
    fn a_large_buffer_is_kept_when_little_is_in_it() {
        let mut buffer = Vec::with_capacity(1 << 20);
        buffer.extend([1; 100]);
        assert_eq!(*Bytes::take(&mut buffer), [1; 100][..]);
        assert!(buffer.is_empty() && buffer.capacity() >= 1 << 20);
    }
}
