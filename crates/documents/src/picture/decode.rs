//! The decoders. The only file that knows which crate turns a compressed picture into pixels.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageReader, Rgb, RgbImage};

use super::Pixels;
use super::check::Format;
use crate::error::PictureError;
use crate::options::Limits;

/// Decodes a picture that [`super::check`] let through; transparency is laid over white.
pub(super) fn decode(
    bytes: &[u8],
    format: Format,
    limits: &Limits,
) -> Result<Pixels, PictureError> {
    let failed = |error: image::ImageError| PictureError::Decode {
        format: format.name(),
        source: error.into(),
    };
    let mut bounds = image::Limits::default();
    bounds.max_image_width = Some(limits.picture_side);
    bounds.max_image_height = Some(limits.picture_side);
    bounds.max_alloc = Some(limits.picture_memory);

    let mut reader = ImageReader::with_format(Cursor::new(bytes), format.into());
    reader.limits(bounds);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    limits.check_dimensions(width, height)?;
    let orientation = decoder.orientation().map_err(failed)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
    picture.apply_orientation(orientation);
    let rgb = if picture.color().has_alpha() {
        over_white(&picture)
    } else {
        picture.into_rgb8()
    };
    let (width, height) = rgb.dimensions();
    Ok(Pixels {
        rgb: rgb.into_raw(),
        width,
        height,
    })
}

fn over_white(picture: &DynamicImage) -> RgbImage {
    let picture = picture.to_rgba8();
    let mut rgb = RgbImage::new(picture.width(), picture.height());
    for (target, source) in rgb.pixels_mut().zip(picture.pixels()) {
        let [red, green, blue, alpha] = source.0;
        let mix = |part: u8| {
            let mixed = u32::from(part) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            ((mixed + 127) / 255) as u8
        };
        *target = Rgb([mix(red), mix(green), mix(blue)]);
    }
    rgb
}

impl From<Format> for image::ImageFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Jpeg => Self::Jpeg,
            Format::Png => Self::Png,
            Format::WebP => Self::WebP,
        }
    }
}
