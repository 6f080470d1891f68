//! Sequential scans: baseline and extended (T.81 annex F). Each block is sent once and whole.

use std::ops::Range;

use crate::bits::BitReader;
use crate::huffman::{Skip, Table};
use crate::plane::Plane;
use crate::scan::Selected;
use crate::task::{Blocks, Task};

/// How to read the blocks of one component.
struct Way<'a> {
    dc: &'a Table,
    ac: &'a Table,
    skip: &'a Skip,
    slots: [u8; 64],
    /// The last kept coefficient; the rest of a block is skipped.
    last_kept: u32,
    plane: usize,
    /// Kept AC values of a block.
    square: usize,
    prediction: i32,
}

struct Sequential<'a, 'p> {
    ways: Vec<Way<'a>>,
    planes: &'p mut [Plane],
}

#[inline(always)]
pub(crate) fn read(
    task: &Task,
    units: Range<usize>,
    reader: BitReader,
    planes: &mut [Plane],
) -> Option<bool> {
    let way = |selected: &Selected| {
        let shape = planes[selected.index].shape;
        Way {
            dc: task.table(selected.dc),
            ac: task.table(selected.ac),
            skip: task.skip(selected.ac),
            slots: shape.slots(),
            last_kept: 63 - shape.kept().leading_zeros(),
            plane: selected.index,
            square: shape.square(),
            prediction: 0,
        }
    };
    let ways = task.scan.components.iter().map(way).collect();
    task.blocks(units, reader, Sequential { ways, planes })
}

impl Blocks for Sequential<'_, '_> {
    #[inline(always)]
    fn read(&mut self, reader: &mut BitReader, place: usize, index: usize) -> Option<()> {
        let way = self.ways.get_mut(place)?;
        let plane = self.planes.get_mut(way.plane)?;
        let square = plane.ac.get_mut(index * way.square..)?;
        let dc = way.block(reader, square.get_mut(..way.square)?)?;
        *plane.dc.get_mut(index)? = dc;
        Some(())
    }
}

impl Way<'_> {
    /// Reads a block (T.81 F.2.2); stores its kept AC values and gives its DC value.
    #[inline(always)]
    fn block(&mut self, reader: &mut BitReader, square: &mut [i16]) -> Option<i16> {
        reader.refill();
        let (symbol, bits) = self.dc.next(reader)?;
        self.prediction = self.prediction.wrapping_add(symbol.value(bits));
        let dc = self.prediction as i16;

        let mut k = 1;
        while k <= self.last_kept {
            reader.refill();
            for _ in 0..2 {
                let (symbol, bits) = self.ac.next(reader)?;
                k += u32::from(symbol.run);
                if symbol.size != 0 {
                    let slot = usize::from(*self.slots.get(k as usize)?);
                    if let Some(value) = square.get_mut(slot) {
                        *value = symbol.value(bits) as i16;
                    }
                } else if symbol.run < 15 {
                    return Some(dc);
                }
                k += 1;
                if k > self.last_kept {
                    break;
                }
            }
        }
        while k < 64 {
            reader.refill();
            for _ in 0..2 {
                let leap = self.skip.leap(reader);
                if k + leap.coefficients() <= 64 {
                    reader.consume(leap.bits());
                    k += leap.coefficients();
                    if leap.ends() {
                        return Some(dc);
                    }
                    continue;
                }
                if k < 64 {
                    let (symbol, _) = self.ac.next(reader)?;
                    if symbol.size == 0 && symbol.run < 15 {
                        return Some(dc);
                    }
                    k += u32::from(symbol.run) + 1;
                }
                break;
            }
        }
        (k == 64).then_some(dc)
    }
}
