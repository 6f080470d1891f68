//! Pictures damaged on their way: what is cut but ends as if it were whole, headers that promise too much, and
//! thousands of changed files, the same ones in every run. `fuzz/` has the open-ended form of the last.

#![expect(clippy::unwrap_used, reason = "the helpers belong to the tests")]

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use std::io::Cursor;

use brigade_documents::{Error, Limits, Options, Person, PictureError, Renderer};
use common::pixels;
use image::{DynamicImage, ImageFormat};

fn renderer(limits: Limits) -> Renderer {
    Renderer::new(Options {
        limits,
        ..Options::default()
    })
    .unwrap()
}

fn render(renderer: &Renderer, picture: &[u8]) -> Result<Vec<u8>, PictureError> {
    match renderer.render(&Person::default(), picture) {
        Ok(rendered) => Ok(rendered.pdf),
        Err(Error::Picture(error)) => Err(error),
        Err(error) => panic!("an empty person is printable: {error}"),
    }
}

/// The picture inside of a document.
fn printed(pdf: &[u8]) -> image::RgbImage {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let jpeg = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .find(|stream| stream.content.starts_with(b"\xFF\xD8"))
        .unwrap();
    image::load_from_memory(&jpeg.content).unwrap().into_rgb8()
}

fn jpeg(side: u16, progressive: bool, grey: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 85);
    encoder.set_progressive(progressive);
    let rgb = pixels(side);
    if grey {
        let luma: Vec<u8> = rgb.chunks_exact(3).map(|pixel| pixel[1]).collect();
        encoder.encode(&luma, side, side, jpeg_encoder::ColorType::Luma)
    } else {
        encoder.encode(&rgb, side, side, jpeg_encoder::ColorType::Rgb)
    }
    .unwrap();
    bytes
}

fn encoded(side: u16, format: ImageFormat) -> Vec<u8> {
    let side32 = u32::from(side);
    let picture: DynamicImage = image::RgbImage::from_raw(side32, side32, pixels(side))
        .unwrap()
        .into();
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// The first byte of the last scan's data, or of the only one's.
fn last_scan(jpeg: &[u8]) -> usize {
    jpeg.windows(2)
        .rposition(|window| window == [0xFF, 0xDA])
        .unwrap()
}

#[test]
fn a_jpeg_that_is_cut_and_ends_with_its_end_marker_is_refused() {
    let renderer = renderer(Limits::default());
    for (side, grey) in [(200, false), (1024, false), (300, true)] {
        let whole = jpeg(side, false, grey);
        let start = last_scan(&whole);
        for twentieths in 1..20 {
            let cut = start + 20 + (whole.len() - start - 20) * twentieths / 20;
            let mut cut = whole[..cut].to_vec();
            // Not in the middle of an escaped FF.
            while cut.last() == Some(&0xFF) {
                cut.pop();
            }
            cut.extend([0xFF, 0xD9]);
            let error = render(&renderer, &cut).map(drop).unwrap_err();
            let said = format!("{error}: {:?}", std::error::Error::source(&error));
            assert!(
                matches!(
                    error,
                    PictureError::Truncated { .. } | PictureError::Decode { .. }
                ),
                "{side} {twentieths}: {said}"
            );
        }
    }
}

/// Of a progressive file only those scans are read that show; what they hold is printed whole or not at all.
#[test]
fn a_progressive_jpeg_that_is_cut_prints_whole_or_not_at_all() {
    let renderer = renderer(Limits::default());
    let whole = jpeg(1024, true, false);
    let reference = printed(&render(&renderer, &whole).unwrap());
    let (mut refused, mut taken) = (0, 0);
    for hundredths in 1..100 {
        let mut cut = whole[..whole.len() * hundredths / 100].to_vec();
        while cut.last() == Some(&0xFF) {
            cut.pop();
        }
        cut.extend([0xFF, 0xD9]);
        match render(&renderer, &cut) {
            Err(_) => refused += 1,
            Ok(pdf) => {
                taken += 1;
                let picture = printed(&pdf);
                let rows = [0..64, 64..128, 128..192, 192..256].map(|rows| {
                    let (mut sum, mut count) = (0u64, 0u64);
                    for (x, y) in rows.flat_map(|y| (0..256).map(move |x| (x, y))) {
                        let [a, b] =
                            [&picture, &reference].map(|picture| picture.get_pixel(x, y).0);
                        sum += a
                            .iter()
                            .zip(b)
                            .map(|(a, b)| u64::from(a.abs_diff(b)))
                            .sum::<u64>();
                        count += 3;
                    }
                    sum as f64 / count as f64
                });
                assert!(
                    rows.iter().all(|difference| *difference < 8.0),
                    "{hundredths} %: grey levels by quarter from the top: {rows:?}"
                );
            }
        }
    }
    assert!(refused > 50, "{refused} refused, {taken} printed");
}

#[test]
fn a_header_that_promises_16000_by_16000_pixels_is_refused_by_its_sides() {
    let renderer = renderer(Limits::default());
    let refused = |picture: &[u8], format: ImageFormat| {
        let error = render(&renderer, picture).map(drop).unwrap_err();
        assert!(
            matches!(
                error,
                PictureError::Dimensions {
                    width: 16_000,
                    height: 16_000,
                    ..
                }
            ),
            "{format:?}: {error}"
        );
    };
    for progressive in [false, true] {
        let mut picture = jpeg(64, progressive, false);
        let frame = picture
            .windows(2)
            .position(|window| window[0] == 0xFF && matches!(window[1], 0xC0 | 0xC2))
            .unwrap();
        picture[frame + 5..frame + 9].copy_from_slice(&[0x3E, 0x80, 0x3E, 0x80]);
        refused(&picture, ImageFormat::Jpeg);
    }
    let mut picture = encoded(64, ImageFormat::Png);
    for place in [16, 20] {
        picture[place..place + 4].copy_from_slice(&16_000u32.to_be_bytes());
    }
    // Walked before the decoder looks at checksums.
    refused(&picture, ImageFormat::Png);

    let mut picture = encoded(64, ImageFormat::WebP);
    assert_eq!(&picture[12..16], b"VP8L");
    // Fourteen bits each, less one, after the signature byte.
    let sides = u32::from_le_bytes(picture[21..25].try_into().unwrap());
    let sides = sides & 0xF000_0000 | 15_999 << 14 | 15_999;
    picture[21..25].copy_from_slice(&sides.to_le_bytes());
    refused(&picture, ImageFormat::WebP);
}

#[test]
fn what_a_decoder_may_allocate_is_bounded() {
    let renderer = renderer(Limits {
        picture_memory: 100_000,
        ..Limits::default()
    });
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        assert!(
            render(&renderer, &encoded(64, format)).is_ok(),
            "{format:?}"
        );
        let answer = render(&renderer, &encoded(400, format)).map(drop);
        assert!(
            matches!(
                answer,
                Err(PictureError::Memory {
                    bytes: 480_000,
                    limit: 100_000
                })
            ),
            "{format:?}: {answer:?}"
        );
    }
}

#[test]
fn six_thousand_damaged_pictures_give_a_document_or_an_error() {
    // As the fuzz target's: what takes long or much memory within them is a finding.
    let renderer = renderer(Limits {
        picture_side: 512,
        picture_pixels: 512 * 512,
        picture_scans: 20,
        picture_memory: 16 << 20,
        ..Limits::default()
    });
    let wholes = [
        jpeg(40, false, false),
        jpeg(40, true, false),
        jpeg(33, false, true),
        encoded(40, ImageFormat::Jpeg),
        encoded(40, ImageFormat::Png),
        encoded(40, ImageFormat::WebP),
    ];
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut below = move |end: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize % end
    };
    let (mut printed, mut refused) = (0, 0);
    for round in 0..1000 {
        for whole in &wholes {
            let mut bytes = whole.clone();
            for _ in 0..=below(4) {
                let (a, b) = (below(bytes.len()), below(bytes.len()));
                let (from, to) = (a.min(b), a.max(b));
                match (round + below(3)) % 6 {
                    0 => bytes[a] = below(256) as u8,
                    1 => bytes[a] ^= 1 << below(8),
                    2 => bytes[a] = [0x00, 0xFF, 0xD9, 0xDA, 0xC4, 0x7F][below(6)],
                    // A piece lost, twice, or of another picture.
                    3 => drop(bytes.drain(from..to.min(from + 64))),
                    4 => {
                        let piece = bytes[from..to.min(from + 64)].to_vec();
                        bytes.splice(from..from, piece);
                    }
                    _ => {
                        let other = &wholes[below(wholes.len())];
                        let start = below(other.len());
                        let piece = &other[start..other.len().min(start + 64)];
                        bytes.splice(from..from, piece.iter().copied());
                    }
                }
            }
            match render(&renderer, &bytes) {
                Ok(pdf) => {
                    assert!(pdf.starts_with(b"%PDF-1.7"));
                    printed += 1;
                }
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    refused += 1;
                }
            }
        }
    }
    assert!(
        printed > 500 && refused > 500,
        "{printed} printed, {refused} refused: the damage is one-sided"
    );
}
