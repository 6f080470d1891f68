//! What several tests need: a face, other people's tools, a folder.

use std::path::Path;
use std::process::{Command, Output};

/// A picture that is no plain colour: a disc on a gradient. `side` in pixels.
pub(crate) fn face(side: u16) -> Vec<u8> {
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, 90)
        .encode(&pixels(side), side, side, jpeg_encoder::ColorType::Rgb)
        .expect("the pixels fill the picture");
    jpeg
}

/// Red, green, blue of [`face`].
pub(crate) fn pixels(side: u16) -> Vec<u8> {
    let size = i32::from(side);
    let mut rgb = Vec::new();
    for y in 0..size {
        for x in 0..size {
            let (dx, dy) = (x - size / 2, y - size / 2);
            let inside = dx * dx + dy * dy < size * size / 9;
            let shade = (x * 255 / size) as u8;
            rgb.extend(if inside {
                [230, 180, 150]
            } else {
                [shade, 90, 255 - shade]
            });
        }
    }
    rgb
}

/// Runs a tool and returns its output; `None` where it is not installed, unless the run demands all tools.
#[expect(clippy::print_stdout, reason = "a test says why it was skipped")]
pub(crate) fn tool(program: &str, arguments: &[&str]) -> Option<Output> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            assert!(
                std::env::var_os("BRIGADE_REQUIRE_TOOLS").is_none(),
                "{program} is not installed"
            );
            println!("skipped: {program} is not installed");
            None
        }
        Err(error) => panic!("cannot run {program}: {error}"),
    }
}

/// Runs a tool that must succeed and returns what it printed.
pub(crate) fn text_of(program: &str, arguments: &[&str]) -> Option<String> {
    let output = tool(program, arguments)?;
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {printed}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(printed)
}

/// Text without its line breaks, as two tools need not agree on them.
pub(crate) fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(crate) fn path(path: &Path) -> &str {
    path.to_str().expect("temporary folders have plain names")
}
