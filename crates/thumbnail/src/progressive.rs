//! Progressive scans (T.81 annex G): coefficients come band by band and bit by bit.

use std::ops::Range;

use crate::bits::BitReader;
use crate::decode::{Task, rows};
use crate::fast::Select;
use crate::huffman::{Skip, Table};
use crate::plane::Plane;
use crate::zigzag;

/// The first bits of DC values (T.81 G.1.2.1).
#[inline(always)]
pub(crate) fn read_dc(
    task: &Task,
    units: Range<usize>,
    reader: &mut BitReader,
    planes: &mut [Plane],
) -> Option<()> {
    let components = &task.scan.components;
    let tables: Vec<&Table> = components
        .iter()
        .map(|selected| task.table(selected.dc))
        .collect();
    let mut predictions = [0_i32; 3];
    task.blocks(units, reader, |reader, place, index| {
        reader.ensure::<32>();
        let symbol = tables[place].symbol(reader.peek())?;
        predictions[place] = predictions[place].wrapping_add(symbol.value(reader.peek()));
        reader.consume(symbol.bits.into());
        planes[components[place].index].dc[index] = (predictions[place] << task.scan.after) as i16;
        Some(())
    })
}

/// One more bit of each DC value (T.81 G.1.2.1.1: of its two's complement).
#[inline(always)]
pub(crate) fn refine_dc(
    task: &Task,
    units: Range<usize>,
    reader: &mut BitReader,
    planes: &mut [Plane],
) -> Option<()> {
    task.blocks(units, reader, |reader, place, index| {
        reader.ensure::<1>();
        let bit = reader.take(1) as i16;
        planes[task.scan.components[place].index].dc[index] |= bit << task.scan.after;
        Some(())
    })
}

/// A band of AC values, first bits or one more, of the only component that such a scan can have.
#[inline(always)]
pub(crate) fn read_ac<S: Select>(
    task: &Task,
    units: Range<usize>,
    reader: &mut BitReader,
    planes: &mut [Plane],
    select: S,
) -> Option<()> {
    let index = task.scan.components[0].index;
    let plane = &mut planes[index];
    let across = task.frame.components[index].blocks.0;
    // Where only DC is kept, a plan reads no AC scan at all.
    match plane.shape.side() {
        2 => read_band::<4, S>(task, units, across, reader, plane, select),
        4 => read_band::<16, S>(task, units, across, reader, plane, select),
        _ => read_band::<64, S>(task, units, across, reader, plane, select),
    }
}

#[inline(always)]
fn read_band<const SQUARE: usize, S: Select>(
    task: &Task,
    units: Range<usize>,
    across: usize,
    reader: &mut BitReader,
    plane: &mut Plane,
    select: S,
) -> Option<()> {
    let code = task.scan.components[0].ac;
    let mut band = Band::new(task, task.table(code), plane);
    let (squares, _) = plane.ac.as_chunks_mut::<SQUARE>();
    for (row, columns) in rows(units, across) {
        let blocks = row * plane.stride + columns.start..row * plane.stride + columns.end;
        let squares = &mut squares[blocks.clone()];
        if task.scan.before.is_some() {
            band.refine(reader, squares, &mut plane.nonzero[blocks], select)?;
        } else if task.used.track {
            band.read_tracking(reader, squares, &mut plane.nonzero[blocks])?;
        } else {
            band.read(reader, task.skip(code), squares)?;
        }
        if reader.overrun() {
            break;
        }
    }
    Some(())
}

/// How to read a band of one component's blocks.
struct Band<'a> {
    table: &'a Table,
    slots: [u8; 64],
    /// The first and last coefficient of the band.
    first: u32,
    last: u32,
    /// Those that are kept, and the last of them; the rest of a block is skipped.
    kept: u64,
    last_kept: u32,
    /// The lowest bit that the scan sends.
    low: u32,
    /// How many blocks from here on send no new coefficient (EOBRUN).
    ended: usize,
}

impl<'a> Band<'a> {
    fn new(task: &Task, table: &'a Table, plane: &Plane) -> Self {
        let kept = plane.shape.kept() & task.scan.band();
        Self {
            table,
            slots: plane.shape.slots(),
            first: task.scan.first.into(),
            last: task.scan.last.into(),
            kept,
            last_kept: 63_u32.saturating_sub(kept.leading_zeros()),
            low: task.scan.after.into(),
            ended: 0,
        }
    }

    /// How many blocks end with a symbol of size zero, this one included (T.81 G.1.2.2, EOBn).
    #[inline(always)]
    fn end_of_bands(run: u8, code_bits: u8, bits: u64) -> usize {
        (1 << run) + (((bits << code_bits) >> 1) >> (63 - u32::from(run))) as usize
    }

    /// First bits, where no later scan needs to know what is zero.
    #[inline(always)]
    fn read<const SQUARE: usize>(
        &mut self,
        reader: &mut BitReader,
        skip: &Skip,
        squares: &mut [[i16; SQUARE]],
    ) -> Option<()> {
        let mut index = 0;
        while index < squares.len() {
            if self.ended > 0 {
                let passed = self.ended.min(squares.len() - index);
                self.ended -= passed;
                index += passed;
                continue;
            }
            self.read_block(reader, skip, &mut squares[index])?;
            index += 1;
        }
        Some(())
    }

    #[inline(always)]
    fn read_block<const SQUARE: usize>(
        &mut self,
        reader: &mut BitReader,
        skip: &Skip,
        square: &mut [i16; SQUARE],
    ) -> Option<()> {
        let mut k = self.first;
        while k <= self.last {
            reader.ensure::<32>();
            let bits = reader.peek();
            if k > self.last_kept {
                let leap = skip.leap(reader);
                if leap.bits != 0 && k + u32::from(leap.coefficients) <= self.last + 1 {
                    reader.consume(leap.bits.into());
                    k += u32::from(leap.coefficients);
                    if leap.ends {
                        return Some(());
                    }
                    continue;
                }
            }
            let symbol = self.table.symbol(bits)?;
            reader.consume(symbol.bits.into());
            if symbol.size != 0 {
                k += u32::from(symbol.run);
                let slot = usize::from(*self.slots.get(k as usize)?);
                square[slot % SQUARE] = (symbol.value(bits) << self.low) as i16;
            } else if symbol.run < 15 {
                self.ended = Self::end_of_bands(symbol.run, symbol.code_bits, bits) - 1;
                return Some(());
            } else {
                k += 15;
            }
            k += 1;
        }
        (k == self.last + 1).then_some(())
    }

    /// First bits, noting what is not zero.
    #[inline(always)]
    fn read_tracking<const SQUARE: usize>(
        &mut self,
        reader: &mut BitReader,
        squares: &mut [[i16; SQUARE]],
        nonzero: &mut [u64],
    ) -> Option<()> {
        let mut index = 0;
        while index < squares.len() {
            if self.ended > 0 {
                let passed = self.ended.min(squares.len() - index);
                self.ended -= passed;
                index += passed;
                continue;
            }
            nonzero[index] |= self.read_tracking_block(reader, &mut squares[index])?;
            index += 1;
        }
        Some(())
    }

    #[inline(always)]
    fn read_tracking_block<const SQUARE: usize>(
        &mut self,
        reader: &mut BitReader,
        square: &mut [i16; SQUARE],
    ) -> Option<u64> {
        let mut nonzero = 0;
        let mut k = self.first;
        while k <= self.last {
            reader.ensure::<32>();
            let bits = reader.peek();
            let symbol = self.table.symbol(bits)?;
            reader.consume(symbol.bits.into());
            k += u32::from(symbol.run);
            if symbol.size != 0 {
                let slot = usize::from(*self.slots.get(k as usize)?);
                square[slot % SQUARE] = (symbol.value(bits) << self.low) as i16;
                nonzero |= 1 << k;
            } else if symbol.run < 15 {
                self.ended = Self::end_of_bands(symbol.run, symbol.code_bits, bits) - 1;
                return Some(nonzero);
            }
            k += 1;
        }
        (k == self.last + 1).then_some(nonzero)
    }

    /// One more bit (T.81 G.1.2.3): for each coefficient that is not zero a correction, and those that become
    /// plus or minus one. A run counts only coefficients that are still zero.
    #[inline(always)]
    fn refine<const SQUARE: usize, S: Select>(
        &mut self,
        reader: &mut BitReader,
        squares: &mut [[i16; SQUARE]],
        nonzero: &mut [u64],
        select: S,
    ) -> Option<()> {
        for (square, nonzero) in squares.iter_mut().zip(nonzero) {
            self.refine_block(reader, square, nonzero, select)?;
        }
        Some(())
    }

    #[inline(always)]
    fn refine_block<const SQUARE: usize, S: Select>(
        &mut self,
        reader: &mut BitReader,
        square: &mut [i16; SQUARE],
        nonzero: &mut u64,
        select: S,
    ) -> Option<()> {
        let band = zigzag::band(self.first as u8, self.last as u8);
        let old = *nonzero & band;
        let mut new = 0;
        // What of the band is still ahead, and the correction bits of what is not, the last one lowest.
        let mut ahead = band;
        let mut corrections = 0;
        while self.ended == 0 && ahead != 0 {
            reader.ensure::<32>();
            let bits = reader.peek();
            let symbol = self.table.symbol(bits)?;
            reader.consume(symbol.bits.into());
            if symbol.size == 0 && symbol.run < 15 {
                self.ended = Self::end_of_bands(symbol.run, symbol.code_bits, bits);
                break;
            }
            let place = select.nth(ahead & !old, symbol.run.into());
            if place == 0 || symbol.size > 1 {
                return None;
            }
            let passed = old & ahead & (place - 1);
            corrections = reader.append(corrections, passed.count_ones());
            if symbol.size != 0 {
                let k = place.trailing_zeros() as usize;
                square[usize::from(self.slots[k]) % SQUARE] =
                    (symbol.value(bits) << self.low) as i16;
                new |= place;
            }
            ahead &= !(place | (place - 1));
        }
        if self.ended > 0 {
            self.ended -= 1;
            corrections = reader.append(corrections, (old & ahead).count_ones());
        }
        self.correct(square, old, corrections);
        *nonzero |= new;
        Some(())
    }

    /// Applies the correction bits of these coefficients, the last one's lowest, to those that are kept.
    #[inline(always)]
    fn correct<const SQUARE: usize>(
        &self,
        square: &mut [i16; SQUARE],
        which: u64,
        corrections: u64,
    ) {
        let mut kept = which & self.kept;
        while kept != 0 {
            let k = kept.trailing_zeros();
            // How many have their bits below this one's.
            let rank = (which >> k >> 1).count_ones();
            let bit = (corrections >> rank & 1) as i16;
            let value = &mut square[usize::from(self.slots[k as usize]) % SQUARE];
            // Away from zero: the bit belongs to the magnitude.
            *value = value.wrapping_add(((*value >> 15) | 1) * (bit << self.low));
            kept &= kept - 1;
        }
    }
}
