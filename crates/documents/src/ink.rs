//! PDF's drawing operators, written into a page's content stream. Units are points, from the lower left corner.

use crate::text::Glyph;

/// Grey or colour, each part from 0 (none) to 1 (full).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Colour(pub(crate) f32, pub(crate) f32, pub(crate) f32);

impl Colour {
    pub(crate) const BLACK: Self = Self(0.0, 0.0, 0.0);
    pub(crate) const WHITE: Self = Self(1.0, 1.0, 1.0);
}

/// The content stream of one page.
#[derive(Debug, Default)]
pub(crate) struct Ink {
    bytes: Vec<u8>,
}

impl Ink {
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Starts content that belongs to the document's structure, under this number.
    pub(crate) fn begin_marked(&mut self, tag: &str, mcid: usize) {
        self.raw(&format!("/{tag} <</MCID {mcid}>> BDC\n"));
    }

    /// Starts content that a reader of the structure skips.
    pub(crate) fn begin_artifact(&mut self) {
        self.raw("/Artifact BMC\n");
    }

    pub(crate) fn end_marked(&mut self) {
        self.raw("EMC\n");
    }

    /// A filled rectangle.
    pub(crate) fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Colour) {
        self.colour(colour);
        self.numbers(&[x, y, width, height]);
        self.raw("re f\n");
    }

    /// The picture, with its lower left corner at (`x`, `y`).
    pub(crate) fn picture(&mut self, x: f32, y: f32, side: f32) {
        self.raw("q ");
        self.numbers(&[side, 0.0, 0.0, side, x, y]);
        self.raw("cm /Im0 Do Q\n");
    }

    /// One line of text with its baseline starting at (`x`, `y`).
    pub(crate) fn line(&mut self, glyphs: &[Glyph], x: f32, y: f32, size: f32, colour: Colour) {
        self.colour(colour);
        self.raw("BT ");
        self.numbers(&[x, y]);
        self.raw("Td ");
        let mut font = None;
        for run in
            glyphs.chunk_by(|a, b| a.font == b.font && a.offset.is_none() && b.offset.is_none())
        {
            if font.replace(run[0].font) != Some(run[0].font) {
                self.raw(&format!("/F{} ", run[0].font));
                self.numbers(&[size]);
                self.raw("Tf ");
            }
            match run[0].offset {
                None => {
                    self.cids(run);
                    self.raw("Tj ");
                }
                Some((right, up)) => self.mark(run, right, up, size),
            }
        }
        self.raw("ET\n");
    }

    /// A mark: moved from the pen, drawn, and the pen put back where it was.
    fn mark(&mut self, run: &[Glyph], right: f32, up: f32, size: f32) {
        self.numbers(&[up * size]);
        self.raw("Ts [");
        self.numbers(&[-right * 1000.0]);
        self.cids(run);
        self.numbers(&[(right + run[0].width) * 1000.0]);
        self.raw("] TJ 0 Ts ");
    }

    fn cids(&mut self, run: &[Glyph]) {
        const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
        self.bytes.push(b'<');
        for glyph in run {
            for shift in [12, 8, 4, 0] {
                self.bytes
                    .push(DIGITS[usize::from(glyph.cid >> shift & 15)]);
            }
        }
        self.bytes.push(b'>');
    }

    fn colour(&mut self, Colour(red, green, blue): Colour) {
        if red == green && green == blue {
            self.numbers(&[red]);
            self.raw("g ");
        } else {
            self.numbers(&[red, green, blue]);
            self.raw("rg ");
        }
    }

    /// Numbers with at most three decimals, each followed by a space.
    fn numbers(&mut self, numbers: &[f32]) {
        for &number in numbers {
            number_to(&mut self.bytes, number);
            self.bytes.push(b' ');
        }
    }

    fn raw(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }
}

/// Writes `number` to the nearest thousandth, without an exponent and without idle zeros.
pub(crate) fn number_to(bytes: &mut Vec<u8>, number: f32) {
    let thousandths = (f64::from(number) * 1000.0).round() as i64;
    if thousandths < 0 {
        bytes.push(b'-');
    }
    let thousandths = thousandths.unsigned_abs();
    let (mut whole, mut rest) = (thousandths / 1000, thousandths % 1000);
    // From the last digit to the first: a page has hundreds of numbers, and formatting takes several times as long.
    let mut digits = [0; 20];
    let mut first = digits.len();
    while first == digits.len() || whole > 0 {
        first -= 1;
        digits[first] = b'0' + (whole % 10) as u8;
        whole /= 10;
    }
    bytes.extend_from_slice(&digits[first..]);
    if rest > 0 {
        bytes.push(b'.');
        while rest > 0 {
            bytes.push(b'0' + (rest / 100) as u8);
            rest = rest % 100 * 10;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::number_to;

    #[test]
    fn numbers_have_no_idle_digits() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0001, "0"),
            (595.276, "595.276"),
            (-2.5, "-2.5"),
            (0.05, "0.05"),
            (12.0, "12"),
            (-0.007, "-0.007"),
            (1e9, "1000000000"),
            (99.9996, "100"),
        ] {
            let mut bytes = Vec::new();
            number_to(&mut bytes, number);
            assert_eq!(String::from_utf8(bytes).unwrap(), text);
        }
    }
}
