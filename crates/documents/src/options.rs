//! What a renderer can be told, with the defaults of a plain A4 page.

use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;

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

impl Layout {
    /// The names of all, as `FromStr` takes them.
    pub const NAMES: [&str; 2] = ["classic", "modern"];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Classic => "classic",
            Self::Modern => "modern",
        }
    }
}

impl FromStr for Layout {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = [Self::Classic, Self::Modern]
            .into_iter()
            .find(|layout| layout.name() == name);
        found.ok_or_else(|| Error::UnknownLayout {
            name: name.to_owned(),
            known: Self::NAMES.to_vec(),
        })
    }
}

impl Paper {
    /// The names of all, as `FromStr` takes them.
    pub const NAMES: [&str; 2] = ["a4", "letter"];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::A4 => "a4",
            Self::Letter => "letter",
        }
    }

    /// Width and height in points (1/72 in).
    #[must_use]
    pub fn size(self) -> (f32, f32) {
        match self {
            Self::A4 => (595.276, 841.89),
            Self::Letter => (612.0, 792.0),
        }
    }
}

impl FromStr for Paper {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = [Self::A4, Self::Letter]
            .into_iter()
            .find(|paper| paper.name() == name);
        found.ok_or_else(|| Error::UnknownPaper {
            name: name.to_owned(),
            known: Self::NAMES.to_vec(),
        })
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
    /// Bytes that decoding may allocate for the picture, and again for its own tables.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_parses_and_others_are_told_the_names() {
        for name in Layout::NAMES {
            assert_eq!(name.parse::<Layout>().unwrap().name(), name);
        }
        for name in Paper::NAMES {
            assert_eq!(name.parse::<Paper>().unwrap().name(), name);
        }
        let error = "a5".parse::<Paper>().unwrap_err();
        assert!(error.to_string().contains("a4, letter"), "{error}");
    }
}
