//! A file's structure: every marker segment from start to end of image, read once, before anything is
//! decoded. What is found here is enough to say which scans a thumbnail needs, and whether the file is whole.
//! No entropy-coded byte is interpreted; they are only searched for the next marker.

use crate::app::Application;
use crate::frame::Frame;
use crate::huffman::Code;
use crate::marker::{self, Cursor};
use crate::scan::{Scan, Tables};
use crate::zigzag::ROW_MAJOR;
use crate::{Error, Limits, Unsupported};

/// The steps of a quantiser, in zigzag order (T.81 B.2.4.1).
pub(crate) type Quantiser = [u16; ROW_MAJOR.len()];

/// A whole file, taken apart.
pub(crate) struct Structure<'a> {
    pub(crate) frame: Frame,
    /// In the order of the file; at least one.
    pub(crate) scans: Vec<Scan<'a>>,
    /// Every quantiser in the order of definition; a component names its own by index.
    pub(crate) quantisers: Vec<Quantiser>,
    /// Every Huffman code in the order of definition; a scan names its own by index.
    pub(crate) codes: Vec<Code<'a>>,
    pub(crate) application: Application,
}

impl<'a> Structure<'a> {
    pub(crate) fn read(file: &'a [u8], limits: &Limits) -> Result<Self, Error> {
        let mut cursor = Cursor::new(file)?;
        let mut frame: Option<Frame> = None;
        let mut scans = Vec::new();
        let mut quantisers = Vec::new();
        let mut codes = Vec::new();
        let mut application = Application::default();
        let mut tables = Tables::default();

        loop {
            let offset = cursor.position();
            let corrupt = |what| Error::Corrupt { offset, what };
            match cursor.marker()? {
                marker::EOI => break,
                marker::DQT => {
                    let contents = cursor.segment()?;
                    define_quantisers(contents, &mut quantisers, &mut tables).map_err(corrupt)?;
                }
                marker::DHT => {
                    let contents = cursor.segment()?;
                    define_codes(contents, &mut codes, &mut tables).map_err(corrupt)?;
                }
                marker::DRI => match cursor.segment()? {
                    [high, low] => tables.restart = u16::from_be_bytes([*high, *low]),
                    _ => return Err(corrupt("a restart interval of the wrong length")),
                },
                marker::SOS => {
                    let header = cursor.segment()?;
                    let frame = frame.as_mut().ok_or(corrupt("a scan before the frame"))?;
                    let data = cursor.entropy_coded()?;
                    scans.push(Scan::read(header, data, offset, frame, &tables)?);
                }
                code @ marker::SOF0..=marker::SOF2 => {
                    if frame.is_some() {
                        return Err(corrupt("a second frame"));
                    }
                    let contents = cursor.segment()?;
                    let progressive = code == marker::SOF2;
                    frame = Some(Frame::read(contents, progressive, offset, limits)?);
                }
                marker::DNL if scans.len() == 1 => {
                    cursor.segment()?;
                }
                code @ (marker::APP0 | marker::APP1 | marker::APP2 | marker::APP14) => {
                    application.read(code, cursor.segment()?);
                }
                marker::APP0..marker::COM | marker::COM => {
                    cursor.segment()?;
                }
                code => return Err(refused(code).unwrap_or(corrupt("an unknown marker"))),
            }
            within("scans", scans.len(), limits.scans)?;
            within("tables", quantisers.len() + codes.len(), limits.tables)?;
        }

        let frame = frame.ok_or(cursor.corrupt("no frame"))?;
        if scans.is_empty() {
            return Err(cursor.corrupt("no scan"));
        }
        Ok(Self {
            frame,
            scans,
            quantisers,
            codes,
            application,
        })
    }
}

/// Why a marker that begins another process than ours is refused (T.81 table B.1).
fn refused(code: u8) -> Option<Error> {
    Some(Error::Unsupported(match code {
        0xc3 => Unsupported::Lossless,
        0xc5..=0xc7 | marker::DHP | marker::EXP => Unsupported::Hierarchical,
        0xc9..=0xcb | 0xcd..=0xcf | marker::DAC => Unsupported::Arithmetic,
        _ => return None,
    }))
}

fn within(what: &'static str, found: usize, limit: usize) -> Result<(), Error> {
    if found > limit {
        return Err(Error::Limit {
            what,
            found: found as u64,
            limit: limit as u64,
        });
    }
    Ok(())
}

/// T.81 B.2.4.1: any number of quantisers in one segment.
fn define_quantisers(
    mut rest: &[u8],
    quantisers: &mut Vec<Quantiser>,
    tables: &mut Tables,
) -> Result<(), &'static str> {
    while let [head, tail @ ..] = rest {
        let slot = tables
            .quantisers
            .get_mut(usize::from(head & 15))
            .ok_or("a fifth quantiser")?;
        let width = match head >> 4 {
            0 => 1,
            1 => 2,
            _ => return Err("a quantiser of unknown precision"),
        };
        let (steps, tail) = tail
            .split_at_checked(64 * width)
            .ok_or("a quantiser cut short")?;
        let mut quantiser = [0; 64];
        for (step, bytes) in quantiser.iter_mut().zip(steps.chunks_exact(width)) {
            *step = bytes
                .iter()
                .fold(0, |step, &byte| step << 8 | u16::from(byte));
        }
        if quantiser.contains(&0) {
            return Err("a quantiser step of zero");
        }
        *slot = Some(quantisers.len());
        quantisers.push(quantiser);
        rest = tail;
    }
    Ok(())
}

/// T.81 B.2.4.2: any number of Huffman codes in one segment.
fn define_codes<'a>(
    mut rest: &'a [u8],
    codes: &mut Vec<Code<'a>>,
    tables: &mut Tables,
) -> Result<(), &'static str> {
    while let [head, tail @ ..] = rest {
        let slots = match head >> 4 {
            0 => &mut tables.dc,
            1 => &mut tables.ac,
            _ => return Err("a Huffman table of unknown class"),
        };
        let slot = slots
            .get_mut(usize::from(head & 15))
            .ok_or("a fifth Huffman table")?;
        let (code, tail) = Code::read(tail)?;
        *slot = Some(codes.len());
        codes.push(code);
        rest = tail;
    }
    Ok(())
}
