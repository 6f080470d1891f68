//! The last touches over the whole picture, and its encoding.

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

use super::canvas::{Canvas, SIZE};
use super::sitter::Sitter;
use crate::random::Random;

/// High enough that the grain survives, which also keeps every portrait above 100 KB.
const QUALITY: u8 = 88;

/// Vignette, exposure and film grain; then a progressive JPEG.
pub(super) fn jpeg(canvas: Canvas, sitter: &Sitter, r: &mut Random) -> Vec<u8> {
    let mut rgb = vec![0; SIZE * SIZE * 3];
    let mut grain = Grain::new(r);
    let shoulder = shoulder();
    let square = |at: usize, centre: f32| {
        let from_centre = (at as f32 - centre) / 724.0;
        from_centre * from_centre
    };
    let across: Vec<f32> = (0..SIZE).map(|x| square(x, 512.0)).collect();
    let rows = canvas
        .pixels
        .chunks_exact(SIZE)
        .zip(rgb.chunks_exact_mut(SIZE * 3));
    for (y, (row, line)) in rows.enumerate() {
        let down = square(y, 480.0);
        let specks = grain.row();
        for (((pixel, rgb), speck), across) in row
            .iter()
            .zip(line.chunks_exact_mut(3))
            .zip(specks)
            .zip(&across)
        {
            let factor = sitter.light.exposure * (1.0 - 0.30 * (across + down)) * 512.0;
            let tone =
                |value: f32| shoulder[((value * factor) as i32).clamp(0, 1023) as usize] + *speck;
            let byte = |tone: f32| (tone as i32).clamp(0, 255) as u8;
            rgb.copy_from_slice(&[
                byte(tone(pixel.0)),
                byte(tone(pixel.1)),
                byte(tone(pixel.2)),
            ]);
        }
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

/// A photograph's shoulder: lights roll off instead of clipping. From 512ths of full light to 0..=255.
fn shoulder() -> Vec<f32> {
    let curve = |step: usize| {
        let value = step as f32 * (255.0 / 512.0);
        let over = value - 215.0;
        if over > 0.0 {
            215.0 + over * 40.0 / (over + 40.0)
        } else {
            value
        }
    };
    (0..1024).map(curve).collect()
}

/// Film grain: fine noise, and a coarser one that leans on its left and upper neighbours.
struct Grain {
    state: u64,
    coarse: Vec<f32>,
    specks: Vec<f32>,
}

impl Grain {
    fn new(r: &mut Random) -> Self {
        Self {
            state: r.next() | 1,
            coarse: vec![0.0; SIZE],
            specks: vec![0.0; SIZE],
        }
    }

    fn row(&mut self) -> &[f32] {
        let mut left = 0.0;
        for (coarse, speck) in self.coarse.iter_mut().zip(&mut self.specks) {
            // Xorshift64 (Marsaglia): a noise for the eye needs no better, and this is a million times a portrait.
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            let noise = (self.state >> 48) as i32 as f32 / 32_768.0 - 1.0;
            left = 0.42 * left + 0.42 * *coarse + noise;
            *coarse = left;
            *speck = 2.0 * left + 2.2 * noise + 0.5;
        }
        &self.specks
    }
}
