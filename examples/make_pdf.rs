//! One invented person and one picture to one PDF.
//!
//! ```sh
//! cargo run --release --example make_pdf -- FACE.jpg OUT.pdf [classic|modern] [SEED] [LOCALE]
//! ```
#![expect(clippy::print_stdout, reason = "an example tells what it did")]

use brigade_documents::{Layout, Locale, Options, Person, Renderer};
use brigade_examples::{EndedEarly, read};

fn main() -> Result<(), EndedEarly> {
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
    let seed = rest.get(1).map_or(Ok(1), |seed| read(seed, "SEED"))?;
    let locale = rest
        .get(2)
        .map_or(Ok(Locale::En), |locale| read(locale, "LOCALE"))?;

    let renderer = Renderer::new(Options {
        layout,
        ..Options::default()
    })?;
    let picture = std::fs::read(face).map_err(|error| format!("{face}: {error}"))?;
    let person = Person::invent(seed, 0, locale);
    let document = renderer.render(&person, &picture)?;
    std::fs::write(out, &document.pdf).map_err(|error| format!("{out}: {error}"))?;
    println!(
        "{out}: {}, {} page(s), {} bytes",
        person.name,
        document.pages,
        document.pdf.len()
    );
    Ok(())
}
