//! The mouth: closed, smiling, or smiling with teeth.

use super::canvas::{Canvas, closed};
use super::colour::{Colour, smooth};
use super::pose::Pose;
use super::relief::{lit, ramp, turned};
use super::sitter::Sitter;

pub(super) fn paint(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose) {
    let f = &sitter.features;
    let y = f.mouth_height();
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
        if let Some(path) = closed(&inside) {
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
        if let Some(path) = closed(&teeth) {
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
    if let Some(path) = closed(&upper_lip) {
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
    if let Some(path) = closed(&lower_lip) {
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
