//! How good a 256×256 thumbnail is: PSNR and SSIM against a full decode and Lanczos, over many kinds of files.
//!
//! ```sh
//! cargo bench --bench thumbnail_quality -- [--pictures FOLDER] FACE.jpg …
//! ```
//!
//! The sources are drawn portraits, and the files given, encoded anew by libjpeg's `cjpeg` (which has to be installed) in
//! qualities from 50 to 100, subsamplings and scan scripts; and the drawn portraits and the given files as they are.
//! The peer is libjpeg-turbo's own scaled decode (`djpeg -scale`), brought to the same size by the same filter. With
//! `--pictures` the worst case of `Visible` is written as a picture: full decode, Visible, libjpeg-turbo, side by side.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use brigade_thumbnail::{Fidelity, Options, Size, read};
use image::RgbImage;
use image::imageops::FilterType;

const SIDE: u32 = 256;
/// Where libjpeg-turbo's scaled decode may be better by no more, in the mean.
const BOUND_DB: f64 = 0.5;

struct Case {
    name: String,
    jpeg: Vec<u8>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let mut pictures = None;
    let mut files = Vec::new();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--pictures" => pictures = words.next().map(PathBuf::from),
            word if word.starts_with('-') => {}
            word => files.push(PathBuf::from(word)),
        }
    }
    let cases = cases(&files, folder.path())?;
    println!(
        "{:34} {:>17} {:>17} {:>17}",
        "", "Exact", "Visible", "libjpeg-turbo"
    );
    println!(
        "{:34} {:>17} {:>17} {:>17}",
        "", "dB    SSIM", "dB    SSIM", "dB    SSIM"
    );
    let mut sums = [0.0; 3];
    let mut worst: Option<(f64, &str, [RgbImage; 3])> = None;
    for case in &cases {
        let whole = image::load_from_memory(&case.jpeg)?.to_rgb8();
        let reference = image::imageops::resize(&whole, SIDE, SIDE, FilterType::Lanczos3);
        let ours = |fidelity| -> Result<RgbImage, Box<dyn Error>> {
            let options = Options::new(Size::Exactly(SIDE, SIDE)).fidelity(fidelity);
            let picture = read(&case.jpeg, &options)?;
            Ok(
                RgbImage::from_raw(picture.width, picture.height, picture.rgb)
                    .ok_or("a picture of another size")?,
            )
        };
        let candidates = [
            ours(Fidelity::Exact)?,
            ours(Fidelity::Visible)?,
            turbo(&case.jpeg, whole.width(), folder.path())?,
        ];
        let mut line = format!("{:34}", case.name);
        for (candidate, sum) in candidates.iter().zip(&mut sums) {
            let psnr = psnr(&reference, candidate);
            *sum += psnr;
            line += &format!("   {psnr:6.2}  {:.4}", ssim(&reference, candidate));
        }
        println!("{line}");
        let behind = psnr(&reference, &candidates[2]) - psnr(&reference, &candidates[1]);
        if worst.as_ref().is_none_or(|(most, ..)| behind > *most) {
            let [_, visible, turbo] = candidates;
            worst = Some((behind, case.name.as_str(), [reference, visible, turbo]));
        }
    }
    let [exact, visible, turbo] = sums.map(|sum| sum / cases.len() as f64);
    println!(
        "\nmean of {} files: Exact {exact:.2} dB, Visible {visible:.2} dB, libjpeg-turbo's 1/4 {turbo:.2} dB",
        cases.len()
    );
    let (behind, name, three) = worst.ok_or("no file")?;
    println!("the worst for Visible: {name}, {behind:.2} dB behind libjpeg-turbo");
    if let Some(path) = pictures {
        let mut side_by_side = RgbImage::new(3 * SIDE, SIDE);
        for (at, picture) in (0..).zip(&three) {
            image::imageops::replace(&mut side_by_side, picture, at * i64::from(SIDE), 0);
        }
        let mut jpeg = Vec::new();
        jpeg_encoder::Encoder::new(&mut jpeg, 95).encode(
            &side_by_side,
            3 * SIDE as u16,
            SIDE as u16,
            jpeg_encoder::ColorType::Rgb,
        )?;
        fs::write(path.join("thumbnail-worst.jpg"), jpeg)?;
    }
    if turbo - visible > BOUND_DB {
        return Err(format!("Visible is more than {BOUND_DB} dB behind in the mean").into());
    }
    Ok(())
}

fn cases(files: &[PathBuf], folder: &Path) -> Result<Vec<Case>, Box<dyn Error>> {
    let mut cases = Vec::new();
    let mut originals = Vec::new();
    for index in 0..4 {
        originals.push((
            format!("drawn {index}"),
            brigade_portraits::portrait_jpeg(7, index),
        ));
    }
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        originals.push((name.into_owned(), fs::read(file)?));
    }
    // A script that sends the high bits of all coefficients first, and one that never splits bits.
    let scripts = folder.join("scripts");
    fs::create_dir(&scripts)?;
    let spectral =
        "0,1,2: 0-0, 0, 0;\n0: 1-5, 0, 0;\n2: 1-63, 0, 0;\n1: 1-63, 0, 0;\n0: 6-63, 0, 0;\n";
    let bits = "0,1,2: 0-0, 0, 2;\n0: 1-63, 0, 3;\n1: 1-63, 0, 3;\n2: 1-63, 0, 3;\n0,1,2: 0-0, 2, 1;\n\
                0: 1-63, 3, 2;\n1: 1-63, 3, 2;\n2: 1-63, 3, 2;\n0,1,2: 0-0, 1, 0;\n0: 1-63, 2, 1;\n\
                1: 1-63, 2, 1;\n2: 1-63, 2, 1;\n0: 1-63, 1, 0;\n1: 1-63, 1, 0;\n2: 1-63, 1, 0;\n";
    for (name, script) in [("spectral", spectral), ("bits", bits)] {
        fs::write(scripts.join(name), script)?;
    }
    let spectral = format!("-scans {}", scripts.join("spectral").display());
    let bits = format!("-scans {}", scripts.join("bits").display());
    let kinds = [
        ("q50 4:2:0", "-quality 50 -progressive"),
        ("q60 4:2:0", "-quality 60 -progressive"),
        ("q75 4:2:0", "-quality 75 -progressive"),
        ("q85 4:2:0", "-quality 85 -progressive"),
        ("q92 4:4:4", "-quality 92 -sample 1x1 -progressive"),
        ("q95 4:2:2", "-quality 95 -sample 2x1 -progressive"),
        ("q97 4:2:0", "-quality 97 -progressive"),
        ("q100 4:4:4", "-quality 100 -sample 1x1 -progressive"),
        ("q90 4:4:0", "-quality 90 -sample 1x2 -progressive"),
        ("q80 by bands", &format!("-quality 80 {spectral}")),
        ("q98 by bands", &format!("-quality 98 {spectral}")),
        ("q80 by bits", &format!("-quality 80 {bits}")),
        ("q98 by bits", &format!("-quality 98 {bits}")),
        ("q75 baseline", "-quality 75"),
        ("q95 baseline", "-quality 95"),
    ];
    for (name, jpeg) in originals {
        let picture = image::load_from_memory(&jpeg)?.to_rgb8();
        let ppm = folder.join("source.ppm");
        let head = format!("P6 {} {} 255\n", picture.width(), picture.height()).into_bytes();
        fs::write(&ppm, [head, picture.into_raw()].concat())?;
        for (kind, arguments) in &kinds {
            let output = Command::new("cjpeg")
                .args(arguments.split_whitespace())
                .arg(&ppm)
                .output()?;
            if !output.status.success() {
                return Err(String::from_utf8_lossy(&output.stderr).into());
            }
            cases.push(Case {
                name: format!("{name} {kind}"),
                jpeg: output.stdout,
            });
        }
        cases.push(Case {
            name: format!("{name} as it is"),
            jpeg,
        });
    }
    Ok(cases)
}

/// libjpeg-turbo's decode at the smallest scale that is not below the thumbnail.
fn turbo(jpeg: &[u8], width: u32, folder: &Path) -> Result<RgbImage, Box<dyn Error>> {
    let file = folder.join("turbo.jpg");
    fs::write(&file, jpeg)?;
    let eighths = (SIDE * 8).div_ceil(width).next_power_of_two();
    let output = Command::new("djpeg")
        .args(["-scale", &format!("{eighths}/8"), "-ppm"])
        .arg(&file)
        .output()?;
    let (width, height, pixels) = ppm(&output.stdout).ok_or("djpeg gave no picture")?;
    let picture = RgbImage::from_raw(width, height, pixels.to_vec()).ok_or("too few pixels")?;
    Ok(image::imageops::resize(
        &picture,
        SIDE,
        SIDE,
        FilterType::Lanczos3,
    ))
}

fn ppm(bytes: &[u8]) -> Option<(u32, u32, &[u8])> {
    let mut rest = bytes;
    let mut word = || {
        let end = rest.iter().position(u8::is_ascii_whitespace)?;
        let (word, after) = rest.split_at(end);
        rest = &after[1..];
        std::str::from_utf8(word).ok()
    };
    (word()? == "P6").then_some(())?;
    let (width, height) = (word()?.parse().ok()?, word()?.parse().ok()?);
    word()?;
    Some((width, height, rest))
}

fn psnr(a: &RgbImage, b: &RgbImage) -> f64 {
    let squares: f64 = a
        .as_raw()
        .iter()
        .zip(b.as_raw())
        .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2))
        .sum();
    10.0 * (255.0_f64.powi(2) / (squares / a.as_raw().len() as f64)).log10()
}

/// Structural similarity of the brightness (Wang et al. 2004), over 8×8 windows that touch, mean of all.
fn ssim(a: &RgbImage, b: &RgbImage) -> f64 {
    let grey = |picture: &RgbImage| -> Vec<f64> {
        picture
            .pixels()
            .map(|p| 0.299 * f64::from(p[0]) + 0.587 * f64::from(p[1]) + 0.114 * f64::from(p[2]))
            .collect()
    };
    let (a, b) = (grey(a), grey(b));
    let (c1, c2) = ((0.01_f64 * 255.0).powi(2), (0.03_f64 * 255.0).powi(2));
    let side = SIDE as usize;
    let (mut sum, mut windows) = (0.0, 0.0);
    for y in (0..side).step_by(8) {
        for x in (0..side).step_by(8) {
            let places = (0..64).map(|at| (y + at / 8) * side + x + at % 8);
            let (mut ma, mut mb, mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for at in places {
                let (p, q) = (a[at] / 64.0, b[at] / 64.0);
                ma += p;
                mb += q;
                aa += a[at] * p;
                bb += b[at] * q;
                ab += a[at] * q;
            }
            let (va, vb, cov) = (aa - ma * ma, bb - mb * mb, ab - ma * mb);
            sum += (2.0 * ma * mb + c1) * (2.0 * cov + c2)
                / ((ma * ma + mb * mb + c1) * (va + vb + c2));
            windows += 1.0;
        }
    }
    sum / windows
}
