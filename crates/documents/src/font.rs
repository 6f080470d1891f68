//! Fonts as they come: the two that are built in, and further files in the order they are to be asked.
//!
//! Knows files and metrics; which glyphs a document uses is [`crate::text`]'s business.

use std::borrow::Cow;
use std::path::Path;

use ttf_parser::{Face, RawFace, Tag};

use crate::error::Error;

/// No sane font is larger; the whole of Noto Sans CJK is 20 MB.
const FILE_LIMIT: u64 = 64 << 20;

/// Whether a file can be one of [`Options::fonts`](crate::Options::fonts): for a program that wants to tell its user
/// before any work is done.
///
/// # Errors
/// Those of [`Renderer::new`](crate::Renderer::new) for this file.
pub fn check_font(path: &Path) -> Result<(), Error> {
    Font::read(path).map(drop)
}

/// Which of the two built-in fonts is asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// One font, checked once: parsing it again cannot fail.
#[derive(Debug, Clone)]
pub(crate) struct Font {
    /// PostScript name, without the characters that PDF names give a meaning to.
    pub(crate) name: String,
    pub(crate) data: Cow<'static, [u8]>,
}

/// What a PDF wants to know about a font, in thousandths of an em.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Metrics {
    pub(crate) ascent: i64,
    pub(crate) descent: i64,
    pub(crate) cap_height: i64,
    pub(crate) italic_angle: i64,
    pub(crate) stem_v: i64,
    pub(crate) bounds: [i64; 4],
    pub(crate) flags: i64,
}

impl Font {
    fn new(name: &str, data: Cow<'static, [u8]>) -> Result<Self, Error> {
        let refuse = |reason: &str| Error::Font {
            font: name.to_owned(),
            reason: reason.to_owned(),
        };
        let face = Face::parse(&data, 0).map_err(|error| refuse(&error.to_string()))?;
        if face.is_variable() {
            return Err(refuse("it is a variable font; a static instance is needed"));
        }
        if face.tables().glyf.is_none() && face.tables().cff.is_none() {
            return Err(refuse("it has neither TrueType nor CFF outlines"));
        }
        if !face.is_subsetting_allowed()
            || face.permissions() == Some(ttf_parser::Permissions::Restricted)
        {
            return Err(refuse("its licence bits forbid embedding a subset"));
        }
        let post_script = face
            .names()
            .into_iter()
            .filter(|entry| entry.name_id == ttf_parser::name_id::POST_SCRIPT_NAME)
            .find_map(|entry| entry.to_string());
        let name: String = post_script
            .as_deref()
            .unwrap_or("Font")
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .take(63)
            .collect();
        Ok(Self { name, data })
    }

    fn read(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::FontFile {
            path: path.to_owned(),
            source,
        };
        let found = std::fs::metadata(path).map_err(failed)?;
        // A device or a pipe may never end, whatever its length says.
        if !found.is_file() {
            return Err(failed(std::io::Error::other("it is not a regular file")));
        }
        let bytes = found.len();
        let name = path.display().to_string();
        if bytes > FILE_LIMIT {
            return Err(Error::Font {
                font: name,
                reason: format!("it has {bytes} bytes, the limit is {FILE_LIMIT}"),
            });
        }
        let data = std::fs::read(path).map_err(failed)?;
        Self::new(&name, Cow::Owned(data))
    }

    pub(crate) fn face(&self) -> Face<'_> {
        Face::parse(&self.data, 0).expect("the font was parsed when it was loaded")
    }

    /// The `CFF ` table of a font with PostScript outlines.
    pub(crate) fn cff(font: &[u8]) -> Option<&[u8]> {
        RawFace::parse(font, 0)
            .ok()?
            .table(Tag::from_bytes(b"CFF "))
    }
}

impl Metrics {
    pub(crate) fn of(face: &Face<'_>) -> Self {
        let em = f64::from(face.units_per_em());
        let scale = |value: i16| (f64::from(value) * 1000.0 / em).round() as i64;
        let bounds = face.global_bounding_box();
        let bold = face.is_bold();
        Self {
            ascent: scale(face.ascender()),
            descent: scale(face.descender()),
            cap_height: scale(face.capital_height().unwrap_or_else(|| face.ascender())),
            italic_angle: face.italic_angle().round() as i64,
            // Fonts do not record it; these are the values that other writers use for the two weights.
            stem_v: if bold { 140 } else { 80 },
            bounds: [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max].map(scale),
            // Bit 1 fixed pitch, bit 3 symbolic (own character set), bit 7 italic, bit 19 bold.
            flags: i64::from(face.is_monospaced())
                | 1 << 2
                | i64::from(face.is_italic()) << 6
                | i64::from(bold) << 18,
        }
    }
}

/// The fonts of a renderer.
#[derive(Debug, Clone)]
pub(crate) struct FontSet {
    fonts: Vec<Font>,
}

impl FontSet {
    /// The built-in fonts, then `files`.
    pub(crate) fn load<P: AsRef<Path>>(files: &[P]) -> Result<Self, Error> {
        let mut fonts = vec![
            Font::new(
                "Noto Sans Regular",
                Cow::Borrowed(include_bytes!("../fonts/NotoSans-Regular.ttf")),
            )?,
            Font::new(
                "Noto Sans Bold",
                Cow::Borrowed(include_bytes!("../fonts/NotoSans-Bold.ttf")),
            )?,
        ];
        for file in files {
            fonts.push(Font::read(file.as_ref())?);
        }
        Ok(Self { fonts })
    }

    pub(crate) fn as_slice(&self) -> &[Font] {
        &self.fonts
    }

    /// The fonts to ask for a character, in order. Fallback fonts have one weight, which serves both.
    pub(crate) fn order(&self, weight: Weight) -> impl Iterator<Item = usize> + use<> {
        let first = match weight {
            Weight::Regular => 0,
            Weight::Bold => 1,
        };
        std::iter::once(first).chain(2..self.fonts.len())
    }
}
