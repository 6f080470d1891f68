//! The pages being drawn and the structure that a screen reader follows through them.
//!
//! Layouts draw here; [`crate::pdf`] turns the result into a file. Knows nothing of people.

use crate::error::Error;
use crate::ink::Ink;
use crate::options::Paper;
use crate::text::Book;

/// What a piece of content is, in PDF's standard structure types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Title,
    Heading,
    Subheading,
    Paragraph,
    Figure,
}

impl Role {
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Title => "H1",
            Self::Heading => "H2",
            Self::Subheading => "H3",
            Self::Paragraph => "P",
            Self::Figure => "Figure",
        }
    }
}

/// One element of the structure, in reading order.
#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) role: Role,
    /// For a figure: what it shows, and its rectangle.
    pub(crate) figure: Option<(String, [f32; 4])>,
    /// Page and number within the page of each piece of its content.
    pub(crate) pieces: Vec<(usize, usize)>,
}

#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) ink: Ink,
    /// The element that each numbered piece of content belongs to.
    pub(crate) owners: Vec<usize>,
}

/// A document being drawn.
pub(crate) struct Sheet<'a> {
    pub(crate) book: Book<'a>,
    pub(crate) paper: Paper,
    pub(crate) pages: Vec<Page>,
    pub(crate) elements: Vec<Element>,
    page_limit: usize,
}

impl<'a> Sheet<'a> {
    pub(crate) fn new(book: Book<'a>, paper: Paper, page_limit: usize) -> Self {
        Self {
            book,
            paper,
            pages: vec![Page::default()],
            elements: Vec::new(),
            page_limit,
        }
    }

    /// Makes sure that page number `page`, from zero, exists.
    pub(crate) fn reach(&mut self, page: usize) -> Result<(), Error> {
        if page >= self.page_limit {
            return Err(Error::TooManyPages {
                limit: self.page_limit,
            });
        }
        while self.pages.len() <= page {
            self.pages.push(Page::default());
        }
        Ok(())
    }

    /// Appends an element to the reading order.
    pub(crate) fn element(&mut self, role: Role) -> usize {
        self.elements.push(Element {
            role,
            figure: None,
            pieces: Vec::new(),
        });
        self.elements.len() - 1
    }

    /// Draws a piece of an element's content.
    pub(crate) fn tagged(&mut self, page: usize, element: usize, draw: impl FnOnce(&mut Ink)) {
        let sheet_page = &mut self.pages[page];
        let piece = sheet_page.owners.len();
        sheet_page.owners.push(element);
        self.elements[element].pieces.push((page, piece));
        sheet_page
            .ink
            .begin_marked(self.elements[element].role.tag(), piece);
        draw(&mut sheet_page.ink);
        sheet_page.ink.end_marked();
    }

    /// Draws decoration, which is not part of the structure.
    pub(crate) fn artifact(&mut self, page: usize, draw: impl FnOnce(&mut Ink)) {
        let ink = &mut self.pages[page].ink;
        ink.begin_artifact();
        draw(ink);
        ink.end_marked();
    }

    /// Draws the picture as a figure that says what it shows.
    pub(crate) fn figure(&mut self, page: usize, x: f32, y: f32, side: f32, alternative: String) {
        let element = self.element(Role::Figure);
        self.elements[element].figure = Some((alternative, [x, y, x + side, y + side]));
        self.tagged(page, element, |ink| ink.picture(x, y, side));
    }
}
