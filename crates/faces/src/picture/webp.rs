//! Walks the RIFF chunks of a WebP (RFC 9649): simple lossy, simple lossless, or extended and still.

use super::{Flaw, Walked, slice};

/// Set in the flags of `VP8X` when the file is an animation.
const ANIMATION: u8 = 0x02;

pub(super) fn is_webp(bytes: &[u8]) -> bool {
    slice(bytes, 0, 4) == Some(b"RIFF") && slice(bytes, 8, 4) == Some(b"WEBP")
}

pub(super) fn walk(bytes: &[u8]) -> Result<Walked, Flaw> {
    let cut = || Flaw::Truncated("it is shorter than its RIFF size");
    let size = little_endian(bytes, 4, 4).ok_or_else(cut)?;
    let riff = slice(bytes, 8, size).ok_or_else(cut)?;
    let mut canvas = None;
    let mut pixels = None;
    let mut at = 4;
    while at < riff.len() {
        let overrun = || Flaw::Malformed("a chunk that leaves the file");
        let kind = slice(riff, at, 4).ok_or_else(overrun)?;
        let length = little_endian(riff, at + 4, 4).ok_or_else(overrun)?;
        let data = slice(riff, at + 8, length).ok_or_else(overrun)?;
        match kind {
            b"VP8X" => canvas = Some(extended_size(data)?),
            b"VP8 " => pixels = Some(lossy_size(data)?),
            b"VP8L" => pixels = Some(lossless_size(data)?),
            _ => {}
        }
        // Chunks are padded to an even length; files that lack the last pad byte are common.
        at += 8 + length + length % 2;
    }
    let pixels = pixels.ok_or(Flaw::Truncated("it has no picture data"))?;
    let (width, height) = canvas.unwrap_or(pixels);
    Ok(Walked {
        width,
        height,
        end: 8 + size,
    })
}

fn extended_size(data: &[u8]) -> Result<(u32, u32), Flaw> {
    let &[flags, _, _, _, w0, w1, w2, h0, h1, h2] = data else {
        return Err(Flaw::Malformed("an extended header of a wrong length"));
    };
    if flags & ANIMATION != 0 {
        return Err(Flaw::Unsupported("an animation"));
    }
    let side = |low, mid, high| u32::from_le_bytes([low, mid, high, 0]) + 1;
    Ok((side(w0, w1, w2), side(h0, h1, h2)))
}

/// Frame tag (3 bytes), start code, then two 14-bit sizes (RFC 6386, 9.1).
fn lossy_size(data: &[u8]) -> Result<(u32, u32), Flaw> {
    let &[_, _, _, 0x9D, 0x01, 0x2A, w0, w1, h0, h1, ..] = data else {
        return Err(Flaw::Malformed("a lossy frame without its start code"));
    };
    let side = |low, high| u32::from(u16::from_le_bytes([low, high]) & 0x3FFF);
    Ok((side(w0, w1), side(h0, h1)))
}

/// Signature, then two 14-bit sizes less one (RFC 9649, 3.4).
fn lossless_size(data: &[u8]) -> Result<(u32, u32), Flaw> {
    let &[0x2F, b0, b1, b2, b3, ..] = data else {
        return Err(Flaw::Malformed("a lossless frame without its signature"));
    };
    let bits = u32::from_le_bytes([b0, b1, b2, b3]);
    Ok(((bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1))
}

fn little_endian(bytes: &[u8], start: usize, length: usize) -> Option<usize> {
    let mut wide = [0; 8];
    wide[..length].copy_from_slice(slice(bytes, start, length)?);
    usize::try_from(u64::from_le_bytes(wide)).ok()
}
