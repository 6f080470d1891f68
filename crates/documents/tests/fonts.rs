//! Font files: TrueType and CFF outlines, collections, the order in which they are asked, and what is refused.
//!
//! Chinese, Japanese and Korean fonts are large, so none is kept here: the tests take Debian's
//! (fonts-droid-fallback, fonts-noto-cjk) and say so where they are not installed.

#![expect(clippy::unwrap_used, reason = "the helpers belong to the tests")]

mod common;

use std::path::Path;

use brigade_documents::{Error, Layout, Locale, Options, Person, Renderer, check_font};
use common::{face, flat, path, text_of};
use proptest::prelude::*;

/// TrueType outlines.
const DROID: &str = "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf";
/// CFF outlines keyed by CID, ten fonts in one file.
const NOTO: &str = "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc";
const BUILT_IN: &[u8] = include_bytes!("../fonts/NotoSans-Regular.ttf");

/// Whether another project's font is here; where the run demands all tools it has to be.
#[expect(clippy::print_stdout, reason = "a test says why it was skipped")]
fn is_here(font: &str) -> bool {
    let here = Path::new(font).exists();
    if !here {
        assert!(
            std::env::var_os("BRIGADE_REQUIRE_TOOLS").is_none(),
            "{font} is not installed"
        );
        println!("skipped: {font} is not installed");
    }
    here
}

fn renderer(layout: Layout, fonts: &[&str]) -> Result<Renderer, Error> {
    Renderer::new(Options {
        layout,
        fonts: fonts.iter().map(Into::into).collect(),
        ..Options::default()
    })
}

fn named(name: &str) -> Person {
    Person {
        name: name.to_owned(),
        ..Person::invent(1, 0, Locale::En)
    }
}

#[test]
fn chinese_japanese_and_korean_print_with_either_kind_of_outlines_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cv.pdf");
    for (font, kind, names) in [
        (
            DROID,
            "CID TrueType",
            &["王小明 (Wang Xiaoming)", "田中 さくら・サクラ"][..],
        ),
        // The last one's first character is beyond the basic plane.
        (
            NOTO,
            "CID Type 0C",
            &[
                "王小明 (Wang Xiaoming)",
                "田中 さくら・サクラ",
                "김민준",
                "𠮷野家",
            ],
        ),
    ] {
        if !is_here(font) {
            continue;
        }
        for layout in [Layout::Classic, Layout::Modern] {
            let renderer = renderer(layout, &[font]).unwrap();
            for name in names {
                let rendered = renderer.render(&named(name), &face(64)).unwrap();
                assert_eq!(rendered.pages, 1);
                assert!(
                    rendered.pdf.len() < 60_000,
                    "a subset, not the font: {}",
                    rendered.pdf.len()
                );
                std::fs::write(&file, rendered.pdf).unwrap();
                text_of("qpdf", &["--check", path(&file)]);
                if let Some(text) = text_of("pdftotext", &["-raw", path(&file), "-"]) {
                    assert!(flat(&text).contains(name), "{font}: no {name} in {text}");
                }
                if let Some(text) = text_of("mutool", &["draw", "-q", "-F", "txt", path(&file)]) {
                    assert!(flat(&text).contains(name), "{font}: no {name} in {text}");
                }
                if let Some(fonts) = text_of("pdffonts", &[path(&file)]) {
                    let row = fonts.lines().last().unwrap();
                    assert!(
                        row.contains(kind) && row.contains("yes yes yes"),
                        "{font}: {fonts}"
                    );
                }
            }
        }
    }
}

#[test]
fn glyphs_of_both_kinds_of_outlines_are_drawn_and_not_blank() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cv.pdf");
    for font in [DROID, NOTO] {
        if !is_here(font) {
            continue;
        }
        let renderer = renderer(Layout::Classic, &[font]).unwrap();
        // How much is black where the name stands, the upper left corner of the page.
        let black = |name: &str| {
            std::fs::write(&file, renderer.render(&named(name), &face(64)).unwrap().pdf).unwrap();
            let drawn = [
                "-r",
                "72",
                "-gray",
                "-singlefile",
                "-W",
                "300",
                "-H",
                "85",
                path(&file),
                path(&file),
            ];
            text_of("pdftoppm", &drawn)?;
            let picture = std::fs::read(file.with_extension("pdf.pgm")).unwrap();
            let pixels = &picture[picture.len() - 300 * 85..];
            Some(
                pixels
                    .iter()
                    .map(|&grey| u64::from(255 - grey))
                    .sum::<u64>(),
            )
        };
        if let (Some(none), Some(four), Some(eight)) =
            (black(" "), black("鬱鬱鬱鬱"), black("鬱鬱鬱鬱鬱鬱鬱鬱"))
        {
            let ink = four - none;
            assert!(ink > 50_000, "{font}: {none} to {four}");
            assert!(
                (eight - none).abs_diff(2 * ink) < ink / 5,
                "{font}: {none}, {four}, {eight}"
            );
        }
    }
}

#[test]
fn fonts_are_asked_in_the_order_they_are_given_in() {
    if !is_here(DROID) || !is_here(NOTO) {
        return;
    }
    let fonts_of = |fonts: &[&str], name: &str| {
        let pdf = renderer(Layout::Classic, fonts)
            .unwrap()
            .render(&named(name), &face(16))
            .unwrap()
            .pdf;
        let names = ["DroidSansFallback", "NotoSansCJK"];
        let has = |name: &str| {
            pdf.windows(name.len())
                .any(|window| window == name.as_bytes())
        };
        names.map(has)
    };
    assert_eq!(fonts_of(&[DROID, NOTO], "王"), [true, false]);
    assert_eq!(fonts_of(&[NOTO, DROID], "王"), [false, true]);
    // What the first lacks comes from the second, and only that.
    assert_eq!(fonts_of(&[DROID, NOTO], "王𠮷"), [true, true]);
    // What the built-in ones have is never asked of a file.
    assert_eq!(fonts_of(&[NOTO, DROID], "Wang"), [false, false]);
}

#[test]
fn a_file_that_cannot_be_used_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("font.ttf");
    let refusal = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        let error = check_font(&file).unwrap_err().to_string();
        let start = format!("cannot use the font {}: ", file.display());
        error
            .strip_prefix(&start)
            .unwrap_or_else(|| panic!("{error}"))
            .to_owned()
    };
    std::fs::write(&file, BUILT_IN).unwrap();
    check_font(&file).unwrap();

    for no_font in [&b""[..], b"wOF2 and so on", b"<html>", &BUILT_IN[..600]] {
        assert!(!refusal(no_font).is_empty());
    }
    // Bits 1 and 8 of the licence: no embedding at all, and none of a subset.
    for licence in [0x0002u16, 0x0100] {
        let mut font = BUILT_IN.to_vec();
        let place = table(&font, b"OS/2") + 8;
        font[place..place + 2].copy_from_slice(&licence.to_be_bytes());
        assert_eq!(refusal(&font), "its licence bits forbid embedding a subset");
    }
    let mut font = BUILT_IN.to_vec();
    for name in [b"glyf", b"loca"] {
        let record = record(&font, name);
        font[record..record + 4].copy_from_slice(b"none");
    }
    assert_eq!(refusal(&font), "it has neither TrueType nor CFF outlines");

    let error = check_font(&folder.path().join("absent.ttf")).unwrap_err();
    assert!(matches!(&error, Error::FontFile { .. }), "{error}");
    let error = check_font(folder.path()).unwrap_err();
    assert!(matches!(&error, Error::FontFile { .. }), "{error}");
}

#[test]
fn of_a_collection_the_first_font_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fonts.ttc");
    std::fs::write(&file, collection(&[BUILT_IN, BUILT_IN])).unwrap();
    check_font(&file).unwrap();
    // Cut within its first font.
    std::fs::write(&file, &collection(&[BUILT_IN, BUILT_IN])[..1000]).unwrap();
    assert!(matches!(check_font(&file), Err(Error::Font { .. })));
}

/// Fonts in one file: a header with the place of each, and each table's place counted from the start of the file.
fn collection(fonts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = b"ttcf\0\x01\0\0".to_vec();
    bytes.extend((fonts.len() as u32).to_be_bytes());
    let mut start = bytes.len() + 4 * fonts.len();
    for font in fonts {
        bytes.extend((start as u32).to_be_bytes());
        start += font.len();
    }
    for font in fonts {
        let (start, mut font) = (bytes.len() as u32, font.to_vec());
        let tables = usize::from(u16::from_be_bytes([font[4], font[5]]));
        for record in font[12..12 + 16 * tables].chunks_exact_mut(16) {
            let place = u32::from_be_bytes(record[8..12].try_into().unwrap()) + start;
            record[8..12].copy_from_slice(&place.to_be_bytes());
        }
        bytes.extend(font);
    }
    bytes
}

/// Where a table's entry in the directory is.
fn record(font: &[u8], name: &[u8; 4]) -> usize {
    let directory = font[12..].chunks_exact(16);
    12 + 16
        * directory
            .into_iter()
            .position(|record| record[..4] == *name)
            .unwrap()
}

/// Where a table is.
fn table(font: &[u8], name: &[u8; 4]) -> usize {
    let record = record(font, name);
    u32::from_be_bytes(font[record + 8..record + 12].try_into().unwrap()) as usize
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// A character of any plane prints, or is refused by its own name; with a font for much of two planes and without.
    #[test]
    fn a_character_of_any_plane_prints_or_is_named(plane in 0..=16u32, place in 0..=0xFFFFu32) {
        let Some(character) = char::from_u32(plane << 16 | place) else { return Ok(()) };
        let fonts = [DROID, NOTO].into_iter().filter(|font| Path::new(font).exists());
        for fonts in [Vec::new(), fonts.collect()] {
            let renderer = renderer(Layout::Classic, &fonts).expect("the fonts load");
            match renderer.render(&named(&format!("A{character}")), &face(16)) {
                Ok(rendered) => prop_assert!(lopdf::Document::load_mem(&rendered.pdf).is_ok()),
                Err(Error::MissingCharacter { character: culprit, field: "name" }
                    | Error::UnsupportedScript { character: culprit, field: "name", .. }
                    | Error::UnplacedMark { mark: culprit, field: "name", .. }) => {
                    let composed: String = unicode_normalization::UnicodeNormalization::nfc(std::iter::once(character)).collect();
                    prop_assert!(composed.contains(culprit), "{:?} for {:?}", culprit, character);
                }
                Err(error) => prop_assert!(false, "{}", error),
            }
        }
    }

    /// Whatever is wrong with a font file, it is refused, or a document refuses its characters, or one comes out.
    #[test]
    fn damaged_fonts_never_panic(
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        header in any::<bool>(),
        chinese in any::<bool>(),
        cut in proptest::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut font = match std::fs::read(DROID) {
            Ok(font) if chinese => font,
            _ => BUILT_IN.to_vec(),
        };
        for (place, value) in damage {
            let place = place.index(if header { 4000 } else { font.len() });
            font[place] = value;
        }
        if let Some(cut) = cut {
            font.truncate(cut.index(font.len()));
        }
        let folder = tempfile::tempdir().expect("a folder can be made");
        let file = folder.path().join("font.ttf");
        std::fs::write(&file, font).expect("the folder takes a file");
        if let Ok(renderer) = renderer(Layout::Classic, &[path(&file)]) {
            // The built-in fonts lack these, so that the file is asked.
            match renderer.render(&named("漢字"), &face(16)) {
                Ok(rendered) => prop_assert!(rendered.pdf.starts_with(b"%PDF")),
                Err(error) => prop_assert!(!error.to_string().is_empty()),
            }
        }
    }
}
