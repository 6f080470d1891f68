//! Faces from a source that brigade knows nothing of, here one that takes them from standard input: the
//! bytes are checked and kept as if they had been fetched.
//!
//! ```sh
//! cargo run --example own_face_source -- face.jpg < somebody.jpg
//! ```
#![expect(clippy::print_stdout, reason = "an example tells what it did")]

use std::io::{self, Read as _};
use std::path::Path;

use brigade_examples::EndedEarly;
use brigade_faces::{Limits, keep};

fn main() -> Result<(), EndedEarly> {
    let to = std::env::args()
        .nth(1)
        .ok_or("usage: own_face_source FILE < PICTURE")?;
    let limits = Limits {
        min_side: 64,
        ..Limits::default()
    };
    let mut bytes = Vec::new();
    // One byte beyond the limit, so that what is too long is refused and not silently cut.
    io::stdin()
        .take(limits.max_bytes + 1)
        .read_to_end(&mut bytes)?;
    let face = keep(&bytes, &limits, "standard input", Path::new(&to))?;
    println!(
        "{}: a {} of {}×{}",
        face.path.display(),
        face.format,
        face.width,
        face.height
    );
    Ok(())
}
