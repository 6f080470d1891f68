//! A small picture from a large JPEG, reading only what will be seen.
//!
//! A thumbnail of a quarter of a picture's sides needs 4 of each block's 64 coefficients. A decoder decodes them
//! all; this one keeps what the thumbnail shows and passes over the rest:
//!
//! - of each block only the low frequencies are kept, and an inverse DCT of the thumbnail's size makes its pixels;
//! - of a progressive file only those scans are decoded that tell something of a kept coefficient, and with
//!   [`Fidelity::Visible`] only those of them that change what is seen;
//! - where nothing more of a block is kept, several Huffman codes are passed at once.
//!
//! The file is nevertheless checked from its first to its last marker: a download cut short is an error at either
//! fidelity. Baseline, extended and progressive JPEG with 8-bit samples are read, grey, YCbCr or RGB, in any
//! subsampling by whole factors. Any other kind is [`Error::Unsupported`], and another decoder may read it.
//! `docs/thumbnail.md` explains the method step by step.
//!
//! ```
//! use brigade_thumbnail::{Options, Size, read};
//!
//! # fn photograph() -> Vec<u8> {
//! #     let mut jpeg = Vec::new();
//! #     let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 90);
//! #     encoder.encode(&[128; 1024 * 768 * 3], 1024, 768, jpeg_encoder::ColorType::Rgb).unwrap();
//! #     jpeg
//! # }
//! let jpeg: Vec<u8> = photograph(); // 1024×768
//! let picture = read(&jpeg, &Options::new(Size::Within(256, 256)))?;
//! assert_eq!((picture.width, picture.height), (256, 192));
//! assert_eq!(picture.rgb.len(), 256 * 192 * 3);
//! assert_eq!(picture.divisor, 4);
//! # Ok::<(), brigade_thumbnail::Error>(())
//! ```

mod app;
mod bits;
mod colour;
mod decode;
mod error;
mod fast;
mod frame;
mod huffman;
mod idct;
mod marker;
mod options;
mod picture;
mod plan;
mod plane;
mod progressive;
mod reader;
mod refine;
mod resize;
mod scan;
mod sequential;
mod structure;
mod task;
mod unstuff;
mod zigzag;

pub use error::{Error, Unsupported};
pub use options::{Fidelity, Limits, Options, Size};
pub use picture::{Channel, Info, Orientation, Picture, Planes};
pub use reader::Reader;

use colour::Space;
use plan::{Chroma, Plan};
use structure::Structure;

/// Reads a thumbnail; for many, a [`Reader`] is faster.
///
/// # Errors
/// Every way in which the bytes, or the request, can be wrong: see [`Error`]. Never a part of a picture.
pub fn read(jpeg: &[u8], options: &Options) -> Result<Picture, Error> {
    Reader::new().read(jpeg, options)
}

/// Reads what a file says of itself, and whether it is whole; no pixel is decoded.
///
/// # Errors
/// As [`read`], for what can be told from the structure alone.
pub fn info(jpeg: &[u8], limits: &Limits) -> Result<Info, Error> {
    Ok(Structure::read(jpeg, limits)?.info())
}

impl Structure<'_> {
    fn info(&self) -> Info {
        Info {
            width: self.frame.width as u32,
            height: self.frame.height as u32,
            components: self.frame.components.len() as u8,
            progressive: self.frame.progressive,
            scans: self.scans.len(),
            orientation: self.application.orientation,
        }
    }

    fn space(&self) -> Space {
        match &self.frame.components[..] {
            [a, b, c] if self.application.is_rgb([a.id, b.id, c.id]) => Space::Rgb,
            [_, _, _] => Space::YCbCr,
            _ => Space::Grey,
        }
    }
}

/// For tests that compare with other decoders; no part of what this crate promises.
#[doc(hidden)]
pub mod probe {
    use super::unstuff::Pieces;
    use super::{Chroma, Error, Fidelity, Limits, Plan, Structure, decode};

    /// The kept coefficients of one component.
    #[derive(Debug, PartialEq, Eq)]
    pub struct Coefficients {
        /// Coefficients kept of each block, across and down.
        pub kept: (usize, usize),
        /// Blocks that hold samples of the picture, across and down.
        pub blocks: (usize, usize),
        /// These blocks, row by row, each as rows of 8; what is not kept is zero.
        pub values: Vec<[i16; 64]>,
    }

    /// The kept coefficients of each component at this many eighths of the sides.
    ///
    /// # Errors
    /// As [`read`](super::read).
    pub fn coefficients(
        jpeg: &[u8],
        eighths: usize,
        fidelity: Fidelity,
    ) -> Result<Vec<Coefficients>, Error> {
        let structure = Structure::read(jpeg, &Limits::default())?;
        let plan = Plan::new(&structure, eighths, fidelity, Chroma::Full)?;
        let mut planes = Vec::new();
        decode::decode(&structure, &plan, &mut planes, &mut Pieces::default())?;
        Ok(planes
            .iter()
            .zip(&structure.frame.components)
            .map(|(plane, component)| {
                let (across, down) = component.blocks;
                let places = (0..down).flat_map(|y| (0..across).map(move |x| y * plane.stride + x));
                Coefficients {
                    kept: (plane.shape.across, plane.shape.down),
                    blocks: component.blocks,
                    values: places.map(|place| plane.block(place)).collect(),
                }
            })
            .collect())
    }
}
