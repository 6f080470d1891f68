//! A person and a picture to a PDF page; many PDFs to one ZIP.
//!
//! ```
//! use brigade_documents::{Archive, Locale, Options, Person, Renderer};
//!
//! # let mut face = Vec::new();
//! # jpeg_encoder::Encoder::new(&mut face, 90).encode(&[200; 3 * 64 * 64], 64, 64, jpeg_encoder::ColorType::Rgb)?;
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("cvs.zip");
//! let renderer = Renderer::new(Options::default())?; // loads the fonts: once per worker is enough
//! let mut archive = Archive::create(&path)?;
//! for index in 0..3 {
//!     let person = Person::invent(42, index, Locale::En);
//!     let document = renderer.render(&person, &face)?; // `face`: the bytes of a JPEG, PNG or WebP
//!     archive.add(&format!("{}.pdf", person.name), &document.pdf)?;
//! }
//! archive.finish()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A [`Person`] is plain data, invented or your own. A [`Renderer`] sets it with embedded fonts (Noto Sans, and
//! files of yours for what it lacks) and refuses by name what it cannot print right. The same input gives the
//! same bytes: no clock, no random number, no order of a hash map goes into a file. An [`Archive`] appears under
//! its name only when it is whole.
//!
//! Lengths are points (1/72 in) unless they say pixels.

mod archive;
mod error;
mod flow;
mod font;
mod ink;
mod invent;
mod layout;
mod lines;
mod locale;
mod marks;
mod options;
mod pdf;
mod person;
mod picture;
mod renderer;
mod script;
mod sheet;
mod slug;
mod text;

pub use archive::{Archive, ArchiveWriter, read_entry};
pub use error::{ArchiveError, Error, PictureError};
pub use font::check_font;
pub use locale::Locale;
pub use options::{Day, Layout, Limits, Options, Paper};
pub use person::{Career, Degree, Fluency, Person, Position};
pub use picture::Reader;
pub use renderer::{Rendered, Renderer};
