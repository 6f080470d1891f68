//! Walks the marker segments of a JPEG (ITU T.81, annex B) from SOI to EOI.
//!
//! A progressive JPEG sends every coefficient coarsely first and refines it scan by scan. One that was cut
//! and had an end marker patched on lacks the last refinements, and that shows in the scan headers alone:
//! a coefficient that was begun with its low bits missing (`Al` > 0) was never finished.

use super::{Flaw, Walked, slice};

/// SOI, and the first byte of the segment after it.
pub(super) const MAGIC: [u8; 3] = [0xFF, 0xD8, 0xFF];

/// Real encoders write about ten; thousands of them are a way to make decoders work for hours.
const MAX_SCANS: usize = 500;

const SOF_BASELINE: u8 = 0xC0;
const SOF_PROGRESSIVE: u8 = 0xC2;
const DHT: u8 = 0xC4;
const JPG: u8 = 0xC8;
const DAC: u8 = 0xCC;
const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;

const NO_END: Flaw = Flaw::Truncated("it ends without an end marker");

/// The frame header, and how far each coefficient of each component has come.
struct Frame {
    width: u32,
    height: u32,
    /// Component ids in the order of the frame.
    ids: Vec<u8>,
    /// `low_bit[component][coefficient]`: the lowest bit sent so far, `None` before the first scan.
    low_bit: Vec<[Option<u8>; 64]>,
}

pub(super) fn walk(bytes: &[u8]) -> Result<Walked, Flaw> {
    let mut frame: Option<Frame> = None;
    let mut scans = 0;
    let mut at = 2;
    loop {
        let (marker, after) = next_marker(bytes, at)?;
        at = after;
        match marker {
            EOI => break,
            SOI => return Err(Flaw::Malformed("a second start marker inside")),
            0x00 => return Err(Flaw::Malformed("data where a segment should start")),
            0x01 | 0xD0..=0xD7 => continue,
            _ => {}
        }
        let segment = segment(bytes, at)?;
        at += 2 + segment.len();
        match marker {
            SOS => {
                let frame = frame
                    .as_mut()
                    .ok_or(Flaw::Malformed("a scan before the frame header"))?;
                scans += 1;
                if scans > MAX_SCANS {
                    return Err(Flaw::Malformed("more than 500 scans"));
                }
                note_scan(frame, segment)?;
                let start = at;
                at = end_of_scan(bytes, at)?;
                if at == start {
                    return Err(Flaw::Truncated("a scan without data"));
                }
            }
            DHT | JPG | DAC => {}
            SOF_BASELINE..=SOF_PROGRESSIVE if frame.is_some() => {
                return Err(Flaw::Malformed("two frame headers"));
            }
            SOF_BASELINE..=SOF_PROGRESSIVE => frame = Some(read_frame(segment)?),
            0xC3..=0xCF => return Err(Flaw::Unsupported("a lossless or arithmetic-coded JPEG")),
            _ => {}
        }
    }
    let frame = frame.ok_or(Flaw::Truncated("it ends before the frame header"))?;
    finished(&frame)?;
    Ok(Walked {
        width: frame.width,
        height: frame.height,
        end: at,
    })
}

/// The marker that must stand at `at` (any number of 0xFF may fill before it) and the offset behind it.
fn next_marker(bytes: &[u8], at: usize) -> Result<(u8, usize), Flaw> {
    let rest = bytes.get(at..).unwrap_or_default();
    let fill = rest.iter().take_while(|&&byte| byte == 0xFF).count();
    match (fill, rest.get(fill)) {
        (_, None) => Err(NO_END),
        (0, Some(_)) => Err(Flaw::Malformed("data where a segment should start")),
        (_, Some(&marker)) => Ok((marker, at + fill + 1)),
    }
}

/// The payload of the segment whose length field stands at `at`.
fn segment(bytes: &[u8], at: usize) -> Result<&[u8], Flaw> {
    let length = slice(bytes, at, 2).ok_or(NO_END)?;
    let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
    let payload = length.checked_sub(2).ok_or(Flaw::Malformed(
        "a segment shorter than its own length field",
    ))?;
    slice(bytes, at + 2, payload).ok_or(Flaw::Truncated("it ends inside a segment"))
}

fn read_frame(segment: &[u8]) -> Result<Frame, Flaw> {
    let short = Flaw::Malformed("a frame header too short");
    let &[precision, h1, h0, w1, w0, components, ref rest @ ..] = segment else {
        return Err(short);
    };
    if precision != 8 {
        return Err(Flaw::Unsupported("samples of other than 8 bits"));
    }
    if !matches!(components, 1 | 3 | 4) {
        return Err(Flaw::Unsupported("other than 1, 3 or 4 components"));
    }
    let specs = slice(rest, 0, 3 * usize::from(components)).ok_or(short)?;
    let ids: Vec<u8> = specs.chunks_exact(3).map(|spec| spec[0]).collect();
    Ok(Frame {
        width: u16::from_be_bytes([w1, w0]).into(),
        height: u16::from_be_bytes([h1, h0]).into(),
        low_bit: vec![[None; 64]; ids.len()],
        ids,
    })
}

/// Notes which coefficients a scan brings, and down to which bit. Baseline scans say 0..=63 and bit 0.
fn note_scan(frame: &mut Frame, segment: &[u8]) -> Result<(), Flaw> {
    let &[count, ref specs @ .., first, last, bits] = segment else {
        return Err(Flaw::Malformed("a scan header too short"));
    };
    if !(1..=4).contains(&count)
        || specs.len() != 2 * usize::from(count)
        || first > last
        || last > 63
    {
        return Err(Flaw::Malformed("a scan header that contradicts itself"));
    }
    for spec in specs.chunks_exact(2) {
        let component = frame
            .ids
            .iter()
            .position(|&id| id == spec[0])
            .ok_or(Flaw::Malformed(
                "a scan of a component that the frame lacks",
            ))?;
        frame.low_bit[component][usize::from(first)..=usize::from(last)].fill(Some(bits & 0x0F));
    }
    Ok(())
}

/// The offset of the marker that ends the entropy-coded data from `at`: stuffed zeros and restarts belong to it.
fn end_of_scan(bytes: &[u8], mut at: usize) -> Result<usize, Flaw> {
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let found = memchr::memchr(0xFF, rest).ok_or(NO_END)?;
        match rest.get(found + 1) {
            None => return Err(NO_END),
            Some(0x00 | 0xD0..=0xD7) => at += found + 2,
            Some(0xFF) => at += found + 1,
            Some(_) => return Ok(at + found),
        }
    }
}

/// Every component's mean was sent, and what was begun was refined to the last bit.
fn finished(frame: &Frame) -> Result<(), Flaw> {
    if frame.low_bit.iter().any(|bits| bits[0].is_none()) {
        return Err(Flaw::Truncated("the scan of a component is missing"));
    }
    if frame.low_bit.iter().flatten().flatten().any(|&bit| bit > 0) {
        return Err(Flaw::Truncated("its last progressive scans are missing"));
    }
    Ok(())
}
