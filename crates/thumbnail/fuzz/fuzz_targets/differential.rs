//! Files of every kind that an encoder writes, decoded by zune-jpeg as well: the same picture within rounding.

#![no_main]

use brigade_thumbnail::{Fidelity, Options, Size, read};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use libfuzzer_sys::fuzz_target;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

fuzz_target!(|choices: &[u8]| {
    let [width, height, quality, kind, restart, pixels @ ..] = choices else { return };
    if pixels.is_empty() {
        return;
    }
    let (width, height) = (1 + u16::from(*width) % 80, 1 + u16::from(*height) % 80);
    let grey = kind & 1 != 0;
    let sampling = [SamplingFactor::F_1_1, SamplingFactor::F_2_1, SamplingFactor::F_2_2, SamplingFactor::F_1_2];
    let sampling = sampling[usize::from(kind >> 1 & 3)];

    let mut jpeg = Vec::new();
    let mut encoder = Encoder::new(&mut jpeg, 1 + quality % 100);
    encoder.set_sampling_factor(sampling);
    encoder.set_progressive(kind & 8 != 0);
    // No optimised Huffman tables: this encoder panics over them for some pictures, and zune-jpeg 0.5 misreads them
    // for others without a word, where libjpeg reads what we read.
    if kind & 32 != 0 {
        encoder.set_restart_interval(1 + u16::from(*restart) % 20);
    }
    let channels = if grey { 1 } else { 3 };
    let length = usize::from(width) * usize::from(height) * channels;
    let pixels: Vec<u8> = pixels.iter().copied().cycle().take(length).collect();
    let colours = if grey { ColorType::Luma } else { ColorType::Rgb };
    encoder.encode(&pixels, width, height, colours).expect("sides and pixels agree");

    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let theirs = zune_jpeg::JpegDecoder::new_with_options(ZCursor::new(&jpeg), options).decode();
    for fidelity in [Fidelity::Exact, Fidelity::Visible] {
        let options = Options::new(Size::AtLeast(u16::MAX.into(), 1)).fidelity(fidelity);
        let ours = read(&jpeg, &options).expect("the encoder writes what we read");
        let Ok(theirs) = &theirs else { continue };
        // Other decoders interpolate chroma in other ways, and noise shows it: compared where nothing is
        // interpolated, and chroma is not clipped on its way.
        if grey || sampling == SamplingFactor::F_1_1 {
            let squares: u64 = ours
                .rgb
                .iter()
                .zip(theirs)
                .map(|(&a, &b)| u64::from(a.abs_diff(b)).pow(2))
                .sum();
            let mean = squares as f64 / theirs.len() as f64;
            assert!(mean < 4.0, "a mean square of {mean:.2} off");
        }
    }
    for side in [u32::from(width) / 8, u32::from(width) / 3] {
        let options = Options::new(Size::Within(side.max(1), u16::MAX.into()));
        read(&jpeg, &options).expect("the encoder writes what we read");
    }
});
