//! A column that fills from the top down and goes on, on the next page, where it left off.

use crate::error::Error;
use crate::ink::Colour;
use crate::lines::{break_lines, width};
use crate::sheet::{Role, Sheet};
use crate::text::Glyph;

/// How a paragraph looks. Points.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Style {
    pub(crate) size: f32,
    /// From baseline to baseline.
    pub(crate) leading: f32,
    pub(crate) colour: Colour,
}

/// A column and the place in it that has been reached. Points, from the lower left corner.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flow {
    pub(crate) left: f32,
    pub(crate) width: f32,
    /// Where the column starts on pages after its first.
    pub(crate) top: f32,
    pub(crate) bottom: f32,
    /// From zero.
    pub(crate) page: usize,
    /// The upper edge of what comes next.
    pub(crate) y: f32,
}

impl Flow {
    /// Leaves a gap, or less where the page ends.
    pub(crate) fn skip(&mut self, height: f32) {
        self.y -= height;
    }

    /// Moves to the next page unless `height` is left on this one.
    pub(crate) fn need(&mut self, sheet: &mut Sheet<'_>, height: f32) -> Result<(), Error> {
        if self.y - height < self.bottom && self.y < self.top {
            self.page += 1;
            self.y = self.top;
        }
        sheet.reach(self.page)
    }

    /// A thin line over the column's width, in a band of `height`.
    pub(crate) fn rule(
        &mut self,
        sheet: &mut Sheet<'_>,
        height: f32,
        colour: Colour,
    ) -> Result<(), Error> {
        self.need(sheet, height)?;
        let (x, y, length) = (self.left, self.y - height / 2.0, self.width);
        sheet.artifact(self.page, |ink| ink.fill(x, y, length, 0.6, colour));
        self.y -= height;
        Ok(())
    }

    /// A paragraph, broken into lines and over pages as needed. `keep` is the room in points that must
    /// follow its last line on the same page (what a heading needs), if the paragraph is of one line.
    pub(crate) fn paragraph(
        &mut self,
        sheet: &mut Sheet<'_>,
        role: Role,
        glyphs: &[Glyph],
        style: Style,
        keep: f32,
    ) -> Result<(), Error> {
        let lines = break_lines(glyphs, self.width / style.size);
        self.need(sheet, style.leading * lines.len().min(2) as f32 + keep)?;
        let element = sheet.element(role);
        let mut rest = lines.as_slice();
        while !rest.is_empty() {
            self.need(sheet, style.leading)?;
            let room = ((self.y - self.bottom) / style.leading).floor().max(1.0) as usize;
            let (here, later) = rest.split_at(room.min(rest.len()));
            let (left, top) = (self.left, self.y);
            sheet.tagged(self.page, element, |ink| {
                for (number, line) in here.iter().enumerate() {
                    // The space that the break swallowed stays in the text, so that words stay apart when it is read back.
                    let swallowed = usize::from(
                        glyphs
                            .get(line.end)
                            .is_some_and(|glyph| matches!(glyph.character, ' ' | '\n')),
                    );
                    let baseline = top - style.leading * (number as f32 + 0.5) - style.size * 0.35;
                    ink.line(
                        &glyphs[line.start..line.end + swallowed],
                        left,
                        baseline,
                        style.size,
                        style.colour,
                    );
                }
            });
            self.y -= style.leading * here.len() as f32;
            rest = later;
        }
        Ok(())
    }
}

/// The largest of `sizes`, given from large to small, at which `glyphs` fit into one line of `room` points; else the last.
pub(crate) fn fitting(glyphs: &[Glyph], room: f32, sizes: &[f32]) -> f32 {
    let em = width(glyphs);
    let last = sizes
        .last()
        .copied()
        .expect("a list of sizes is never empty");
    sizes
        .iter()
        .copied()
        .find(|size| em * size <= room)
        .unwrap_or(last)
}
