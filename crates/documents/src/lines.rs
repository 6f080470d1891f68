//! Where lines end: a greedy breaker over glyphs. Widths are in em, so one result serves one size.

use std::ops::Range;

use crate::text::Glyph;

/// Ranges of `glyphs`, one a line, none wider than `width` em unless a single glyph is. Spaces at a line's end are left out.
///
/// A break goes after spaces and hyphens and beside ideographs and kana; a word wider than a line is
/// broken where the line ends, since nothing may be cut off. There is always at least one line.
pub(crate) fn break_lines(glyphs: &[Glyph], width: f32) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    // The last place where the line may end, as the start of the next one.
    let mut chance = None;
    let mut pen = 0.0;
    let mut index = 0;
    while let Some(glyph) = glyphs.get(index) {
        if glyph.character == '\n' {
            lines.push(trimmed(glyphs, start..index));
            start = index + 1;
            (chance, pen) = (None, 0.0);
            index += 1;
            continue;
        }
        // A mark stays with its base.
        let fits = glyph.offset.is_some() || pen + glyph.advance <= width + 1e-3;
        if !fits && glyph.character != ' ' && index > start {
            let next = chance.unwrap_or(index);
            lines.push(trimmed(glyphs, start..next));
            start = next;
            (chance, pen) = (None, 0.0);
            index = next;
            continue;
        }
        pen += glyph.advance;
        index += 1;
        if let Some(next) = glyphs.get(index)
            && next.offset.is_none()
            && may_break(glyph.character, next.character)
        {
            chance = Some(index);
        }
    }
    lines.push(trimmed(glyphs, start..glyphs.len()));
    lines
}

/// The sum of advances in em.
pub(crate) fn width(glyphs: &[Glyph]) -> f32 {
    glyphs.iter().map(|glyph| glyph.advance).sum()
}

fn trimmed(glyphs: &[Glyph], line: Range<usize>) -> Range<usize> {
    let kept = glyphs[line.clone()]
        .iter()
        .rposition(|glyph| glyph.character != ' ')
        .map_or(0, |last| last + 1);
    line.start..line.start + kept
}

fn may_break(before: char, after: char) -> bool {
    match before {
        ' ' | '\u{2002}'..='\u{2006}' | '\u{2008}'..='\u{200A}' => after != ' ',
        '-' | '\u{2010}' | '\u{2013}' | '\u{2014}' => after.is_alphabetic(),
        '@' | '/' => after.is_alphanumeric(),
        _ => {
            (ideographic(before) || ideographic(after))
                && !opens(before)
                && !closes(after)
                && after != ' '
        }
    }
}

fn ideographic(character: char) -> bool {
    matches!(u32::from(character), 0x2E80..=0x9FFF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0xFF00..=0xFFEF | 0x20000..=0x3FFFF)
}

fn opens(character: char) -> bool {
    matches!(
        character,
        '(' | '[' | '「' | '『' | '（' | '【' | '〔' | '《' | '〈'
    )
}

/// What may not start a line: closing marks and the small kana.
fn closes(character: char) -> bool {
    ")]、。」』，．：；！？）】〕》〉ーっゃゅょッャュョ.,:;!?".contains(character)
}
