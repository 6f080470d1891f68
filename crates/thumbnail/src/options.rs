//! What a caller may ask for. Plain data; nothing here knows the format.

/// What to make of a JPEG: how large, how faithful, and within which limits.
///
/// ```
/// use brigade_thumbnail::{Fidelity, Options, Size};
///
/// let options = Options::new(Size::Exactly(256, 256)).fidelity(Fidelity::Exact);
/// assert_eq!(options.fidelity, Fidelity::Exact);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct Options {
    /// The size of the thumbnail.
    pub size: Size,
    /// What may be left unread.
    pub fidelity: Fidelity,
    /// What foreign bytes may cost.
    pub limits: Limits,
}

impl Options {
    /// A thumbnail of this size with the default fidelity and limits.
    pub fn new(size: Size) -> Self {
        Self {
            size,
            fidelity: Fidelity::default(),
            limits: Limits::default(),
        }
    }

    /// The same with another fidelity.
    pub fn fidelity(self, fidelity: Fidelity) -> Self {
        Self { fidelity, ..self }
    }

    /// The same with other limits.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }
}

/// The size of a thumbnail in pixels, width first.
///
/// All are meant for the picture as it is stored, before its EXIF orientation is applied: for a picture
/// that lies on its side (see [`Orientation::swaps_sides`](crate::Orientation::swaps_sides)) width and
/// height change places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Exactly these sides; another aspect ratio is stretched, a smaller picture enlarged.
    Exactly(u32, u32),
    /// The largest size of the picture's own aspect ratio within these sides; never enlarged.
    Within(u32, u32),
    /// The picture at 1/8, 1/4, 1/2 or 1, whichever is the smallest not below these sides: no resampling.
    AtLeast(u32, u32),
}

impl Size {
    /// The sides it names, width first.
    #[must_use]
    pub fn sides(self) -> (u32, u32) {
        match self {
            Self::Exactly(width, height)
            | Self::Within(width, height)
            | Self::AtLeast(width, height) => (width, height),
        }
    }
}

/// What may be left unread. Either way the whole file is checked for its structure, up to its end marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fidelity {
    /// Every scan that touches a coefficient of the thumbnail: coefficients equal to any other decoder's.
    Exact,
    /// Scans whose bits would change no pixel of the thumbnail by more than about one grey level are left out.
    #[default]
    Visible,
}

/// What foreign bytes may cost. Memory stays below about 7 bytes per pixel of the picture, plus its bytes,
/// plus the thumbnail; at 1/4 below 2 bytes per pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The largest width or height of the picture.
    pub side: u32,
    /// The most pixels of the picture.
    pub pixels: u64,
    /// The most scans; encoders write about ten.
    pub scans: usize,
    /// The most tables (quantisers and Huffman tables, redefinitions counted).
    pub tables: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            side: 20_000,
            pixels: 100_000_000,
            scans: 100,
            tables: 1_000,
        }
    }
}
