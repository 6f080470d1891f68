//! Fetches one face from a URL or a folder into a file, and tells everything that is known about it.
//!
//! ```sh
//! cargo run --example fetch_one_face -- http://127.0.0.1:8000/ face.jpg
//! cargo run --example fetch_one_face -- path/to/pictures face.jpg
//! ```
#![expect(clippy::print_stdout, reason = "an example tells what it did")]

use std::error::Error;
use std::path::Path;

use brigade_faces::{Fetcher, Options, Source};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = arguments.as_slice() else {
        return Err("usage: fetch_one_face URL-OR-FOLDER FILE".into());
    };
    let source: Source = from.parse()?;
    let fetcher = Fetcher::new(Options::default());
    let (seed, index) = (2026, 0);
    let face = fetcher.fetch(&source, seed, index, Path::new(to), &|| false)?;
    println!("{} from {}", face.path.display(), face.origin);
    println!(
        "{} {}×{}, {} bytes",
        face.format, face.width, face.height, face.bytes
    );
    println!("SHA-256 {}", face.sha256);
    for retry in &face.retries {
        println!("attempt {} failed: {}", retry.attempt, retry.fault);
    }
    Ok(())
}
