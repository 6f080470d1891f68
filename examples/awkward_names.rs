//! Ten people whose names and texts are hard to print, each to a PDF, and what cannot be printed told by name.
//!
//! ```sh
//! cargo run --release --example awkward_names -- FACE.jpg FOLDER [classic|modern] [FONT.ttf ...]
//! ```
//!
//! Fonts named on the command line are asked for what the built-in ones lack: with a Chinese font the last
//! person is printed as well.
#![expect(clippy::print_stdout, reason = "an example tells what it did")]

use std::path::Path;

use brigade_documents::{Layout, Locale, Options, Person, Renderer};
use brigade_examples::EndedEarly;

fn main() -> Result<(), EndedEarly> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [face, folder, rest @ ..] = arguments.as_slice() else {
        return Err("usage: awkward_names FACE.jpg FOLDER [classic|modern] [FONT.ttf ...]".into());
    };
    let layout = match rest.first().map(String::as_str) {
        None | Some("classic") => Layout::Classic,
        Some("modern") => Layout::Modern,
        Some(other) => return Err(format!("unknown layout {other:?}").into()),
    };
    let renderer = Renderer::new(Options {
        layout,
        fonts: rest.iter().skip(1).map(Into::into).collect(),
        ..Options::default()
    })?;
    let face = std::fs::read(face).map_err(|error| format!("{face}: {error}"))?;
    std::fs::create_dir_all(folder).map_err(|error| format!("{folder}: {error}"))?;
    for (index, person) in people().into_iter().enumerate() {
        match renderer.render(&person, &face) {
            Ok(document) => {
                let file = Path::new(folder).join(format!("awkward_{index}.pdf"));
                std::fs::write(&file, &document.pdf)
                    .map_err(|error| format!("{}: {error}", file.display()))?;
                println!("{}: {} page(s)", file.display(), document.pages);
            }
            Err(error) => println!("{:?} is not printed: {error}", person.name),
        }
    }
    Ok(())
}

fn people() -> Vec<Person> {
    let someone = |index, name: &str| Person {
        name: name.to_owned(),
        ..Person::invent(2026, index, Locale::En)
    };
    vec![
        // Letters with marks, composed and not: the first has five combining marks in its text.
        someone(0, "Ame\u{301}lie-Rene\u{301}e O\u{302}range\u{301} d’A\u{30A}ngstro\u{308}m"),
        // Marks that no composed character has: Yoruba, Lithuanian, Guaraní.
        someone(1, "Ọ̀ṣun Adébáyọ̀ Jū̃ratė̃ Ãg̃uirre"),
        someone(2, "Nguyễn Thị Phượng Hoàng"),
        someone(3, "Ђорђе Љубић-Ћирић Її Ґедзь Өмірбек"),
        someone(4, "Ἀχιλλεὺς Παπαδιαμαντόπουλος ὁ Ὠκεανίδης"),
        someone(
            5,
            "Karl Theodor Maria Nikolaus Johann Jacob Philipp Franz Joseph Sylvester Freiherr von und zu Beispielhausen-Musterberg",
        ),
        someone(6, &"Wolfeschlegelsteinhausenbergerdorff".repeat(4)),
        Person {
            address: "c/o Department of Unreasonably Long Postal Addresses\nBuilding 7, Staircase C, 14th floor, Room 14.203\n\
                      1000 Avenue of the Extraordinarily Long Street Names, Upper Lower Middleton-on-the-Hill, AK 99501"
                .into(),
            email: format!("{}@{}.example.com", "first.middle.last".repeat(3), "sub.domain".repeat(5)),
            phone: "+1 (555) 0100, extension 12345678901234567890".into(),
            ..someone(7, "Null O'Brien-Smythe III, PhD <null@example.com>")
        },
        Person {
            bio: [
                "A biography that does not want to end, told in sentences of ordinary length. ".repeat(60),
                "Its second paragraph is as long as the first, and has a word that is too long for a line: ".to_owned()
                    + &"Donaudampfschifffahrtsgesellschaft".repeat(8)
                    + ". "
                    + &"Then it goes on. ".repeat(150),
            ]
            .join("\n"),
            ..someone(8, "Scheherazade «1001» Nights")
        },
        someone(9, "王小明 (Wang Xiaoming)"),
    ]
}
