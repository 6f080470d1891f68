//! The square in the middle of a picture, at the size that is printed.

use std::error::Error;

use brigade_thumbnail::{Channel, Planes};
use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::{U8, U8x3};
use fast_image_resize::{FilterType, PixelTrait, ResizeAlg, ResizeOptions, Resizer};

use super::encode;

type Failure = Box<dyn Error + Send + Sync>;

/// Cuts and resizes red, green and blue bytes.
pub(super) fn rgb(
    rgb: Vec<u8>,
    (width, height): (usize, usize),
    side: u16,
) -> Result<Vec<u8>, Failure> {
    let side = usize::from(side);
    if (width, height) == (side, side) {
        return Ok(rgb);
    }
    let source = TypedImageRef::<U8x3>::from_buffer(width as u32, height as u32, &rgb)?;
    resized(&source, middle(width, height, 1.0), side)
}

/// Cuts and resizes luma and chroma each by itself, and encodes them.
pub(super) fn planes(planes: &Planes<'_>, side: u16) -> Result<Vec<u8>, Failure> {
    let Planes { luma, cb, cr, .. } = *planes;
    let side = usize::from(side);
    if (luma.width, luma.height) == (side, side) {
        return Ok(encode::planes(luma, [cb, cr])?);
    }
    let cut = |channel: Channel<'_>, parts: usize| {
        let rows = &channel.pixels[..channel.stride * channel.height];
        let (stride, height) = (channel.stride as u32, channel.height as u32);
        let source = TypedImageRef::<U8>::from_buffer(stride, height, rows)?;
        let middle = middle(luma.width, luma.height, parts as f64);
        resized(&source, middle, side.div_ceil(parts))
    };
    let (luma, cb, cr) = (cut(luma, 1)?, cut(cb, 2)?, cut(cr, 2)?);
    let channel = |pixels, side: usize| Channel {
        width: side,
        height: side,
        stride: side,
        pixels,
    };
    let half = side.div_ceil(2);
    Ok(encode::planes(
        channel(&luma, side),
        [channel(&cb, half), channel(&cr, half)],
    )?)
}

/// The largest square in the middle of a picture of these sides, in a channel of which each pixel stands for `parts`: from
/// left, from above, and its side.
fn middle(width: usize, height: usize, parts: f64) -> [f64; 3] {
    let side = width.min(height) as f64;
    [
        (width as f64 - side) / 2.0,
        (height as f64 - side) / 2.0,
        side,
    ]
    .map(|length| length / parts)
}

fn resized<P: PixelTrait + Default>(
    source: &TypedImageRef<'_, P>,
    [left, top, length]: [f64; 3],
    side: usize,
) -> Result<Vec<u8>, Failure> {
    let mut resized = vec![0; side * side * size_of::<P>()];
    let mut target = TypedImage::<P>::from_buffer(side as u32, side as u32, &mut resized)?;
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
        .crop(left, top, length, length);
    Resizer::new().resize_typed(source, &mut target, &options)?;
    Ok(resized)
}
