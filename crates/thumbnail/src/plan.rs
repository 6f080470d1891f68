//! What to read: the reduction, the coefficients that each component keeps at it, and the scans that are
//! worth decoding. Everything is known from the structure alone, so that the decoder never decodes a scan in vain.
//!
//! A scan is read if it *contributes* a bit that is wanted of a kept coefficient, or if a later one that is read
//! *refines* its band: a refinement scan has a bit for each coefficient that is not zero yet (T.81 G.1.2.3),
//! so it cannot be parsed without knowing which these are, kept or not.

use crate::frame::{BLOCK, Component, Frame};
use crate::scan::Scan;
use crate::structure::{Quantiser, Structure};
use crate::zigzag::ROW_MAJOR;
use crate::{Error, Fidelity};

/// In `Visible`, what is left out of a coefficient is below this many units of it. A unit changes a pixel by at
/// most 1/8 of a grey level in a luma thumbnail of any reduction (see docs/thumbnail.md for the measurements).
const INVISIBLE: u32 = 8;

pub(crate) struct Plan {
    /// The thumbnail's sides are the picture's times `eighths` / 8, rounded up.
    pub(crate) eighths: usize,
    /// One for each component.
    pub(crate) shapes: Vec<Shape>,
    /// One for each scan: whether to read it, and how.
    pub(crate) uses: Vec<Option<Use>>,
    /// For each component and coefficient (in zigzag order), how many low bits the file has that are not read.
    pub(crate) unread_bits: Vec<[u8; 64]>,
}

/// The resolution at which chroma is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Chroma {
    /// That of the thumbnail.
    Full,
    /// Half of its sides.
    Half,
}

/// What a component keeps of each block.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Shape {
    /// Pixels of a block, across and down: 1, 2, 4 or 8. As many of its coefficients are kept.
    pub(crate) across: usize,
    pub(crate) down: usize,
}

impl Shape {
    /// Kept coefficients are stored in squares of this side.
    pub(crate) fn side(self) -> usize {
        self.across.max(self.down)
    }

    /// How many values such a square has; none where only DC is kept.
    pub(crate) fn square(self) -> usize {
        match self.side() {
            1 => 0,
            side => side * side,
        }
    }

    /// Where a kept coefficient lies in the square; row and column of the block are the same there.
    fn slot(self, zigzag: usize) -> Option<usize> {
        let (row, column) = (
            usize::from(ROW_MAJOR[zigzag]) / BLOCK,
            usize::from(ROW_MAJOR[zigzag]) % BLOCK,
        );
        (row < self.down && column < self.across).then(|| row * self.side() + column)
    }

    /// The slot of each coefficient. DC values are stored elsewhere, so slot 0 takes what is not kept.
    pub(crate) fn slots(self) -> [u8; 64] {
        std::array::from_fn(|zigzag| self.slot(zigzag).unwrap_or(0) as u8)
    }

    /// The kept coefficients, bit `k` for coefficient `k` of the zigzag order.
    pub(crate) fn kept(self) -> u64 {
        (0..64)
            .filter(|&zigzag| self.slot(zigzag).is_some())
            .fold(0, |kept, zigzag| kept | 1 << zigzag)
    }
}

/// How to read a scan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Use {
    /// Whether a later scan needs to know which coefficients are not zero.
    pub(crate) track: bool,
}

impl Plan {
    pub(crate) fn new(
        structure: &Structure,
        eighths: usize,
        fidelity: Fidelity,
        chroma: Chroma,
    ) -> Result<Self, Error> {
        let Structure {
            frame,
            scans,
            quantisers,
            ..
        } = structure;
        let shapes: Vec<Shape> = frame
            .components
            .iter()
            .enumerate()
            .map(|(index, component)| match chroma {
                Chroma::Half if index > 0 => half(frame, component, eighths),
                _ => Some(shape(frame, component, eighths)),
            })
            .collect::<Option<_>>()
            .expect("asked before");
        check_progression(frame, scans)?;

        let mut uses = vec![None; scans.len()];
        // What a later scan, already known to be read, refines: bands of each component.
        let mut refined = vec![0_u64; shapes.len()];
        for (scan, used) in scans.iter().zip(&mut uses).rev() {
            let wanted = scan.components.iter().any(|selected| {
                let component = &frame.components[selected.index];
                let quantiser = &quantisers[component.quantiser.expect("bound by the scan")];
                let kept = shapes[selected.index].kept() & scan.band();
                contributes(scan, kept, quantiser, fidelity)
            });
            let track = scan
                .components
                .iter()
                .any(|s| refined[s.index] & scan.band() != 0);
            if wanted || track {
                *used = Some(Use { track });
                if scan.before.is_some() && scan.first > 0 {
                    refined[scan.components[0].index] |= scan.band();
                }
            }
        }

        let mut unread_bits = vec![[0; 64]; shapes.len()];
        let unread = scans.iter().zip(&uses).filter(|(_, used)| used.is_none());
        for (scan, before) in unread
            .filter_map(|(scan, _)| Some((scan, scan.before?)))
            .rev()
        {
            for selected in &scan.components {
                unread_bits[selected.index][usize::from(scan.first)..=usize::from(scan.last)]
                    .fill(before);
            }
        }
        Ok(Self {
            eighths,
            shapes,
            uses,
            unread_bits,
        })
    }
}

impl Plan {
    pub(crate) fn scans_read(&self) -> usize {
        self.uses.iter().flatten().count()
    }
}

/// The smallest reduction whose sides are not below the wanted ones, in eighths.
pub(crate) fn reduction(frame: &Frame, wanted: (u32, u32)) -> usize {
    let enough = |side: usize, wanted: u32, eighths: usize| {
        (side * eighths).div_ceil(BLOCK) >= wanted as usize
    };
    [1, 2, 4]
        .into_iter()
        .find(|&eighths| {
            enough(frame.width, wanted.0, eighths) && enough(frame.height, wanted.1, eighths)
        })
        .unwrap_or(BLOCK)
}

/// A component that is sampled less often keeps more of each block, up to all of it, so that as little as
/// possible has to be interpolated.
fn shape(frame: &Frame, component: &Component, eighths: usize) -> Shape {
    let pixels = |largest: usize, own: usize| {
        let wanted = eighths * (largest / own);
        if wanted.is_power_of_two() {
            wanted.min(BLOCK)
        } else {
            eighths
        }
    };
    Shape {
        across: pixels(frame.sampling.0, component.sampling.0),
        down: pixels(frame.sampling.1, component.sampling.1),
    }
}

/// What a component keeps of each block to be made at half the thumbnail's sides, if a reduced transform alone can
/// do that.
fn half(frame: &Frame, component: &Component, eighths: usize) -> Option<Shape> {
    let pixels = |largest: usize, own: usize| {
        let doubled = eighths * (largest / own);
        matches!(doubled, 2 | 4 | 8 | 16).then_some(doubled / 2)
    };
    Some(Shape {
        across: pixels(frame.sampling.0, component.sampling.0)?,
        down: pixels(frame.sampling.1, component.sampling.1)?,
    })
}

/// Whether luma can be made at this reduction, and chroma at half of its sides, by reduced transforms alone.
pub(crate) fn can_halve(frame: &Frame, eighths: usize) -> bool {
    let [luma, chroma @ ..] = &frame.components[..] else {
        return false;
    };
    let whole = Shape {
        across: eighths,
        down: eighths,
    };
    luma.sampling == frame.sampling
        && shape(frame, luma, eighths) == whole
        && chroma.len() == 2
        && chroma
            .iter()
            .all(|component| half(frame, component, eighths).is_some())
}

/// Whether a scan tells something worth knowing of the kept coefficients in its band.
fn contributes(scan: &Scan, kept: u64, quantiser: &Quantiser, fidelity: Fidelity) -> bool {
    match (fidelity, scan.before) {
        (Fidelity::Exact, _) | (_, None) => kept != 0,
        (Fidelity::Visible, Some(before)) => (0..64)
            .filter(|zigzag| kept >> zigzag & 1 != 0)
            .any(|zigzag| u32::from(quantiser[zigzag]) << before >= INVISIBLE),
    }
}

/// Checks that each coefficient is sent in the order that T.81 G.1.1.1 lays down, and the DC values are sent at all.
fn check_progression(frame: &Frame, scans: &[Scan]) -> Result<(), Error> {
    let mut known: Vec<[Option<u8>; 64]> = vec![[None; 64]; frame.components.len()];
    for scan in scans {
        let corrupt = |what| Error::Corrupt {
            offset: scan.offset,
            what,
        };
        for selected in &scan.components {
            let known = &mut known[selected.index];
            if scan.first > 0 && known[0].is_none() {
                return Err(corrupt("a component's AC coefficients before its DC"));
            }
            for state in &mut known[usize::from(scan.first)..=usize::from(scan.last)] {
                if *state != scan.before {
                    return Err(corrupt(
                        "a scan that does not continue where an earlier one stopped",
                    ));
                }
                *state = Some(scan.after);
            }
        }
    }
    if known.iter().any(|known| known[0].is_none()) {
        let offset = scans.last().map_or(0, |scan| scan.offset);
        return Err(Error::Corrupt {
            offset,
            what: "a component that no scan contains",
        });
    }
    Ok(())
}
