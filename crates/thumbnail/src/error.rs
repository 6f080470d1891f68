//! Why a picture could not be read: four questions a caller asks, one variant each. Is it a JPEG, is it
//! whole, is it within the limits, and is it a kind that this crate reads?

use thiserror::Error;

/// Why a picture could not be read.
///
/// Only [`Unsupported`](Error::Unsupported) is worth a second try with another decoder: the bytes may be
/// a perfectly good picture. All others say that the bytes or the request are at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes do not begin with a start-of-image marker.
    #[error("not a JPEG: it does not begin with FF D8")]
    NotJpeg,
    /// The bytes end before the picture does: a download cut short.
    #[error("the JPEG is cut short: its end-of-image marker is missing after {bytes} bytes")]
    Truncated {
        /// How many bytes there were.
        bytes: usize,
    },
    /// The bytes contradict the format.
    #[error("the JPEG is corrupt near byte {offset}: {what}")]
    Corrupt {
        /// Where: the segment, or the scan, in which the contradiction was found.
        offset: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// A limit of [`Limits`](crate::Limits) is exceeded.
    #[error("the JPEG has {found} {what}, more than the {limit} allowed")]
    Limit {
        /// What there is too much of, in the plural.
        what: &'static str,
        /// How much of it the picture has, or claims to have.
        found: u64,
        /// How much is allowed.
        limit: u64,
    },
    /// A JPEG of a kind that this crate does not read; another decoder may.
    #[error("this kind of JPEG is not read here: {0}")]
    Unsupported(Unsupported),
    /// The wanted size has a side of zero, or a side beyond 65535.
    #[error("a thumbnail cannot be {width}x{height} pixels")]
    WantedSize {
        /// The wanted width.
        width: u32,
        /// The wanted height.
        height: u32,
    },
}

/// The kinds of JPEG that are recognised and not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Unsupported {
    /// Arithmetic entropy coding (SOF9, SOF10, SOF11, DAC).
    #[error("arithmetic coding")]
    Arithmetic,
    /// Lossless JPEG (SOF3).
    #[error("lossless coding")]
    Lossless,
    /// Hierarchical JPEG (SOF5 to SOF7, DHP, EXP).
    #[error("hierarchical coding")]
    Hierarchical,
    /// Samples of other than 8 bits.
    #[error("samples of {0} bits")]
    Precision(u8),
    /// Two components, or four (CMYK, YCCK), or more.
    #[error("{0} components (CMYK has 4)")]
    Components(u8),
    /// Sampling factors that are no whole multiples of each other.
    #[error("fractional subsampling")]
    Subsampling,
    /// A height of zero in the header, defined only after the first scan (DNL).
    #[error("a height that is defined after the first scan")]
    LateHeight,
}
