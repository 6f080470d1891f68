//! A quarter of a JPEG's sides, against other decoders of the same file.
//!
//! ```sh
//! cargo bench --bench thumbnail -- FACE.jpg …
//! BRIGADE_PYTHON=venv/bin/python cargo bench --bench thumbnail     # Pillow's draft mode as well
//! ```
//!
//! T is libjpeg-turbo's full decode of the same file in the same run; everything else is a ratio to it. All times are
//! CPU time, peers take turns with us. Besides the files given, a drawn portrait is decoded at 512² to 4096² as
//! libjpeg's `cjpeg` writes it, progressive and baseline. vipsthumbnail is timed as a whole process, as it is used.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use brigade_benches::{Peer, Steps, libjpeg};
use brigade_thumbnail::{Fidelity, Options, Reader, Size};
use image::imageops::FilterType;

const ROUNDS: usize = 15;
const REPEATS: u32 = 3;
const T: &str = "libjpeg-turbo, full";
const QUARTER: &str = "libjpeg-turbo, 1/4";

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let Some(libjpeg) = libjpeg(folder.path()) else {
        return Err("without libjpeg-turbo there is no T to compare with".into());
    };
    let mut files: Vec<PathBuf> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .map(PathBuf::from)
        .collect();
    files.extend(drawn(folder.path())?);
    println!("CPU time as a multiple of T, median of {ROUNDS} rounds");
    for file in files {
        compare(&libjpeg, &file, folder.path())?;
    }
    Ok(())
}

fn compare(libjpeg: &Path, file: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let bytes = fs::read(file)?;
    let info = brigade_thumbnail::info(&bytes, &brigade_thumbnail::Limits::default())?;
    let quarter = Options::new(Size::AtLeast(
        info.width.div_ceil(4),
        info.height.div_ceil(4),
    ));
    let peer = |mut command: Command, divisor: &str| {
        command.arg(file).arg(REPEATS.to_string()).arg(divisor);
        Peer::start(command)
    };
    let mut peers = vec![
        (T, peer(Command::new(libjpeg), "1")),
        (QUARTER, peer(Command::new(libjpeg), "4")),
    ];
    if let Some(python) = std::env::var_os("BRIGADE_PYTHON") {
        let mut command = Command::new(python);
        command.arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/peers/pillow_draft.py"
        ));
        peers.push(("Pillow draft, 1/4", peer(command, "4")));
    }
    // As the peers do, it keeps its memory from one decode to the next.
    let mut reader = Reader::new();
    let mut steps = Steps::default();
    for _ in 0..ROUNDS {
        for (name, peer) in &mut peers {
            if let Some(peer) = peer {
                steps.add(name, peer.seconds()?);
            }
        }
        for (name, fidelity) in [
            ("brigade-thumbnail, Exact", Fidelity::Exact),
            ("brigade-thumbnail, Visible", Fidelity::Visible),
        ] {
            let options = quarter.fidelity(fidelity);
            steps.time(name, REPEATS, || Ok(reader.read(&bytes, &options)?))?;
        }
        steps.time(
            "brigade-thumbnail, Visible, planes in 4:2:0",
            REPEATS,
            || {
                let planes = reader.read_planes(&bytes, &quarter)?;
                Ok(planes.map(|planes| planes.luma.width))
            },
        )?;
        steps.time("image (zune-jpeg), full", REPEATS, || {
            Ok(image::load_from_memory(&bytes)?)
        })?;
        steps.time("jpeg-decoder, full", REPEATS, || {
            Ok(jpeg_decoder::Decoder::new(&bytes[..]).decode()?)
        })?;
        steps.time("jpeg-decoder, 1/4", REPEATS, || {
            let mut decoder = jpeg_decoder::Decoder::new(&bytes[..]);
            let side = |side: u32| u16::try_from(side.div_ceil(4)).unwrap_or(u16::MAX);
            decoder.scale(side(info.width), side(info.height))?;
            Ok(decoder.decode()?)
        })?;
        if let Some(seconds) = vips(file, info.width.div_ceil(4), folder) {
            steps.add("vipsthumbnail, the process", seconds);
        }
    }
    let kind = if info.progressive {
        format!("progressive, {} scans", info.scans)
    } else {
        "baseline".to_owned()
    };
    let t = steps.median(T).ok_or("no T")?;
    let turbo_quarter = steps.median(QUARTER).ok_or("no scaled decode")?;
    println!(
        "\n{} ({}×{}, {kind}, {} KB): T = {:.2} ms",
        file.file_name().unwrap_or_default().to_string_lossy(),
        info.width,
        info.height,
        bytes.len() / 1000,
        t * 1e3
    );
    for name in steps.names() {
        let seconds = steps.median(name).unwrap_or(f64::NAN);
        println!(
            "  {:>6.3} T  {:>6.2} of turbo's 1/4  {name}",
            seconds / t,
            seconds / turbo_quarter
        );
    }
    Ok(())
}

/// A drawn portrait at four sizes, progressive and baseline.
fn drawn(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let portrait = image::load_from_memory(&brigade_portraits::portrait_jpeg(1, 0))?.to_rgb8();
    let mut files = Vec::new();
    for side in [512, 1024, 2048, 4096] {
        let ppm = folder.join(format!("{side}.ppm"));
        let picture = image::imageops::resize(&portrait, side, side, FilterType::CatmullRom);
        let head = format!("P6 {side} {side} 255\n").into_bytes();
        fs::write(&ppm, [head, picture.into_raw()].concat())?;
        for (name, arguments) in [("baseline", &[][..]), ("progressive", &["-progressive"])] {
            let file = folder.join(format!("drawn-{side}-{name}.jpg"));
            let written = Command::new("cjpeg")
                .args(["-quality", "95"])
                .args(arguments)
                .arg("-outfile")
                .args([&file, &ppm])
                .status();
            match written {
                Ok(status) if status.success() => files.push(file),
                _ => {
                    println!("no drawn files: cjpeg of libjpeg-turbo is not installed");
                    return Ok(files);
                }
            }
        }
    }
    Ok(files)
}

/// Seconds that a vipsthumbnail process uses; `None` where it is not installed.
fn vips(file: &Path, side: u32, folder: &Path) -> Option<f64> {
    let before = children();
    let status = Command::new("vipsthumbnail")
        .arg(file)
        .args(["--size", &format!("{side}x{side}"), "-o"])
        .arg(folder.join("%s.ppm"))
        .env("VIPS_CONCURRENCY", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .ok()?;
    status.success().then(|| children() - before)
}

/// CPU seconds of the children that were waited for; peers are not among them while they run.
fn children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 16 and 17 of proc(5), counted behind the name, in ticks of 10 ms.
    let fields: Vec<f64> = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .map(|field| field.parse().unwrap_or(0.0))
        .collect();
    fields
        .get(13..15)
        .map_or(0.0, |ticks| ticks.iter().sum::<f64>() / 100.0)
}
