//! Where a combining mark goes: the anchors that a font's GPOS table gives to marks and to what they sit on.

use ttf_parser::gpos::{Anchor, MarkToBaseAdjustment, MarkToMarkAdjustment, PositioningSubtable};
use ttf_parser::{Face, GlyphId};

/// How far `mark` is from where `below` was drawn, in units of the font; `below` is a base or another mark.
pub(crate) fn offset(face: &Face<'_>, below: GlyphId, mark: GlyphId) -> Option<(i32, i32)> {
    let lookups = face.tables().gpos?.lookups;
    lookups
        .into_iter()
        .flat_map(|lookup| lookup.subtables.into_iter::<PositioningSubtable<'_>>())
        .find_map(|subtable| match subtable {
            PositioningSubtable::MarkToBase(table) => on_base(&table, below, mark),
            PositioningSubtable::MarkToMark(table) => on_mark(&table, below, mark),
            _ => None,
        })
}

fn on_base(table: &MarkToBaseAdjustment<'_>, below: GlyphId, mark: GlyphId) -> Option<(i32, i32)> {
    let (class, anchor) = table.marks.get(table.mark_coverage.get(mark)?)?;
    let base = table.anchors.get(table.base_coverage.get(below)?, class)?;
    Some(between(&base, &anchor))
}

fn on_mark(table: &MarkToMarkAdjustment<'_>, below: GlyphId, mark: GlyphId) -> Option<(i32, i32)> {
    let (class, anchor) = table.marks.get(table.mark1_coverage.get(mark)?)?;
    let base = table
        .mark2_matrix
        .get(table.mark2_coverage.get(below)?, class)?;
    Some(between(&base, &anchor))
}

fn between(below: &Anchor<'_>, mark: &Anchor<'_>) -> (i32, i32) {
    (
        i32::from(below.x) - i32::from(mark.x),
        i32::from(below.y) - i32::from(mark.y),
    )
}
