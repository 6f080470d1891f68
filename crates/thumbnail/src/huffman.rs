//! Huffman codes (T.81 annex C) and the tables to read them with. One look-up of the next [`LOOK`] bits gives
//! a whole symbol: the code's length, the number of magnitude bits that follow it, and the run of zeros. A
//! code that is longer than the look-up is found by the canonical search of T.81 F.2.2.3; such codes are rare
//! by construction.
//!
//! Where only the end of a block matters, because nothing of the rest is kept, [`Skip`] passes over several
//! symbols with one look-up.

use crate::bits::BitReader;

/// Bits of a look-up.
const LOOK: u32 = 10;
/// Bits of a look-up that only skips: wider, so that it holds several symbols.
const SKIP_LOOK: u32 = 13;
/// The most magnitude bits that follow a code.
const MAGNITUDE: u32 = 15;
// What may be read between two refills: two symbols found by one look-up each, or two leaps.
const _: () = assert!(2 * (LOOK + MAGNITUDE) <= 56 && 2 * (SKIP_LOOK + MAGNITUDE) <= 56);

/// A code as it is defined in the file (T.81 B.2.4.2): symbols in the order of their codes.
pub(crate) struct Code<'a> {
    /// How many codes have 1, 2, … 16 bits.
    counts: [u8; 16],
    symbols: &'a [u8],
}

impl<'a> Code<'a> {
    /// Reads the definition that these bytes begin with; gives also the rest.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), &'static str> {
        let (counts, rest) = bytes
            .split_first_chunk::<16>()
            .ok_or("a Huffman table cut short")?;
        let mut free = 1_i32;
        for &count in counts {
            free = 2 * free - i32::from(count);
            if free < 0 {
                return Err("a Huffman table with more codes than bits can tell apart");
            }
        }
        let symbols = counts.iter().map(|&count| usize::from(count)).sum();
        let (symbols, rest) = rest
            .split_at_checked(symbols)
            .ok_or("a Huffman table cut short")?;
        if symbols.len() > 256 {
            return Err("a Huffman table of more than 256 symbols");
        }
        Ok((
            Self {
                counts: *counts,
                symbols,
            },
            rest,
        ))
    }
}

/// What a look-up gives: a symbol taken apart, and how many bits it takes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Symbol {
    /// Bits of the code alone. Zero says that no code begins so.
    pub(crate) code_bits: u8,
    /// Bits of the code and of what follows it.
    pub(crate) bits: u8,
    /// Zeros before the coefficient (RRRR).
    pub(crate) run: u8,
    /// Bits of the coefficient's magnitude (SSSS).
    pub(crate) size: u8,
}

impl Symbol {
    /// The magnitude bits of this symbol at the top of `bits`, sign extended (T.81 F.2.2.1, EXTEND).
    #[inline(always)]
    pub(crate) fn value(self, bits: u64) -> i32 {
        let size = u32::from(self.size);
        let raw = (((bits << self.code_bits) >> 1) >> (63 - size)) as i32;
        let negative = ((bits << self.code_bits) as i64 >= 0) as i32;
        // A first bit of zero says that 2^size - 1 has been added to a negative value.
        raw - (negative * ((1 << size) - 1))
    }
}

/// Which magnitude bits follow a code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The symbol is the number of bits (T.81 F.1.2.1).
    Dc,
    /// RRRRSSSS; SSSS bits follow (T.81 F.1.2.2).
    Ac,
    /// The same, but a size of zero with a run below 15 ends RRRR bits' worth of blocks (T.81 G.1.2.2).
    ProgressiveAc,
}

/// A code made ready for reading.
pub(crate) struct Table {
    look: Box<[Symbol; 1 << LOOK]>,
    /// For codes longer than the look-up, per length: the first 16-bit value beyond them, and what to add to
    /// a code to get its symbol's index.
    beyond: [(u32, i32); 17],
    symbols: Vec<Symbol>,
}

impl Table {
    pub(crate) fn new(code: &Code, kind: Kind) -> Result<Self, &'static str> {
        let mut look = Box::new([Symbol::default(); 1 << LOOK]);
        let mut beyond = [(0, 0); 17];
        let mut symbols = Vec::with_capacity(code.symbols.len());
        let mut next = 0_u32;
        for (length, &count) in (1..=16_u8).zip(&code.counts) {
            let shift = 16 - u32::from(length);
            let first_index = symbols.len();
            beyond[usize::from(length)].1 = first_index as i32 - (next >> shift) as i32;
            for &symbol in &code.symbols[first_index..first_index + usize::from(count)] {
                let symbol = part(symbol, length, kind)?;
                symbols.push(symbol);
                if u32::from(length) <= LOOK {
                    let start = (next >> (16 - LOOK)) as usize;
                    look[start..start + (1 << (LOOK - u32::from(length)))].fill(symbol);
                }
                next += 1 << shift;
            }
            beyond[usize::from(length)].0 = next;
        }
        Ok(Self {
            look,
            beyond,
            symbols,
        })
    }

    /// Consumes the symbol that the available bits (at least 25) begin with; gives also the bits it was read from.
    /// Two may follow one refill; a longer code fills up by itself.
    #[inline(always)]
    pub(crate) fn next(&self, reader: &mut BitReader) -> Option<(Symbol, u64)> {
        let mut symbol = self.look[(reader.peek() >> (64 - LOOK)) as usize];
        if symbol.code_bits == 0 {
            reader.refill();
            symbol = self.long_symbol(reader.peek())?;
        }
        let bits = reader.peek();
        reader.consume(symbol.bits.into());
        Some((symbol, bits))
    }

    #[cold]
    fn long_symbol(&self, bits: u64) -> Option<Symbol> {
        let sixteen = (bits >> 48) as u32;
        let length = (LOOK as usize + 1..=16).find(|&length| sixteen < self.beyond[length].0)?;
        let index = (sixteen >> (16 - length)) as i32 + self.beyond[length].1;
        self.symbols.get(usize::try_from(index).ok()?).copied()
    }
}

fn part(symbol: u8, code_bits: u8, kind: Kind) -> Result<Symbol, &'static str> {
    let (run, size) = match kind {
        Kind::Dc if symbol > 15 => return Err("a Huffman table with a DC size beyond 15"),
        Kind::Dc => (0, symbol),
        Kind::Ac | Kind::ProgressiveAc => (symbol >> 4, symbol & 15),
    };
    let extra = if kind == Kind::ProgressiveAc && size == 0 && run < 15 {
        run
    } else {
        size
    };
    Ok(Symbol {
        code_bits,
        bits: code_bits + extra,
        run,
        size,
    })
}

/// Several AC symbols in one look-up, for parts of a block of which nothing is kept.
pub(crate) struct Skip {
    /// The leap for each pattern of bits that are known, from one bit to [`SKIP_LOOK`]: `1 << known | pattern`. Those for
    /// fewer bits only serve to make those for more, and the last half is what is looked up.
    leaps: Box<[Leap; 2 << SKIP_LOOK]>,
}

/// What lies in the next bits: how many to consume (5 bits, the lowest), whether the block ends there (1 bit), and how
/// many coefficients to pass, the end of a block counting as one. In two bytes, as two such tables have to stay
/// in the processor's nearest cache together.
#[derive(Clone, Copy)]
pub(crate) struct Leap(u16);

impl Leap {
    /// Not even one symbol fits. It passes more coefficients than a block has, and so is never valid.
    const NONE: Self = Self(64 << 6);

    fn new(bits: u32, ends: bool, coefficients: u32) -> Self {
        Self((coefficients << 6 | u32::from(ends) << 5 | bits) as u16)
    }

    /// This one and then another, if they pass fewer coefficients than a block has.
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // No part runs over into the next: there are at most 28 bits.
        let both = self.0 + other.0;
        Self(if both < Self::NONE.0 { both } else { self.0 })
    }

    #[inline(always)]
    pub(crate) fn bits(self) -> u32 {
        u32::from(self.0) & 31
    }

    #[inline(always)]
    pub(crate) fn ends(self) -> bool {
        self.0 & 32 != 0
    }

    /// The leap is only valid if the block has that many left.
    #[inline(always)]
    pub(crate) fn coefficients(self) -> u32 {
        u32::from(self.0) >> 6
    }
}

impl Skip {
    /// For a table of AC symbols.
    pub(crate) fn new(table: &Table) -> Self {
        let mut leaps = Box::new([Leap::NONE; 2 << SKIP_LOOK]);
        for known in 1..=SKIP_LOOK {
            let (shorter, leaps) = leaps.split_at_mut(1 << known);
            // The codes in the order of their patterns, each with the patterns that begin with it.
            let mut rest = &mut leaps[..1 << known];
            for &symbol in &table.symbols {
                let Some(beyond) = known.checked_sub(symbol.code_bits.into()) else {
                    break;
                };
                let patterns;
                (patterns, rest) = rest.split_at_mut(1 << beyond);
                Self::fill(patterns, symbol, known, shorter);
            }
        }
        Self { leaps }
    }

    /// Where the code of a symbol lies within the known bits, though the magnitude that follows need not: the symbol's leap,
    /// and with it that of those bits that it leaves.
    fn fill(patterns: &mut [Leap], symbol: Symbol, known: u32, shorter: &[Leap]) {
        let (bits, passed) = (u32::from(symbol.bits), u32::from(symbol.run) + 1);
        if symbol.size == 0 && symbol.run < 15 {
            // One that ends further blocks too leaves something to be remembered.
            if symbol.run == 0 {
                patterns.fill(Leap::new(bits, true, 1));
            }
            return;
        }
        let alone = Leap::new(bits, false, passed);
        let left = known.saturating_sub(bits);
        if left == 0 {
            return patterns.fill(alone);
        }
        for patterns in patterns.chunks_exact_mut(1 << left) {
            for (leap, &rest) in patterns.iter_mut().zip(&shorter[1 << left..]) {
                *leap = alone.and(rest);
            }
        }
    }

    /// What the available bits (at least 28) begin with.
    #[inline(always)]
    pub(crate) fn leap(&self, reader: &BitReader) -> Leap {
        self.leaps[1 << SKIP_LOOK | (reader.peek() >> (64 - SKIP_LOOK)) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leap_is_as_many_whole_symbols_as_its_bits_begin_with() {
        // End of block, three coefficients, sixteen zeros, one that is not allowed, and a code longer than the look-up.
        let mut definition = vec![0, 2, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0];
        definition.extend([0x00, 0x01, 0x12, 0xf0, 0x5a, 0x20, 0x03]);
        let (code, rest) = Code::read(&definition).expect("a definition");
        assert!(rest.is_empty());
        let table = Table::new(&code, Kind::Ac).expect("a table");
        let skip = Skip::new(&table);
        for pattern in 0..1_u64 << SKIP_LOOK {
            let (mut bits, mut coefficients, mut ends) = (0, 0, false);
            while bits < SKIP_LOOK && !ends {
                let next = pattern << (64 - SKIP_LOOK + bits);
                let symbol = table.look[(next >> (64 - LOOK)) as usize];
                let passed = u32::from(symbol.run) + 1;
                if symbol.code_bits == 0
                    || bits + u32::from(symbol.code_bits) > SKIP_LOOK
                    || (symbol.size == 0 && symbol.run != 0 && symbol.run < 15)
                    || coefficients + passed >= 64
                {
                    break;
                }
                ends = symbol.size == 0 && symbol.run == 0;
                bits += u32::from(symbol.bits);
                coefficients += passed;
            }
            let leap = skip.leaps[1 << SKIP_LOOK | pattern as usize];
            if coefficients == 0 {
                assert_eq!(leap.0, Leap::NONE.0, "{pattern:013b}");
            } else {
                let found = (leap.bits(), leap.coefficients(), leap.ends());
                assert_eq!(found, (bits, coefficients, ends), "{pattern:013b}");
            }
        }
    }
}
