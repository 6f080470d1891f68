//! Where a face comes from: an HTTP service or a folder, checked to be a whole picture.
//!
//! A [`Source`] is plain data and travels with a job; a [`Fetcher`] holds the connections and is made once
//! per worker. What it delivers is a [`Face`]: a file under its final name that is a whole picture by every
//! sign that can be read without decoding it. What it cannot deliver is a [`FetchError`] that names the
//! reason, and is plain data too, so that it comes out of a worker process as it went in.
//!
//! ```
//! use brigade_faces::{Fetcher, Options, Source};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let folder = tempfile::tempdir()?;
//! # let png = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pictures/small.png"));
//! std::fs::write(folder.path().join("somebody.png"), png)?;
//!
//! let source: Source = folder.path().to_str().expect("a UTF-8 path").parse()?;
//! let fetcher = Fetcher::new(Options::default());
//! let face = fetcher.fetch(&source, 7, 0, &folder.path().join("face-0"), &|| false)?;
//! assert_eq!((face.width, face.height), (40, 30));
//! # Ok(())
//! # }
//! ```
//!
//! Over HTTP every wait has a limit ([`Timeouts`]), what may pass on its own is tried again, politely
//! ([`Backoff`]), a body is bounded ([`Limits`]), redirects are too, and credentials in an address never
//! show in a message. The bytes decide what a body is, with one exception: a body that the service itself
//! declares to be something else (`text/html`, `application/json`) is refused even if it looks like a
//! picture. `image/*`, `*/octet-stream` and no type at all leave the word to the bytes.
//!
//! This crate does not know who asks for faces, how many there are, or whether two are the same: it only
//! gives each [`Face`] the hash of its content. Libraries print nothing, and so does this one.

mod address;
mod error;
mod face;
mod fetcher;
mod folder;
mod http;
mod lookup;
mod picture;
mod rate;
mod retry;
mod source;

pub use address::redact;
pub use error::{Fault, FetchError, Phase, PictureError, SourceError};
pub use face::{Face, check, keep};
pub use fetcher::{Fetcher, Options};
pub use http::Timeouts;
pub use picture::{Format, Limits, Picture};
pub use rate::Rate;
pub use retry::{Backoff, Retry};
pub use source::Source;
