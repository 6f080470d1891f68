//! The scan header (T.81 B.2.3) with the tables in force where it stands.

use std::ops::RangeInclusive;

use crate::Error;
use crate::frame::Frame;
use crate::zigzag;

/// The tables in force at some place of a file, as indexes of definitions.
#[derive(Default, Clone)]
pub(crate) struct Tables {
    pub(crate) quantisers: [Option<usize>; 4],
    pub(crate) dc: [Option<usize>; 4],
    pub(crate) ac: [Option<usize>; 4],
    /// Minimum coded units between restart markers; 0 for none.
    pub(crate) restart: u16,
}

/// A scan whose header makes sense for its frame.
pub(crate) struct Scan<'a> {
    /// Where in the file it begins.
    pub(crate) offset: usize,
    /// In the order of the units' blocks.
    pub(crate) components: Vec<Selected>,
    /// The first and last coefficient that is sent, in zigzag order (Ss and Se).
    pub(crate) first: u8,
    pub(crate) last: u8,
    /// How many low bits earlier scans left out; none for the first scan of a band (Ah).
    pub(crate) before: Option<u8>,
    /// How many low bits this scan leaves out (Al).
    pub(crate) after: u8,
    pub(crate) restart: usize,
    /// Entropy-coded bytes, still stuffed, with their restart markers.
    pub(crate) data: &'a [u8],
}

/// A component of a scan.
pub(crate) struct Selected {
    /// Its place in the frame.
    pub(crate) index: usize,
    /// The Huffman codes to read it with, where the scan needs them.
    pub(crate) dc: Option<usize>,
    pub(crate) ac: Option<usize>,
}

impl<'a> Scan<'a> {
    /// Also binds the quantisers of components that appear for the first time.
    pub(crate) fn read(
        header: &[u8],
        data: &'a [u8],
        offset: usize,
        frame: &mut Frame,
        tables: &Tables,
    ) -> Result<Self, Error> {
        let corrupt = |what| Error::Corrupt { offset, what };
        let (parameters, first, last, before, after) = match header {
            [count, parameters @ .., first, last, approximation]
                if parameters.len() == 2 * usize::from(*count) && !parameters.is_empty() =>
            {
                (
                    parameters,
                    *first,
                    *last,
                    approximation >> 4,
                    approximation & 15,
                )
            }
            _ => return Err(corrupt("a scan header of the wrong length")),
        };
        let band: RangeInclusive<u8> = first..=last;
        let sound = if frame.progressive {
            let one_step = before == 0 || after + 1 == before;
            let dc_or_ac = if first == 0 {
                last == 0
            } else {
                !band.is_empty() && parameters.len() == 2
            };
            one_step && dc_or_ac && last < 64 && after <= 13
        } else {
            (first, last, before, after) == (0, 63, 0, 0)
        };
        if !sound {
            return Err(corrupt("a scan of impossible extent"));
        }
        let refines = before != 0;
        let needs_dc = first == 0 && !refines;
        let needs_ac = last != 0;

        let mut components: Vec<Selected> = Vec::with_capacity(3);
        for pair in parameters.chunks_exact(2) {
            let index = frame
                .components
                .iter()
                .position(|component| component.id == pair[0])
                .ok_or(corrupt("a scan of an unknown component"))?;
            if components.iter().any(|other| other.index >= index) {
                return Err(corrupt("components of a scan out of order"));
            }
            let code = |needed: bool, slots: &[Option<usize>; 4], slot: u8| {
                let defined = slots.get(usize::from(slot)).copied().flatten();
                match (needed, defined) {
                    (false, _) => Ok(None),
                    (true, None) => Err(corrupt("a scan without its Huffman table")),
                    (true, Some(code)) => Ok(Some(code)),
                }
            };
            let dc = code(needs_dc, &tables.dc, pair[1] >> 4)?;
            let ac = code(needs_ac, &tables.ac, pair[1] & 15)?;
            components.push(Selected { index, dc, ac });

            let component = &mut frame.components[index];
            if component.quantiser.is_none() {
                let slot = usize::from(component.quantiser_slot);
                component.quantiser = tables.quantisers.get(slot).copied().flatten();
            }
            if component.quantiser.is_none() {
                return Err(corrupt("a component without its quantiser"));
            }
        }
        let unit: usize = components
            .iter()
            .map(|selected| frame.components[selected.index].sampling)
            .map(|(across, down)| across * down)
            .sum();
        if components.len() > 1 && unit > 10 {
            return Err(corrupt("more than ten blocks in a unit"));
        }
        let before = refines.then_some(before);
        let restart = usize::from(tables.restart);
        Ok(Self {
            offset,
            components,
            first,
            last,
            before,
            after,
            restart,
            data,
        })
    }

    /// The coefficients that are sent, bit `k` for coefficient `k` of the zigzag order.
    pub(crate) fn band(&self) -> u64 {
        zigzag::band(self.first, self.last)
    }
}
