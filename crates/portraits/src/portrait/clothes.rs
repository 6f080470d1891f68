//! Neck, shoulders and what the sitter wears.

use super::canvas::{Canvas, Point};
use super::colour::{Colour, smooth};
use super::pose::Pose;
use super::relief::{lit, ramp};
use super::sitter::{Garment, Sitter};
use crate::random::Random;

/// Where the neck meets the shoulders, in face units.
const COLLAR: f32 = 1.92;
/// Everything here is drawn this much higher than written.
const RAISED: f32 = 0.16;

pub(super) fn paint_neck(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose) {
    let pose = &pose.raised(RAISED);
    let neck = sitter.features.neck;
    let chin = sitter.features.chin + RAISED;
    let outline = [
        (-neck * 0.98, 0.7),
        (-neck * 0.94, 1.3),
        (-neck * 1.0, 1.66),
        (-neck * 1.45, 1.98),
        (-1.5, 2.5),
        (0.0, 2.75),
        (1.5, 2.5),
        (neck * 1.45, 1.98),
        (neck * 1.0, 1.66),
        (neck * 0.94, 1.3),
        (neck * 0.98, 0.7),
    ];
    let Some(path) = pose.closed(&outline) else {
        return;
    };
    let body = sitter.skin.tint(Colour(0.96, 0.93, 0.92));
    let side = sitter.light.from[0].signum();
    canvas.fill_soft(&path, |px, py| {
        let (x, y) = pose.face(px, py);
        let u = (x / (neck * (1.05 + (y - 1.6).max(0.0)))).clamp(-1.0, 1.0);
        let tendon = 0.10
            * (smooth(0.0, 0.16, (x.abs() - 0.52 + 0.22 * (y - 1.2)).abs()) - 1.0)
            * x.signum();
        let normal = [
            0.85 * u * u * u + 0.15 * u + tendon,
            -0.05 - 0.3 * smooth(1.8, 2.2, y),
            0.75,
        ];
        let (diffuse, _) = lit(&sitter.light, normal);
        // The chin's shadow falls away from the light.
        let shadow = 1.0
            - smooth(
                chin - 0.05,
                chin + 0.42,
                y + 0.25 * x.abs() - 0.12 * x * side,
            );
        (
            ramp(&sitter.light, body, diffuse * (1.0 - 0.52 * shadow), 1.0),
            1.0,
        )
    });
    for side in [-1.0, 1.0] {
        let bone: Vec<Point> = [(0.12, 2.06), (0.45, 1.98), (0.95, 1.95)]
            .map(|(x, y)| (side * x, y))
            .to_vec();
        canvas.soft_line(
            &pose.all(&bone),
            15.0,
            sitter.skin.tint(Colour(0.62, 0.48, 0.45)),
            0.35,
        );
    }
}

pub(super) fn paint(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, r: &mut Random) {
    let pose = &pose.raised(RAISED);
    let neck = sitter.features.neck;
    let wide = sitter.features.shoulders;
    let (depth, at_neck, high) = match sitter.garment {
        Garment::Crew | Garment::Hoodie => (2.08, neck * 1.18, COLLAR - 0.06),
        Garment::VNeck => (2.62, neck * 1.2, COLLAR - 0.05),
        Garment::Blouse => (2.34, neck * 1.55, COLLAR + 0.05),
        Garment::Shirt | Garment::Jacket => (2.45, neck * 1.08, COLLAR - 0.12),
        Garment::Turtleneck => (1.58, neck * 1.06, 1.5),
    };
    if matches!(sitter.garment, Garment::Jacket) {
        let inner = [
            (-neck * 1.12, COLLAR - 0.15),
            (-0.2, 2.12),
            (0.0, 2.2),
            (0.2, 2.12),
            (neck * 1.12, COLLAR - 0.15),
            (1.2, 3.4),
            (-1.2, 3.4),
        ];
        cloth(canvas, sitter, pose, &inner, sitter.under_cloth, r);
    }
    let outline = [
        (-at_neck, high),
        (-at_neck * 0.62, high + (depth - high) * 0.72),
        (0.0, depth),
        (at_neck * 0.62, high + (depth - high) * 0.72),
        (at_neck, high),
        (neck * 1.62, COLLAR + 0.12),
        (wide * 0.78, 2.28),
        (wide, 2.68),
        (wide * 1.12, 3.6),
        (-wide * 1.12, 3.6),
        (-wide, 2.68),
        (-wide * 0.78, 2.28),
        (-neck * 1.62, COLLAR + 0.12),
    ];
    cloth(canvas, sitter, pose, &outline, sitter.cloth, r);
    let edge: Vec<Point> = outline[..5].to_vec();
    trim(canvas, sitter, pose, &edge, neck);
}

/// A piece of cloth: rounded over the shoulders, with soft folds.
fn cloth(
    canvas: &mut Canvas,
    sitter: &Sitter,
    pose: &Pose,
    outline: &[Point],
    colour: Colour,
    r: &mut Random,
) {
    let Some(path) = pose.closed(outline) else {
        return;
    };
    let wide = sitter.features.shoulders;
    let folds: Vec<(f32, f32, f32)> = (0..7)
        .map(|_| {
            (
                r.between(-2.0, 2.0),
                r.between(-0.9, 0.9),
                r.between(0.05, 0.2),
            )
        })
        .collect();
    let weave = matches!(sitter.garment, Garment::Turtleneck | Garment::Hoodie);
    canvas.fill_soft(&path, |px, py| {
        let (x, y) = pose.face(px, py);
        let u = (x / wide).clamp(-1.1, 1.1);
        let mut nx = 0.75 * u * u * u + 0.12 * u;
        let mut ny = -0.75 * (1.0 - smooth(1.9, 2.75, y));
        for (at, lean, depth) in &folds {
            let across = x - at - lean * (y - 2.5);
            let near = 1.0 - across * across * 22.0;
            if near > 0.0 {
                nx += 5.0 * depth * near * across * smooth(2.0, 2.6, y);
            }
        }
        if weave && sitter.garment == Garment::Turtleneck {
            nx += 0.16 * (x * 62.0 + 3.0 * u).sin();
        }
        ny = ny.clamp(-0.9, 0.9);
        let (diffuse, _) = lit(&sitter.light, [nx, ny, 0.72]);
        // Next to the neck lies its shadow.
        let near_neck =
            1.0 - smooth(0.0, 0.5, x.abs() - sitter.features.neck * 0.6) * smooth(1.6, 2.2, y);
        let shade = (0.36 + 0.72 * diffuse) * (1.0 - 0.22 * near_neck);
        (colour * shade, 1.0)
    });
}

/// Collars, lapels, hems and buttons.
fn trim(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, edge: &[Point], neck: f32) {
    let cloth = sitter.cloth;
    let dark = cloth * 0.55;
    let light = cloth.mix(Colour::WHITE, 0.16);
    match sitter.garment {
        Garment::Crew | Garment::VNeck | Garment::Hoodie | Garment::Blouse => {
            let hem: Vec<Point> = edge.iter().map(|(x, y)| (x * 1.06, y + 0.06)).collect();
            canvas.soft_line(&pose.all(&hem), 9.0, dark, 0.55);
            canvas.soft_line(&pose.all(edge), 7.0, light, 0.5);
        }
        Garment::Turtleneck => {
            let fold: Vec<Point> = [
                (-1.06, 1.72),
                (-0.5, 1.84),
                (0.0, 1.88),
                (0.5, 1.84),
                (1.06, 1.72),
            ]
            .map(|(x, y)| (x * neck, y))
            .to_vec();
            canvas.soft_line(&pose.all(&fold), 10.0, dark, 0.6);
        }
        Garment::Shirt | Garment::Jacket => {
            let colour = if sitter.garment == Garment::Shirt {
                cloth
            } else {
                sitter.under_cloth
            };
            for side in [-1.0f32, 1.0] {
                let wing = [
                    (side * neck * 1.1, COLLAR - 0.30),
                    (side * neck * 1.22, COLLAR - 0.02),
                    (side * 0.52, 2.46),
                    (side * 0.06, 2.24),
                    (side * 0.3, 2.08),
                    (side * neck * 0.96, COLLAR - 0.12),
                ];
                piece(canvas, sitter, pose, &wing, colour, side);
            }
            if sitter.garment == Garment::Jacket {
                for side in [-1.0f32, 1.0] {
                    let lapel = [
                        (side * neck * 1.22, COLLAR - 0.1),
                        (side * neck * 1.55, COLLAR + 0.12),
                        (side * 1.02, 2.55),
                        (side * 0.72, 2.62),
                        (side * 0.3, 3.4),
                        (side * 0.12, 3.2),
                        (side * 0.62, 2.4),
                    ];
                    piece(canvas, sitter, pose, &lapel, cloth, side);
                }
            } else {
                for y in [2.5, 2.75, 3.0] {
                    let at = pose.px((0.0, y));
                    canvas.spot(at, (7.0, 7.0), 0.0, cloth.mix(Colour::WHITE, 0.55), 0.9);
                }
                canvas.soft_line(
                    &pose.all(&[(0.09, 2.3), (0.1, 2.8), (0.1, 3.4)]),
                    4.0,
                    dark,
                    0.6,
                );
            }
        }
    }
}

fn piece(
    canvas: &mut Canvas,
    sitter: &Sitter,
    pose: &Pose,
    outline: &[Point],
    colour: Colour,
    side: f32,
) {
    let below: Vec<Point> = outline.iter().map(|(x, y)| (x * 1.02, y + 0.05)).collect();
    if let Some(shadow) = pose.closed(&below) {
        canvas.fill_soft(&shadow, |_, _| (Colour::BLACK, 0.22));
    }
    if let Some(path) = pose.closed(outline) {
        let (diffuse, _) = lit(&sitter.light, [0.35 * side, -0.35, 0.8]);
        canvas.fill_soft(&path, |_, y| {
            (colour * (0.42 + 0.68 * diffuse - 0.0002 * (y - 800.0)), 1.0)
        });
    }
}
