//! Head, ears, nose, mouth, and what age writes on a face.

use super::canvas::{Canvas, Point};
use super::colour::{Colour, smooth};
use super::pose::Pose;
use super::relief::{CROWN, Relief, half_width, lit, ramp, turned};
use super::sitter::Sitter;
use crate::random::Random;

pub(super) fn paint(
    canvas: &mut Canvas,
    sitter: &Sitter,
    pose: &Pose,
    relief: &Relief,
    r: &mut Random,
) {
    ears(canvas, sitter, pose);
    head(canvas, sitter, pose, relief);
    if sitter.freckles {
        freckles(canvas, sitter, pose, r);
    }
    age(canvas, sitter, pose, r);
    nose(canvas, sitter, pose);
    mouth(canvas, sitter, pose);
}

/// The outline of the head in face coordinates.
pub(super) fn outline(sitter: &Sitter) -> Vec<Point> {
    let chin = sitter.features.chin;
    let height = |step: usize| {
        // Denser towards the poles, where the outline turns.
        let at = step as f32 / 40.0;
        CROWN + (chin - CROWN) * (0.5 - 0.5 * (at * std::f32::consts::PI).cos())
    };
    let right = (0..=40).map(|step| (half_width(&sitter.features, height(step)), height(step)));
    let left = (1..40)
        .rev()
        .map(|step| (-half_width(&sitter.features, height(step)), height(step)));
    right.chain(left).collect()
}

fn head(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, relief: &Relief) {
    let Some(path) = pose.closed(&outline(sitter)) else {
        return;
    };
    let f = &sitter.features;
    let cheek = turned(sitter, 0.56, 0.7);
    let other_cheek = turned(sitter, -0.56, 0.7);
    let tip = turned(sitter, 0.0, 1.1);
    let blush = 0.16 + 0.2 * sitter.make_up;
    let rose = sitter.skin.tint(Colour(1.04, 0.74, 0.70));
    let sallow = sitter.skin.tint(Colour(0.98, 0.95, 0.86));
    let beard_zone = if sitter.strong > 0.4 { 0.10 } else { 0.0 };
    let cool = sitter.skin.tint(Colour(0.80, 0.84, 0.86));
    let glossy = 0.10 + 0.10 * sitter.depth;
    canvas.fill(&path, |px, py| {
        let (x, y) = pose.face(px, py);
        let near = |cx: f32, cy: f32, rx: f32, ry: f32| {
            let (dx, dy) = ((x - cx) / rx, (y - cy) / ry);
            let inside = (1.0 - dx * dx - dy * dy).max(0.0);
            inside * inside
        };
        let flush = near(cheek, 0.42, 0.5, 0.4)
            + near(other_cheek, 0.42, 0.5, 0.4)
            + 0.7 * near(tip, f.nose_length - 0.06, 0.22, 0.2)
            + 0.35 * near(0.0, 1.3, 0.3, 0.2);
        let skin = sitter
            .skin
            .mix(sallow, 0.5 * smooth(-0.2, -0.8, y))
            .mix(rose, (blush * flush).min(0.5))
            .mix(cool, beard_zone * smooth(0.62, 0.95, y));
        let (diffuse, gloss) = relief.at(x, y);
        let colour = ramp(&sitter.light, skin, diffuse, 1.0);
        (colour + sitter.light.key * (gloss * glossy), 1.0)
    });
}

fn ears(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose) {
    for side in [-1.0f32, 1.0] {
        // A turned head hides the far ear.
        let shown = 1.0 - 0.55 * (sitter.pose.yaw * side).max(0.0)
            + 0.25 * (-sitter.pose.yaw * side).max(0.0);
        let size = sitter.features.ears;
        let at = |x: f32, y: f32| {
            (
                side * (sitter.features.width * 0.965 + x * shown * size),
                0.18 + y * size,
            )
        };
        let outline = [
            at(-0.08, -0.36),
            at(0.10, -0.40),
            at(0.19, -0.30),
            at(0.19, -0.06),
            at(0.12, 0.18),
            at(0.06, 0.36),
            at(-0.02, 0.38),
            at(-0.1, 0.2),
        ];
        let Some(path) = pose.closed(&outline) else {
            return;
        };
        let skin = sitter.skin.tint(Colour(1.0, 0.88, 0.85));
        canvas.fill(&path, |px, py| {
            let (x, _) = pose.face(px, py);
            let out = (x * side - sitter.features.width * 0.95) / (0.2 * shown * size);
            let (diffuse, _) = lit(&sitter.light, [side * (0.25 + 0.6 * out * out), -0.1, 0.7]);
            (ramp(&sitter.light, skin, diffuse * 0.92, 1.2), 1.0)
        });
        let dark = sitter.skin.tint(Colour(0.55, 0.38, 0.36));
        let fold = [
            at(0.02, -0.26),
            at(0.11, -0.27),
            at(0.125, -0.1),
            at(0.07, 0.1),
        ];
        canvas.soft_line(&pose.all(&fold), 9.0, dark, 0.55);
        canvas.spot(
            pose.px(at(0.02, 0.02)),
            (13.0 * shown, 24.0),
            0.0,
            dark,
            0.6,
        );
        if sitter.earrings {
            let metal = Colour::hex(0xd8c58e);
            let lobe = pose.px(at(0.02, 0.42));
            canvas.spot(lobe, (11.0, 12.0), 0.0, metal * 0.6, 1.0);
            canvas.spot(lobe, (8.5, 9.5), 0.0, metal, 1.0);
            canvas.spot(
                (lobe.0 - 3.0, lobe.1 - 3.0),
                (4.0, 4.0),
                0.0,
                Colour::WHITE,
                0.9,
            );
        }
    }
}

fn nose(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose) {
    let f = &sitter.features;
    let dark = sitter.skin.tint(Colour(0.34, 0.20, 0.19));
    let shade = sitter.skin.tint(Colour(0.60, 0.42, 0.40));
    let base = f.nose_length;
    for side in [-1.0f32, 1.0] {
        let at = |x: f32, y: f32| pose.px((turned(sitter, side * x, 0.95), y));
        let wing = [
            at(f.nose_width * 0.92, base - 0.15),
            at(f.nose_width * 1.12, base - 0.06),
            at(f.nose_width * 1.02, base + 0.015),
        ];
        canvas.soft_line(&wing, 8.0, shade, 0.60);
        let nostril = at(f.nose_width * 0.52, base + 0.005);
        canvas.spot(
            nostril,
            (f.nose_width * 0.40 * pose.scale, 9.0),
            side * -0.25,
            dark,
            0.95,
        );
        let under = [
            at(f.nose_width * 0.85, base + 0.02),
            at(f.nose_width * 0.5, base + 0.035),
            at(0.03, base + 0.05),
        ];
        canvas.soft_line(&under, 10.0, shade, 0.38);
    }
    let tip = pose.px((
        turned(sitter, 0.02 * sitter.light.from[0].signum(), 1.1),
        base - 0.13,
    ));
    canvas.spot(tip, (17.0, 15.0), 0.0, sitter.light.key, 0.20);
    // The nose shades the side away from the light.
    let away = -sitter.light.from[0].signum();
    let at = |x: f32, y: f32| pose.px((turned(sitter, away * x, 0.95), y));
    let slope = [
        at(0.09, 0.0),
        at(0.11, base * 0.4),
        at(f.nose_width * 0.8, base - 0.1),
    ];
    let strength = 0.22 + 0.35 * sitter.light.from[0].abs();
    canvas.soft_line(&slope, 19.0, shade, strength);
    canvas.spot(
        at(0.10, base + 0.11),
        (32.0, 17.0),
        0.0,
        shade,
        strength * 0.9,
    );
}

fn mouth(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose) {
    let f = &sitter.features;
    let y = f.nose_length + (f.chin - f.nose_length) * 0.385;
    let smile = f.smile.max(0.0);
    let wide = f.mouth_width * (1.0 + 0.16 * smile);
    let corner = y - 0.055 * f.smile;
    let open = if f.teeth { 0.03 + 0.075 * smile } else { 0.0 };
    let at = |x: f32, y: f32| pose.px((turned(sitter, x, 0.85), y));
    let (upper, lower) = (
        f.lip * 0.85 * (1.0 - 0.2 * smile),
        f.lip * 1.15 * (1.0 - 0.12 * smile),
    );
    let parting = [
        at(-wide, corner),
        at(-wide * 0.5, y + 0.012),
        at(-wide * 0.15, y - 0.004),
        at(0.0, y + 0.008),
        at(wide * 0.15, y - 0.004),
        at(wide * 0.5, y + 0.012),
        at(wide, corner),
    ];
    let lips = sitter.lips;
    let upper_lip = [
        at(-wide, corner),
        at(-wide * 0.5, y - upper * 0.72),
        at(-wide * 0.17, y - upper * 1.08),
        at(0.0, y - upper * 0.86),
        at(wide * 0.17, y - upper * 1.08),
        at(wide * 0.5, y - upper * 0.72),
        at(wide, corner),
        at(wide * 0.5, y + 0.012),
        at(0.0, y + 0.01),
        at(-wide * 0.5, y + 0.012),
    ];
    let lower_lip = [
        at(-wide * 0.98, corner),
        at(-wide * 0.5, y + open * 0.9 + 0.006),
        at(0.0, y + open + 0.004),
        at(wide * 0.5, y + open * 0.9 + 0.006),
        at(wide * 0.98, corner),
        at(wide * 0.62, y + open + lower * 0.72),
        at(wide * 0.22, y + open + lower * 1.06),
        at(-wide * 0.22, y + open + lower * 1.06),
        at(-wide * 0.62, y + open + lower * 0.72),
    ];
    canvas.spot(
        at(0.0, y + open + lower * 1.06 + 0.07),
        (wide * 0.62 * pose.scale, 17.0),
        0.0,
        sitter.skin.tint(Colour(0.6, 0.44, 0.42)),
        0.42,
    );
    if open > 0.0 {
        let inside = [
            at(-wide * 0.94, corner),
            at(0.0, y - 0.01),
            at(wide * 0.94, corner),
            at(wide * 0.5, y + open + 0.02),
            at(0.0, y + open + 0.03),
            at(-wide * 0.5, y + open + 0.02),
        ];
        if let Some(path) = super::canvas::closed(&inside) {
            canvas.fill(&path, |_, _| (Colour::hex(0x3a1715), 1.0));
        }
        let teeth = [
            at(-wide * 0.80, corner + 0.012),
            at(-wide * 0.4, y),
            at(0.0, y),
            at(wide * 0.4, y),
            at(wide * 0.80, corner + 0.012),
            at(wide * 0.5, y + open * 0.82),
            at(0.0, y + open * 0.95),
            at(-wide * 0.5, y + open * 0.82),
        ];
        if let Some(path) = super::canvas::closed(&teeth) {
            let (diffuse, _) = lit(&sitter.light, [0.0, 0.0, 1.0]);
            let middle = turned(sitter, 0.0, 0.85);
            let ivory = Colour::hex(0xf3ece0) * (0.62 + 0.36 * diffuse);
            canvas.fill(&path, |px, py| {
                let (x, _) = pose.face(px, py);
                let off = ((x - middle) / wide).abs();
                let gap = smooth(0.93, 1.0, ((x - middle) * 15.5).cos().abs());
                (ivory * (1.0 - 0.45 * off * off - 0.10 * gap), 1.0)
            });
        }
    }
    let (diffuse, _) = lit(&sitter.light, [0.0, -0.15, 1.0]);
    if let Some(path) = super::canvas::closed(&upper_lip) {
        canvas.fill(&path, |_, _| {
            (
                ramp(
                    &sitter.light,
                    lips.tint(Colour(0.86, 0.80, 0.80)),
                    diffuse * 0.8,
                    1.0,
                ),
                0.82,
            )
        });
    }
    if let Some(path) = super::canvas::closed(&lower_lip) {
        let (_, middle) = at(0.0, y + open + lower * 0.45);
        canvas.fill(&path, |_, py| {
            let round = (py - middle) / (lower * pose.scale);
            (
                ramp(
                    &sitter.light,
                    lips,
                    diffuse * (1.02 - 0.35 * round.max(0.0)),
                    1.0,
                ),
                0.82,
            )
        });
    }
    let glow = 0.16 + 0.25 * sitter.make_up;
    canvas.spot(
        at(
            0.06 * sitter.light.from[0].signum(),
            y + open + lower * 0.42,
        ),
        (wide * 0.36 * pose.scale, 6.5),
        0.0,
        Colour::WHITE,
        glow,
    );
    let line = lips.tint(Colour(0.36, 0.24, 0.24));
    canvas.soft_line(&parting, 4.2, line, if open > 0.0 { 0.5 } else { 0.95 });
    for side in [-1.0, 1.0] {
        canvas.spot(
            at(side * wide * 1.02, corner - 0.004),
            (10.0, 8.0),
            0.0,
            line,
            0.55,
        );
    }
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

/// Lines beside nose and mouth, under the eyes, at their corners and on the forehead.
fn age(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, r: &mut Random) {
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
                (side * (f.mouth_width + 0.03), base + 0.13),
                (side * (f.mouth_width + 0.13), base + 0.36),
            ],
            0.8,
            9.0,
            0.10 + 0.38 * years + 0.28 * smile,
        );
        let eye = side * f.eye_apart;
        crease(
            &[
                (eye - side * 0.17, 0.10),
                (eye, 0.175),
                (eye + side * 0.2, 0.14),
            ],
            0.8,
            8.0,
            0.12 + 0.42 * years + 0.15 * smile,
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
