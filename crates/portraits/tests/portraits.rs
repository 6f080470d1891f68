//! Portraits as their readers see them: bytes, markers, other people's decoders, and whether people differ.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use brigade_portraits::portrait_jpeg;
use image::RgbImage;

const SIDE: u32 = 1024;

fn decode(jpeg: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg)
        .expect("a portrait is a whole JPEG")
        .into_rgb8()
}

#[test]
fn a_portrait_is_a_function_of_seed_and_index() {
    assert_eq!(portrait_jpeg(3, 4), portrait_jpeg(3, 4));
    let all: BTreeSet<Vec<u8>> = [(3, 4), (4, 3), (3, 5), (4, 4), (u64::MAX, u64::MAX)]
        .map(|(seed, index)| portrait_jpeg(seed, index))
        .into();
    assert_eq!(all.len(), 5);
}

#[test]
fn portraits_are_large_progressive_and_look_unlike_one_another() {
    let mut small = Vec::new();
    for index in 0..40 {
        let jpeg = portrait_jpeg(11, index);
        assert!(
            jpeg.len() >= 100_000,
            "portrait {index} has {} bytes",
            jpeg.len()
        );
        assert!(is_progressive(&jpeg), "portrait {index} is not progressive");
        let picture = decode(&jpeg);
        assert_eq!(picture.dimensions(), (SIDE, SIDE));
        small.push(shrink(&picture));
    }
    for (index, one) in small.iter().enumerate() {
        for (other_index, other) in small.iter().enumerate().skip(index + 1) {
            let difference = mean_difference(one, other);
            assert!(
                difference > 6.0,
                "portraits {index} and {other_index} differ by {difference} of 255 only"
            );
        }
    }
}

#[test]
fn no_part_of_a_portrait_is_flat() {
    for index in 0..6 {
        let picture = decode(&portrait_jpeg(12, index));
        for top in (0..SIDE).step_by(128) {
            for left in (0..SIDE).step_by(128) {
                let tones: BTreeSet<u8> = (0..128 * 128)
                    .map(|at| picture.get_pixel(left + at % 128, top + at / 128).0[1])
                    .collect();
                assert!(
                    tones.len() > 8,
                    "portrait {index} at {left},{top}: {} tones",
                    tones.len()
                );
            }
        }
    }
}

#[test]
fn other_decoders_see_the_same_picture() {
    if Command::new("djpeg").arg("-version").output().is_err() {
        assert!(
            std::env::var_os("BRIGADE_REQUIRE_TOOLS").is_none(),
            "djpeg is not installed"
        );
        println!("skipped: djpeg is not installed");
        return;
    }
    for index in 0..6 {
        let jpeg = portrait_jpeg(13, index);
        let mut djpeg = Command::new("djpeg")
            .args(["-strict", "-pnm"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = djpeg.stdin.take().unwrap();
        let sent = jpeg.clone();
        let sender = std::thread::spawn(move || stdin.write_all(&sent));
        let output = djpeg.wait_with_output().unwrap();
        sender.join().unwrap().unwrap();
        assert!(output.status.success());
        let pixels = &output.stdout[output.stdout.len() - (SIDE * SIDE * 3) as usize..];
        let ours = decode(&jpeg);
        let squares: f64 = ours
            .as_raw()
            .iter()
            .zip(pixels)
            .map(|(one, other)| (f64::from(*one) - f64::from(*other)).powi(2))
            .sum();
        let psnr = 10.0 * (255.0 * 255.0 / (squares / pixels.len() as f64)).log10();
        assert!(
            psnr > 38.0,
            "portrait {index}: {psnr} dB between two decoders"
        );
    }
}

/// Whether the frame header is SOF2, found by walking the segments.
fn is_progressive(jpeg: &[u8]) -> bool {
    let mut at = 2;
    while let [0xff, marker, high, low] = jpeg[at..at + 4] {
        if (0xc0..=0xc2).contains(&marker) {
            return marker == 0xc2;
        }
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    false
}

/// 16×16 colours: what is left of a picture seen from afar.
fn shrink(picture: &RgbImage) -> Vec<f64> {
    let mut small = vec![0.0; 16 * 16 * 3];
    for (x, y, pixel) in picture.enumerate_pixels() {
        for (channel, value) in pixel.0.iter().enumerate() {
            small[((y / 64 * 16 + x / 64) * 3) as usize + channel] += f64::from(*value) / 4096.0;
        }
    }
    small
}

fn mean_difference(one: &[f64], other: &[f64]) -> f64 {
    let sum: f64 = one
        .iter()
        .zip(other)
        .map(|(one, other)| (one - other).abs())
        .sum();
    sum / one.len() as f64
}
