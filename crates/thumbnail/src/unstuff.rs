//! Entropy-coded data without its stuffing (T.81 B.1.1.5: a zero after each FF), cut at its restart markers.
//! It costs one pass at the speed of memory and lets the bit reader take eight bytes at a time.

use crate::bits::{BitReader, PADDING};
use crate::marker::{RST0, RST7};

/// The pieces of a scan between restart markers. Kept from scan to scan for its memory.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    bytes: Vec<u8>,
    /// Where each piece ends.
    ends: Vec<usize>,
}

impl Pieces {
    /// Takes the data of one scan, from which the markers that end it have been cut.
    pub(crate) fn fill(&mut self, data: &[u8]) -> Result<(), &'static str> {
        self.bytes.clear();
        self.ends.clear();
        self.bytes.reserve(data.len() + PADDING);
        let mut rest = data;
        while let Some(at) = memchr::memchr(0xff, rest) {
            match rest.get(at + 1) {
                Some(0) => {
                    self.bytes.extend_from_slice(&rest[..=at]);
                    rest = &rest[at + 2..];
                }
                Some(&code @ RST0..=RST7) => {
                    if usize::from(code - RST0) != self.ends.len() % 8 {
                        return Err("a restart marker out of order");
                    }
                    self.bytes.extend_from_slice(&rest[..at]);
                    self.ends.push(self.bytes.len());
                    rest = &rest[at + 2..];
                }
                // A fill byte before a marker (T.81 B.1.1.2).
                _ => {
                    self.bytes.extend_from_slice(&rest[..at]);
                    rest = &rest[at + 1..];
                }
            }
        }
        self.bytes.extend_from_slice(rest);
        self.ends.push(self.bytes.len());
        self.bytes.extend([0; PADDING]);
        Ok(())
    }

    /// Bytes of memory that they have.
    pub(crate) fn memory(&self) -> usize {
        self.bytes.capacity() + size_of::<usize>() * self.ends.capacity()
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn reader(&self, piece: usize) -> BitReader<'_> {
        let start = if piece == 0 { 0 } else { self.ends[piece - 1] };
        BitReader::new(&self.bytes[start..], self.ends[piece] - start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuffing_goes_and_restarts_cut() {
        let mut pieces = Pieces::default();
        pieces
            .fill(&[1, 0xff, 0, 2, 0xff, RST0, 3, 0xff, 0xff, RST0 + 1])
            .unwrap();
        assert_eq!(pieces.ends, [3, 4, 4]);
        assert_eq!(pieces.bytes[..4], [1, 0xff, 2, 3]);
        assert_eq!(
            pieces.fill(&[0xff, RST7]),
            Err("a restart marker out of order")
        );
    }
}
