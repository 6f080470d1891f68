//! Portraits side by side, forty of them unless told, to look at: `cargo run --release --example portrait_gallery -- docs/portraits.jpg [SEED] [ROWS]`.

use std::fs::File;
use std::io::BufWriter;

use brigade_examples::{EndedEarly, argument};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ImageFormat, Rgb, RgbImage};

const COLUMNS: u32 = 8;
const SIDE: u32 = 150;
const GAP: u32 = 4;

fn main() -> Result<(), EndedEarly> {
    let path: Option<String> = argument(1, "FILE.jpg")?;
    let path = path.ok_or("usage: portrait_gallery FILE.jpg [SEED] [ROWS]")?;
    let seed: u64 = argument(2, "SEED")?.unwrap_or(1);
    let rows: u32 = argument(3, "ROWS")?.unwrap_or(5);
    // A JPEG is at most 65,535 pixels high.
    if !(1..=400).contains(&rows) {
        return Err("ROWS: a gallery has 1 to 400 of them".into());
    }
    let (width, height) = (COLUMNS * (SIDE + GAP) + GAP, rows * (SIDE + GAP) + GAP);
    let mut gallery = RgbImage::from_pixel(width, height, Rgb([255; 3]));
    for index in 0..COLUMNS * rows {
        let jpeg = brigade_portraits::portrait_jpeg(seed, index.into());
        let portrait = image::load_from_memory_with_format(&jpeg, ImageFormat::Jpeg)?.into_rgb8();
        let small = imageops::resize(&portrait, SIDE, SIDE, FilterType::Triangle);
        let (column, row) = (index % COLUMNS, index / COLUMNS);
        let at = |place: u32| i64::from(GAP + place * (SIDE + GAP));
        imageops::replace(&mut gallery, &small, at(column), at(row));
    }
    let file = BufWriter::new(File::create(&path).map_err(|error| format!("{path}: {error}"))?);
    gallery.write_with_encoder(JpegEncoder::new_with_quality(file, 86))?;
    Ok(())
}
