//! From a picture's bytes to the JPEG that a page prints: checked, decoded once, resized once, encoded once.
//!
//! Knows nothing of pages but the number of pixels that one wants.

mod check;
mod decode;

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use crate::error::PictureError;
use crate::options::Limits;

/// Good enough at 300 dpi that the difference cannot be seen in print.
const QUALITY: u8 = 85;

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

/// Pixels as decoders hand them over: red, green, blue, one byte each.
#[derive(Debug)]
struct Pixels {
    reader: Reader,
    rgb: Vec<u8>,
    width: u32,
    height: u32,
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
pub(crate) fn prepare(bytes: &[u8], side: u16, limits: &Limits) -> Result<Printed, PictureError> {
    let format = check::format(bytes, limits)?;
    let side = u32::from(side);
    let pixels = decode::decode(bytes, format, side, limits)?;
    let reader = pixels.reader;
    let side = side.min(pixels.width).min(pixels.height);
    let rgb = resize(pixels, side)?;
    let side = u16::try_from(side).expect("no larger than the side that was asked for");
    let mut jpeg = Vec::with_capacity(16 << 10);
    let mut encoder = Encoder::new(&mut jpeg, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder
        .encode(&rgb, side, side, ColorType::Rgb)
        .map_err(|error| PictureError::Prepare(error.into()))?;
    Ok(Printed { jpeg, side, reader })
}

fn resize(pixels: Pixels, side: u32) -> Result<Vec<u8>, PictureError> {
    let Pixels {
        rgb, width, height, ..
    } = pixels;
    if (width, height) == (side, side) {
        return Ok(rgb);
    }
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| PictureError::Prepare(error);
    let source = ImageRef::new(width, height, &rgb, PixelType::U8x3)
        .map_err(|error| failed(error.into()))?;
    let mut target = Image::new(side, side, PixelType::U8x3);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .fit_into_destination(Some((0.5, 0.5)));
    Resizer::new()
        .resize(&source, &mut target, &options)
        .map_err(|error| failed(error.into()))?;
    Ok(target.into_vec())
}
