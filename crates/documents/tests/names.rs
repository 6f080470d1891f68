//! Names and texts: what prints reads back, and what cannot be printed right is refused by name.

mod common;

use brigade_documents::{Career, Error, Layout, Limits, Locale, Options, Person, Renderer};
use common::{face, flat, path, text_of};
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;

fn renderer(layout: Layout) -> Renderer {
    Renderer::new(Options {
        layout,
        ..Options::default()
    })
    .expect("the built-in fonts load")
}

fn named(name: &str) -> Person {
    Person {
        name: name.to_owned(),
        ..Person::invent(1, 0, Locale::En)
    }
}

fn refusal(name: &str) -> Error {
    renderer(Layout::Classic)
        .render(&named(name), &face(16))
        .expect_err("the name cannot be printed")
}

/// What pdftotext reads from a document, composed and on one line.
fn read_back(person: &Person, layout: Layout) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("cv.pdf");
    let rendered = renderer(layout)
        .render(person, &face(16))
        .expect("the person is printable");
    std::fs::write(&file, rendered.pdf).expect("the folder takes a file");
    let text = text_of("pdftotext", &["-raw", path(&file), "-"])?;
    Some(flat(&text.nfc().collect::<String>()))
}

#[test]
fn an_address_keeps_its_lines_and_what_is_not_told_has_no_label() {
    let person = Person {
        phone: String::new(),
        bio: String::new(),
        address: "12 St James Square\nLondon".to_owned(),
        ..named("Ada")
    };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("cv.pdf");
    for layout in [Layout::Classic, Layout::Modern] {
        let rendered = renderer(layout).render(&person, &face(16));
        std::fs::write(&file, rendered.expect("printable").pdf).expect("the folder takes a file");
        let Some(text) = text_of("pdftotext", &["-raw", path(&file), "-"]) else {
            return;
        };
        let lines: Vec<&str> = text.lines().collect();
        let ends = |end: &str| lines.iter().any(|line| line.ends_with(end));
        assert!(ends("12 St James Square") && ends("London"), "{text}");
        assert!(text.contains("Email") && !text.contains("Phone"), "{text}");
        assert!(!text.contains("Bio"), "{text}");
    }
}

#[test]
fn every_letter_of_latin_greek_and_cyrillic_prints_and_reads_back() {
    for block in [
        0x20..0x180,
        0x180..0x250,
        0x370..0x3E2, // then Coptic
        0x3F0..0x400,
        0x400..0x530,
        0x1E00..0x1F00,
        0x1F00..0x2000,
    ] {
        let letters: Vec<String> = block
            .clone()
            .filter_map(char::from_u32)
            .filter(|letter| letter.is_alphabetic())
            // Hypogegrammeni spelt as a mark reads back as a letter of its own.
            .map(|letter| letter.nfc().collect())
            .collect();
        let mut bio = letters.join(" ");
        let picture = face(16);
        // A letter that Noto Sans lacks has to be named; the others have to print.
        let mut missing = 0;
        while let Err(error) = renderer(Layout::Classic).render(
            &Person {
                bio: bio.clone(),
                ..named("A")
            },
            &picture,
        ) {
            let Error::MissingCharacter { character, .. } = error else {
                panic!("{error}")
            };
            bio = bio.replace(character, "");
            missing += 1;
        }
        assert!(
            missing * 50 <= letters.len(),
            "{block:x?}: {missing} of {} are missing",
            letters.len()
        );
        if let Some(text) = read_back(
            &Person {
                bio: bio.clone(),
                ..named("A")
            },
            Layout::Classic,
        ) {
            assert!(text.contains(&flat(&bio)), "{block:x?}: {bio}\n{text}");
        }
    }
}

#[test]
fn marks_without_a_composed_form_are_placed_and_read_back() {
    let name = "Ọ̀ṣun Jū̃ratė̃ Ãg̃uirre";
    for layout in [Layout::Classic, Layout::Modern] {
        if let Some(text) = read_back(&named(name), layout) {
            assert!(text.contains(&name.nfc().collect::<String>()), "{text}");
        }
    }
    let error = refusal("A\u{20DD}");
    assert!(
        matches!(
            error,
            Error::UnplacedMark {
                mark: '\u{20DD}',
                base: Some('A'),
                field: "name"
            }
        ),
        "{error}"
    );
    assert_eq!(
        error.to_string(),
        "the combining mark U+20DD of the name cannot be placed over 'A'"
    );
    assert!(matches!(
        refusal("\u{301}"),
        Error::UnplacedMark { base: None, .. }
    ));
}

#[test]
fn scripts_that_need_shaping_are_refused_by_name() {
    for (name, expected) in [
        ("שרה", "Hebrew"),
        ("محمد", "Arabic"),
        ("अमित", "Devanagari"),
        ("สมชาย", "Thai"),
        ("a\u{202E}b", "bidirectional control"),
    ] {
        let error = refusal(name);
        assert!(
            matches!(&error, Error::UnsupportedScript { script, field: "name", .. } if *script == expected),
            "{error}"
        );
        assert!(error.to_string().contains(expected));
    }
}

#[test]
fn a_character_that_no_font_has_is_named_with_its_code_point_and_field() {
    let error = refusal("王");
    assert_eq!(
        error.to_string(),
        "no font has the character '王' (U+738B) of the name"
    );
    let person = Person {
        bio: "bell \u{7}".into(),
        ..named("A")
    };
    let error = renderer(Layout::Modern)
        .render(&person, &face(16))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "no font has the character \\u{7} (U+0007) of the bio"
    );
}

#[test]
fn a_font_file_is_asked_for_what_the_built_in_ones_lack_and_a_bad_one_is_named() {
    let options = |font: &str| Options {
        fonts: vec![font.into()],
        ..Options::default()
    };
    let error = Renderer::new(options("/no/such/font.ttf")).unwrap_err();
    assert_eq!(error.to_string(), "cannot read the font /no/such/font.ttf");
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let error = Renderer::new(options(here)).unwrap_err();
    assert!(
        matches!(&error, Error::Font { font, .. } if font == here),
        "{error}"
    );
}

#[test]
fn long_texts_go_on_on_further_pages_and_nothing_is_lost() {
    let words: Vec<String> = (0..1800).map(|number| format!("word{number}")).collect();
    let person = Person {
        bio: words.join(" "),
        address: "Long Street ".repeat(40),
        ..named(&"Longname ".repeat(20))
    };
    for layout in [Layout::Classic, Layout::Modern] {
        let rendered = renderer(layout).render(&person, &face(16)).unwrap();
        assert!(rendered.pages > 1);
        if let Some(text) = read_back(&person, layout) {
            let read: Vec<&str> = text
                .split(' ')
                .filter(|word| word.starts_with("word"))
                .collect();
            assert_eq!(read, words, "{layout:?}");
        }
    }
}

#[test]
fn texts_and_pages_beyond_the_limits_are_refused() {
    let error = refusal(&"x".repeat(20_000));
    assert_eq!(
        error.to_string(),
        "the name is 20000 bytes long, the limit is 16384"
    );
    let renderer = Renderer::new(Options {
        limits: Limits {
            pages: 1,
            ..Limits::default()
        },
        ..Options::default()
    })
    .unwrap();
    let person = Person {
        bio: "A line.\n".repeat(200),
        ..named("A")
    };
    assert!(matches!(
        renderer.render(&person, &face(16)).unwrap_err(),
        Error::TooManyPages { limit: 1 }
    ));
}

#[test]
fn an_empty_person_is_a_valid_page() {
    for layout in [Layout::Classic, Layout::Modern] {
        let rendered = renderer(layout)
            .render(&Person::default(), &face(16))
            .unwrap();
        assert_eq!(
            lopdf::Document::load_mem(&rendered.pdf)
                .unwrap()
                .get_pages()
                .len(),
            1
        );
    }
}

/// Any text: mostly letters of many scripts, now and then anything.
fn text() -> impl Strategy<Value = String> {
    let letter = prop_oneof![
        20 => proptest::char::range(' ', '~'),
        10 => proptest::char::range('\u{A0}', '\u{52F}'),
        5 => proptest::char::range('\u{1E00}', '\u{2120}'),
        1 => any::<char>(),
    ];
    proptest::collection::vec(letter, 0..40).prop_map(String::from_iter)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_person_gives_a_readable_document_or_an_error_that_names_the_culprit(
        (name, address, bio) in (text(), text(), text()),
        skills in proptest::collection::vec(text(), 0..3),
        modern in any::<bool>(),
    ) {
        let career = Some(Career { skills, ..Career::default() });
        let person = Person { name, address, bio, career, ..named("") };
        let layout = if modern { Layout::Modern } else { Layout::Classic };
        match renderer(layout).render(&person, &face(16)) {
            Ok(rendered) => {
                let document = lopdf::Document::load_mem(&rendered.pdf).unwrap();
                prop_assert_eq!(document.get_pages().len(), rendered.pages);
            }
            Err(error) => {
                let named = |character: char, field: &str| {
                    let texts = [&person.name, &person.address, &person.bio].into_iter().chain(&person.career.as_ref().unwrap().skills);
                    let there = texts.flat_map(|text| text.nfc()).any(|other| other == character);
                    there && ["name", "address", "bio", "skills"].contains(&field)
                };
                let culprit = match &error {
                    Error::MissingCharacter { character, field } | Error::UnsupportedScript { character, field, .. } => named(*character, field),
                    Error::UnplacedMark { mark, field, .. } => named(*mark, field),
                    _ => false,
                };
                prop_assert!(culprit, "{}", error);
            }
        }
    }

    #[test]
    fn what_prints_of_a_name_is_the_name(name in "[A-Za-zÀ-ÖØ-öø-ÿĀ-žΑ-ΡΣ-ώЀ-ӿẠ-ỹ’-]{1,12}( [A-Za-zÀ-ÖØ-öø-ÿĀ-žΑ-ΡΣ-ώЀ-ӿẠ-ỹ]{1,12}){0,2}") {
        // Cyrillic has enclosing marks in the middle of its block, which are refused.
        prop_assume!(!name.chars().any(unicode_normalization::char::is_combining_mark));
        if let Some(text) = read_back(&named(&name), Layout::Classic) {
            let name: String = name.nfc().collect();
            prop_assert!(text.starts_with(&name), "{:?} is not at the start of {:?}", name, &text[..text.len().min(200)]);
        }
    }
}
