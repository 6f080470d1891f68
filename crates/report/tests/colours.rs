//! The page's colours against WCAG 2.2: text at least 4.5 to 1 on its background (1.4.3), drawings 3 to 1 (1.4.11). And as
//! people see them who lack one kind of cone: what means different things stays apart for them.

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

fn linear(colour: [f64; 3]) -> [f64; 3] {
    colour.map(|part| {
        let part = part / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    })
}

fn luminance(colour: [f64; 3]) -> f64 {
    dot([0.2126, 0.7152, 0.0722], linear(colour))
}

fn dot(one: [f64; 3], other: [f64; 3]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

/// Linear RGB as seen without one kind of cone: Machado, Oliveira, Fernandes, "A Physiologically-based Model for
/// Simulation of Color Vision Deficiency" (2009), severity 1.
const SIGHTS: [(&str, [[f64; 3]; 3]); 4] = [
    (
        "all cones",
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    ),
    (
        "protanopia",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "deuteranopia",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
    (
        "tritanopia",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
];

/// Where a linear colour lies in Oklab (B. Ottosson 2020), in which distances are about as far as they look.
fn oklab(colour: [f64; 3]) -> [f64; 3] {
    let cones = [
        [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
        [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
        [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
    ]
    .map(|row| dot(row, colour).max(0.0).cbrt());
    [
        [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
        [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
        [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
    ]
    .map(|row| dot(row, cones))
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

#[test]
fn what_means_different_things_looks_different_to_the_colour_blind() {
    for scheme in schemes() {
        for (sight, matrix) in SIGHTS {
            let seen = |name: &str| {
                let colour = linear(scheme[name]);
                oklab(matrix.map(|row| dot(row, colour).clamp(0.0, 1.0)))
            };
            let names = ["delivered", "failed", "retried", "wait"];
            for (place, one) in names.iter().enumerate() {
                for other in &names[place + 1..] {
                    let (from, to) = (seen(one), seen(other));
                    let far = from
                        .iter()
                        .zip(to)
                        .map(|(from, to)| (from - to).powi(2))
                        .sum::<f64>()
                        .sqrt();
                    // Ten times what one can just tell apart side by side would be about 0.2; half of that is plain.
                    assert!(far >= 0.1, "{one} and {other} with {sight}: {far:.3}");
                }
            }
        }
    }
}
