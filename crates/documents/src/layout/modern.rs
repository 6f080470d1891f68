//! A CV that one would send: a band with name and face, a narrow column of facts, a wide one of text.

use super::one_line;
use crate::error::Error;
use crate::flow::{Flow, Style, fitting};
use crate::font::Weight;
use crate::ink::Colour;
use crate::lines::break_lines;
use crate::locale::Labels;
use crate::person::{Career, Person};
use crate::sheet::{Role, Sheet};
use crate::text::Glyph;

const MARGIN: f32 = 48.0;
const GUTTER: f32 = 24.0;
/// Width of the column of facts.
const FACTS: f32 = 156.0;
const FACE: f32 = 90.0;
const PADDING: f32 = 24.0;

const BAND: Colour = Colour(0.12, 0.2, 0.3);
const ACCENT: Colour = Colour(0.13, 0.35, 0.53);
const GREY: Colour = Colour(0.35, 0.35, 0.35);
const LINE: Colour = Colour(0.78, 0.82, 0.86);

const HEADLINE: Style = style(12.0, 16.0, Colour(0.85, 0.9, 0.95));
const HEADING: Style = style(12.0, 16.0, ACCENT);
const SUBHEADING: Style = style(10.5, 14.0, Colour::BLACK);
const BODY: Style = style(10.0, 14.0, Colour::BLACK);
const NOTE: Style = style(9.0, 12.5, GREY);

const fn style(size: f32, leading: f32, colour: Colour) -> Style {
    Style {
        size,
        leading,
        colour,
    }
}

pub(super) fn draw(sheet: &mut Sheet<'_>, person: &Person) -> Result<(), Error> {
    let labels = Labels::of(&person.language);
    let nothing = Career::default();
    let career = person.career.as_ref().unwrap_or(&nothing);
    let (page, y) = band(sheet, person, &career.headline, labels)?;
    let (width, height) = sheet.paper.size();
    let column = |left: f32, width: f32| Flow {
        left,
        width,
        top: height - MARGIN,
        bottom: MARGIN,
        page,
        y,
    };
    // Read aloud, the text comes after the facts, as it stands to their right.
    facts(sheet, column(MARGIN, FACTS), person, career, labels)?;
    let left = MARGIN + FACTS + GUTTER;
    story(
        sheet,
        column(left, width - MARGIN - left),
        person,
        career,
        labels,
    )
}

/// The header band, as tall as the name needs; returns the page and height at which the columns start.
fn band(
    sheet: &mut Sheet<'_>,
    person: &Person,
    headline: &str,
    labels: &Labels,
) -> Result<(usize, f32), Error> {
    let (width, height) = sheet.paper.size();
    let room = width - 2.0 * MARGIN - FACE - GUTTER;
    let name = one_line(sheet, &person.name, Weight::Bold, "name")?;
    let headline = one_line(sheet, headline, Weight::Regular, "headline")?;
    let size = fitting(&name, room, &[28.0, 25.0, 22.0, 20.0]);
    let title = style(size, size * 1.25, Colour::WHITE);
    let lines = |glyphs: &[Glyph], style: Style| match glyphs {
        [] => 0.0,
        _ => break_lines(glyphs, room / style.size).len() as f32 * style.leading,
    };
    let text = lines(&name, title) + lines(&headline, HEADLINE);
    // A name that fills half a page would leave no room below: it is set as plain text beside the face.
    let limit = height / 2.0;
    if text > limit {
        let mut flow = Flow {
            left: MARGIN,
            width: width - 2.0 * MARGIN,
            top: height - MARGIN,
            bottom: MARGIN,
            page: 0,
            y: height - MARGIN,
        };
        let body = style(12.0, 16.0, Colour::BLACK);
        sheet.figure(
            0,
            width - MARGIN - FACE,
            height - MARGIN - FACE,
            FACE,
            portrait(person, labels),
        );
        flow.width = room;
        flow.paragraph(sheet, Role::Title, &name, body, 0.0)?;
        flow.paragraph(sheet, Role::Paragraph, &headline, body, 0.0)?;
        return Ok((flow.page, flow.y - PADDING));
    }
    let tall = text.max(FACE) + 2.0 * PADDING;
    sheet.artifact(0, |ink| ink.fill(0.0, height - tall, width, tall, BAND));
    let mut flow = Flow {
        left: MARGIN,
        width: room,
        top: height,
        bottom: 0.0,
        page: 0,
        y: height - (tall - text) / 2.0,
    };
    flow.paragraph(sheet, Role::Title, &name, title, 0.0)?;
    if !headline.is_empty() {
        flow.paragraph(sheet, Role::Paragraph, &headline, HEADLINE, 0.0)?;
    }
    let face = (width - MARGIN - FACE, height - (tall + FACE) / 2.0);
    sheet.figure(0, face.0, face.1, FACE, portrait(person, labels));
    Ok((0, height - tall - PADDING))
}

fn portrait(person: &Person, labels: &Labels) -> String {
    labels.portrait.replace("{}", &person.name)
}

/// The narrow column: contact, skills, languages.
fn facts(
    sheet: &mut Sheet<'_>,
    mut flow: Flow,
    person: &Person,
    career: &Career,
    labels: &Labels,
) -> Result<(), Error> {
    let flow = &mut flow;
    let contact = [
        (labels.email, &person.email, "email"),
        (labels.phone, &person.phone, "phone"),
        (labels.address, &person.address, "address"),
        (labels.date_of_birth, &person.date_of_birth, "date of birth"),
    ];
    let told = contact.iter().filter(|(_, value, _)| !value.is_empty());
    if told.clone().next().is_some() {
        heading(sheet, flow, labels.contact)?;
    }
    for (label, value, field) in told {
        let label = sheet.book.shape(label, Weight::Regular, "label")?;
        flow.paragraph(sheet, Role::Paragraph, &label, NOTE, BODY.leading)?;
        let value = sheet.book.shape(value, Weight::Regular, field)?;
        flow.paragraph(sheet, Role::Paragraph, &value, BODY, 0.0)?;
        flow.skip(4.0);
    }
    if !career.skills.is_empty() {
        heading(sheet, flow, labels.skills)?;
    }
    for skill in &career.skills {
        paragraph(sheet, flow, skill, BODY, "skills")?;
    }
    if !career.languages.is_empty() {
        heading(sheet, flow, labels.languages)?;
    }
    for fluency in &career.languages {
        let text = format!("{} ({})", fluency.language, fluency.level);
        paragraph(sheet, flow, &text, BODY, "languages")?;
    }
    Ok(())
}

/// The wide column: summary, bio, experience, education.
fn story(
    sheet: &mut Sheet<'_>,
    mut flow: Flow,
    person: &Person,
    career: &Career,
    labels: &Labels,
) -> Result<(), Error> {
    let flow = &mut flow;
    for (label, text, field) in [
        (labels.summary, &career.summary, "summary"),
        (labels.bio, &person.bio, "bio"),
    ] {
        if text.is_empty() {
            continue;
        }
        heading(sheet, flow, label)?;
        for part in text.lines().filter(|line| !line.trim().is_empty()) {
            paragraph(sheet, flow, part, BODY, field)?;
        }
    }
    if !career.experience.is_empty() {
        heading(sheet, flow, labels.experience)?;
    }
    for position in &career.experience {
        entry(
            sheet,
            flow,
            &position.title,
            &position.employer,
            &position.period,
            "experience",
        )?;
        for task in &position.tasks {
            bullet(sheet, flow, task)?;
        }
        flow.skip(4.0);
    }
    if !career.education.is_empty() {
        heading(sheet, flow, labels.education)?;
    }
    for degree in &career.education {
        entry(
            sheet,
            flow,
            &degree.title,
            &degree.school,
            &degree.period,
            "education",
        )?;
        flow.skip(4.0);
    }
    Ok(())
}

fn heading(sheet: &mut Sheet<'_>, flow: &mut Flow, text: &str) -> Result<(), Error> {
    flow.skip(10.0);
    let glyphs = sheet.book.shape(text, Weight::Bold, "label")?;
    // A heading stays with its rule and two lines of what follows.
    flow.paragraph(
        sheet,
        Role::Heading,
        &glyphs,
        HEADING,
        6.0 + 2.0 * BODY.leading,
    )?;
    flow.rule(sheet, 6.0, LINE)?;
    flow.skip(2.0);
    Ok(())
}

fn paragraph(
    sheet: &mut Sheet<'_>,
    flow: &mut Flow,
    text: &str,
    style: Style,
    field: &'static str,
) -> Result<(), Error> {
    let glyphs = one_line(sheet, text, Weight::Regular, field)?;
    flow.paragraph(sheet, Role::Paragraph, &glyphs, style, 0.0)
}

/// What, where and when.
fn entry(
    sheet: &mut Sheet<'_>,
    flow: &mut Flow,
    title: &str,
    place: &str,
    period: &str,
    field: &'static str,
) -> Result<(), Error> {
    let glyphs = one_line(sheet, title, Weight::Bold, field)?;
    flow.paragraph(
        sheet,
        Role::Subheading,
        &glyphs,
        SUBHEADING,
        NOTE.leading + BODY.leading,
    )?;
    let separator = if place.is_empty() || period.is_empty() {
        ""
    } else {
        " · "
    };
    paragraph(
        sheet,
        flow,
        &format!("{place}{separator}{period}"),
        NOTE,
        field,
    )
}

/// A sentence with a dot before it.
fn bullet(sheet: &mut Sheet<'_>, flow: &mut Flow, text: &str) -> Result<(), Error> {
    const INDENT: f32 = 10.0;
    let glyphs = one_line(sheet, text, Weight::Regular, "experience")?;
    let mut inner = Flow {
        left: flow.left + INDENT,
        width: flow.width - INDENT,
        ..*flow
    };
    let lines = break_lines(&glyphs, inner.width / BODY.size).len();
    inner.need(sheet, BODY.leading * lines.min(2) as f32)?;
    let (x, y) = (flow.left + 1.5, inner.y - BODY.leading / 2.0 - 1.2);
    sheet.artifact(inner.page, |ink| ink.fill(x, y, 3.0, 3.0, ACCENT));
    inner.paragraph(sheet, Role::Paragraph, &glyphs, BODY, 0.0)?;
    (flow.page, flow.y) = (inner.page, inner.y);
    Ok(())
}
