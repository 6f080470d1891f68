//! Documents as other people's tools see them: qpdf, poppler, mupdf, and lopdf reading back.

mod common;

use brigade_documents::{Day, Layout, Locale, Options, Paper, Person, Renderer};
use common::{face, flat, path, text_of};

fn renderer(layout: Layout) -> Renderer {
    Renderer::new(Options {
        layout,
        ..Options::default()
    })
    .expect("the built-in fonts load")
}

#[test]
fn every_layout_paper_and_locale_is_valid_for_other_tools_and_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cv.pdf");
    let face = face(300);
    for layout in [Layout::Classic, Layout::Modern] {
        for paper in [Paper::A4, Paper::Letter] {
            let renderer = Renderer::new(Options {
                layout,
                paper,
                ..Options::default()
            })
            .unwrap();
            for &locale in Locale::ALL {
                let person = Person::invent(11, 3, locale);
                std::fs::write(&file, renderer.render(&person, &face).unwrap().pdf).unwrap();
                text_of("qpdf", &["--check", path(&file)]);
                if let Some(text) = text_of("pdftotext", &[path(&file), "-"]) {
                    let text = flat(&text);
                    for part in [
                        &person.name,
                        &person.email,
                        &person.phone,
                        &person.date_of_birth,
                    ] {
                        assert!(
                            text.contains(part.as_str()),
                            "{locale}: no {part:?} in {text}"
                        );
                    }
                    for word in person
                        .bio
                        .split_whitespace()
                        .chain(person.address.split_whitespace())
                    {
                        assert!(text.contains(word), "{locale}: no {word:?} in {text}");
                    }
                }
                if let Some(text) = text_of("mutool", &["draw", "-q", "-F", "txt", path(&file)]) {
                    assert!(flat(&text).contains(&person.name), "{locale}: {text}");
                }
            }
        }
    }
}

#[test]
fn the_classic_page_has_32_faces_of_60_points_and_one_picture() {
    let person = Person::invent(1, 0, Locale::En);
    let rendered = renderer(Layout::Classic)
        .render(&person, &face(1024))
        .unwrap();
    assert_eq!(rendered.pages, 1);
    let document = lopdf::Document::load_mem(&rendered.pdf).unwrap();
    assert_eq!(document.version, "1.7");
    let images = document.objects.values().filter(|object| {
        let dict = object.as_stream().map(|stream| &stream.dict);
        dict.and_then(|dict| dict.get(b"Subtype")?.as_name())
            .is_ok_and(|name| name == b"Image")
    });
    let sizes: Vec<i64> = images
        .map(|image| {
            image
                .as_stream()
                .unwrap()
                .dict
                .get(b"Width")
                .unwrap()
                .as_i64()
                .unwrap()
        })
        .collect();
    assert_eq!(sizes, [256], "one image, at 307 dpi");

    let (_, page) = document.get_pages().into_iter().next().unwrap();
    let content = lopdf::content::Content::decode(&document.get_page_content(page)).unwrap();
    let matrices: Vec<&[lopdf::Object]> = content
        .operations
        .iter()
        .filter(|operation| operation.operator == "cm")
        .map(|operation| operation.operands.as_slice())
        .collect();
    assert_eq!(matrices.len(), 32);
    assert!(matrices.iter().all(
        |matrix| matrix[0].as_float().unwrap() == 60.0 && matrix[3].as_float().unwrap() == 60.0
    ));
}

#[test]
fn the_classic_page_takes_at_most_35_kb() {
    for index in 0..20 {
        let person = Person::invent(5, index, Locale::En);
        let size = renderer(Layout::Classic)
            .render(&person, &face(1024))
            .unwrap()
            .pdf
            .len();
        assert!(size <= 35_000, "{size} bytes");
    }
}

#[test]
fn a_document_says_whose_it_is_in_which_language_and_what_follows_what() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cv.pdf");
    let mut person = Person::invent(1, 0, Locale::En);
    person.name = "Zoë <&> O’Neill".into();
    let renderer = Renderer::new(Options {
        created: Some(Day {
            year: 2024,
            month: 2,
            day: 29,
        }),
        ..Options::default()
    })
    .unwrap();
    std::fs::write(&file, renderer.render(&person, &face(300)).unwrap().pdf).unwrap();
    if let Some(info) = text_of("pdfinfo", &["-isodates", path(&file)]) {
        for line in [
            "Zoë <&> O’Neill – CV",
            "Author:          Zoë <&> O’Neill",
            "2024-02-29T00:00:00Z",
            "Tagged:          yes",
        ] {
            assert!(info.contains(line), "no {line:?} in {info}");
        }
    }
    if let Some(metadata) = text_of("pdfinfo", &["-meta", path(&file)]) {
        assert!(
            metadata.contains("Zoë &lt;&amp;&gt; O’Neill – CV"),
            "{metadata}"
        );
        assert!(
            metadata.contains("<dc:language><rdf:Bag><rdf:li>en<"),
            "{metadata}"
        );
    }
    if let Some(structure) = text_of("pdfinfo", &["-struct-text", path(&file)]) {
        let order = [
            "H1",
            "Zoë <&> O’Neill",
            "Figure",
            "H2",
            "Personal data",
            "Date of birth: ",
            "H2",
            "Bio",
            &person.bio,
        ];
        let mut rest = structure.as_str();
        for part in order {
            let place = rest
                .find(part)
                .unwrap_or_else(|| panic!("no {part:?} after the others in {structure}"));
            rest = &rest[place + part.len()..];
        }
        assert_eq!(
            structure.matches("Figure").count(),
            1,
            "repeats are no figures: {structure}"
        );
    }
    if let Some(fonts) = text_of("pdffonts", &[path(&file)]) {
        let rows: Vec<&str> = fonts.lines().skip(2).collect();
        assert_eq!(rows.len(), 2, "{fonts}");
        assert!(
            rows.iter()
                .all(|row| row.contains("CID TrueType") && row.contains("yes yes yes")),
            "{fonts}"
        );
    }
}

#[test]
fn words_of_different_lines_stay_apart_for_who_reads_the_structure() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cv.pdf");
    let person = Person {
        address: "12 Sea Road\nPort Ellen\n\nIslay".into(),
        bio: "Once upon a time. ".repeat(40),
        ..Person::invent(1, 0, Locale::En)
    };
    for layout in [Layout::Classic, Layout::Modern] {
        let rendered = renderer(layout).render(&person, &face(64)).unwrap();
        std::fs::write(&file, rendered.pdf).unwrap();
        if let Some(structure) = text_of("pdfinfo", &["-struct-text", path(&file)]) {
            for text in ["12 Sea Road Port Ellen Islay", person.bio.trim()] {
                assert!(
                    flat(&structure).contains(text),
                    "{layout:?}: no {text:?} in {structure}"
                );
            }
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes_and_other_input_another_identifier() {
    let face = face(300);
    let person = Person::invent(1, 0, Locale::En);
    let first = renderer(Layout::Modern).render(&person, &face).unwrap();
    let again = renderer(Layout::Modern)
        .render(&person.clone(), &face)
        .unwrap();
    assert!(first == again);
    let id = |pdf: &[u8]| {
        let document = lopdf::Document::load_mem(pdf).unwrap();
        format!("{:?}", document.trailer.get(b"ID").unwrap())
    };
    let other = Person {
        phone: "0".into(),
        ..person
    };
    let other = renderer(Layout::Modern).render(&other, &face).unwrap();
    assert_ne!(id(&first.pdf), id(&other.pdf));
}
