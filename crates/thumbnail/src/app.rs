//! What applications write beside the picture: how colours are coded (JFIF, Adobe), which way is up (EXIF),
//! and what the colours mean (ICC). Nothing here can fail: a segment that makes no sense is somebody else's.

use crate::Orientation;
use crate::marker::{APP0, APP1, APP2, APP14};

#[derive(Default)]
pub(crate) struct Application {
    jfif: bool,
    /// The colour transform that Adobe's segment names: 0 for none, 1 for YCbCr.
    adobe: Option<u8>,
    pub(crate) orientation: Orientation,
    /// Pieces of an ICC profile with their numbers.
    profile: Vec<(u8, Vec<u8>)>,
}

impl Application {
    pub(crate) fn read(&mut self, marker: u8, contents: &[u8]) {
        match marker {
            APP0 => self.jfif |= contents.starts_with(b"JFIF\0"),
            APP1 => {
                if let Some(tiff) = contents.strip_prefix(b"Exif\0\0")
                    && let Some(orientation) = orientation(tiff)
                {
                    self.orientation = orientation;
                }
            }
            APP2 => {
                if let Some([number, _count, piece @ ..]) = contents.strip_prefix(b"ICC_PROFILE\0")
                {
                    self.profile.push((*number, piece.to_vec()));
                }
            }
            APP14 if contents.starts_with(b"Adobe") && contents.len() >= 12 => {
                self.adobe = Some(contents[11]);
            }
            _ => {}
        }
    }

    /// Whether three components are RGB instead of YCbCr, decided as libjpeg does (`default_decompress_parms`).
    pub(crate) fn is_rgb(&self, ids: [u8; 3]) -> bool {
        match (self.jfif, self.adobe) {
            (true, _) => false,
            (false, Some(transform)) => transform == 0,
            (false, None) => ids == *b"RGB",
        }
    }

    /// The ICC profile, its pieces put together in the order of their numbers.
    pub(crate) fn into_profile(mut self) -> Option<Vec<u8>> {
        self.profile.sort_by_key(|(number, _)| *number);
        let complete = (1..)
            .zip(&self.profile)
            .all(|(expected, (number, _))| expected == *number);
        (complete && !self.profile.is_empty()).then(|| {
            self.profile
                .into_iter()
                .flat_map(|(_, piece)| piece)
                .collect()
        })
    }
}

/// The orientation in the first directory of a TIFF header (EXIF 2.32, 4.6.2 and 4.6.4: tag 0x0112, SHORT).
fn orientation(tiff: &[u8]) -> Option<Orientation> {
    let big_endian = match tiff.get(..4)? {
        b"MM\0\x2a" => true,
        b"II\x2a\0" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    };
    let long = |at: usize| {
        let bytes = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    let entries = usize::from(short(directory)?);
    (0..entries)
        .map(|entry| directory.saturating_add(2 + 12 * entry))
        .find(|&entry| short(entry) == Some(0x0112))
        .and_then(|entry| Orientation::from_exif(short(entry.checked_add(8)?)?))
}
