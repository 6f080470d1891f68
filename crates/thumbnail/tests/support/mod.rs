//! What the tests share: a picture made of numbers, JPEGs of it, other people's tools.

#![allow(
    clippy::allow_attributes,
    dead_code,
    reason = "each test uses another part"
)]
#![expect(clippy::print_stdout, reason = "a skipped test says so")]

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output};

/// A picture with what pictures have: slopes, edges, texture, colours, a little noise. Red, green, blue.
pub(crate) fn picture(width: usize, height: usize) -> Vec<u8> {
    let mut noise = 0x2545_f491_u32;
    let mut rgb = Vec::with_capacity(3 * width * height);
    for y in 0..height {
        for x in 0..width {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            let (u, v) = (x as f32 / 97.0, y as f32 / 61.0);
            let slope = 90.0 + 70.0 * (u + 0.7 * v).sin();
            let texture = 18.0 * (x as f32 * 0.9).sin() * (y as f32 * 0.7).cos();
            let edge = if ((x / 37) + (y / 23)) % 3 == 0 {
                40.0
            } else {
                0.0
            };
            let grain = (noise >> 28) as f32 - 8.0;
            rgb.push((slope + texture + edge + grain) as u8);
            rgb.push((200.0 - slope * 0.6 + texture + grain) as u8);
            rgb.push((110.0 + 80.0 * (v - u).cos() - edge + grain) as u8);
        }
    }
    rgb
}

/// The same picture as a PPM file.
pub(crate) fn ppm(width: usize, height: usize) -> Vec<u8> {
    let mut ppm = format!("P6 {width} {height} 255\n").into_bytes();
    ppm.extend(picture(width, height));
    ppm
}

/// Whether these tools are there. If not: a line that says so, and a failure where tools are required.
pub(crate) fn tools(names: &[&str]) -> bool {
    let missing: Vec<&&str> = names.iter().filter(|name| !on_path(name)).collect();
    for name in &missing {
        skip(&format!("{name} is not installed"));
    }
    missing.is_empty()
}

fn on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

pub(crate) fn skip(why: &str) {
    assert!(
        std::env::var_os("BRIGADE_REQUIRE_TOOLS").is_none(),
        "tools are required, but {why}"
    );
    println!("skipped: {why}");
}

/// Whether the long form of a test is wanted.
pub(crate) fn long() -> bool {
    std::env::var_os("LONG").is_some()
}

/// Runs a tool that must succeed.
pub(crate) fn run<S: AsRef<OsStr>>(program: impl AsRef<OsStr>, arguments: &[S]) -> Vec<u8> {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(&program)
        .args(arguments)
        .output()
        .expect("the tool was found before");
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(
        status.success(),
        "{}: {status}: {stderr}",
        program.as_ref().display()
    );
    stdout
}

/// A JPEG made by `cjpeg`, with these arguments besides the input, of a picture of these sides.
pub(crate) fn cjpeg(folder: &Path, sides: (usize, usize), arguments: &[String]) -> Vec<u8> {
    let input = folder.join(format!("{}x{}.ppm", sides.0, sides.1));
    if !input.exists() {
        std::fs::write(&input, ppm(sides.0, sides.1)).expect("the folder is ours");
    }
    let mut arguments = arguments.to_vec();
    arguments.push(
        input
            .to_str()
            .expect("temporary folders have plain names")
            .into(),
    );
    run("cjpeg", &arguments)
}

/// A binary PPM or PGM file as its width and its bytes for each pixel in RGB.
pub(crate) fn read_pnm(pnm: &[u8]) -> (usize, Vec<u8>) {
    let mut fields = pnm.splitn(4, |byte| byte.is_ascii_whitespace());
    let mut field = || fields.next().expect("a header of four fields");
    let (magic, width, height) = (field(), field(), field());
    let (_depth, pixels) = field().split_at(4);
    let number = |text: &[u8]| {
        str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse().ok())
            .expect("a number")
    };
    let (width, height): (usize, usize) = (number(width), number(height));
    let rgb = match magic {
        b"P6" => pixels.to_vec(),
        _ => pixels.iter().flat_map(|&grey| [grey; 3]).collect(),
    };
    assert_eq!(rgb.len(), 3 * width * height);
    (width, rgb)
}
