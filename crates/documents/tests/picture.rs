//! Pictures: what is taken, what is refused and with which words.

#![expect(clippy::unwrap_used, reason = "the helpers belong to the tests")]

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use std::error::Error as _;
use std::io::Cursor;

use brigade_documents::{Error, Limits, Locale, Options, Person, PictureError, Renderer};
use common::{face, pixels};

fn render(picture: &[u8]) -> Result<Vec<u8>, PictureError> {
    render_with(picture, Limits::default())
}

fn render_with(picture: &[u8], limits: Limits) -> Result<Vec<u8>, PictureError> {
    let renderer = Renderer::new(Options {
        limits,
        ..Options::default()
    })
    .unwrap();
    match renderer.render(&Person::invent(1, 0, Locale::En), picture) {
        Ok(rendered) => Ok(rendered.pdf),
        Err(Error::Picture(error)) => Err(error),
        Err(error) => panic!("the person is printable: {error}"),
    }
}

/// The picture inside of a document.
fn printed(pdf: &[u8]) -> image::RgbImage {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let mut images = document
        .objects
        .values()
        .filter_map(|object| object.as_stream().ok())
        .filter(|stream| {
            stream
                .dict
                .get(b"Subtype")
                .and_then(|name| name.as_name())
                .is_ok_and(|name| name == b"Image")
        });
    image::load_from_memory(&images.next().unwrap().content)
        .unwrap()
        .into_rgb8()
}

fn encoded(picture: &image::DynamicImage, format: image::ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn close(a: image::Rgb<u8>, b: [u8; 3]) -> bool {
    a.0.iter().zip(b).all(|(&a, b)| a.abs_diff(b) < 12)
}

#[test]
fn jpeg_png_and_webp_print_the_same() {
    let picture = image::RgbImage::from_raw(600, 600, pixels(600))
        .unwrap()
        .into();
    for format in [
        image::ImageFormat::Jpeg,
        image::ImageFormat::Png,
        image::ImageFormat::WebP,
    ] {
        let printed = printed(&render(&encoded(&picture, format)).unwrap());
        assert_eq!(printed.dimensions(), (256, 256));
        assert!(
            close(*printed.get_pixel(128, 128), [230, 180, 150]),
            "{format:?}"
        );
        assert!(
            close(*printed.get_pixel(250, 10), [249, 90, 6]),
            "{format:?}"
        );
    }
}

#[test]
fn transparency_becomes_white_and_a_wide_picture_loses_its_margins() {
    let picture = image::RgbaImage::from_fn(900, 400, |x, _| match x {
        0..250 | 650.. => image::Rgba([255, 0, 0, 255]),
        250..450 => image::Rgba([0, 0, 0, 0]),
        _ => image::Rgba([0, 0, 0, 128]),
    });
    let printed = printed(&render(&encoded(&picture.into(), image::ImageFormat::Png)).unwrap());
    assert_eq!(printed.dimensions(), (256, 256));
    assert!(close(*printed.get_pixel(40, 100), [255, 255, 255]));
    assert!(close(*printed.get_pixel(200, 100), [127, 127, 127]));
    assert!(
        printed
            .pixels()
            .all(|pixel| pixel.0[0].abs_diff(pixel.0[1]) < 20),
        "no red is left"
    );
}

#[test]
fn a_small_picture_is_not_blown_up_and_a_grey_one_is_taken() {
    assert_eq!(printed(&render(&face(90)).unwrap()).dimensions(), (90, 90));
    let grey = image::GrayImage::from_pixel(300, 300, image::Luma([77])).into();
    let printed = printed(&render(&encoded(&grey, image::ImageFormat::Jpeg)).unwrap());
    assert!(close(*printed.get_pixel(9, 9), [77, 77, 77]));
}

#[test]
fn a_picture_cut_anywhere_is_refused_with_its_cause() {
    let picture: image::DynamicImage = image::RgbImage::from_raw(200, 200, pixels(200))
        .unwrap()
        .into();
    for format in [
        image::ImageFormat::Jpeg,
        image::ImageFormat::Png,
        image::ImageFormat::WebP,
    ] {
        let whole = encoded(&picture, format);
        assert!(render(&whole).is_ok());
        for tenths in 1..10 {
            let error = render(&whole[..whole.len() * tenths / 10]).unwrap_err();
            assert!(
                matches!(error, PictureError::Truncated { .. }),
                "{format:?} {tenths}: {error}"
            );
        }
        assert!(matches!(
            render(&whole[..whole.len() - 1]).unwrap_err(),
            PictureError::Truncated { .. }
        ));
    }
}

#[test]
fn what_is_no_picture_is_told_by_its_first_bytes() {
    for bytes in [
        &b""[..],
        b"\xFF",
        b"<!doctype html>",
        b"GIF89a......",
        b"%PDF-1.7",
    ] {
        assert!(matches!(
            render(bytes).unwrap_err(),
            PictureError::UnknownFormat { .. }
        ));
    }
    let error = render(b"<!doctype html>").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("it is neither JPEG nor PNG nor WebP"),
        "{error}"
    );
}

#[test]
fn limits_are_checked_before_anything_is_decoded() {
    let face = face(200);
    let small = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        limits
    };
    let refused = |picture: &[u8], change| render_with(picture, small(change)).unwrap_err();
    assert!(matches!(
        refused(&face, |limits| limits.picture_bytes = 100),
        PictureError::FileTooLarge { .. }
    ));
    assert!(matches!(
        refused(&face, |limits| limits.picture_side = 199),
        PictureError::Dimensions { width: 200, .. }
    ));
    assert!(matches!(
        refused(&face, |limits| limits.picture_pixels = 39_999),
        PictureError::Dimensions { .. }
    ));

    // A header that claims 16000x16000 pixels costs nothing.
    let frame = face
        .windows(2)
        .position(|window| window == [0xFF, 0xC0])
        .unwrap();
    let mut huge = face.clone();
    huge[frame + 5..frame + 9].copy_from_slice(&[0x3E, 0x80, 0x3E, 0x80]);
    assert!(matches!(
        render(&huge).unwrap_err(),
        PictureError::Dimensions { width: 16_000, .. }
    ));

    let mut nothing = face.clone();
    nothing[frame + 5..frame + 9].fill(0);
    assert!(matches!(
        render(&nothing).unwrap_err(),
        PictureError::Dimensions { width: 0, .. }
    ));

    let mut cmyk = face.clone();
    cmyk[frame + 9] = 4;
    assert!(matches!(
        render(&cmyk).unwrap_err(),
        PictureError::Components { components: 4 }
    ));
}

#[test]
fn a_progressive_jpeg_with_hundreds_of_scans_is_refused() {
    let mut jpeg = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut jpeg, 80);
    encoder.set_progressive(true);
    encoder
        .encode(&pixels(64), 64, 64, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    assert!(render(&jpeg).is_ok());
    let scan = jpeg
        .windows(2)
        .rposition(|window| window == [0xFF, 0xDA])
        .unwrap();
    let last = jpeg[scan..jpeg.len() - 2].to_vec();
    jpeg.truncate(jpeg.len() - 2);
    for _ in 0..100 {
        jpeg.extend_from_slice(&last);
    }
    jpeg.extend_from_slice(&[0xFF, 0xD9]);
    assert!(matches!(
        render(&jpeg).unwrap_err(),
        PictureError::TooManyScans { limit: 64 }
    ));
}

#[test]
fn a_refused_picture_keeps_the_chain_of_causes() {
    let error = Renderer::new(Options::default())
        .unwrap()
        .render(&Person::invent(1, 0, Locale::En), b"no picture")
        .unwrap_err();
    assert_eq!(error.to_string(), "cannot use the picture");
    assert!(error.source().unwrap().to_string().contains("neither JPEG"));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 300, failure_persistence: None, ..Default::default() })]

    /// Whatever happens to a file on its way, the answer is a document or an error.
    #[test]
    fn damaged_pictures_never_panic(
        format in 0..3usize,
        damage in proptest::collection::vec((proptest::prelude::any::<proptest::sample::Index>(), proptest::prelude::any::<u8>()), 1..8),
    ) {
        let format = [image::ImageFormat::Jpeg, image::ImageFormat::Png, image::ImageFormat::WebP][format];
        let mut bytes = encoded(&image::RgbImage::from_raw(48, 48, pixels(48)).unwrap().into(), format);
        for (place, value) in damage {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if let Ok(pdf) = render(&bytes) {
            proptest::prop_assert!(pdf.starts_with(b"%PDF-1.7"));
        }
    }
}
