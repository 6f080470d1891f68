//! The scans that a plan wants, decoded into planes of coefficients, scan by scan, restart interval by restart
//! interval.

use std::ops::Range;

use crate::Error;
use crate::bits::BitReader;
use crate::fast::{self, Select, Work};
use crate::huffman::{Kind, Skip, Table};
use crate::plan::{Plan, Use};
use crate::plane::Plane;
use crate::scan::Scan;
use crate::structure::Structure;
use crate::task::{Ready, Task};
use crate::unstuff::Pieces;
use crate::{progressive, sequential};

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
