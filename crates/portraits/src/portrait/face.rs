//! Head, ears and nose.

use super::canvas::{Canvas, Point};
use super::colour::{Colour, smooth};
use super::pose::Pose;
use super::relief::{CROWN, Relief, half_width, lit, ramp, turned};
use super::sitter::Sitter;

pub(super) fn paint(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, relief: &Relief) {
    ears(canvas, sitter, pose);
    head(canvas, sitter, pose, relief);
    nose(canvas, sitter, pose);
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
    canvas.fill_soft(&path, |px, py| {
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
        let skin = sitter.skin.tint(Colour(1.0, 0.93, 0.91));
        canvas.fill_soft(&path, |px, py| {
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
