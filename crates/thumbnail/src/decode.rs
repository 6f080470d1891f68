//! The scans that a plan wants, decoded into planes of coefficients, scan by scan, restart interval by restart
//! interval.

use std::ops::Range;

use crate::Error;
use crate::bits::BitReader;
use crate::fast::{self, Select, Work};
use crate::frame::Frame;
use crate::huffman::{Kind, Skip, Table};
use crate::plan::{Plan, Use};
use crate::plane::Plane;
use crate::scan::Scan;
use crate::structure::Structure;
use crate::unstuff::Pieces;
use crate::{progressive, sequential};

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

/// Decodes into `planes`, one for each component; what is in them only lends its memory, as do the pieces.
pub(crate) fn decode(
    structure: &Structure,
    plan: &Plan,
    planes: &mut Vec<Plane>,
    pieces: &mut Pieces,
) -> Result<(), Error> {
    let frame = &structure.frame;
    let used = || {
        structure
            .scans
            .iter()
            .zip(&plan.uses)
            .filter_map(|(scan, used)| Some((scan, (*used)?)))
    };
    let tracked = |component| {
        used()
            .any(|(scan, used)| used.track && scan.components.iter().any(|s| s.index == component))
    };
    planes.resize_with(frame.components.len(), Plane::default);
    for (index, plane) in planes.iter_mut().enumerate() {
        plane.clear(&frame.components[index], plan.shapes[index], tracked(index));
    }
    let mut codes: Vec<Ready> = structure.codes.iter().map(|_| Ready::default()).collect();

    for (scan, used) in used() {
        let corrupt = |what| Error::Corrupt {
            offset: scan.offset,
            what,
        };
        make_ready(structure, scan, used, &mut codes).map_err(corrupt)?;
        let task = Task {
            frame,
            scan,
            used,
            codes: &codes,
        };
        pieces.fill(scan.data).map_err(corrupt)?;

        let units = task.units();
        let interval = if scan.restart == 0 {
            units
        } else {
            scan.restart
        };
        if pieces.len() < units.div_ceil(interval) {
            return Err(corrupt("a scan with too few restart intervals"));
        }
        for (piece, start) in (0..units).step_by(interval).enumerate() {
            let interval = Interval {
                task: &task,
                units: start..units.min(start + interval),
                reader: pieces.reader(piece),
                planes,
            };
            match fast::run(interval) {
                Some(false) => {}
                Some(true) => return Err(corrupt("a scan with less data than blocks")),
                None => return Err(corrupt("no Huffman code, or a run beyond its block")),
            }
        }
    }
    Ok(())
}

fn make_ready(
    structure: &Structure,
    scan: &Scan,
    used: Use,
    codes: &mut [Ready],
) -> Result<(), &'static str> {
    let progressive = structure.frame.progressive;
    let ac_kind = if progressive {
        Kind::ProgressiveAc
    } else {
        Kind::Ac
    };
    for selected in &scan.components {
        for (code, kind) in [(selected.dc, Kind::Dc), (selected.ac, ac_kind)] {
            let Some(code) = code else { continue };
            let ready = &mut codes[code];
            if ready.table.is_none() {
                ready.table = Some(Table::new(&structure.codes[code], kind)?);
            }
            if ready.skip.is_none() && kind != Kind::Dc && !used.track && scan.before.is_none() {
                ready.skip = ready.table.as_ref().map(Skip::new);
            }
        }
    }
    Ok(())
}

/// A range of units between two restarts.
struct Interval<'a, 'r> {
    task: &'a Task<'a>,
    units: Range<usize>,
    reader: BitReader<'r>,
    planes: &'a mut [Plane],
}

impl Work for Interval<'_, '_> {
    type Output = Option<bool>;

    /// Decodes the units; nothing if the data cannot be of this scan. Otherwise tells whether it read beyond their end.
    #[inline(always)]
    fn run<S: Select>(self, select: S) -> Option<bool> {
        let Self {
            task,
            units,
            reader,
            planes,
        } = self;
        if !task.frame.progressive {
            sequential::read(task, units, reader, planes)
        } else if task.scan.first > 0 {
            progressive::read_ac(task, units, reader, planes, select)
        } else if task.scan.before.is_none() {
            progressive::read_dc(task, units, reader, planes)
        } else {
            progressive::refine_dc(task, units, reader, planes)
        }
    }
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

    fn units(&self) -> usize {
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
