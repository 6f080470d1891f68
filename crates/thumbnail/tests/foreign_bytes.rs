//! What comes from outside: every kind of file that is refused, cut short, damaged or too large, and what a good
//! one says of itself. No outside tool is needed.

mod support;

use brigade_thumbnail::{
    Error, Fidelity, Info, Limits, Options, Orientation, Picture, Size, Unsupported, info, read,
};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use support::{long, picture};

const WIDTH: u16 = 150;
const HEIGHT: u16 = 101;

fn encoded(change: impl FnOnce(&mut Encoder<&mut Vec<u8>>)) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 90);
    change(&mut encoder);
    let pixels = picture(WIDTH.into(), HEIGHT.into());
    encoder
        .encode(&pixels, WIDTH, HEIGHT, ColorType::Rgb)
        .expect("a picture of these sides");
    jpeg
}

fn baseline() -> Vec<u8> {
    encoded(|encoder| encoder.set_sampling_factor(SamplingFactor::F_2_2))
}

fn progressive() -> Vec<u8> {
    encoded(|encoder| encoder.set_progressive(true))
}

fn small() -> Options {
    Options::new(Size::Exactly(30, 20))
}

/// The same file with a segment behind its start.
fn with_segment(jpeg: &[u8], marker: u8, contents: &[u8]) -> Vec<u8> {
    let length = u16::try_from(contents.len() + 2)
        .expect("a small segment")
        .to_be_bytes();
    [&jpeg[..2], &[0xff, marker], &length, contents, &jpeg[2..]].concat()
}

/// Where a marker's contents begin.
fn contents_of(jpeg: &[u8], marker: u8) -> usize {
    jpeg.windows(2)
        .position(|pair| pair == [0xff, marker])
        .expect("the marker is there")
        + 4
}

#[test]
fn sides_are_those_asked_for() {
    for jpeg in [baseline(), progressive()] {
        for (size, sides, divisor) in [
            (Size::Exactly(30, 20), (30, 20), 4),
            (Size::Exactly(19, 13), (19, 13), 8),
            (Size::Exactly(400, 7), (400, 7), 1),
            (Size::Within(40, 40), (40, 27), 2),
            (Size::Within(1000, 50), (74, 50), 2),
            (Size::Within(1000, 1000), (150, 101), 1),
            (Size::AtLeast(30, 20), (38, 26), 4),
            (Size::AtLeast(1, 1), (19, 13), 8),
            (Size::AtLeast(76, 1), (150, 101), 1),
        ] {
            let got = read(&jpeg, &Options::new(size)).unwrap();
            assert_eq!(
                ((got.width, got.height), got.divisor),
                (sides, divisor),
                "{size:?}"
            );
            assert_eq!(got.rgb.len() as u32, 3 * sides.0 * sides.1);
        }
    }
}

#[test]
fn sides_that_no_picture_has_are_refused() {
    for (width, height) in [(0, 5), (5, 0), (65_536, 1)] {
        let options = Options::new(Size::Exactly(width, height));
        assert_eq!(
            read(&baseline(), &options),
            Err(Error::WantedSize { width, height })
        );
    }
}

#[test]
fn a_plain_colour_comes_out_as_it_went_in() {
    for sampling in [
        SamplingFactor::F_1_1,
        SamplingFactor::F_2_2,
        SamplingFactor::F_4_1,
    ] {
        for progressive in [false, true] {
            let mut jpeg = Vec::new();
            let mut encoder = Encoder::new(&mut jpeg, 100);
            encoder.set_sampling_factor(sampling);
            encoder.set_progressive(progressive);
            encoder
                .encode(&[200, 90, 40].repeat(64 * 64), 64, 64, ColorType::Rgb)
                .unwrap();
            for side in [8, 16, 32, 64] {
                let got = read(&jpeg, &Options::new(Size::Exactly(side, side))).unwrap();
                for pixel in got.rgb.chunks_exact(3) {
                    let off = pixel
                        .iter()
                        .zip([200_u8, 90, 40])
                        .map(|(a, b)| a.abs_diff(b))
                        .max();
                    assert!(off <= Some(2), "{pixel:?}");
                }
            }
        }
    }
}

/// Found by comparing with another decoder: luma, and both of chroma, lie half-way between two levels here.
#[test]
fn what_lies_half_way_between_two_levels_goes_up_as_in_libjpeg() {
    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 29);
    encoder.set_sampling_factor(SamplingFactor::F_1_1);
    let pixels = [238, 101, 60].repeat(16 * 16);
    encoder.encode(&pixels, 16, 16, ColorType::Rgb).unwrap();
    for side in [2, 4, 8, 16] {
        let got = read(&jpeg, &Options::new(Size::Exactly(side, side))).unwrap();
        for pixel in got.rgb.chunks_exact(3) {
            // What djpeg prints.
            assert_eq!(pixel, [241, 102, 63], "{side}");
        }
    }
}

#[test]
fn grey_comes_out_grey() {
    let mut jpeg = Vec::new();
    let pixels: Vec<u8> = (0..64 * 64).map(|i| (i % 64 * 4) as u8).collect();
    Encoder::new(&mut jpeg, 95)
        .encode(&pixels, 64, 64, ColorType::Luma)
        .unwrap();
    let got = read(&jpeg, &Options::new(Size::Exactly(16, 16))).unwrap();
    assert_eq!(got.info.components, 1);
    assert!(
        got.rgb
            .chunks_exact(3)
            .all(|pixel| pixel[0] == pixel[1] && pixel[1] == pixel[2])
    );
    assert!(got.rgb[0] < 20 && got.rgb[45] > 235);
}

#[test]
fn a_file_cut_anywhere_is_an_error_at_either_fidelity() {
    for jpeg in [baseline(), progressive()] {
        for length in 0..jpeg.len() {
            for fidelity in [Fidelity::Exact, Fidelity::Visible] {
                let cut = read(&jpeg[..length], &small().fidelity(fidelity));
                assert!(
                    matches!(cut, Err(Error::Truncated { .. })),
                    "{length}: {cut:?}"
                );
            }
        }
    }
}

#[test]
fn what_lies_behind_the_end_does_not_matter() {
    let mut jpeg = progressive();
    let wanted = read(&jpeg, &small());
    jpeg.extend([0xff, 0, 1, 2, 3]);
    assert_eq!(read(&jpeg, &small()), wanted);
}

#[test]
fn damage_never_panics_and_never_hangs() {
    let rounds = if long() { 200_000 } else { 4_000 };
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let (mut refused, mut read_all_the_same) = (0, 0);
    for jpeg in [
        baseline(),
        progressive(),
        encoded(|encoder| encoder.set_restart_interval(3)),
    ] {
        for round in 0..rounds {
            let mut damaged = jpeg.clone();
            // Half of the damage goes where headers are, which are a small part of the file.
            let range = if round % 2 == 0 { 700 } else { jpeg.len() };
            for _ in 0..=next(3) {
                damaged[next(range)] = next(256) as u8;
            }
            let fidelity = if round % 4 < 2 {
                Fidelity::Exact
            } else {
                Fidelity::Visible
            };
            match read(
                &damaged,
                &Options::new(Size::Exactly(1 + next(150) as u32, 20)).fidelity(fidelity),
            ) {
                Ok(_) => read_all_the_same += 1,
                Err(_) => refused += 1,
            }
        }
    }
    assert!(
        refused > rounds / 10 && read_all_the_same > rounds / 10,
        "{refused}, {read_all_the_same}"
    );
}

#[test]
fn a_scan_without_its_data_is_corrupt() {
    let jpeg = baseline();
    let scan = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xda])
        .unwrap();
    let data = scan + 2 + usize::from(u16::from_be_bytes([jpeg[scan + 2], jpeg[scan + 3]]));
    let cut = [&jpeg[..data + 200], &[0xff, 0xd9]].concat();
    let expected = Error::Corrupt {
        offset: scan,
        what: "a scan with less data than blocks",
    };
    assert_eq!(read(&cut, &small()), Err(expected));
}

#[test]
fn limits_hold() {
    let limits = Limits::default();
    let limited = |change: fn(&mut Limits), jpeg: &[u8]| {
        let mut limits = limits;
        change(&mut limits);
        read(jpeg, &small().limits(limits)).unwrap_err()
    };
    let (baseline, progressive) = (baseline(), progressive());
    assert_eq!(
        limited(|limits| limits.side = 149, &baseline),
        Error::Limit {
            what: "pixels on a side",
            found: 150,
            limit: 149
        }
    );
    assert_eq!(
        limited(|limits| limits.pixels = 15_149, &baseline),
        Error::Limit {
            what: "pixels",
            found: 15_150,
            limit: 15_149
        }
    );
    assert_eq!(
        limited(|limits| limits.scans = 2, &progressive),
        Error::Limit {
            what: "scans",
            found: 3,
            limit: 2
        }
    );
    let redefined = (0..20).fold(baseline, |jpeg, _| with_segment(&jpeg, 0xdb, &[1; 65]));
    assert_eq!(
        limited(|limits| limits.tables = 10, &redefined),
        Error::Limit {
            what: "tables",
            found: 11,
            limit: 10
        }
    );
}

#[test]
fn a_kind_that_is_not_read_is_named() {
    let with_frame = |marker: u8| {
        let mut jpeg = baseline();
        let frame = contents_of(&jpeg, 0xc0);
        jpeg[frame - 3] = marker;
        read(&jpeg, &small()).unwrap_err()
    };
    assert_eq!(with_frame(0xc3), Error::Unsupported(Unsupported::Lossless));
    assert_eq!(
        with_frame(0xc5),
        Error::Unsupported(Unsupported::Hierarchical)
    );
    assert_eq!(
        with_frame(0xc9),
        Error::Unsupported(Unsupported::Arithmetic)
    );
    assert_eq!(
        with_frame(0xca),
        Error::Unsupported(Unsupported::Arithmetic)
    );

    let with_bytes = |bytes: &[(usize, u8)]| {
        let mut jpeg = baseline();
        let frame = contents_of(&jpeg, 0xc0);
        for &(at, byte) in bytes {
            jpeg[frame + at] = byte;
        }
        read(&jpeg, &small()).unwrap_err()
    };
    assert_eq!(
        with_bytes(&[(0, 12)]),
        Error::Unsupported(Unsupported::Precision(12))
    );
    // Three samples against two.
    assert_eq!(
        with_bytes(&[(7, 0x31), (10, 0x21)]),
        Error::Unsupported(Unsupported::Subsampling)
    );
    let mut late = baseline();
    let frame = contents_of(&late, 0xc0);
    late[frame + 1..frame + 3].fill(0);
    assert_eq!(
        read(&late, &small()),
        Err(Error::Unsupported(Unsupported::LateHeight))
    );

    let mut cmyk = Vec::new();
    Encoder::new(&mut cmyk, 90)
        .encode(&[9; 8 * 8 * 4], 8, 8, ColorType::Cmyk)
        .unwrap();
    assert_eq!(
        read(&cmyk, &small()),
        Err(Error::Unsupported(Unsupported::Components(4)))
    );

    assert_eq!(read(b"GIF89a", &small()), Err(Error::NotJpeg));
}

#[test]
fn a_file_tells_its_sides_process_and_scans() {
    let Info {
        width,
        height,
        components,
        progressive: is_progressive,
        scans,
        ..
    } = info(&progressive(), &Limits::default()).unwrap();
    assert_eq!(
        (width, height, components, is_progressive),
        (150, 101, 3, true)
    );
    assert!(scans > 3);
    assert!(!info(&baseline(), &Limits::default()).unwrap().progressive);
}

#[test]
fn only_scans_that_show_are_read() {
    let jpeg = progressive();
    let scans = info(&jpeg, &Limits::default()).unwrap().scans;
    let scans_read = |side| {
        read(&jpeg, &Options::new(Size::AtLeast(side, 1)))
            .unwrap()
            .scans_read
    };
    assert_eq!(scans_read(150), scans);
    assert!(scans_read(20) < scans);
    // An eighth of the sides is the DC values alone, which this encoder sends in one scan a component.
    assert_eq!(scans_read(1), 3);
}

#[test]
fn orientation_is_reported_and_can_be_applied() {
    let jpeg = baseline();
    let stored = read(&jpeg, &small()).unwrap();
    for number in 1..=8_u16 {
        for big_endian in [false, true] {
            // Header, offset of the directory, one entry: tag, type SHORT, one value, the value.
            let mark: &[u8] = if big_endian { b"MM" } else { b"II" };
            let words = [42, 0, 8, 1, 0x0112, 3, 0, 1, number];
            let low_word_first = [42, 8, 0, 1, 0x0112, 3, 1, 0, number];
            let words: Vec<u8> = if big_endian {
                words
                    .iter()
                    .flat_map(|word: &u16| word.to_be_bytes())
                    .collect()
            } else {
                low_word_first
                    .iter()
                    .flat_map(|word: &u16| word.to_le_bytes())
                    .collect()
            };
            let tiff = [mark, &words].concat();
            let file = with_segment(&jpeg, 0xe1, &[b"Exif\0\0", &tiff[..], &[0; 6]].concat());
            let got = read(&file, &small()).unwrap();
            assert_eq!(got.info.orientation.exif(), number);
            assert_eq!(got.rgb, stored.rgb);
        }
    }
}

#[test]
fn every_orientation_is_put_upright() {
    // A 3 by 2 picture of the numbers 1 to 6, and what each orientation makes of it.
    let stored = [1, 2, 3, 4, 5, 6];
    let upright: [&[u8]; 8] = [
        &[1, 2, 3, 4, 5, 6],
        &[3, 2, 1, 6, 5, 4],
        &[6, 5, 4, 3, 2, 1],
        &[4, 5, 6, 1, 2, 3],
        &[1, 4, 2, 5, 3, 6],
        &[4, 1, 5, 2, 6, 3],
        &[6, 3, 5, 2, 4, 1],
        &[3, 6, 2, 5, 1, 4],
    ];
    let template = read(&baseline(), &Options::new(Size::Exactly(3, 2))).unwrap();
    for (number, upright) in (1..).zip(upright) {
        let mut info = template.info;
        info.orientation = Orientation::from_exif(number).unwrap();
        let rgb = stored.iter().flat_map(|&value| [value; 3]).collect();
        let turned = Picture {
            rgb,
            info,
            ..template.clone()
        }
        .upright();
        let values: Vec<u8> = turned.rgb.chunks_exact(3).map(|pixel| pixel[0]).collect();
        assert_eq!(values, upright, "orientation {number}");
        assert_eq!(turned.width, if number < 5 { 3 } else { 2 });
        assert_eq!(turned.info.orientation, Orientation::Upright);
    }
}

#[test]
fn a_colour_profile_is_put_together_and_passed_on() {
    let piece = |number: u8, data: &[u8]| [b"ICC_PROFILE\0", &[number, 2][..], data].concat();
    let second_first = with_segment(&baseline(), 0xe2, &piece(1, b"head "));
    let jpeg = with_segment(&second_first, 0xe2, &piece(2, b"tail"));
    assert_eq!(
        read(&jpeg, &small()).unwrap().icc_profile.as_deref(),
        Some(&b"head tail"[..])
    );
    assert_eq!(read(&baseline(), &small()).unwrap().icc_profile, None);
}
