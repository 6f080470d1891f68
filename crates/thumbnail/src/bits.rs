//! Bits of an entropy-coded segment, most significant first (T.81 F.2.2.5), from bytes whose stuffing has
//! been removed. Running off the end reads zeros and is noticed afterwards, by [`BitReader::overrun`]: a
//! check at every bit would cost more than the decoding.

/// How many zero bytes must follow the last byte that is read, so that eight can always be taken at once.
pub(crate) const PADDING: usize = 8;

#[derive(Clone)]
pub(crate) struct BitReader<'a> {
    /// The segment's bytes, whatever follows them, and [`PADDING`].
    bytes: &'a [u8],
    /// How many of the bytes belong to the segment.
    length: usize,
    /// The next byte to take; may lie beyond the end.
    position: usize,
    /// The next bits, the very next one on top. Below the `count` valid bits lie either zeros or bits that the
    /// next refill will put there again.
    buffer: u64,
    count: u32,
}

impl<'a> BitReader<'a> {
    /// Reads the first `length` of the bytes.
    pub(crate) fn new(bytes: &'a [u8], length: usize) -> Self {
        Self {
            bytes,
            length,
            position: 0,
            buffer: 0,
            count: 0,
        }
    }

    /// Makes at least 56 bits available. It asks nothing first: whether it is needed would often be guessed wrong, and
    /// costs more then than the refill.
    #[inline(always)]
    pub(crate) fn refill(&mut self) {
        let next = match self.bytes.get(self.position..self.position + 8) {
            Some(eight) => {
                u64::from_be_bytes(eight.try_into().expect("eight bytes were asked for"))
            }
            None => 0,
        };
        self.buffer |= next >> self.count;
        self.position += ((63 - self.count) >> 3) as usize;
        self.count |= 56;
    }

    /// Makes at least `N` bits available (`N` ≤ 56).
    #[inline(always)]
    pub(crate) fn ensure<const N: u32>(&mut self) {
        if self.count < N {
            self.refill();
        }
    }

    /// The next bits, the very next one on top, as many as were made available.
    #[inline(always)]
    pub(crate) fn peek(&self) -> u64 {
        self.buffer
    }

    /// Drops `count` available bits (`count` < 64).
    #[inline(always)]
    pub(crate) fn consume(&mut self, count: u32) {
        self.buffer <<= count;
        self.count = self.count.wrapping_sub(count);
    }

    /// The next `count` available bits as a number (`count` < 64; none gives 0).
    #[inline(always)]
    pub(crate) fn take(&mut self, count: u32) -> u64 {
        let bits = (self.buffer >> 1) >> (63 - count);
        self.consume(count);
        bits
    }

    /// Consumes the next `count` bits (`count` ≤ 64) and puts them below those that are there already.
    #[inline(always)]
    pub(crate) fn append(&mut self, before: u64, count: u32) -> u64 {
        if count > 56 {
            return self.append_many(before, count);
        }
        if self.count < count {
            self.refill();
        }
        before << count | self.take(count)
    }

    #[cold]
    fn append_many(&mut self, before: u64, count: u32) -> u64 {
        let before = self.append(before, count - 32);
        self.append(before, 32)
    }

    /// Whether more bits were consumed than the segment has.
    pub(crate) fn overrun(&self) -> bool {
        self.position * 8 - self.count as usize > self.length * 8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_in_the_order_of_the_stream() {
        let mut bytes = vec![0b1010_0101, 0xff, 0x00, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc];
        let length = bytes.len();
        bytes.extend([0; PADDING]);
        let mut reader = BitReader::new(&bytes, length);
        reader.refill();
        assert_eq!(reader.take(3), 0b101);
        assert_eq!(reader.take(0), 0);
        assert_eq!(reader.take(5), 0b00101);
        assert_eq!(reader.take(16), 0xff00);
        for expected in [0x1234, 0x5678, 0x9abc] {
            reader.ensure::<16>();
            assert_eq!(reader.take(16), expected);
        }
        assert!(!reader.overrun());
        reader.ensure::<1>();
        assert_eq!(reader.take(1), 0);
        assert!(reader.overrun());
    }
}
