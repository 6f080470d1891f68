//! From a picture's bytes to the JPEG that a page prints: checked, decoded once, resized once, encoded once.
//!
//! Knows nothing of pages but the number of pixels that one wants.

mod check;
mod decode;
mod encode;
mod readers;
mod square;

use brigade_thumbnail::Planes;
pub(crate) use readers::Readers;

use crate::error::PictureError;
use crate::options::Limits;

/// A square picture, ready to be embedded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Printed {
    /// What made pixels of its file.
    pub(crate) reader: Reader,
    /// A baseline JPEG of three components.
    pub(crate) jpeg: Vec<u8>,
    /// In pixels.
    pub(crate) side: u16,
}

/// A decoded picture.
struct Decoded<'a> {
    reader: Reader,
    pixels: Pixels<'a>,
}

/// Pixels as decoders hand them over.
enum Pixels<'a> {
    /// Red, green, blue, one byte each.
    Rgb {
        rgb: Vec<u8>,
        width: u32,
        height: u32,
    },
    /// As they lie in a JPEG, to be laid into another.
    Planes(Planes<'a>),
}

/// What made pixels of a picture's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reader {
    /// The reader of thumbnails.
    Thumbnail {
        /// By what the sides were divided while reading.
        divisor: u8,
        /// Scans that were decoded.
        scans_read: usize,
        /// Scans that the file has; 1 and few more in a baseline file.
        scans: usize,
    },
    /// The `image` crate, for what is no JPEG, or is one of a kind that the reader of thumbnails does not take.
    Image,
}

impl std::fmt::Display for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Thumbnail {
                divisor,
                scans_read,
                scans,
            } => write!(f, "thumbnail, 1/{divisor}, {scans_read} of {scans} scans"),
            Self::Image => f.write_str("image"),
        }
    }
}

/// Prepares `bytes` for a square of `side` pixels. What is not square loses its margins; what is smaller stays small.
pub(crate) fn prepare(
    bytes: &[u8],
    side: u16,
    limits: &Limits,
    readers: &Readers,
) -> Result<Printed, PictureError> {
    let format = check::format(bytes, limits)?;
    readers.lend(|memory| {
        let Decoded { reader, pixels } =
            decode::decode(bytes, format, side.into(), limits, memory)?;
        let (width, height) = match &pixels {
            Pixels::Rgb { width, height, .. } => (*width as usize, *height as usize),
            Pixels::Planes(planes) => (planes.luma.width, planes.luma.height),
        };
        let least = width.min(height).min(side.into());
        let side = u16::try_from(least).expect("no larger than the side that was asked for");
        let jpeg = match pixels {
            Pixels::Rgb { rgb, .. } => {
                square::rgb(rgb, (width, height), side).and_then(|rgb| Ok(encode::rgb(&rgb, side)?))
            }
            Pixels::Planes(planes) => square::planes(&planes, side),
        };
        let jpeg = jpeg.map_err(PictureError::Prepare)?;
        Ok(Printed { jpeg, side, reader })
    })
}
