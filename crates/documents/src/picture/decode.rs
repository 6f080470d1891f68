//! The decoders. The only file that knows which crate turns a compressed picture into pixels: our own reader of
//! thumbnails for JPEG, and `image` for the rest, including those JPEGs that the reader does not take.

use std::io::Cursor;

use brigade_thumbnail::Size;
use image::{DynamicImage, ImageDecoder, ImageReader, Rgb, RgbImage};

use super::check::{self, Format};
use super::{Decoded, Pixels, Reader};
use crate::error::PictureError;
use crate::options::Limits;

/// Decodes a picture, if it is whole and within the limits; transparency is laid over white.
///
/// A JPEG is read at 1/8, 1/4, 1/2 or 1 of its sides, whichever is the smallest of at least `side` pixels.
pub(super) fn decode<'a>(
    bytes: &[u8],
    format: Format,
    side: u32,
    limits: &Limits,
    memory: &'a mut brigade_thumbnail::Reader,
) -> Result<Decoded<'a>, PictureError> {
    if format != Format::Jpeg {
        check::whole(bytes, format, limits)?;
        return whole(bytes, format, limits);
    }
    // The reader of thumbnails walks the file to its end within the same limits before it decodes. What it refuses is
    // walked again, for an error that says which limit or part it was.
    thumbnail(bytes, side, limits, memory).or_else(|error| {
        check::whole(bytes, format, limits)?;
        match error {
            brigade_thumbnail::Error::Unsupported(_) => whole(bytes, format, limits),
            error => Err(PictureError::Decode {
                format: format.name(),
                source: error.into(),
            }),
        }
    })
}

fn thumbnail<'a>(
    bytes: &[u8],
    side: u32,
    limits: &Limits,
    memory: &'a mut brigade_thumbnail::Reader,
) -> Result<Decoded<'a>, brigade_thumbnail::Error> {
    let mut bounds = brigade_thumbnail::Limits::default();
    bounds.side = limits.picture_side;
    bounds.pixels = limits.picture_pixels;
    bounds.scans = limits.picture_scans;
    let options = brigade_thumbnail::Options::new(Size::AtLeast(side, side)).limits(bounds);
    let reader = |divisor, scans_read, scans| Reader::Thumbnail {
        divisor,
        scans_read,
        scans,
    };
    // What is printed is a JPEG again, with chroma at half of its sides.
    if let Some(planes) = memory.read_planes(bytes, &options)? {
        return Ok(Decoded {
            reader: reader(planes.divisor, planes.scans_read, planes.info.scans),
            pixels: Pixels::Planes(planes),
        });
    }
    let picture = brigade_thumbnail::read(bytes, &options)?.upright();
    Ok(Decoded {
        reader: reader(picture.divisor, picture.scans_read, picture.info.scans),
        pixels: Pixels::Rgb {
            rgb: picture.rgb,
            width: picture.width,
            height: picture.height,
        },
    })
}

fn whole(bytes: &[u8], format: Format, limits: &Limits) -> Result<Decoded<'static>, PictureError> {
    let failed = |error: image::ImageError| PictureError::Decode {
        format: format.name(),
        source: error.into(),
    };
    // Sides are checked here, as soon as the header is read, so that the error says which were too long.
    let mut bounds = image::Limits::no_limits();
    bounds.max_alloc = Some(limits.picture_memory);

    let mut reader = ImageReader::with_format(Cursor::new(bytes), format.into());
    reader.limits(bounds);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    limits.check_dimensions(width, height)?;
    // The decoder's own bound does not count the picture that it fills.
    let bytes = decoder.total_bytes();
    if bytes > limits.picture_memory {
        return Err(PictureError::Memory {
            bytes,
            limit: limits.picture_memory,
        });
    }
    let orientation = decoder.orientation().map_err(failed)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
    picture.apply_orientation(orientation);
    let rgb = if picture.color().has_alpha() {
        over_white(&picture)
    } else {
        picture.into_rgb8()
    };
    let (width, height) = rgb.dimensions();
    Ok(Decoded {
        reader: Reader::Image,
        pixels: Pixels::Rgb {
            rgb: rgb.into_raw(),
            width,
            height,
        },
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
