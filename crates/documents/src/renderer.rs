//! The door: a person and a picture in, a PDF out.

use crate::error::Error;
use crate::font::FontSet;
use crate::options::Options;
use crate::pdf::{self, About};
use crate::person::Person;
use crate::picture::{self, Reader, Readers};
use crate::sheet::Sheet;
use crate::text::Book;

/// A renderer with its fonts loaded. Between documents it keeps nothing but memory: share one, or make one per worker.
#[derive(Debug, Clone)]
pub struct Renderer {
    options: Options,
    fonts: FontSet,
    readers: Readers,
}

/// A finished document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The whole file.
    pub pdf: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// What read the picture.
    pub reader: Reader,
}

impl Renderer {
    /// Loads the fonts.
    ///
    /// # Errors
    /// If a font file cannot be read, is none, or forbids embedding.
    pub fn new(options: Options) -> Result<Self, Error> {
        let fonts = FontSet::load(&options.fonts)?;
        Ok(Self {
            options,
            fonts,
            readers: Readers::default(),
        })
    }

    /// What it was made with.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Whether a person's texts can be printed: everything that [`render`](Self::render) refuses but the picture.
    ///
    /// # Errors
    /// Those of rendering.
    pub fn check(&self, person: &Person) -> Result<(), Error> {
        self.typeset(person).map(drop)
    }

    /// Makes one document. The same arguments give the same bytes.
    ///
    /// `picture` is the content of a JPEG, PNG or WebP file.
    ///
    /// # Errors
    /// If the picture is refused, or a text has a character that cannot be printed right.
    pub fn render(&self, person: &Person, picture: &[u8]) -> Result<Rendered, Error> {
        let Options { layout, limits, .. } = &self.options;
        // The page first: it is the cheaper of the two to fail.
        let sheet = self.typeset(person)?;
        let picture = picture::prepare(picture, layout.picture_side(), limits, &self.readers)?;
        let reader = picture.reader;
        let name = person.name.split_whitespace().collect::<Vec<_>>().join(" ");
        let pages = sheet.pages.len();
        let about = About {
            title: &format!("{name} – CV"),
            author: &name,
            language: if person.language.is_empty() {
                "en"
            } else {
                &person.language
            },
            created: self.options.created,
        };
        let pdf = pdf::write(sheet, picture, about)?;
        Ok(Rendered { pdf, pages, reader })
    }

    fn typeset(&self, person: &Person) -> Result<Sheet<'_>, Error> {
        let Options {
            layout,
            paper,
            limits,
            ..
        } = &self.options;
        check_lengths(person, limits.text_bytes)?;
        let mut sheet = Sheet::new(Book::new(&self.fonts), *paper, limits.pages);
        layout.draw(&mut sheet, person)?;
        Ok(sheet)
    }
}

fn check_lengths(person: &Person, limit: usize) -> Result<(), Error> {
    for (field, text) in person.texts() {
        if text.len() > limit {
            return Err(Error::TextTooLong {
                field,
                length: text.len(),
                limit,
            });
        }
    }
    Ok(())
}
