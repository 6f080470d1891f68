//! Fetches one face from a URL or a folder into a file, and tells everything that is known about it.
//!
//! ```sh
//! cargo run --example fetch_one_face -- http://127.0.0.1:8000/ face.jpg
//! cargo run --example fetch_one_face -- path/to/pictures face.jpg
//! ```
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "an example tells what it did"
)]

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use brigade_faces::{Face, FetchError, Fetcher, Options, Source};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = arguments.as_slice() else {
        eprintln!("usage: fetch_one_face URL-OR-FOLDER FILE");
        return ExitCode::from(2);
    };
    match fetch(from, Path::new(to)) {
        Ok(face) => {
            describe(&face);
            ExitCode::SUCCESS
        }
        Err(error) => {
            let mut cause: Option<&dyn Error> = Some(&error);
            while let Some(error) = cause {
                eprintln!("{error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn fetch(from: &str, to: &Path) -> Result<Face, FetchError> {
    let source: Source = from.parse()?;
    let fetcher = Fetcher::new(Options::default());
    let (seed, index) = (2026, 0);
    fetcher.fetch(&source, seed, index, to, &|| false)
}

fn describe(face: &Face) {
    println!("{} from {}", face.path.display(), face.origin);
    println!(
        "{} {}×{}, {} bytes",
        face.format, face.width, face.height, face.bytes
    );
    println!("SHA-256 {}", face.sha256);
    for retry in &face.retries {
        println!("attempt {} failed: {}", retry.attempt, retry.fault);
    }
}
