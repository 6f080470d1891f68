//! What the years and the sun write on a face: freckles, and lines beside nose and mouth, under the eyes, at their
//! corners and on the forehead.

use super::canvas::{Canvas, Point};
use super::colour::{Colour, smooth};
use super::pose::Pose;
use super::relief::{half_width, turned};
use super::sitter::Sitter;
use crate::random::Random;

pub(super) fn paint(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, r: &mut Random) {
    if sitter.freckles {
        freckles(canvas, sitter, pose, r);
    }
    lines(canvas, sitter, pose, r);
}

fn freckles(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, r: &mut Random) {
    let colour = sitter.skin.tint(Colour(0.72, 0.52, 0.40));
    for _ in 0..130 {
        let (x, y) = (0.42 * r.bell(), 0.32 + 0.16 * r.bell());
        if x.abs() < half_width(&sitter.features, y) * 0.85 {
            let size = r.between(1.6, 3.6);
            canvas.spot(
                pose.px((turned(sitter, x, 0.8), y)),
                (size, size),
                0.0,
                colour,
                r.between(0.2, 0.6),
            );
        }
    }
}

fn lines(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, r: &mut Random) {
    let f = &sitter.features;
    let shade = sitter.skin.tint(Colour(0.58, 0.42, 0.38));
    let bright = sitter.skin.mix(sitter.light.key, 0.3);
    let years = smooth(26.0, 74.0, sitter.age);
    let smile = f.smile.max(0.0);
    let mut crease = |points: &[Point], depth: f32, radius: f32, opacity: f32| {
        let at = |shift: f32| -> Vec<Point> {
            points
                .iter()
                .map(|(x, y)| pose.px((turned(sitter, *x, depth), y + shift)))
                .collect()
        };
        canvas.soft_line(&at(0.035), radius * 1.3, bright, opacity * 0.30);
        canvas.soft_line(&at(0.0), radius, shade, opacity);
    };
    for side in [-1.0f32, 1.0] {
        let base = f.nose_length;
        crease(
            &[
                (side * f.nose_width * 1.15, base - 0.08),
                (side * (f.mouth_width - 0.02), base + 0.10),
                (side * (f.mouth_width + 0.12), base + 0.33),
            ],
            0.8,
            12.0,
            0.06 + 0.28 * years + 0.18 * smile,
        );
        let eye = side * f.eye_apart;
        crease(
            &[
                (eye - side * 0.17, 0.10),
                (eye, 0.175),
                (eye + side * 0.2, 0.14),
            ],
            0.8,
            10.0,
            0.08 + 0.30 * years + 0.10 * smile,
        );
        if years > 0.15 {
            for line in 0..3 {
                let lean = (line as f32 - 1.0) * 0.09;
                let start = eye + side * (f.eye_width + 0.05);
                crease(
                    &[
                        (start, 0.01 + lean * 0.5),
                        (start + side * 0.07, lean),
                        (start + side * 0.14, 0.01 + lean * 1.5),
                    ],
                    0.6,
                    3.2,
                    (years + 0.3 * smile) * r.between(0.25, 0.6),
                );
            }
            crease(
                &[
                    (side * 0.06, -0.32),
                    (side * 0.075, -0.24),
                    (side * 0.07, -0.17),
                ],
                0.85,
                3.8,
                years * r.between(0.1, 0.55),
            );
            crease(
                &[
                    (side * (f.mouth_width + 0.04), 0.99),
                    (side * (f.mouth_width + 0.09), 1.1),
                    (side * (f.mouth_width + 0.08), 1.2),
                ],
                0.7,
                7.0,
                0.35 * years,
            );
        }
    }
    if years > 0.2 {
        for line in 0..3 {
            let y = -0.47 - 0.12 * line as f32 + 0.02 * r.bell();
            let (from, to) = (-r.between(0.3, 0.5), r.between(0.3, 0.5));
            crease(
                &[
                    (from, y + 0.03),
                    (from * 0.4, y + 0.012 * r.bell()),
                    (to * 0.4, y + 0.012 * r.bell()),
                    (to, y + 0.03),
                ],
                0.7,
                4.2,
                years * r.between(0.15, 0.55),
            );
        }
    }
}
