//! One invented person and one picture to one PDF.
//!
//! ```sh
//! cargo run --release --example make_pdf -- FACE.jpg OUT.pdf [classic|modern] [SEED] [LOCALE]
//! ```
#![expect(clippy::print_stdout, reason = "an example tells what it did")]

use std::error::Error;

use brigade_documents::{Layout, Locale, Options, Person, Renderer};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [face, out, rest @ ..] = arguments.as_slice() else {
        return Err("usage: make_pdf FACE.jpg OUT.pdf [classic|modern] [SEED] [LOCALE]".into());
    };
    let layout = match rest.first().map(String::as_str) {
        None | Some("classic") => Layout::Classic,
        Some("modern") => Layout::Modern,
        Some(other) => {
            return Err(format!("unknown layout {other:?}; known are classic, modern").into());
        }
    };
    let seed = rest.get(1).map_or(Ok(1), |seed| seed.parse())?;
    let locale = rest
        .get(2)
        .map_or(Ok(Locale::En), |locale| locale.parse())?;

    let renderer = Renderer::new(Options {
        layout,
        ..Options::default()
    })?;
    let person = Person::invent(seed, 0, locale);
    let document = renderer.render(&person, &std::fs::read(face)?)?;
    std::fs::write(out, &document.pdf)?;
    println!(
        "{out}: {}, {} page(s), {} bytes",
        person.name,
        document.pages,
        document.pdf.len()
    );
    Ok(())
}
