//! Beards: where hairs grow, and which way.

use super::super::canvas::Canvas;
use super::super::colour::{Colour, smooth};
use super::super::pose::Pose;
use super::super::relief::{Relief, half_width, turned};
use super::super::sitter::{Beard, Sitter};
use crate::random::Random;

pub(in super::super) fn paint_beard(
    canvas: &mut Canvas,
    sitter: &Sitter,
    pose: &Pose,
    relief: &Relief,
    r: &mut Random,
) {
    let f = &sitter.features;
    let mouth = f.mouth_height();
    let count = match sitter.beard {
        Beard::None => return,
        Beard::Stubble => 3_600,
        Beard::Moustache => 1_500,
        Beard::Goatee => 2_400,
        Beard::Full => 6_500,
    };
    let full = sitter.beard == Beard::Full;
    // Stubble is the shadow of hair, darker than any skin.
    let colour = match sitter.beard {
        Beard::Stubble => sitter.skin.tint(sitter.brow) * 0.9,
        _ => sitter.hair.mix(sitter.brow, 0.5),
    };
    underpaint(canvas, sitter, pose, relief, mouth, colour);
    let mut grown = 0;
    for _ in 0..count * 6 {
        if grown >= count {
            break;
        }
        let y = r.between(f.nose_length - 0.55, f.chin + 0.04);
        let edge = half_width(f, y.min(f.chin - 0.02));
        let x = r.between(-1.0, 1.0) * edge;
        if r.unit() > density(sitter, mouth, x, y, edge) {
            continue;
        }
        grown += 1;
        let (light, _) = relief.at(x, y);
        let at = turned(sitter, x, 0.75 * (1.0 - (x / edge).abs()));
        let length = match sitter.beard {
            Beard::Stubble => 0.016,
            Beard::Full => 0.09 + 0.06 * sitter.volume,
            _ => 0.06,
        } * r.between(0.6, 1.2);
        let sideways = if y < mouth - 0.01 && x.abs() < f.mouth_width * 1.3 {
            x.signum() * 0.9
        } else {
            x * 0.35
        };
        let tip = (
            at + length * (sideways + 0.2 * r.bell()),
            y + length * (1.0 - 0.4 * sideways.abs()),
        );
        let middle = ((at + tip.0) / 2.0 + 0.012 * r.bell(), (y + tip.1) / 2.0);
        let shade = colour * ((0.42 + 0.62 * light) * r.between(0.62, 1.3));
        let opacity = if full { 0.7 } else { 0.55 };
        let curve = [(at, y), middle, middle, tip].map(|point| pose.px(point));
        canvas.hair(curve, opacity, |_, _| shade);
    }
}

/// The shadow of the beard on the skin, without which single hairs look pasted on.
fn underpaint(
    canvas: &mut Canvas,
    sitter: &Sitter,
    pose: &Pose,
    relief: &Relief,
    mouth: f32,
    colour: Colour,
) {
    let Some(path) = pose.closed(&super::super::face::outline(sitter)) else {
        return;
    };
    let strength = match sitter.beard {
        Beard::Full => 0.85,
        Beard::Stubble => 0.30,
        _ => 0.7,
    };
    let colour = colour.mix(sitter.skin, 0.12);
    canvas.fill_soft(&path, |px, py| {
        let (x, y) = pose.face(px, py);
        if y < sitter.features.nose_length - 0.55 {
            return (colour, 0.0);
        }
        let edge = half_width(&sitter.features, y.min(sitter.features.chin - 0.02));
        let straight = x - sitter.pose.yaw * 0.15 * (1.0 - (x / edge).abs()).max(0.0);
        let (light, _) = relief.at(x, y);
        (
            colour * (0.36 + 0.5 * light),
            strength * density(sitter, mouth, straight, y, edge),
        )
    });
}

/// How likely a hair of the beard grows at a point.
fn density(sitter: &Sitter, mouth: f32, x: f32, y: f32, edge: f32) -> f32 {
    let f = &sitter.features;
    let (dx, dy) = (
        x / (f.mouth_width * 1.06),
        (y - mouth - 0.012) / (f.lip * 1.25),
    );
    let lips = smooth(0.85, 1.35, dx * dx + dy * dy);
    let moustache = smooth(mouth - 0.235, mouth - 0.15, y)
        * (1.0 - smooth(mouth - 0.03, mouth + 0.02, y))
        * (1.0 - smooth(f.mouth_width * 0.95, f.mouth_width * 1.2, x.abs()));
    let chin = smooth(mouth + 0.10, mouth + 0.2, y) * (1.0 - smooth(0.28, 0.44, x.abs()));
    let beside = smooth(mouth - 0.16, mouth, y)
        * smooth(f.mouth_width * 0.9, f.mouth_width * 1.1, x.abs())
        * (1.0 - smooth(0.4, 0.5, x.abs()));
    // The line of a full beard runs from the ear down and forward to the moustache.
    let line = mouth - 0.06 - 0.82 * smooth(0.42, 0.98, x.abs() / edge.max(0.5));
    let jaw = smooth(line, line + 0.18, y) * smooth(0.0, 0.1, edge - x.abs() + 0.04);
    let grown = match sitter.beard {
        Beard::None => 0.0,
        Beard::Moustache => moustache,
        Beard::Goatee => moustache.max(chin).max(beside),
        Beard::Stubble | Beard::Full => moustache.max(chin).max(beside).max(jaw),
    };
    grown * lips
}
