//! The last touches over the whole picture, and its encoding.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::canvas::{Canvas, SIZE};
use super::sitter::Sitter;
use crate::random::Random;

/// High enough that the grain survives, which also keeps every portrait above 100 KB.
const QUALITY: u8 = 88;

/// Vignette, exposure and film grain; then a progressive JPEG.
pub(super) fn jpeg(canvas: Canvas, sitter: &Sitter, r: &mut Random) -> Vec<u8> {
    let mut rgb = Vec::with_capacity(SIZE * SIZE * 3);
    let mut grain = Grain::new(r);
    for (index, pixel) in canvas.pixels.iter().enumerate() {
        let (x, y) = ((index % SIZE) as f32, (index / SIZE) as f32);
        let (dx, dy) = ((x - 512.0) / 724.0, (y - 480.0) / 724.0);
        let vignette = 1.0 - 0.30 * (dx * dx + dy * dy);
        let factor = sitter.light.exposure * vignette * 255.0;
        let speck = grain.next(index);
        // A photograph's shoulder: lights roll off instead of clipping.
        let tone = |value: f32| {
            let value = value * factor;
            let value = if value > 215.0 {
                215.0 + (value - 215.0) * 40.0 / (value - 215.0 + 40.0)
            } else {
                value
            };
            (value + speck).clamp(0.0, 255.0) as u8
        };
        rgb.extend([tone(pixel.0), tone(pixel.1), tone(pixel.2)]);
    }
    let mut jpeg = Vec::with_capacity(300_000);
    let mut encoder = Encoder::new(&mut jpeg, QUALITY);
    encoder.set_progressive(true);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder.set_optimized_huffman_tables(false);
    encoder
        .encode(&rgb, SIZE as u16, SIZE as u16, ColorType::Rgb)
        .expect("the buffer has as many pixels as the picture");
    jpeg
}

/// Film grain: fine noise, and a coarser one that leans on the row above.
struct Grain {
    state: u64,
    above: Vec<f32>,
    left: f32,
}

impl Grain {
    fn new(r: &mut Random) -> Self {
        Self {
            state: r.next() | 1,
            above: vec![0.0; SIZE],
            left: 0.0,
        }
    }

    fn next(&mut self, index: usize) -> f32 {
        // Xorshift64 (Marsaglia): a noise for the eye needs no better, and this is a million times a portrait.
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let noise = (self.state >> 48) as f32 / 32_768.0 - 1.0;
        let column = index % SIZE;
        let coarse = 0.42 * self.left + 0.42 * self.above[column] + noise;
        self.left = coarse;
        self.above[column] = coarse;
        2.0 * coarse + 2.2 * noise
    }
}
