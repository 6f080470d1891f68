//! How pages look: rendered by poppler at low resolution and compared with pictures kept in `tests/looks`.
//!
//! `BRIGADE_UPDATE_LOOKS=1 cargo test -p brigade-documents --test looks` writes the pictures anew; look at them.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use std::path::Path;

use brigade_documents::{Layout, Locale, Options, Paper, Person, Renderer};
use common::{face, path, text_of};

/// Dots per inch: enough to tell lines, pictures and bands, too few to tell fonts apart.
const RESOLUTION: &str = "24";
/// Grey levels: of the whole page on average, and of its worst square of 8 by 8 dots.
const TOLERANCE: (f64, f64) = (1.5, 28.0);

#[test]
fn pages_look_as_they_did() {
    let kept = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/looks"));
    let folder = tempfile::tempdir().unwrap();
    for (name, layout, paper, locale) in [
        ("classic", Layout::Classic, Paper::A4, Locale::En),
        (
            "classic_letter_uk",
            Layout::Classic,
            Paper::Letter,
            Locale::Uk,
        ),
        ("modern", Layout::Modern, Paper::A4, Locale::En),
        ("modern_vi", Layout::Modern, Paper::A4, Locale::Vi),
    ] {
        let renderer = Renderer::new(Options {
            layout,
            paper,
            ..Options::default()
        })
        .unwrap();
        let file = folder.path().join(name);
        let rendered = renderer
            .render(&Person::invent(1, 0, locale), &face(400))
            .unwrap();
        std::fs::write(&file, rendered.pdf).unwrap();
        let drawn = [
            "-r",
            RESOLUTION,
            "-gray",
            "-png",
            "-singlefile",
            path(&file),
            path(&file),
        ];
        if text_of("pdftoppm", &drawn).is_none() {
            return;
        }
        let drawn = file.with_extension("png");
        let kept = kept.join(format!("{name}.png"));
        if std::env::var_os("BRIGADE_UPDATE_LOOKS").is_some() {
            std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
            std::fs::copy(&drawn, &kept).unwrap();
            continue;
        }
        let [drawn, kept] = [drawn, kept].map(|file| image::open(&file).unwrap().into_luma8());
        assert_eq!(drawn.dimensions(), kept.dimensions(), "{name}");
        let (average, worst) = difference(&drawn, &kept);
        assert!(
            average <= TOLERANCE.0 && worst <= TOLERANCE.1,
            "{name} differs by {average:.2}, at worst {worst:.1}"
        );
    }
}

/// Average difference in grey levels, and the largest difference between the averages of two squares of 8 by 8.
fn difference(a: &image::GrayImage, b: &image::GrayImage) -> (f64, f64) {
    let (width, height) = a.dimensions();
    let (mut sum, mut worst) = (0.0, 0.0f64);
    for top in (0..height).step_by(8) {
        for left in (0..width).step_by(8) {
            let places = (top..height.min(top + 8))
                .flat_map(|y| (left..width.min(left + 8)).map(move |x| (x, y)));
            let (mut squares, mut count) = ([0.0, 0.0], 0.0);
            for (x, y) in places {
                let [a, b] = [a, b].map(|picture| f64::from(picture.get_pixel(x, y).0[0]));
                sum += (a - b).abs();
                squares = [squares[0] + a, squares[1] + b];
                count += 1.0;
            }
            worst = worst.max((squares[0] - squares[1]).abs() / count);
        }
    }
    (sum / f64::from(width * height), worst)
}
