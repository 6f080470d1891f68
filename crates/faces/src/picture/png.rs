//! Walks the chunks of a PNG (W3C PNG, third edition) from IHDR to IEND; the checksum of each is verified,
//! so that a picture cut in half and patched up is found without decoding it.

use super::{Flaw, Walked, slice};

pub(super) const MAGIC: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// The specification's own bound: a length field never has its top bit set.
const MAX_CHUNK: usize = 0x7FFF_FFFF;

pub(super) fn walk(bytes: &[u8]) -> Result<Walked, Flaw> {
    let mut size = None;
    let mut has_pixels = false;
    let mut at = MAGIC.len();
    loop {
        let (kind, data, end) = chunk(bytes, at)?;
        at = end;
        match (kind, size) {
            (b"IHDR", None) => size = Some(read_header(data)?),
            (b"IHDR", Some(_)) => return Err(Flaw::Malformed("two headers")),
            (_, None) => return Err(Flaw::Malformed("its first chunk is not the header")),
            (b"IDAT", _) => has_pixels = true,
            (b"IEND", Some((width, height))) if has_pixels => {
                return Ok(Walked {
                    width,
                    height,
                    end: at,
                });
            }
            (b"IEND", _) => return Err(Flaw::Truncated("it has no picture data")),
            _ => {}
        }
    }
}

/// Kind and data of the chunk at `at`, and the offset behind it.
fn chunk(bytes: &[u8], at: usize) -> Result<(&[u8; 4], &[u8], usize), Flaw> {
    let cut = || Flaw::Truncated("it ends before its last chunk does");
    let length = slice(bytes, at, 4).ok_or_else(cut)?;
    let length = u32::from_be_bytes(length.try_into().expect("four bytes were sliced")) as usize;
    if length > MAX_CHUNK {
        return Err(Flaw::Malformed("a chunk longer than PNG allows"));
    }
    let kind = slice(bytes, at + 4, 4).ok_or_else(cut)?;
    let data = slice(bytes, at + 8, length).ok_or_else(cut)?;
    let checksum = slice(bytes, at + 8 + length, 4).ok_or_else(cut)?;
    if crc32fast::hash(&bytes[at + 4..at + 8 + length]).to_be_bytes() != checksum {
        return Err(Flaw::Malformed("a chunk with a wrong checksum"));
    }
    let kind = kind.try_into().expect("four bytes were sliced");
    Ok((kind, data, at + 12 + length))
}

fn read_header(data: &[u8]) -> Result<(u32, u32), Flaw> {
    let &[w3, w2, w1, w0, h3, h2, h1, h0, _, _, 0, 0, 0 | 1] = data else {
        return Err(Flaw::Malformed("a header that PNG does not define"));
    };
    let width = u32::from_be_bytes([w3, w2, w1, w0]);
    Ok((width, u32::from_be_bytes([h3, h2, h1, h0])))
}
