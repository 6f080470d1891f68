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
    /// A baseline JPEG of three components.
    pub(crate) jpeg: Vec<u8>,
    /// In pixels.
    pub(crate) side: u16,
}

/// Pixels as decoders hand them over: red, green, blue, one byte each.
#[derive(Debug)]
struct Pixels {
    rgb: Vec<u8>,
    width: u32,
    height: u32,
}

/// Prepares `bytes` for a square of `side` pixels. What is not square loses its margins; what is smaller stays small.
pub(crate) fn prepare(bytes: &[u8], side: u16, limits: &Limits) -> Result<Printed, PictureError> {
    let format = check::format(bytes, limits)?;
    let side = u32::from(side);
    let pixels = decode::decode(bytes, format, side, limits)?;
    let side = side.min(pixels.width).min(pixels.height);
    let rgb = resize(pixels, side)?;
    let side = u16::try_from(side).expect("no larger than the side that was asked for");
    let mut jpeg = Vec::with_capacity(16 << 10);
    let mut encoder = Encoder::new(&mut jpeg, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::R_4_2_0);
    encoder
        .encode(&rgb, side, side, ColorType::Rgb)
        .map_err(|error| PictureError::Prepare(error.into()))?;
    Ok(Printed { jpeg, side })
}

fn resize(pixels: Pixels, side: u32) -> Result<Vec<u8>, PictureError> {
    let Pixels { rgb, width, height } = pixels;
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
