//! The page's colours against WCAG 2.2: text at least 4.5 to 1 on its background (1.4.3), drawings 3 to 1 (1.4.11).

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../src/html/report.css");

/// The `--name: #rrggbb` pairs of the light and the dark scheme.
fn schemes() -> [BTreeMap<String, [f64; 3]>; 2] {
    let mut blocks = STYLE.split(":root {").skip(1);
    [(); 2].map(|()| {
        let block = blocks
            .next()
            .expect("two schemes")
            .split('}')
            .next()
            .expect("an end");
        let pairs = block.split(';').filter_map(|pair| {
            let (name, colour) = pair.trim().strip_prefix("--")?.split_once(": #")?;
            let wide: String = match colour.len() {
                3 => colour.chars().flat_map(|digit| [digit, digit]).collect(),
                _ => colour.to_owned(),
            };
            let part = |at: usize| u8::from_str_radix(&wide[at..at + 2], 16).expect("hex");
            Some((name.to_owned(), [part(0), part(2), part(4)].map(f64::from)))
        });
        pairs.collect()
    })
}

fn luminance(colour: [f64; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = part / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_and_drawings_stand_out_in_light_and_dark() {
    for scheme in schemes() {
        for text in ["front", "quiet", "good", "bad"] {
            assert!(contrast(scheme[text], scheme["back"]) >= 4.5, "{text}");
        }
        for drawing in ["delivered", "failed", "retried", "waiting"] {
            let ratio = contrast(scheme[drawing], scheme["panel"]);
            assert!(ratio >= 3.0, "{drawing}: {ratio:.2}");
        }
    }
}
