//! From the reduction to the wanted size, with Lanczos' filter of three lobes.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};

use crate::Size;

/// The sides to deliver of a picture of these sides.
pub(crate) fn target(size: Size, width: u32, height: u32, reduced: (u32, u32)) -> (u32, u32) {
    match size {
        Size::AtLeast(..) => reduced,
        Size::Exactly(width, height) => (width, height),
        Size::Within(most_wide, most_high) => {
            let (width, height) = (u64::from(width), u64::from(height));
            let (wide, high) = (
                u64::from(most_wide).min(width),
                u64::from(most_high).min(height),
            );
            // Whichever side is the tighter one is met, the other follows, rounded to the nearest.
            let scaled =
                |other: u64, met: u64, of: u64| ((other * met + of / 2) / of).max(1) as u32;
            if wide * height <= high * width {
                (wide as u32, scaled(height, wide, width))
            } else {
                (scaled(width, high, height), high as u32)
            }
        }
    }
}

/// The same picture at another size. Its type is said to the resizer, which would otherwise be compiled for them all.
pub(crate) fn resize(rgb: Vec<u8>, from: (u32, u32), to: (u32, u32)) -> Vec<u8> {
    if from == to {
        return rgb;
    }
    let mut resized = vec![0; 3 * to.0 as usize * to.1 as usize];
    let source = TypedImageRef::<U8x3>::from_buffer(from.0, from.1, &rgb)
        .expect("three bytes for each pixel");
    let mut target = TypedImage::<U8x3>::from_buffer(to.0, to.1, &mut resized)
        .expect("three bytes for each pixel");
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3));
    Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .expect("no side is zero");
    resized
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_within_a_box_keeps_its_aspect_ratio_and_is_never_enlarged() {
        let within = |box_sides: (u32, u32), (width, height)| {
            target(
                Size::Within(box_sides.0, box_sides.1),
                width,
                height,
                (0, 0),
            )
        };
        assert_eq!(within((100, 100), (400, 200)), (100, 50));
        assert_eq!(within((100, 100), (200, 400)), (50, 100));
        assert_eq!(within((100, 100), (60, 40)), (60, 40));
        assert_eq!(within((100, 10), (60, 40)), (15, 10));
        assert_eq!(within((8, 8), (65_535, 1)), (8, 1));
    }
}
