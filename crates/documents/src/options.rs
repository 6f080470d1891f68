//! What a renderer can be told, with the defaults of a plain A4 page.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How a page looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// Name, two rows of eight faces, personal data, bio, two rows of eight faces.
    #[default]
    Classic,
    /// One face, a header band, contact, summary, experience, education, skills, languages: a CV to send.
    Modern,
}

/// Size of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Paper {
    /// 210 x 297 mm.
    #[default]
    A4,
    /// 8.5 x 11 in.
    Letter,
}

impl Paper {
    /// Width and height in points (1/72 in).
    #[must_use]
    pub fn size(self) -> (f32, f32) {
        match self {
            Self::A4 => (595.276, 841.89),
            Self::Letter => (612.0, 792.0),
        }
    }
}

/// A day, for the dates that files carry. No clock is ever asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Day {
    /// Year.
    pub year: u16,
    /// Month, from 1.
    pub month: u8,
    /// Day of the month, from 1.
    pub day: u8,
}

/// What is believed of a picture before it is decoded, and of texts before they are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Bytes of a picture's file.
    pub picture_bytes: usize,
    /// Pixels of a picture's longer side.
    pub picture_side: u32,
    /// Pixels of a picture: width times height.
    pub picture_pixels: u64,
    /// Scans of a progressive JPEG; encoders write about ten.
    pub picture_scans: usize,
    /// Bytes that decoding may allocate.
    pub picture_memory: u64,
    /// Bytes of UTF-8 of each text of a person.
    pub text_bytes: usize,
    /// Pages of a document.
    pub pages: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            picture_bytes: 10 << 20,
            picture_side: 8192,
            picture_pixels: 32 << 20,
            picture_scans: 64,
            picture_memory: 256 << 20,
            text_bytes: 16 << 10,
            pages: 8,
        }
    }
}

/// Everything a [`Renderer`](crate::Renderer) can be told. Plain data, so that it travels to worker processes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Options {
    /// How a page looks.
    pub layout: Layout,
    /// Size of a page.
    pub paper: Paper,
    /// Font files that are asked, in order, for characters that the built-in fonts lack.
    pub fonts: Vec<PathBuf>,
    /// The creation date that documents carry; without it they carry none.
    pub created: Option<Day>,
    /// Bounds on what is believed.
    pub limits: Limits,
}
