//! One scan as its decoder sees it: its codes made ready, and its blocks in the order of the stream.

use std::ops::Range;

use crate::bits::BitReader;
use crate::frame::Frame;
use crate::huffman::{Skip, Table};
use crate::plan::Use;
use crate::scan::Scan;

/// A Huffman code made ready, once for all scans that use it.
#[derive(Default)]
pub(crate) struct Ready {
    pub(crate) table: Option<Table>,
    pub(crate) skip: Option<Skip>,
}

/// One scan as its decoder sees it.
pub(crate) struct Task<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) scan: &'a Scan<'a>,
    pub(crate) used: Use,
    pub(crate) codes: &'a [Ready],
}

/// What to do with each block of a scan.
///
/// A trait, as its method can be told to become part of the loop, for the processor that the loop is compiled for. A
/// closure cannot.
pub(crate) trait Blocks {
    /// Reads a block: the component's place in the scan, and the block's in its plane.
    fn read(&mut self, reader: &mut BitReader, place: usize, index: usize) -> Option<()>;
}

/// A block of a unit: its component's place in the scan, and where in its plane it lies, for the first unit.
struct Part {
    place: usize,
    first: usize,
    /// From unit to unit, and from one row of units to the next.
    step: usize,
    row: usize,
}

impl Task<'_> {
    /// Minimum coded units of the scan, across and down (T.81 A.2): blocks if it is of one component.
    fn extent(&self) -> (usize, usize) {
        match &self.scan.components[..] {
            [only] => self.frame.components[only.index].blocks,
            _ => self.frame.mcus,
        }
    }

    pub(crate) fn units(&self) -> usize {
        let (across, down) = self.extent();
        across * down
    }

    /// The blocks of a unit in the order of the stream.
    fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::with_capacity(10);
        let alone = self.scan.components.len() == 1;
        for (place, selected) in self.scan.components.iter().enumerate() {
            let component = &self.frame.components[selected.index];
            let (step, down) = if alone { (1, 1) } else { component.sampling };
            let stride = component.stored.0;
            parts.extend((0..down * step).map(|block| Part {
                place,
                first: block / step * stride + block % step,
                step,
                row: down * stride,
            }));
        }
        parts
    }

    /// Reads the blocks of the units in the order of the stream. Gives up as soon as one cannot be read, or the data
    /// has run out; tells whether it has.
    #[inline(always)]
    pub(crate) fn blocks(
        &self,
        units: Range<usize>,
        mut reader: BitReader,
        mut blocks: impl Blocks,
    ) -> Option<bool> {
        let parts = self.parts();
        for (row, columns) in rows(units, self.extent().0) {
            for column in columns {
                for part in &parts {
                    let index = part.first + row * part.row + column * part.step;
                    blocks.read(&mut reader, part.place, index)?;
                }
            }
            if reader.overrun() {
                break;
            }
        }
        Some(reader.overrun())
    }

    pub(crate) fn table(&self, code: Option<usize>) -> &Table {
        let ready = &self.codes[code.expect("the scan header named it")];
        ready.table.as_ref().expect("made ready before the scan")
    }

    pub(crate) fn skip(&self, code: Option<usize>) -> &Skip {
        let ready = &self.codes[code.expect("the scan header named it")];
        ready.skip.as_ref().expect("made ready before the scan")
    }
}

/// A range of units, row by row: the row, and the columns in it.
pub(crate) fn rows(
    units: Range<usize>,
    width: usize,
) -> impl Iterator<Item = (usize, Range<usize>)> {
    let mut start = units.start;
    std::iter::from_fn(move || {
        let row = start / width;
        let end = units.end.min((row + 1) * width);
        let columns = start - row * width..end - row * width;
        (start < end).then(|| {
            start = end;
            (row, columns)
        })
    })
}
