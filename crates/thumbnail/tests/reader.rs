//! A reader with memory, and what it hands over to an encoder: the same pictures as a fresh one's, in other colours.

mod support;

use brigade_thumbnail::{Channel, Options, Picture, Reader, Size, read};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use support::picture;

const SAMPLINGS: [SamplingFactor; 5] = [
    SamplingFactor::F_1_1,
    SamplingFactor::F_2_1,
    SamplingFactor::F_1_2,
    SamplingFactor::F_2_2,
    SamplingFactor::F_4_1,
];

fn encoded((width, height): (u16, u16), sampling: SamplingFactor, progressive: bool) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 95);
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(progressive);
    let pixels = picture(width.into(), height.into());
    encoder
        .encode(&pixels, width, height, ColorType::Rgb)
        .expect("a picture of these sides");
    jpeg
}

fn quarter(picture: (u16, u16)) -> Options {
    let side = |side: u16| u32::from(side).div_ceil(4);
    Options::new(Size::AtLeast(side(picture.0), side(picture.1)))
}

#[test]
fn memory_shows_nothing_of_the_pictures_before() {
    let mut reader = Reader::new();
    for sides in [(300, 200), (97, 131), (8, 8), (210, 33)] {
        for sampling in SAMPLINGS {
            for progressive in [true, false] {
                let jpeg = encoded(sides, sampling, progressive);
                let options = quarter(sides);
                let kept = reader.read(&jpeg, &options).expect("a good file");
                assert_eq!(kept, read(&jpeg, &options).expect("a good file"));
                let mut fresh = Reader::new();
                let fresh = fresh.read_planes(&jpeg, &options).expect("a good file");
                let kept = reader.read_planes(&jpeg, &options).expect("a good file");
                assert_eq!(kept.is_some(), fresh.is_some());
                if let (Some(kept), Some(fresh)) = (kept, fresh) {
                    assert_eq!(rows(kept.luma), rows(fresh.luma));
                    assert_eq!(rows(kept.cb), rows(fresh.cb));
                    assert_eq!(rows(kept.cr), rows(fresh.cr));
                }
            }
        }
    }
    assert!(reader.memory() > 300 * 200 / 16, "{}", reader.memory());
}

#[test]
fn planes_are_the_picture_in_the_colours_of_jpeg() {
    let mut reader = Reader::new();
    for sides in [(640, 512), (301, 203)] {
        for sampling in &SAMPLINGS[..4] {
            for progressive in [true, false] {
                let jpeg = encoded(sides, *sampling, progressive);
                let options = quarter(sides);
                let whole = read(&jpeg, &options).expect("a good file");
                let planes = reader.read_planes(&jpeg, &options).expect("a good file");
                let planes = planes.expect("chroma of half the sides");
                let (width, height) = (whole.width as usize, whole.height as usize);
                assert_eq!((planes.luma.width, planes.luma.height), (width, height));
                let half = (width.div_ceil(2), height.div_ceil(2));
                assert_eq!((planes.cb.width, planes.cb.height), half);
                assert_eq!((planes.divisor, planes.info), (whole.divisor, whole.info));
                for (channel, weights, offset, step) in [
                    (planes.luma, [0.299, 0.587, 0.114], 0.0, 1),
                    (planes.cb, [-0.168_736, -0.331_264, 0.5], 128.0, 2),
                    (planes.cr, [0.5, -0.418_688, -0.081_312], 128.0, 2),
                ] {
                    let off = off(&whole, channel, weights, offset, step);
                    assert!(
                        off < 1.5,
                        "{sides:?} {sampling:?} {progressive}: {off:.2} off"
                    );
                }
            }
        }
    }
}

#[test]
fn what_cannot_be_halved_is_left_to_others() {
    let mut reader = Reader::new();
    let mut none = |jpeg: &[u8], eighth: u32| {
        let options = Options::new(Size::AtLeast(eighth, eighth));
        reader
            .read_planes(jpeg, &options)
            .expect("a good file")
            .is_none()
    };
    // At 1/8 a block is one pixel, and chroma as large as luma cannot be less.
    assert!(none(&encoded((64, 64), SamplingFactor::F_1_1, false), 8));
    assert!(!none(&encoded((64, 64), SamplingFactor::F_2_2, false), 8));
    // Of four times as much luma across, chroma is too little at full size, and too much down at 1/8.
    assert!(none(&encoded((64, 64), SamplingFactor::F_4_1, false), 64));
    let mut grey = Vec::new();
    Encoder::new(&mut grey, 90)
        .encode(&[100; 64 * 64], 64, 64, ColorType::Luma)
        .expect("a picture of these sides");
    assert!(none(&grey, 16));
}

fn rows(channel: Channel<'_>) -> Vec<&[u8]> {
    (0..channel.height).map(|y| channel.row(y)).collect()
}

/// How far a channel is on average from what the picture says it should be.
fn off(
    picture: &Picture,
    channel: Channel<'_>,
    weights: [f64; 3],
    offset: f64,
    step: usize,
) -> f64 {
    let pixels = picture.rgb.as_chunks::<3>().0;
    let width = picture.width as usize;
    let mut sum = 0.0;
    let (across, down) = (width / step, picture.height as usize / step);
    for (y, row) in rows(channel).into_iter().enumerate().take(down) {
        for (x, &got) in row.iter().enumerate().take(across) {
            let square = (0..step * step)
                .map(|part| pixels[(y * step + part / step) * width + x * step + part % step]);
            let wanted: f64 = square
                .map(|pixel| {
                    offset
                        + (0..3)
                            .map(|c| weights[c] * f64::from(pixel[c]))
                            .sum::<f64>()
                })
                .sum::<f64>()
                / (step * step) as f64;
            sum += (f64::from(got) - wanted).abs();
        }
    }
    sum / (across * down) as f64
}
