//! Eyes, brows, lashes, glasses.

use tiny_skia::{Path, PathBuilder, Stroke};

use super::canvas::{Canvas, Point, closed};
use super::colour::{Colour, smooth};
use super::pose::Pose;
use super::relief::{lit, turned};
use super::sitter::{Glasses, Sitter};
use crate::random::Random;

pub(super) fn paint(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, r: &mut Random) {
    // Both eyes look the same way.
    let gaze = (-0.03 * sitter.pose.yaw + 0.008 * r.bell(), 0.004 * r.bell());
    for side in [-1.0f32, 1.0] {
        eye(canvas, sitter, pose, side, gaze, r);
        brow(canvas, sitter, pose, side, r);
    }
}

fn eye(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, side: f32, gaze: Point, r: &mut Random) {
    let f = &sitter.features;
    let centre = turned(sitter, side * f.eye_apart, 0.75);
    let wide = f.eye_width * (1.0 - 0.08 * sitter.pose.yaw * side);
    let smile = f.smile.max(0.0);
    let open = f.eye_open * (1.0 - 0.16 * smile);
    // Coordinates of one eye: x outward from its middle, y down.
    let at = |x: f32, y: f32| pose.px((centre + side * x * wide, y - f.eye_tilt * x));
    let lid = [
        at(-1.0, 0.035),
        at(-0.62, -open * 0.72),
        at(-0.05, -open * 1.12),
        at(0.55, -open * 0.86),
        at(1.0, 0.0),
    ];
    let lower = [
        at(0.62, open * 0.62),
        at(0.05, open * 0.82),
        at(-0.55, open * 0.58),
    ];
    let shade = sitter.skin.tint(Colour(0.52, 0.36, 0.34));
    // The socket under the brow, and shadow or colour on the lid.
    canvas.soft_line(
        &[at(-1.05, -0.06), at(0.0, -open - 0.05), at(1.1, -0.05)],
        24.0,
        shade,
        0.34 + 0.25 * sitter.make_up,
    );
    let almond: Vec<Point> = lid.iter().chain(&lower).copied().collect();
    let Some(path) = closed(&almond) else {
        return;
    };
    let (diffuse, _) = lit(&sitter.light, [0.0, 0.0, 1.0]);
    let white = Colour::hex(0xeee6df) * (0.56 + 0.34 * diffuse);
    let iris_radius = 0.112;
    let eye_at = (centre + gaze.0, gaze.1 - 0.010);
    let fibres = r.between(0.0, 6.0);
    canvas.fill(&path, |px, py| {
        let (x, y) = pose.face(px, py);
        let (dx, dy) = (x - eye_at.0, y - eye_at.1);
        let distance = (dx * dx + dy * dy).sqrt() / iris_radius;
        let angle = dy.atan2(dx);
        let fibre = 0.5 + 0.5 * (angle * 23.0 + fibres).sin() * (angle * 9.0 - fibres).cos();
        // Light falls through the lens and glows on the far side.
        let glow = smooth(-0.6, 0.9, (dy - dx * sitter.light.from[0]) / iris_radius);
        let iris = sitter.iris * (0.62 + 0.35 * fibre + 0.55 * glow);
        let rim = smooth(0.74, 1.0, distance);
        let pupil = 1.0 - smooth(0.36, 0.46, distance);
        let corner = smooth(0.55, 1.0, ((x - centre) / wide).abs());
        let ball = white.mix(white.tint(Colour(0.80, 0.62, 0.60)), corner);
        let colour = ball
            .mix(
                iris.mix(sitter.iris * 0.28, rim),
                1.0 - smooth(0.92, 1.08, distance),
            )
            .mix(Colour::hex(0x0b0908), pupil);
        // The upper lid shades what is under it.
        let under_lid = 1.0 - smooth(-open * 1.05, -open * 0.1, y);
        (colour * (1.0 - 0.55 * under_lid), 1.0)
    });
    let catch = pose.px((
        eye_at.0 + 0.035 * sitter.light.from[0].signum(),
        eye_at.1 - 0.038,
    ));
    canvas.spot(catch, (6.5, 6.5), 0.0, Colour::WHITE, 1.0);
    let other = pose.px((
        eye_at.0 - 0.04 * sitter.light.from[0].signum(),
        eye_at.1 + 0.045,
    ));
    canvas.spot(other, (5.0, 4.0), 0.0, Colour::WHITE, 0.25);
    canvas.spot(
        at(-0.97, 0.03),
        (6.0, 5.0),
        0.0,
        sitter.skin.tint(Colour(0.92, 0.58, 0.55)),
        0.8,
    );

    let lash = Colour::hex(0x1c1310).mix(sitter.brow, 0.3);
    let heavy = 3.6 + 3.0 * sitter.make_up + (0.35 - sitter.strong).max(0.0) * 3.0;
    canvas.soft_line(&lid, heavy + 1.5, lash, 0.92);
    canvas.soft_line(
        &[lid[4], lower[0], lower[1], lower[2]],
        3.4,
        shade.mix(lash, 0.4 * sitter.make_up),
        0.55,
    );
    let crease: Vec<Point> = [
        (-0.95, 0.0),
        (-0.5, -open * 1.25 - 0.03),
        (0.05, -open * 1.5 - 0.035),
        (0.62, -open * 1.25 - 0.03),
        (1.12, -0.01),
    ]
    .map(|(x, y)| at(x, y + 0.02 * f.hood))
    .to_vec();
    canvas.soft_line(&crease, 4.6, shade * 0.85, 0.72);
    let long = 0.5 + 0.6 * (1.0 - sitter.strong) + 0.5 * sitter.make_up;
    for step in 0..22 {
        let along = -0.75 + 1.75 * step as f32 / 21.0;
        let height = -open * (1.1 - 0.95 * (along - 0.05) * (along - 0.05));
        let root = at(along, height.min(0.02));
        let lean = along * 0.30;
        let tip = at(along + lean * 0.5 + 0.03 * r.bell(), height - 0.034 * long);
        let middle = at(along + lean * 0.15, height - 0.016 * long);
        canvas.hair([root, middle, middle, tip], 0.75, |_, _| lash);
    }
}

fn brow(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, side: f32, r: &mut Random) {
    let f = &sitter.features;
    let line = |along: f32| {
        // From the nose outward: rising to the arch at two thirds, then falling.
        let x = f.eye_apart - 0.26 + 0.56 * along;
        let arch = f.brow_arch * (1.0 - (along - 0.62) * (along - 0.62) / 0.38);
        (turned(sitter, side * x, 0.75), -f.brow_height - arch + 0.02)
    };
    let soft: Vec<Point> = (0..6)
        .map(|step| pose.px(line(0.04 + 0.9 * step as f32 / 5.0)))
        .collect();
    canvas.soft_line(&soft, f.brow_thick * 0.8 * pose.scale, sitter.brow, 0.62);
    for _ in 0..260 {
        let along = r.unit();
        let thick = f.brow_thick * (1.0 - 0.75 * along * along) * smooth(-0.08, 0.12, along);
        let (x, y) = line(along);
        let root = (x, y + thick * r.between(-0.7, 0.9));
        let steep = 1.0 - smooth(0.0, 0.35, along);
        let length = 0.075 * r.between(0.6, 1.1);
        let tip = (
            root.0 + side * length * (0.95 - 0.6 * steep),
            root.1 - length * (0.15 + 0.8 * steep) + 0.05 * along * length,
        );
        let middle = (
            (root.0 + tip.0) / 2.0 - side * 0.004,
            (root.1 + tip.1) / 2.0 - 0.008,
        );
        let shade = sitter.brow.mix(sitter.skin, 0.12) * r.between(0.75, 1.25);
        canvas.hair(
            [
                pose.px(root),
                pose.px(middle),
                pose.px(middle),
                pose.px(tip),
            ],
            0.75,
            |_, _| shade,
        );
    }
}

pub(super) fn paint_glasses(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose) {
    let (radii, square, thick) = match sitter.glasses {
        Glasses::None => return,
        Glasses::Round => ((0.30, 0.275), 2.0f32, 8.0),
        Glasses::Square => ((0.335, 0.245), 3.6, 10.0),
        Glasses::Thin => ((0.325, 0.235), 2.8, 4.5),
    };
    let f = &sitter.features;
    let frame = sitter.frame;
    let lens = |side: f32| -> Vec<Point> {
        (0..32)
            .map(|step| {
                let (sin, cos) = (step as f32 / 32.0 * std::f32::consts::TAU).sin_cos();
                let round = |value: f32| value.signum() * value.abs().powf(2.0 / square);
                let x = side * (f.eye_apart + 0.01) + radii.0 * round(cos);
                (turned(sitter, x, 0.9), 0.03 + radii.1 * round(sin))
            })
            .collect()
    };
    for side in [-1.0f32, 1.0] {
        let rim = lens(side);
        if let Some(path) = pose.closed(&rim) {
            canvas.fill(&path, |px, py| {
                let (x, y) = pose.face(px, py);
                let streak = smooth(0.92, 1.0, ((x * 0.8 + y) * 3.1 + side).sin());
                (Colour::WHITE, 0.035 + 0.09 * streak)
            });
        }
        let below: Vec<Point> = rim.iter().map(|(x, y)| (*x, y + 0.022)).collect();
        stroke(canvas, pose.closed(&below), thick, |_, _| {
            (Colour::BLACK, 0.14)
        });
        let arm = [
            (turned(sitter, side * (f.eye_apart + radii.0), 0.9), -0.04),
            (side * f.width * 0.97, -0.08),
        ];
        stroke(canvas, open_line(&pose.all(&arm)), thick * 0.9, |_, _| {
            (frame, 1.0)
        });
        stroke(canvas, pose.closed(&rim), thick, |_, y| {
            (frame * (1.25 - 0.0006 * y), 1.0)
        });
        let glint = pose.px((
            turned(sitter, side * f.eye_apart - radii.0 * 0.7, 0.9),
            0.03 - radii.1 * 0.72,
        ));
        canvas.spot(glint, (12.0, 5.0), -0.6, Colour::WHITE, 0.5);
    }
    let gap = f.eye_apart - radii.0;
    let bridge: Vec<Point> = [(-gap - 0.01, -0.04), (0.0, -0.085), (gap + 0.01, -0.04)]
        .map(|(x, y)| pose.px((turned(sitter, x, 0.95), y)))
        .to_vec();
    let mut builder = PathBuilder::new();
    builder.move_to(bridge[0].0, bridge[0].1);
    builder.quad_to(bridge[1].0, bridge[1].1, bridge[2].0, bridge[2].1);
    stroke(canvas, builder.finish(), thick, |_, _| (frame, 1.0));
}

fn open_line(points: &[Point]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    builder.move_to(points[0].0, points[0].1);
    for point in &points[1..] {
        builder.line_to(point.0, point.1);
    }
    builder.finish()
}

fn stroke(
    canvas: &mut Canvas,
    path: Option<Path>,
    width: f32,
    paint: impl FnMut(f32, f32) -> (Colour, f32),
) {
    let stroke = Stroke {
        width,
        ..Stroke::default()
    };
    if let Some(outline) = path.and_then(|path| path.stroke(&stroke, 1.0)) {
        canvas.fill(&outline, paint);
    }
}
