//! Progressive scans (T.81 annex G): coefficients come band by band and bit by bit.

use std::ops::Range;

use crate::bits::BitReader;
use crate::fast::Select;
use crate::huffman::{Skip, Table};
use crate::plane::Plane;
use crate::task::{Blocks, Task, rows};

/// The first bits of DC values (T.81 G.1.2.1).
#[inline(always)]
pub(crate) fn read_dc(
    task: &Task,
    units: Range<usize>,
    reader: BitReader,
    planes: &mut [Plane],
) -> Option<bool> {
    let components = &task.scan.components;
    let ways = components
        .iter()
        .map(|selected| (task.table(selected.dc), selected.index, 0))
        .collect();
    let low = task.scan.after;
    task.blocks(units, reader, FirstDc { ways, low, planes })
}

struct FirstDc<'a, 'p> {
    /// For each component of the scan its table, its plane and the last value.
    ways: Vec<(&'a Table, usize, i32)>,
    low: u8,
    planes: &'p mut [Plane],
}

impl Blocks for FirstDc<'_, '_> {
    #[inline(always)]
    fn read(&mut self, reader: &mut BitReader, place: usize, index: usize) -> Option<()> {
        let (table, plane, prediction) = self.ways.get_mut(place)?;
        reader.refill();
        let (symbol, bits) = table.next(reader)?;
        *prediction = prediction.wrapping_add(symbol.value(bits));
        *self.planes.get_mut(*plane)?.dc.get_mut(index)? = (*prediction << self.low) as i16;
        Some(())
    }
}

/// One more bit of each DC value (T.81 G.1.2.1.1: of its two's complement).
#[inline(always)]
pub(crate) fn refine_dc(
    task: &Task,
    units: Range<usize>,
    reader: BitReader,
    planes: &mut [Plane],
) -> Option<bool> {
    task.blocks(units, reader, MoreDc { task, planes })
}

struct MoreDc<'a, 'p> {
    task: &'a Task<'a>,
    planes: &'p mut [Plane],
}

impl Blocks for MoreDc<'_, '_> {
    #[inline(always)]
    fn read(&mut self, reader: &mut BitReader, place: usize, index: usize) -> Option<()> {
        reader.ensure::<1>();
        let bit = reader.take(1) as i16;
        let plane = &mut self.planes[self.task.scan.components[place].index];
        plane.dc[index] |= bit << self.task.scan.after;
        Some(())
    }
}

/// A band of AC values, first bits or one more, of the only component that such a scan can have.
#[inline(always)]
pub(crate) fn read_ac<S: Select>(
    task: &Task,
    units: Range<usize>,
    mut reader: BitReader,
    planes: &mut [Plane],
    select: S,
) -> Option<bool> {
    let index = task.scan.components[0].index;
    let plane = &mut planes[index];
    let across = task.frame.components[index].blocks.0;
    let reader = &mut reader;
    // Where only DC is kept, a plan reads no AC scan at all.
    match plane.shape.side() {
        2 => read_band::<4, S>(task, units, across, reader, plane, select)?,
        4 => read_band::<16, S>(task, units, across, reader, plane, select)?,
        _ => read_band::<64, S>(task, units, across, reader, plane, select)?,
    }
    Some(reader.overrun())
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
pub(crate) struct Band<'a> {
    pub(crate) table: &'a Table,
    pub(crate) slots: [u8; 64],
    /// The first and last coefficient of the band.
    pub(crate) first: u32,
    pub(crate) last: u32,
    /// Those that are kept, and the last of them; the rest of a block is skipped.
    pub(crate) kept: u64,
    last_kept: u32,
    /// The lowest bit that the scan sends.
    pub(crate) low: u32,
    /// How many blocks from here on send no new coefficient (EOBRUN).
    pub(crate) ended: usize,
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
    pub(crate) fn end_of_bands(run: u8, code_bits: u8, bits: u64) -> usize {
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
        let last_kept = self.last_kept.min(self.last);
        while k <= last_kept {
            reader.refill();
            for _ in 0..2 {
                let (symbol, bits) = self.table.next(reader)?;
                k += u32::from(symbol.run);
                if symbol.size != 0 {
                    let slot = usize::from(*self.slots.get(k as usize)?);
                    square[slot % SQUARE] = (symbol.value(bits) << self.low) as i16;
                } else if symbol.run < 15 {
                    self.ended = Self::end_of_bands(symbol.run, symbol.code_bits, bits) - 1;
                    return Some(());
                }
                k += 1;
                if k > last_kept {
                    break;
                }
            }
        }
        while k <= self.last {
            reader.refill();
            for _ in 0..2 {
                let leap = skip.leap(reader);
                if k + leap.coefficients() <= self.last + 1 {
                    reader.consume(leap.bits());
                    k += leap.coefficients();
                    if leap.ends() {
                        return Some(());
                    }
                    continue;
                }
                if k <= self.last {
                    let (symbol, bits) = self.table.next(reader)?;
                    if symbol.size == 0 && symbol.run < 15 {
                        self.ended = Self::end_of_bands(symbol.run, symbol.code_bits, bits) - 1;
                        return Some(());
                    }
                    k += u32::from(symbol.run) + 1;
                }
                break;
            }
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
            let (symbol, bits) = self.table.next(reader)?;
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
}
