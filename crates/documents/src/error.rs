//! What can be wrong with a person, a picture, a font or an archive, each fact in a field of its own.

use std::path::PathBuf;

/// Why a document could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No font has a glyph for this character.
    #[error("no font has the character {} (U+{:04X}) of the {field}", printable(*.character), u32::from(*.character))]
    MissingCharacter {
        /// The character, after composition (NFC).
        character: char,
        /// The field it stands in, for instance `name`.
        field: &'static str,
    },
    /// The script needs shaping or runs from right to left, which this crate does not do.
    #[error("the {field} has {script} text (U+{:04X}), which needs shaping or right-to-left layout", u32::from(*.character))]
    UnsupportedScript {
        /// English name of the script, for instance `Arabic`.
        script: &'static str,
        /// The first such character.
        character: char,
        /// The field it stands in.
        field: &'static str,
    },
    /// A combining mark that has no composed form with its base and that no font says where to put.
    #[error("the combining mark U+{:04X} of the {field} cannot be placed over {}", u32::from(*.mark), .base.map_or("nothing".into(), printable))]
    UnplacedMark {
        /// The mark.
        mark: char,
        /// The character it should sit on.
        base: Option<char>,
        /// The field it stands in.
        field: &'static str,
    },
    /// A field is longer than any CV needs.
    #[error("the {field} is {length} bytes long, the limit is {limit}")]
    TextTooLong {
        /// The field.
        field: &'static str,
        /// Its length in bytes of UTF-8.
        length: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// The text would fill more pages than the options allow.
    #[error("the document would need more than {limit} pages")]
    TooManyPages {
        /// The limit.
        limit: usize,
    },
    /// A name of a locale that has no data.
    #[error("unknown locale {name:?}; known are {}", .known.join(", "))]
    UnknownLocale {
        /// The name as given.
        name: String,
        /// What would have been accepted.
        known: Vec<&'static str>,
    },
    /// A name of no layout.
    #[error("unknown layout {name:?}; known are {}", .known.join(", "))]
    UnknownLayout {
        /// The name as given.
        name: String,
        /// What would have been accepted.
        known: Vec<&'static str>,
    },
    /// A name of no paper size.
    #[error("unknown paper size {name:?}; known are {}", .known.join(", "))]
    UnknownPaper {
        /// The name as given.
        name: String,
        /// What would have been accepted.
        known: Vec<&'static str>,
    },
    /// A font file could not be read.
    #[error("cannot read the font {}", .path.display())]
    FontFile {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file that is no font, or a font that may not or cannot be embedded.
    #[error("cannot use the font {font}: {reason}")]
    Font {
        /// Its file or its own name.
        font: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The picture was refused.
    #[error("cannot use the picture")]
    Picture(#[from] PictureError),
    /// The PDF's objects could not be written.
    #[error("cannot write the PDF")]
    Pdf(#[source] std::io::Error),
}

/// Why a picture was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// Larger than the limit, before a byte of it was looked at.
    #[error("the file has {bytes} bytes, the limit is {limit}")]
    FileTooLarge {
        /// Its size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Neither JPEG nor PNG nor WebP.
    #[error("it is neither JPEG nor PNG nor WebP (it starts with {start:02x?})")]
    UnknownFormat {
        /// Its first bytes.
        start: Vec<u8>,
    },
    /// The file ends before the picture does.
    #[error("the {format} file ends early: {missing}")]
    Truncated {
        /// `JPEG`, `PNG` or `WebP`.
        format: &'static str,
        /// What should have followed.
        missing: &'static str,
    },
    /// The file's structure contradicts itself.
    #[error("the {format} file is corrupt: {reason}")]
    Corrupt {
        /// `JPEG`, `PNG` or `WebP`.
        format: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A side, or the area, is zero or beyond the limit.
    #[error(
        "it is {width}x{height} pixels; a side may have 1 to {side_limit}, the whole {pixel_limit}"
    )]
    Dimensions {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
        /// Limit of each side.
        side_limit: u32,
        /// Limit of width times height.
        pixel_limit: u64,
    },
    /// Its decoded pixels would not fit in the memory that decoding may take.
    #[error("its pixels take {bytes} bytes, the limit is {limit}")]
    Memory {
        /// Of all pixels, as the file stores them.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A progressive JPEG with more scans than any encoder writes: a decompression bomb.
    #[error("the JPEG file has more than {limit} scans")]
    TooManyScans {
        /// The limit.
        limit: usize,
    },
    /// A number of colour components other than 1 or 3.
    #[error("the JPEG file has {components} colour components; 1 and 3 are understood")]
    Components {
        /// What the header says.
        components: u8,
    },
    /// The decoder gave up.
    #[error("cannot decode the {format} file")]
    Decode {
        /// `JPEG`, `PNG` or `WebP`.
        format: &'static str,
        /// Its reason.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The decoded picture could not be resized or encoded again.
    #[error("cannot prepare the picture for printing")]
    Prepare(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why an archive could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The operating system refused.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// `create`, `write`, `rename`, …
        action: &'static str,
        /// The archive.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The ZIP format or its writer refused an entry.
    #[error("cannot add {name:?} to the archive")]
    Entry {
        /// The entry's name.
        name: String,
        /// Why.
        #[source]
        source: zip::result::ZipError,
    },
    /// The end of the archive could not be written.
    #[error("cannot finish the archive")]
    Finish(#[source] zip::result::ZipError),
    /// A single entry of 4 GiB or more.
    #[error("{name:?} has {bytes} bytes; an entry is kept in memory and may have {limit}")]
    EntryTooLarge {
        /// The entry's name.
        name: String,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A timestamp that ZIP cannot hold.
    #[error("{year}-{month}-{day} cannot stand in an archive, whose dates run from 1980 to 2107")]
    Timestamp {
        /// Year.
        year: u16,
        /// Month, from 1.
        month: u8,
        /// Day, from 1.
        day: u8,
    },
}

/// A character as it can stand in a message: itself where that shows something, else its name in code.
fn printable(character: char) -> String {
    if character.is_control() || character.is_whitespace() {
        character.escape_unicode().to_string()
    } else {
        format!("{character:?}")
    }
}
