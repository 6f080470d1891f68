//! From text to glyphs: composition, the choice of a font for each character, and what each document used.
//!
//! One character becomes one glyph (no ligatures, no kerning). Knows nothing of pages.

use std::collections::BTreeMap;

use subsetter::GlyphRemapper;
use ttf_parser::Face;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::error::Error;
use crate::font::{Font, FontSet, Weight};
use crate::marks;
use crate::script;

/// A placed character.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Glyph {
    /// Index of its font in the [`FontSet`].
    pub(crate) font: usize,
    /// Number of the character within that font's embedded subset.
    pub(crate) cid: u16,
    /// What the glyph moves the pen by when it is printed, in em.
    pub(crate) width: f32,
    /// What it adds to its line, in em: its width, but nothing for a mark.
    pub(crate) advance: f32,
    /// Where a mark is drawn, in em from the pen after its base; `None` for what stands on the line.
    pub(crate) offset: Option<(f32, f32)>,
    pub(crate) character: char,
}

/// The fonts of a renderer, and which of their glyphs one document uses.
pub(crate) struct Book<'a> {
    fonts: &'a FontSet,
    used: Vec<Used<'a>>,
}

/// What a document uses of one font.
pub(crate) struct Used<'a> {
    pub(crate) font: &'a Font,
    pub(crate) face: Face<'a>,
    pub(crate) remapper: GlyphRemapper,
    /// By character; a character's `cid` is its place in `characters` plus one (zero is `.notdef`).
    cids: BTreeMap<char, u16>,
    pub(crate) characters: Vec<Character>,
}

/// One character of a subset.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Character {
    pub(crate) character: char,
    /// Glyph number in the subset; two characters may share a glyph (space and no-break space).
    pub(crate) glyph: u16,
    /// Advance in thousandths of an em.
    pub(crate) width: f32,
}

impl<'a> Book<'a> {
    pub(crate) fn new(fonts: &'a FontSet) -> Self {
        let used = fonts.as_slice().iter().map(Used::new).collect();
        Self { fonts, used }
    }

    /// The fonts that have at least one character, with their index.
    pub(crate) fn used(&self) -> impl Iterator<Item = (usize, &Used<'a>)> {
        self.used
            .iter()
            .enumerate()
            .filter(|(_, used)| !used.characters.is_empty())
    }

    /// Sets `text`; `field` is for errors. A line feed becomes a space without advance that ends its line.
    pub(crate) fn shape(
        &mut self,
        text: &str,
        weight: Weight,
        field: &'static str,
    ) -> Result<Vec<Glyph>, Error> {
        let mut glyphs: Vec<Glyph> = Vec::with_capacity(text.len());
        if text.is_ascii() {
            for character in text.chars() {
                self.push(&mut glyphs, character, weight, field)?;
            }
        } else {
            for character in text.nfc() {
                self.push(&mut glyphs, character, weight, field)?;
            }
        }
        Ok(glyphs)
    }

    fn push(
        &mut self,
        glyphs: &mut Vec<Glyph>,
        character: char,
        weight: Weight,
        field: &'static str,
    ) -> Result<(), Error> {
        let character = match character {
            '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            '\t' => ' ',
            // Invisible by definition: the rest of a CR LF, soft hyphen, zero-width space and joiners, byte order mark.
            '\r' | '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' => return Ok(()),
            other => other,
        };
        let missing = |character| Error::MissingCharacter { character, field };
        if let Some(script) = script::unsupported(character) {
            return Err(Error::UnsupportedScript {
                script,
                character,
                field,
            });
        }
        if character.is_control() && character != '\n' {
            // A font may have a glyph for NUL; nobody means to print it.
            return Err(missing(character));
        }
        if character == '\n' {
            // Printed as a space after its line, so that words stay apart for those who read the text and not the page.
            let space = self.glyph(' ', weight).ok_or(missing(' '))?;
            glyphs.push(Glyph {
                advance: 0.0,
                character,
                ..space
            });
            return Ok(());
        }
        if !character.is_ascii() && is_combining_mark(character) {
            let mark = glyphs.last().and_then(|below| self.mark(*below, character));
            glyphs.push(mark.ok_or_else(|| Error::UnplacedMark {
                mark: character,
                base: glyphs.last().map(|glyph| glyph.character),
                field,
            })?);
            return Ok(());
        }
        glyphs.push(self.glyph(character, weight).ok_or(missing(character))?);
        Ok(())
    }

    /// A character that stands on the line, in the first font that has it.
    fn glyph(&mut self, character: char, weight: Weight) -> Option<Glyph> {
        self.fonts.order(weight).find_map(|font| {
            let (cid, width) = self.used[font].take(character)?;
            Some(Glyph {
                font,
                cid,
                width: width / 1000.0,
                advance: width / 1000.0,
                offset: None,
                character,
            })
        })
    }

    /// A mark over or under the glyph before it, in the same font: what is not composed has to be placed.
    fn mark(&mut self, below: Glyph, mark: char) -> Option<Glyph> {
        if below.character == '\n' {
            return None;
        }
        let used = &mut self.used[below.font];
        let (right, up) = marks::offset(
            &used.face,
            used.face.glyph_index(below.character)?,
            used.face.glyph_index(mark)?,
        )?;
        let (cid, width) = used.take(mark)?;
        let em = f32::from(used.face.units_per_em());
        // The pen stands after the base; a mark below is drawn from where its own offset says.
        let (x, y) = below.offset.unwrap_or((-below.advance, 0.0));
        Some(Glyph {
            font: below.font,
            cid,
            width: width / 1000.0,
            advance: 0.0,
            offset: Some((x + right as f32 / em, y + up as f32 / em)),
            character: mark,
        })
    }
}

impl<'a> Used<'a> {
    fn new(font: &'a Font) -> Self {
        Self {
            font,
            face: font.face(),
            remapper: GlyphRemapper::new(),
            cids: BTreeMap::new(),
            characters: Vec::new(),
        }
    }

    /// The character's number and width, if the font has it.
    fn take(&mut self, character: char) -> Option<(u16, f32)> {
        if let Some(&cid) = self.cids.get(&character) {
            return Some((cid, self.characters[usize::from(cid) - 1].width));
        }
        // Glyph 0 is the box that must never be printed.
        let glyph = self
            .face
            .glyph_index(character)
            .filter(|glyph| glyph.0 != 0)?;
        let cid = u16::try_from(self.characters.len() + 1).ok()?;
        let advance = f32::from(self.face.glyph_hor_advance(glyph)?);
        let width = advance * 1000.0 / f32::from(self.face.units_per_em());
        self.cids.insert(character, cid);
        self.characters.push(Character {
            character,
            glyph: self.remapper.remap(glyph.0),
            width,
        });
        Some((cid, width))
    }
}
