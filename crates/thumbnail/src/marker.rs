//! Marker codes (T.81 table B.1) and a cursor over a file's segments.

use crate::Error;

pub(crate) const SOF0: u8 = 0xc0;
pub(crate) const SOF2: u8 = 0xc2;
pub(crate) const DHT: u8 = 0xc4;
pub(crate) const DAC: u8 = 0xcc;
pub(crate) const RST0: u8 = 0xd0;
pub(crate) const RST7: u8 = 0xd7;
pub(crate) const SOI: u8 = 0xd8;
pub(crate) const EOI: u8 = 0xd9;
pub(crate) const SOS: u8 = 0xda;
pub(crate) const DQT: u8 = 0xdb;
pub(crate) const DNL: u8 = 0xdc;
pub(crate) const DRI: u8 = 0xdd;
pub(crate) const DHP: u8 = 0xde;
pub(crate) const EXP: u8 = 0xdf;
pub(crate) const APP0: u8 = 0xe0;
pub(crate) const APP1: u8 = 0xe1;
pub(crate) const APP2: u8 = 0xe2;
pub(crate) const APP14: u8 = 0xee;
pub(crate) const COM: u8 = 0xfe;

/// A place in a file, between two segments.
pub(crate) struct Cursor<'a> {
    file: &'a [u8],
    position: usize,
}

impl<'a> Cursor<'a> {
    /// Stands behind the start-of-image marker.
    pub(crate) fn new(file: &'a [u8]) -> Result<Self, Error> {
        match file {
            [0xff, SOI, ..] => Ok(Self { file, position: 2 }),
            [] | [0xff] => Err(Error::Truncated { bytes: file.len() }),
            _ => Err(Error::NotJpeg),
        }
    }

    pub(crate) fn position(&self) -> usize {
        self.position
    }

    pub(crate) fn truncated(&self) -> Error {
        Error::Truncated {
            bytes: self.file.len(),
        }
    }

    pub(crate) fn corrupt(&self, what: &'static str) -> Error {
        Error::Corrupt {
            offset: self.position,
            what,
        }
    }

    /// The code of the marker that stands here (T.81 B.1.1.2: any number of fill bytes may precede it).
    pub(crate) fn marker(&mut self) -> Result<u8, Error> {
        if *self.file.get(self.position).ok_or(self.truncated())? != 0xff {
            return Err(self.corrupt("no marker where one must be"));
        }
        while *self.file.get(self.position).ok_or(self.truncated())? == 0xff {
            self.position += 1;
        }
        self.position += 1;
        Ok(self.file[self.position - 1])
    }

    /// The contents of the marker segment that stands here.
    pub(crate) fn segment(&mut self) -> Result<&'a [u8], Error> {
        let rest = &self.file[self.position..];
        let length = match rest {
            [high, low, ..] => usize::from(u16::from_be_bytes([*high, *low])),
            _ => return Err(self.truncated()),
        };
        if length < 2 {
            return Err(self.corrupt("a segment shorter than its own length"));
        }
        let contents = rest.get(2..length).ok_or(self.truncated())?;
        self.position += length;
        Ok(contents)
    }

    /// The entropy-coded data that stands here, up to the next marker that is no restart.
    pub(crate) fn entropy_coded(&mut self) -> Result<&'a [u8], Error> {
        let start = self.position;
        let mut position = start;
        loop {
            let rest = self.file.get(position..).unwrap_or_default();
            position += memchr::memchr(0xff, rest).ok_or(self.truncated())?;
            match *self.file.get(position + 1).ok_or(self.truncated())? {
                0 | RST0..=RST7 => position += 2,
                0xff => position += 1,
                _ => break,
            }
        }
        self.position = position;
        Ok(&self.file[start..position])
    }
}
