//! The article's page: name, rule, two rows of eight faces, personal data, rule, bio, two rows of eight faces.

use super::one_line;
use crate::error::Error;
use crate::flow::{Flow, Style, fitting};
use crate::font::Weight;
use crate::ink::Colour;
use crate::locale::Labels;
use crate::person::Person;
use crate::sheet::{Role, Sheet};

const ROWS: u16 = 2;
const COLUMNS: u16 = 8;
/// Points; 80 CSS pixels.
const FACE: f32 = 60.0;
const GREY: Colour = Colour(0.6, 0.6, 0.6);
const HEADING: Style = Style {
    size: 14.0,
    leading: 20.0,
    colour: Colour::BLACK,
};
const BODY: Style = Style {
    size: 10.5,
    leading: 15.0,
    colour: Colour::BLACK,
};

pub(super) fn draw(sheet: &mut Sheet<'_>, person: &Person) -> Result<(), Error> {
    let labels = Labels::of(&person.language);
    let (paper_width, paper_height) = sheet.paper.size();
    // The column is as wide as a row of faces.
    let width = FACE * f32::from(COLUMNS);
    let margin = (paper_width - width) / 2.0;
    let top = paper_height - margin;
    let mut flow = Flow {
        left: margin,
        width,
        top,
        bottom: margin,
        page: 0,
        y: top,
    };

    let name = one_line(sheet, &person.name, Weight::Bold, "name")?;
    let size = fitting(&name, width, &[24.0, 22.0, 20.0, 18.0]);
    let title = Style {
        size,
        leading: size * 1.3,
        colour: Colour::BLACK,
    };
    flow.paragraph(sheet, Role::Title, &name, title, 0.0)?;
    flow.rule(sheet, 14.0, GREY)?;
    faces(
        sheet,
        &mut flow,
        Some(labels.portrait.replace("{}", &person.name)),
    )?;

    let facts = [
        (labels.date_of_birth, &person.date_of_birth, "date of birth"),
        (labels.phone, &person.phone, "phone"),
        (labels.email, &person.email, "email"),
        (labels.address, &person.address, "address"),
    ];
    // What nobody has told has no label either.
    let told = facts.iter().filter(|(_, value, _)| !value.is_empty());
    if told.clone().next().is_some() {
        heading(sheet, &mut flow, labels.personal_data)?;
    }
    for (label, value, field) in told {
        let mut line = sheet.book.shape(label, Weight::Bold, "label")?;
        line.extend(sheet.book.shape(": ", Weight::Bold, "label")?);
        // An address has its own lines.
        line.extend(sheet.book.shape(value, Weight::Regular, field)?);
        flow.paragraph(sheet, Role::Paragraph, &line, BODY, 0.0)?;
    }
    flow.skip(4.0);
    flow.rule(sheet, 8.0, GREY)?;
    if !person.bio.is_empty() {
        heading(sheet, &mut flow, labels.bio)?;
    }
    for paragraph in person.bio.lines().filter(|line| !line.trim().is_empty()) {
        let glyphs = sheet.book.shape(paragraph, Weight::Regular, "bio")?;
        flow.paragraph(sheet, Role::Paragraph, &glyphs, BODY, 0.0)?;
    }
    flow.skip(12.0);
    faces(sheet, &mut flow, None)
}

fn heading(sheet: &mut Sheet<'_>, flow: &mut Flow, text: &str) -> Result<(), Error> {
    flow.skip(10.0);
    let glyphs = sheet.book.shape(text, Weight::Bold, "label")?;
    flow.paragraph(sheet, Role::Heading, &glyphs, HEADING, BODY.leading)?;
    flow.skip(2.0);
    Ok(())
}

/// The rows of faces. With an alternative text the first is the document's figure; all others repeat it.
fn faces(sheet: &mut Sheet<'_>, flow: &mut Flow, alternative: Option<String>) -> Result<(), Error> {
    let height = FACE * f32::from(ROWS);
    flow.need(sheet, height)?;
    let (left, top) = (flow.left, flow.y);
    let skip = usize::from(alternative.is_some());
    if let Some(alternative) = alternative {
        sheet.figure(flow.page, left, top - FACE, FACE, alternative);
    }
    let places = (0..ROWS).flat_map(|row| (0..COLUMNS).map(move |column| (row, column)));
    sheet.artifact(flow.page, |ink| {
        for (row, column) in places.skip(skip) {
            ink.picture(
                left + FACE * f32::from(column),
                top - FACE * f32::from(row + 1),
                FACE,
            );
        }
    });
    flow.y -= height;
    Ok(())
}
