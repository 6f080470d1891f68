//! From bytes to pixels, in memory that is kept from picture to picture: fresh pages for planes of coefficients cost
//! a tenth of the time of a small picture.

use crate::colour::{self, Space};
use crate::decode;
use crate::frame::BLOCK;
use crate::idct::{self, Samples};
use crate::options::Options;
use crate::picture::{Orientation, Picture, Planes};
use crate::plan::{self, Chroma, Plan};
use crate::plane::Plane;
use crate::resize;
use crate::structure::Structure;
use crate::unstuff::Pieces;
use crate::{Error, Size};

/// Reads thumbnails, one after the other, in memory that it keeps: what the largest of them needed.
///
/// ```
/// use brigade_thumbnail::{Options, Reader, Size};
///
/// # let mut jpeg = Vec::new();
/// # let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 90);
/// # encoder.encode(&[128; 512 * 512 * 3], 512, 512, jpeg_encoder::ColorType::Rgb).unwrap();
/// # let photographs = [jpeg.clone(), jpeg];
/// let mut reader = Reader::new();
/// for jpeg in &photographs {
///     let picture = reader.read(jpeg, &Options::new(Size::Within(128, 128)))?;
///     assert_eq!((picture.width, picture.height), (128, 128));
/// }
/// # Ok::<(), brigade_thumbnail::Error>(())
/// ```
#[derive(Debug, Default)]
#[must_use]
pub struct Reader {
    pieces: Pieces,
    planes: Vec<Plane>,
    samples: Vec<Samples>,
}

impl Reader {
    /// One without memory yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a thumbnail.
    ///
    /// # Errors
    /// As [`read`](crate::read).
    pub fn read(&mut self, jpeg: &[u8], options: &Options) -> Result<Picture, Error> {
        let size = sane(options.size)?;
        let structure = Structure::read(jpeg, &options.limits)?;
        let eighths = reduction(&structure, size);
        let plan = Plan::new(&structure, eighths, options.fidelity, Chroma::Full)?;
        self.render(&structure, &plan)?;

        let space = structure.space();
        let (width, height, rgb) = colour::rgb(&structure.frame, &plan, &self.samples, space);
        let info = structure.info();
        let reduced = (width as u32, height as u32);
        let (width, height) = resize::target(options.size, info.width, info.height, reduced);
        Ok(Picture {
            width,
            height,
            rgb: resize::resize(rgb, reduced, (width, height)),
            info,
            divisor: divisor(&plan),
            scans_read: plan.scans_read(),
            icc_profile: structure.application.into_profile(),
        })
    }

    /// Reads a thumbnail as one who encodes it again wants it: not converted to RGB, and chroma at half the sides of luma
    /// (4:2:0), for which a quarter of it has to be decoded. The wanted size is met as by [`Size::AtLeast`].
    ///
    /// Nothing if that cannot be had from this file without a second thought: it is grey or RGB, it is to be turned, or it
    /// has a subsampling in which chroma would have to be resampled. [`read`](Self::read) reads it.
    ///
    /// # Errors
    /// As [`read`](crate::read).
    pub fn read_planes(
        &mut self,
        jpeg: &[u8],
        options: &Options,
    ) -> Result<Option<Planes<'_>>, Error> {
        let size = sane(options.size)?;
        let structure = Structure::read(jpeg, &options.limits)?;
        let eighths = reduction(&structure, size);
        let info = structure.info();
        if structure.space() != Space::YCbCr
            || info.orientation != Orientation::Upright
            || !plan::can_halve(&structure.frame, eighths)
        {
            return Ok(None);
        }
        let plan = Plan::new(&structure, eighths, options.fidelity, Chroma::Half)?;
        self.render(&structure, &plan)?;
        let [luma, cb, cr] = &self.samples[..] else {
            unreachable!("luma and two of chroma");
        };
        let sides = |parts| {
            let side = |side: usize| (side * eighths).div_ceil(parts);
            (side(structure.frame.width), side(structure.frame.height))
        };
        Ok(Some(Planes {
            luma: luma.channel(sides(BLOCK)),
            cb: cb.channel(sides(2 * BLOCK)),
            cr: cr.channel(sides(2 * BLOCK)),
            info,
            divisor: divisor(&plan),
            scans_read: plan.scans_read(),
        }))
    }

    /// Decodes and transforms what the plan wants.
    fn render(&mut self, structure: &Structure, plan: &Plan) -> Result<(), Error> {
        decode::decode(structure, plan, &mut self.planes, &mut self.pieces)?;
        self.samples
            .resize_with(self.planes.len(), Samples::default);
        for (index, (plane, samples)) in self.planes.iter().zip(&mut self.samples).enumerate() {
            let quantiser = structure.frame.components[index]
                .quantiser
                .expect("every component has been in a scan");
            let quantiser = &structure.quantisers[quantiser];
            idct::render(plane, quantiser, &plan.unread_bits[index], samples);
        }
        Ok(())
    }

    /// Bytes of memory that it keeps.
    #[must_use]
    pub fn memory(&self) -> usize {
        let planes = self.planes.iter().map(Plane::memory);
        let samples = self.samples.iter().map(|samples| samples.pixels.capacity());
        self.pieces.memory() + planes.chain(samples).sum::<usize>()
    }
}

fn sane(size: Size) -> Result<Size, Error> {
    let (width, height) = size.sides();
    let sides = 1..=u32::from(u16::MAX);
    if sides.contains(&width) && sides.contains(&height) {
        return Ok(size);
    }
    Err(Error::WantedSize { width, height })
}

/// The smallest reduction that is not below the wanted size, in eighths.
fn reduction(structure: &Structure, size: Size) -> usize {
    let info = structure.info();
    let wanted = resize::target(size, info.width, info.height, size.sides());
    plan::reduction(&structure.frame, wanted)
}

fn divisor(plan: &Plan) -> u8 {
    (BLOCK / plan.eighths) as u8
}
