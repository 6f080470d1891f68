//! The picture check against whole pictures of every kind, and against what became of them.

use brigade_faces::{Format, Limits, Picture, PictureError};
use proptest::prelude::*;

const BASELINE: &[u8] = include_bytes!("pictures/baseline.jpg");
const PROGRESSIVE: &[u8] = include_bytes!("pictures/progressive.jpg");
const GREY: &[u8] = include_bytes!("pictures/grey.jpg");
const PNG: &[u8] = include_bytes!("pictures/small.png");
const LOSSY: &[u8] = include_bytes!("pictures/lossy.webp");
const LOSSLESS: &[u8] = include_bytes!("pictures/lossless.webp");
const EXTENDED: &[u8] = include_bytes!("pictures/extended.webp");
const ANIMATION: &[u8] = include_bytes!("pictures/animation.webp");

const WHOLE: [(&[u8], Format, u32, u32); 7] = [
    (BASELINE, Format::Jpeg, 96, 64),
    (PROGRESSIVE, Format::Jpeg, 96, 64),
    (GREY, Format::Jpeg, 96, 64),
    (PNG, Format::Png, 40, 30),
    (LOSSY, Format::Webp, 96, 64),
    (LOSSLESS, Format::Webp, 40, 30),
    (EXTENDED, Format::Webp, 40, 30),
];

fn inspect(bytes: &[u8]) -> Result<Picture, PictureError> {
    Picture::inspect(bytes, &Limits::default())
}

#[test]
fn whole_pictures_pass_with_their_size() {
    for (bytes, format, width, height) in WHOLE {
        let expected = Picture {
            format,
            width,
            height,
        };
        assert_eq!(inspect(bytes), Ok(expected));
    }
}

#[test]
fn every_cut_of_every_picture_is_refused() {
    for (bytes, format, ..) in WHOLE {
        for length in 0..bytes.len() {
            // A WebP may lack its last pad byte, but then its RIFF size says so; these do not.
            let cut = inspect(&bytes[..length]);
            assert!(cut.is_err(), "{format} of {length} bytes passed");
        }
    }
}

/// A WebP is one chunk without a checksum: zeros in its second half are found by its decoder alone.
#[test]
fn half_a_jpeg_or_png_padded_to_its_length_is_cut_short() {
    for (bytes, format, ..) in WHOLE.into_iter().filter(|(_, f, ..)| *f != Format::Webp) {
        let mut padded = bytes[..bytes.len() / 2].to_vec();
        padded.resize(bytes.len(), 0);
        assert!(inspect(&padded).is_err(), "half a {format} passed");
    }
}

#[test]
fn a_progressive_jpeg_with_an_end_marker_patched_on_is_cut_short() {
    let last_scan = PROGRESSIVE
        .windows(2)
        .rposition(|pair| pair == [0xFF, 0xDA])
        .expect("it has scans");
    for length in (PROGRESSIVE.len() / 8..last_scan).step_by(7) {
        let mut patched = PROGRESSIVE[..length].to_vec();
        patched.extend([0xFF, 0xD9]);
        let error = inspect(&patched).expect_err("it lacks scans");
        assert!(
            matches!(
                error,
                PictureError::Truncated { .. } | PictureError::Malformed { .. }
            ),
            "{error}"
        );
    }
}

#[test]
fn a_png_with_one_bit_changed_is_broken() {
    let mut changed = PNG.to_vec();
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    assert!(matches!(
        inspect(&changed),
        Err(PictureError::Malformed {
            format: Format::Png,
            ..
        })
    ));
}

#[test]
fn a_bounded_number_of_bytes_may_follow() {
    for (bytes, ..) in WHOLE {
        let mut padded = bytes.to_vec();
        padded.extend([0; 1000]);
        assert!(inspect(&padded).is_ok());
        let limits = Limits {
            max_trailing: 999,
            ..Limits::default()
        };
        assert!(Picture::inspect(&padded, &limits).is_err());
    }
}

#[test]
fn sizes_out_of_bounds_are_refused_by_name() {
    let limits = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    for limits in [
        limits(|l| l.max_side = 95),
        limits(|l| l.min_side = 65),
        limits(|l| l.max_pixels = 6143),
    ] {
        let error = Picture::inspect(BASELINE, &limits).expect_err("out of bounds");
        assert!(
            matches!(
                error,
                PictureError::Dimensions {
                    width: 96,
                    height: 64,
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[test]
fn what_is_no_picture_is_named() {
    let named = [
        (&b"<html><body>no"[..], "an HTML page"),
        (b"\xef\xbb\xbf \n<!DOCTYPE html>", "an HTML page"),
        (b"{\"error\": 1}", "JSON"),
        (b"<svg xmlns='x'/>", "an XML or SVG document"),
        (b"Too many requests", "plain text"),
        (b"GIF89a....", "a GIF picture"),
        (b"\x00\x00\x00\x1cftypavif", "an AVIF, HEIC or video file"),
        (b"\x00\x01\x02\xff", "unknown data"),
    ];
    for (bytes, name) in named {
        let looks_like = name.into();
        assert_eq!(
            inspect(bytes),
            Err(PictureError::NotAPicture { looks_like })
        );
    }
    assert_eq!(inspect(b""), Err(PictureError::Empty));
    assert!(matches!(
        inspect(ANIMATION),
        Err(PictureError::Unsupported { .. })
    ));
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..4096)) {
        let _ = inspect(&bytes);
    }

    /// Behind a real magic the walks get further.
    #[test]
    fn arbitrary_bytes_behind_a_magic_never_panic(
        which in 0..WHOLE.len(),
        keep in 0usize..64,
        bytes in prop::collection::vec(any::<u8>(), 0..2048),
    ) {
        let mut broken = WHOLE[which].0[..keep].to_vec();
        broken.extend(bytes);
        let _ = inspect(&broken);
    }

    /// Real pictures with a few bytes changed reach every branch; they may pass, but not with another size
    /// than the header allows, and not with a panic.
    #[test]
    fn mutated_pictures_never_panic(
        which in 0..WHOLE.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = WHOLE[which].0.to_vec();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Ok(picture) = inspect(&bytes) {
            let limits = Limits::default();
            prop_assert!((limits.min_side..=limits.max_side).contains(&picture.width));
            prop_assert!((limits.min_side..=limits.max_side).contains(&picture.height));
        }
    }
}
