//! Is this a whole picture? Answered from its markers alone, without decoding a pixel.
//!
//! Foreign bytes: nothing here allocates, recurses, or believes a length before it was compared with what
//! is there. What the markers cannot tell (a JPEG cut inside its last scan with an end marker patched on)
//! is found by whoever decodes it; everything cheaper to know is known here.

mod jpeg;
mod png;
mod sniff;
mod webp;

use serde::{Deserialize, Serialize};

pub(crate) use sniff::looks_like;

use crate::PictureError;

/// The picture formats that count as a face.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// JPEG, baseline or progressive, 8 bits a sample.
    Jpeg,
    /// PNG.
    Png,
    /// WebP, a still picture.
    Webp,
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Webp => "WebP",
        })
    }
}

/// What is believed of a picture before anybody decodes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Longest file or HTTP body, in bytes. 10 MiB.
    pub max_bytes: u64,
    /// Smallest width and height, in pixels. 16.
    pub min_side: u32,
    /// Largest width and height, in pixels. 16 384.
    pub max_side: u32,
    /// Most pixels in all. 64 million.
    pub max_pixels: u64,
    /// Most bytes after the end of the picture: some servers pad, some cameras append a preview. 1 MiB.
    pub max_trailing: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 10 << 20,
            min_side: 16,
            max_side: 16_384,
            max_pixels: 64_000_000,
            max_trailing: 1 << 20,
        }
    }
}

/// What the header of a whole picture says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// The format, told from the first bytes, not from a name or a content type.
    pub format: Format,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

impl Picture {
    /// Checks that `bytes` are one whole picture within `limits`: magic, header, segment structure, trailer.
    ///
    /// # Errors
    /// [`PictureError`] names what is wrong: nothing there, no picture at all (and what it looks like), cut
    /// short, broken structure, a size out of bounds, a variety that CVs cannot use.
    ///
    /// ```
    /// use brigade_faces::{Limits, Picture, PictureError};
    ///
    /// let error = Picture::inspect(b"<!doctype html><h1>Busy</h1>", &Limits::default()).unwrap_err();
    /// assert_eq!(error, PictureError::NotAPicture { looks_like: "an HTML page".into() });
    /// ```
    pub fn inspect(bytes: &[u8], limits: &Limits) -> Result<Self, PictureError> {
        let (format, walked) = if bytes.is_empty() {
            return Err(PictureError::Empty);
        } else if bytes.starts_with(&jpeg::MAGIC) {
            (Format::Jpeg, jpeg::walk(bytes))
        } else if bytes.starts_with(&png::MAGIC) {
            (Format::Png, png::walk(bytes))
        } else if webp::is_webp(bytes) {
            (Format::Webp, webp::walk(bytes))
        } else {
            let looks_like = looks_like(bytes).into();
            return Err(PictureError::NotAPicture { looks_like });
        };
        let Walked { width, height, end } = walked.map_err(|flaw| flaw.of(format))?;
        let sides = limits.min_side..=limits.max_side;
        let pixels = u64::from(width) * u64::from(height);
        if !sides.contains(&width) || !sides.contains(&height) || pixels > limits.max_pixels {
            return Err(PictureError::Dimensions {
                width,
                height,
                min_side: limits.min_side,
                max_side: limits.max_side,
                max_pixels: limits.max_pixels,
            });
        }
        if bytes.len() - end > limits.max_trailing {
            let detail = "too many bytes after its end";
            return Err(Flaw::Malformed(detail).of(format));
        }
        Ok(Self {
            format,
            width,
            height,
        })
    }
}

/// What a format's walk found: the size in the header and where the picture ends.
struct Walked {
    width: u32,
    height: u32,
    /// First byte after the trailer.
    end: usize,
}

/// What a format's walk may complain of; the format itself is added once, by the caller.
#[derive(Debug)]
enum Flaw {
    Truncated(&'static str),
    Malformed(&'static str),
    Unsupported(&'static str),
}

impl Flaw {
    fn of(self, format: Format) -> PictureError {
        match self {
            Self::Truncated(detail) => PictureError::Truncated {
                format,
                detail: detail.into(),
            },
            Self::Malformed(detail) => PictureError::Malformed {
                format,
                detail: detail.into(),
            },
            Self::Unsupported(what) => PictureError::Unsupported {
                format,
                what: what.into(),
            },
        }
    }
}

/// `length` bytes from `start`, or `None` where they are not all there.
fn slice(bytes: &[u8], start: usize, length: usize) -> Option<&[u8]> {
    bytes.get(start..start.checked_add(length)?)
}
