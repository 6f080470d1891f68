//! The frame header (T.81 B.2.2): sides, components, sampling, and the geometry of blocks that follows.

use crate::{Error, Limits, Unsupported};

/// The side of a block in samples.
pub(crate) const BLOCK: usize = 8;

pub(crate) struct Frame {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) progressive: bool,
    /// One (grey) or three.
    pub(crate) components: Vec<Component>,
    /// The largest sampling factors of any component, horizontally and vertically.
    pub(crate) sampling: (usize, usize),
    /// Minimum coded units in an interleaved scan, across and down.
    pub(crate) mcus: (usize, usize),
}

pub(crate) struct Component {
    pub(crate) id: u8,
    /// Sampling factors, horizontally and vertically, 1 to 4.
    pub(crate) sampling: (usize, usize),
    /// Which of the four quantiser slots to take the steps from.
    pub(crate) quantiser_slot: u8,
    /// The quantiser that this slot held when the component's first scan began.
    pub(crate) quantiser: Option<usize>,
    /// Blocks that hold samples of the picture, across and down: those of a scan of this component alone.
    pub(crate) blocks: (usize, usize),
    /// Blocks with those that only fill up the last interleaved units, across and down.
    pub(crate) stored: (usize, usize),
}

impl Frame {
    pub(crate) fn read(
        contents: &[u8],
        progressive: bool,
        offset: usize,
        limits: &Limits,
    ) -> Result<Self, Error> {
        let corrupt = |what| Error::Corrupt { offset, what };
        let [precision, y1, y0, x1, x0, count, components @ ..] = contents else {
            return Err(corrupt("a frame header cut short"));
        };
        let height = u16::from_be_bytes([*y1, *y0]);
        let width = u16::from_be_bytes([*x1, *x0]);
        if *precision != 8 {
            return Err(Error::Unsupported(Unsupported::Precision(*precision)));
        }
        if !matches!(count, 1 | 3) {
            return Err(Error::Unsupported(Unsupported::Components(*count)));
        }
        if components.len() != 3 * usize::from(*count) {
            return Err(corrupt("a frame header of the wrong length"));
        }
        if width == 0 {
            return Err(corrupt("a width of zero"));
        }
        if height == 0 {
            return Err(Error::Unsupported(Unsupported::LateHeight));
        }
        for (what, found, limit) in [
            (
                "pixels on a side",
                u64::from(width.max(height)),
                u64::from(limits.side),
            ),
            (
                "pixels",
                u64::from(width) * u64::from(height),
                limits.pixels,
            ),
        ] {
            if found > limit {
                return Err(Error::Limit { what, found, limit });
            }
        }
        let (width, height) = (usize::from(width), usize::from(height));

        let mut parsed = Vec::with_capacity(3);
        for parameters in components.chunks_exact(3) {
            let &[id, sampling, quantiser_slot] = parameters else {
                unreachable!("chunks of three")
            };
            let sampling = (usize::from(sampling >> 4), usize::from(sampling & 15));
            if !(1..=4).contains(&sampling.0) || !(1..=4).contains(&sampling.1) {
                return Err(corrupt("a sampling factor that is not 1 to 4"));
            }
            if parsed.iter().any(|other: &Component| other.id == id) {
                return Err(corrupt("two components of one name"));
            }
            let (blocks, stored) = ((0, 0), (0, 0));
            parsed.push(Component {
                id,
                sampling,
                quantiser_slot,
                quantiser: None,
                blocks,
                stored,
            });
        }
        let largest = |side: fn(&Component) -> usize| parsed.iter().map(side).max().unwrap_or(1);
        let sampling = (largest(|c| c.sampling.0), largest(|c| c.sampling.1));
        let mcus = (
            width.div_ceil(BLOCK * sampling.0),
            height.div_ceil(BLOCK * sampling.1),
        );
        for component in &mut parsed {
            let (across, down) = component.sampling;
            if sampling.0 % across != 0 || sampling.1 % down != 0 {
                return Err(Error::Unsupported(Unsupported::Subsampling));
            }
            // T.81 A.1.1 and A.2.4.
            component.blocks = (
                (width * across).div_ceil(sampling.0).div_ceil(BLOCK),
                (height * down).div_ceil(sampling.1).div_ceil(BLOCK),
            );
            component.stored = (mcus.0 * across, mcus.1 * down);
        }
        Ok(Self {
            width,
            height,
            progressive,
            components: parsed,
            sampling,
            mcus,
        })
    }
}
