//! What a picture's file must show before a decoder may allocate anything: a known format, sane sizes, and its end.
//!
//! Decoders forgive: `image` returns `Ok` for a JPEG cut in half, with the rest grey. So the file's own
//! structure is walked here, from marker to marker, without looking at pixels; but for a JPEG that the reader of
//! thumbnails took, which does the same.

use memchr::memchr;

use crate::error::PictureError;
use crate::options::Limits;

/// The formats understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Jpeg,
    Png,
    WebP,
}

impl Format {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
        }
    }
}

/// The format of `bytes` by how they start, if there are not too many of them.
pub(super) fn format(bytes: &[u8], limits: &Limits) -> Result<Format, PictureError> {
    if bytes.len() > limits.picture_bytes {
        return Err(PictureError::FileTooLarge {
            bytes: bytes.len(),
            limit: limits.picture_bytes,
        });
    }
    if bytes.starts_with(b"\xFF\xD8\xFF") {
        Ok(Format::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
        Ok(Format::Png)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Ok(Format::WebP)
    } else {
        Err(PictureError::UnknownFormat {
            start: bytes[..bytes.len().min(8)].to_vec(),
        })
    }
}

/// Whether `bytes` are a whole picture of this format within the limits.
pub(super) fn whole(bytes: &[u8], format: Format, limits: &Limits) -> Result<(), PictureError> {
    match format {
        Format::Jpeg => jpeg(bytes, limits),
        Format::Png => png(bytes, limits),
        Format::WebP => webp(bytes),
    }
}

impl Limits {
    pub(super) fn check_dimensions(&self, width: u32, height: u32) -> Result<(), PictureError> {
        let sides = 1..=self.picture_side;
        if sides.contains(&width)
            && sides.contains(&height)
            && u64::from(width) * u64::from(height) <= self.picture_pixels
        {
            return Ok(());
        }
        Err(PictureError::Dimensions {
            width,
            height,
            side_limit: self.picture_side,
            pixel_limit: self.picture_pixels,
        })
    }
}

/// Walks the segments of a JPEG (ITU-T T.81, annex B) up to its end-of-image marker.
fn jpeg(bytes: &[u8], limits: &Limits) -> Result<(), PictureError> {
    let ends = |missing| PictureError::Truncated {
        format: "JPEG",
        missing,
    };
    let corrupt = |reason: String| PictureError::Corrupt {
        format: "JPEG",
        reason,
    };
    let (mut place, mut framed, mut scans) = (2, false, 0);
    loop {
        if *bytes
            .get(place)
            .ok_or_else(|| ends("the end-of-image marker"))?
            != 0xFF
        {
            return Err(corrupt(format!("no marker at byte {place}")));
        }
        let marker = *bytes
            .get(place + 1)
            .ok_or_else(|| ends("the end-of-image marker"))?;
        place += 1;
        match marker {
            0xFF => continue, // padding
            0xD9 if scans > 0 => return Ok(()),
            0xD9 => return Err(corrupt("it ends without a picture".into())),
            0x00 | 0x01 | 0xD0..=0xD8 => {
                return Err(corrupt(format!("marker {marker:02X} at byte {place}")));
            }
            _ => {}
        }
        place += 1;
        let length = bytes
            .get(place..place + 2)
            .ok_or_else(|| ends("the length of a segment"))?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        let segment = bytes
            .get(place + 2..place + length.max(2))
            .ok_or_else(|| ends("the rest of a segment"))?;
        if length < 2 {
            return Err(corrupt(format!("a segment of {length} bytes")));
        }
        place += length;
        match marker {
            0xC0..=0xC2 if framed => return Err(corrupt("it has a second frame".into())),
            0xC0..=0xC2 => {
                frame(segment, limits)?;
                framed = true;
            }
            0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                return Err(corrupt(format!(
                    "coding process {marker:02X} is not understood"
                )));
            }
            0xDA => {
                scans += 1;
                if scans > limits.picture_scans {
                    return Err(PictureError::TooManyScans {
                        limit: limits.picture_scans,
                    });
                }
                place = after_scan(bytes, place)
                    .ok_or_else(|| ends("the rest of a scan and the end-of-image marker"))?;
            }
            _ => {}
        }
    }
}

/// A frame header: precision, height, width, number of components, three bytes each.
fn frame(segment: &[u8], limits: &Limits) -> Result<(), PictureError> {
    let &[precision, h1, h0, w1, w0, components, ref rest @ ..] = segment else {
        return Err(PictureError::Truncated {
            format: "JPEG",
            missing: "the frame header",
        });
    };
    limits.check_dimensions(
        u16::from_be_bytes([w1, w0]).into(),
        u16::from_be_bytes([h1, h0]).into(),
    )?;
    if !matches!(components, 1 | 3) {
        return Err(PictureError::Components { components });
    }
    let factors_make_sense = rest.len() == 3 * usize::from(components)
        && rest
            .chunks_exact(3)
            .all(|part| matches!(part[1] >> 4, 1..=4) && matches!(part[1] & 15, 1..=4));
    if precision != 8 || !factors_make_sense {
        return Err(PictureError::Corrupt {
            format: "JPEG",
            reason: format!("its frame header says {precision} bits and the sampling {rest:02x?}"),
        });
    }
    Ok(())
}

/// The place of the first marker after a scan's data: an FF that is followed by neither 00 nor a restart.
fn after_scan(bytes: &[u8], start: usize) -> Option<usize> {
    let mut place = start;
    loop {
        place += memchr(0xFF, bytes.get(place..)?)?;
        match bytes.get(place + 1)? {
            0x00 | 0xD0..=0xD7 => place += 2,
            0xFF => place += 1,
            _ => return Some(place),
        }
    }
}

/// Walks the chunks of a PNG up to its end. Checksums are the decoder's business.
fn png(bytes: &[u8], limits: &Limits) -> Result<(), PictureError> {
    let ends = |missing| PictureError::Truncated {
        format: "PNG",
        missing,
    };
    let corrupt = |reason: &str| PictureError::Corrupt {
        format: "PNG",
        reason: reason.to_owned(),
    };
    let (mut place, mut data) = (8, false);
    loop {
        let header = bytes
            .get(place..place + 8)
            .ok_or_else(|| ends("the IEND chunk"))?;
        let length = u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
        let body = bytes
            .get(place + 8..)
            .filter(|rest| rest.len() >= length.saturating_add(4))
            .map(|rest| &rest[..length])
            .ok_or_else(|| ends("the rest of a chunk"))?;
        match &header[4..] {
            b"IHDR" if place == 8 && length == 13 => {
                let number = |at: usize| {
                    u32::from_be_bytes([body[at], body[at + 1], body[at + 2], body[at + 3]])
                };
                limits.check_dimensions(number(0), number(4))?;
            }
            _ if place == 8 => return Err(corrupt("it does not start with a header chunk")),
            b"IDAT" => data = true,
            b"IEND" if data => return Ok(()),
            b"IEND" => return Err(corrupt("it ends without a picture")),
            _ => {}
        }
        place += length + 12;
    }
}

/// A WebP file says at its start how long it is; its decoder checks the dimensions before it allocates.
fn webp(bytes: &[u8]) -> Result<(), PictureError> {
    let size = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize;
    if bytes.len() < size.saturating_add(8) {
        return Err(PictureError::Truncated {
            format: "WebP",
            missing: "bytes that its RIFF header announces",
        });
    }
    Ok(())
}
