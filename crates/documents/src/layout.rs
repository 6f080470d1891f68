//! The layouts: what goes where on a page. Each is a function that draws a person on a sheet.

mod classic;
mod modern;

use crate::error::Error;
use crate::font::Weight;
use crate::options::Layout;
use crate::person::Person;
use crate::sheet::Sheet;
use crate::text::Glyph;

impl Layout {
    /// Pixels that a picture needs at this layout's largest size for at least 300 dpi.
    pub(crate) fn picture_side(self) -> u16 {
        match self {
            // 60 pt at 307 dpi.
            Self::Classic => 256,
            // 90 pt at 307 dpi.
            Self::Modern => 384,
        }
    }

    pub(crate) fn draw(self, sheet: &mut Sheet<'_>, person: &Person) -> Result<(), Error> {
        match self {
            Self::Classic => classic::draw(sheet, person),
            Self::Modern => modern::draw(sheet, person),
        }
    }
}

/// A text in which line feeds are spaces, as all but a bio and the facts about a person are set.
fn one_line(
    sheet: &mut Sheet<'_>,
    text: &str,
    weight: Weight,
    field: &'static str,
) -> Result<Vec<Glyph>, Error> {
    if text.contains('\n') {
        sheet.book.shape(&text.replace('\n', " "), weight, field)
    } else {
        sheet.book.shape(text, weight, field)
    }
}
