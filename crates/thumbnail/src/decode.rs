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

pub(crate) fn decode(structure: &Structure, plan: &Plan) -> Result<Vec<Plane>, Error> {
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
    let mut planes: Vec<Plane> = (0..frame.components.len())
        .map(|index| Plane::new(&frame.components[index], plan.shapes[index], tracked(index)))
        .collect();
    let mut codes: Vec<Ready> = structure.codes.iter().map(|_| Ready::default()).collect();
    let mut pieces = Pieces::default();

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
            let range = start..units.min(start + interval);
            let mut reader = pieces.reader(piece);
            let interval = Interval {
                task: &task,
                units: range,
                reader: &mut reader,
                planes: &mut planes,
            };
            fast::run(interval).ok_or(corrupt("no Huffman code, or a run beyond its block"))?;
            if reader.overrun() {
                return Err(corrupt("a scan with less data than blocks"));
            }
        }
    }
    Ok(planes)
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
    reader: &'a mut BitReader<'r>,
    planes: &'a mut [Plane],
}

impl Work for Interval<'_, '_> {
    type Output = Option<()>;

    /// Decodes the units; nothing if the data cannot be of this scan.
    #[inline(always)]
    fn run<S: Select>(self, select: S) -> Option<()> {
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

impl Task<'_> {
    /// Minimum coded units of the scan (T.81 A.2): blocks if it is of one component.
    fn units(&self) -> usize {
        let (across, down) = match &self.scan.components[..] {
            [only] => self.frame.components[only.index].blocks,
            _ => self.frame.mcus,
        };
        across * down
    }

    /// Calls `visit` with each block of the units, in the order of the stream: the component's place in the
    /// scan, and the block's in its plane. Gives up as soon as `visit` does, or the data has run out.
    #[inline(always)]
    pub(crate) fn blocks<'r>(
        &self,
        units: Range<usize>,
        reader: &mut BitReader<'r>,
        mut visit: impl FnMut(&mut BitReader<'r>, usize, usize) -> Option<()>,
    ) -> Option<()> {
        if let [only] = &self.scan.components[..] {
            let component = &self.frame.components[only.index];
            for (row, columns) in rows(units, component.blocks.0) {
                for column in columns {
                    visit(reader, 0, row * component.stored.0 + column)?;
                }
                if reader.overrun() {
                    break;
                }
            }
            return Some(());
        }
        for (row, columns) in rows(units, self.frame.mcus.0) {
            for column in columns {
                for (place, selected) in self.scan.components.iter().enumerate() {
                    let component = &self.frame.components[selected.index];
                    let (across, down) = component.sampling;
                    for y in 0..down {
                        let first = (row * down + y) * component.stored.0 + column * across;
                        for x in 0..across {
                            visit(reader, place, first + x)?;
                        }
                    }
                }
            }
            if reader.overrun() {
                break;
            }
        }
        Some(())
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
