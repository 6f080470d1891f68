//! Sequential scans: baseline and extended (T.81 annex F). Each block is sent once and whole.

use std::ops::Range;

use crate::bits::BitReader;
use crate::decode::Task;
use crate::huffman::{Skip, Table};
use crate::plan::Shape;
use crate::plane::Plane;

/// How to read the blocks of one component.
struct Way<'a> {
    dc: &'a Table,
    ac: &'a Table,
    skip: &'a Skip,
    slots: [u8; 64],
    /// The last kept coefficient; the rest of a block is skipped.
    last_kept: u32,
    plane: usize,
    side: usize,
    prediction: i32,
}

#[inline(always)]
pub(crate) fn read(
    task: &Task,
    units: Range<usize>,
    reader: &mut BitReader,
    planes: &mut [Plane],
) -> Option<()> {
    let mut ways: Vec<Way> = Vec::with_capacity(3);
    for selected in &task.scan.components {
        let shape: Shape = planes[selected.index].shape;
        ways.push(Way {
            dc: task.table(selected.dc),
            ac: task.table(selected.ac),
            skip: task.skip(selected.ac),
            slots: shape.slots(),
            last_kept: 63 - shape.kept().leading_zeros(),
            plane: selected.index,
            side: shape.side(),
            prediction: 0,
        });
    }
    task.blocks(units, reader, |reader, place, index| {
        let way = &mut ways[place];
        let plane = &mut planes[way.plane];
        plane.dc[index] = match way.side {
            1 => block(way, reader, &mut [0; 1]),
            2 => block(way, reader, &mut plane.ac.as_chunks_mut::<4>().0[index]),
            4 => block(way, reader, &mut plane.ac.as_chunks_mut::<16>().0[index]),
            _ => block(way, reader, &mut plane.ac.as_chunks_mut::<64>().0[index]),
        }?;
        Some(())
    })
}

/// Reads a block (T.81 F.2.2); stores its kept AC values and gives its DC value.
#[inline(always)]
fn block<const SQUARE: usize>(
    way: &mut Way,
    reader: &mut BitReader,
    square: &mut [i16; SQUARE],
) -> Option<i16> {
    reader.ensure::<32>();
    let symbol = way.dc.symbol(reader.peek())?;
    way.prediction = way.prediction.wrapping_add(symbol.value(reader.peek()));
    reader.consume(symbol.bits.into());
    let dc = way.prediction as i16;

    let mut k = 1;
    while k <= way.last_kept {
        reader.ensure::<32>();
        let bits = reader.peek();
        let symbol = way.ac.symbol(bits)?;
        reader.consume(symbol.bits.into());
        k += u32::from(symbol.run);
        if symbol.size != 0 {
            let slot = usize::from(*way.slots.get(k as usize)?);
            square[slot % SQUARE] = symbol.value(bits) as i16;
        } else if symbol.run < 15 {
            return Some(dc);
        }
        k += 1;
    }
    while k < 64 {
        reader.ensure::<32>();
        let leap = way.skip.leap(reader);
        if leap.bits != 0 && k + u32::from(leap.coefficients) <= 64 {
            reader.consume(leap.bits.into());
            k += u32::from(leap.coefficients);
            if leap.ends {
                return Some(dc);
            }
        } else {
            let symbol = way.ac.symbol(reader.peek())?;
            reader.consume(symbol.bits.into());
            if symbol.size == 0 && symbol.run < 15 {
                return Some(dc);
            }
            k += u32::from(symbol.run) + 1;
        }
    }
    (k == 64).then_some(dc)
}
