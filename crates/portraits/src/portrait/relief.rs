//! The form of a head and the light on it.
//!
//! A face is painted as a relief: the rounding of the head between its outlines, and soft bumps and hollows for nose,
//! sockets, cheeks, lips and chin. Only its slope is ever needed, for the angle to the light. Light varies slowly, so
//! it is computed on a coarse grid and read between its points.

use super::canvas::Point;
use super::colour::{Colour, smooth};
use super::sitter::{Features, Light, Sitter};

/// An elliptic rise (or hollow, when negative) of the relief.
struct Bump {
    centre: Point,
    radii: Point,
    height: f32,
}

/// Half the width of the head at height `y`: a superellipse above the eyes, another, fuller, for the jaw.
pub(super) fn half_width(features: &Features, y: f32) -> f32 {
    if y <= 0.0 {
        let t = (y / -1.43).min(1.0);
        (1.0 - t.powf(2.35)).max(0.0).powf(1.0 / 2.2) * features.width
    } else {
        let t = (y / features.chin).min(1.0);
        (1.0 - t.powf(features.jaw)).max(0.0).powf(1.0 / 1.85) * features.width
    }
}

/// The top of the head, where [`half_width`] is 0.
pub(super) const CROWN: f32 = -1.43;

/// How far a feature at depth `depth` (0 at the outline, 1 at the tip of the nose) moves when the head turns.
pub(super) fn turned(sitter: &Sitter, x: f32, depth: f32) -> f32 {
    // Towards the far side things come closer together.
    let far = 1.0 - 0.10 * sitter.pose.yaw * x.signum();
    x * far + sitter.pose.yaw * 0.20 * depth
}

/// Light on the face at the points of a grid, in face coordinates.
pub(super) struct Relief {
    light: Vec<(f32, f32)>,
}

const LEFT: f32 = -1.3;
const TOP: f32 = -1.6;
const COLUMNS: usize = 160;
const ROWS: usize = 192;
const PITCH: f32 = 2.6 / 159.0;

impl Relief {
    pub(super) fn of(sitter: &Sitter) -> Self {
        let bumps = bumps(sitter);
        let mut light = Vec::with_capacity(COLUMNS * ROWS);
        for row in 0..ROWS {
            let y = TOP + row as f32 * PITCH;
            let width = half_width(&sitter.features, y).max(0.2);
            for column in 0..COLUMNS {
                let x = LEFT + column as f32 * PITCH;
                let normal = slope(sitter, &bumps, width, x, y);
                light.push(lit(&sitter.light, normal));
            }
        }
        Self { light }
    }

    /// Diffuse light and gloss at a point of the face.
    pub(super) fn at(&self, x: f32, y: f32) -> (f32, f32) {
        let column = ((x - LEFT) / PITCH).clamp(0.0, (COLUMNS - 2) as f32);
        let row = ((y - TOP) / PITCH).clamp(0.0, (ROWS - 2) as f32);
        let (fx, fy) = (column.fract(), row.fract());
        let index = row as usize * COLUMNS + column as usize;
        let at = |index: usize| self.light[index];
        let across = |a: (f32, f32), b: (f32, f32), share: f32| {
            (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share)
        };
        across(
            across(at(index), at(index + 1), fx),
            across(at(index + COLUMNS), at(index + COLUMNS + 1), fx),
            fy,
        )
    }
}

/// The normal of the relief.
fn slope(sitter: &Sitter, bumps: &[Bump], width: f32, x: f32, y: f32) -> [f32; 3] {
    // The middle of the face turns with the head, its outline does not.
    let u = (x / width).clamp(-1.0, 1.0);
    let centred = (u - sitter.pose.yaw * 0.22 * (1.0 - u * u)).clamp(-1.0, 1.0);
    let mut nx = 0.42 * centred + 0.55 * centred * centred * centred;
    let forehead = smooth(-0.35, -1.5, y);
    let below = smooth(0.95, 1.45, y);
    let mut ny = -0.75 * forehead + 0.55 * below;
    for bump in bumps {
        let (dx, dy) = (
            (x - bump.centre.0) / bump.radii.0,
            (y - bump.centre.1) / bump.radii.1,
        );
        let inside = 1.0 - dx * dx - dy * dy;
        if inside > 0.0 {
            nx += 4.0 * bump.height * inside * dx / bump.radii.0;
            ny += 4.0 * bump.height * inside * dy / bump.radii.1;
        }
    }
    let nz = (1.0 - (nx * nx + ny * ny).min(0.94)).sqrt().max(0.35);
    let length = (nx * nx + ny * ny + nz * nz).sqrt();
    [nx / length, ny / length, nz / length]
}

/// Diffuse light (soft around the edge of the shadow, as from a window) and gloss.
pub(super) fn lit(light: &Light, normal: [f32; 3]) -> (f32, f32) {
    let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let facing = dot(normal, light.from);
    let diffuse = ((facing + 0.28) / 1.28).max(0.0);
    let half = [light.from[0], light.from[1], light.from[2] + 1.0];
    let length = dot(half, half).sqrt();
    let gloss = (dot(normal, half) / length).max(0.0).powi(22);
    // A little light from behind the other side.
    let rim = (-normal[0] * light.from[0].signum()).max(0.0).powi(4) * light.rim * 0.5;
    (light.fill + (1.0 - light.fill) * diffuse + rim, gloss)
}

/// The painter's ramp: a warm shadow, the body colour, a light tinted by its source.
pub(super) fn ramp(light: &Light, body: Colour, diffuse: f32, warmth: f32) -> Colour {
    let shadow = body.tint(Colour(0.50, 0.36 - 0.02 * warmth, 0.36 - 0.06 * warmth));
    let bright = body.mix(light.key, 0.20).tint(Colour(1.10, 1.09, 1.07));
    let half_way = shadow.mix(body, smooth(0.22, 0.82, diffuse));
    half_way.mix(bright, smooth(0.78, 1.06, diffuse))
}

fn bumps(sitter: &Sitter) -> Vec<Bump> {
    let f = &sitter.features;
    let strong = sitter.strong;
    let thin = ((sitter.age - 45.0) / 40.0).clamp(0.0, 1.0);
    let mut bumps = Vec::new();
    let mut bump = |x: f32, y: f32, depth: f32, rx: f32, ry: f32, height: f32| {
        bumps.push(Bump {
            centre: (turned(sitter, x, depth), y),
            radii: (rx, ry),
            height,
        });
    };
    for side in [-1.0, 1.0] {
        let eye = side * f.eye_apart;
        bump(eye, 0.0, 0.7, 0.36, 0.24, -0.045);
        bump(side * 0.2, -0.02, 0.8, 0.15, 0.2, -0.022);
        bump(eye, 0.0, 0.75, f.eye_width * 1.15, 0.15, 0.020);
        bump(eye * 0.98, -0.26, 0.75, 0.40, 0.15, 0.014 + 0.022 * strong);
        bump(side * 0.58, 0.40, 0.6, 0.42, 0.36, 0.042 * f.cheeks);
        bump(
            side * 0.62,
            0.78,
            0.5,
            0.34,
            0.36,
            -0.018 * (0.5 + strong) - 0.025 * thin,
        );
        bump(
            side * f.nose_width * 0.86,
            f.nose_length - 0.055,
            0.9,
            0.105,
            0.095,
            0.022,
        );
        bump(
            side * (f.mouth_width + 0.06),
            0.93,
            0.75,
            0.13,
            0.13,
            -0.008,
        );
        bump(side * 0.93, -0.42, 0.2, 0.3, 0.4, -0.03);
    }
    let nose = f.nose_length;
    bump(0.0, nose * 0.42, 0.95, 0.19, 0.54, f.nose_bridge * 0.60);
    bump(0.0, nose - 0.09, 1.1, 0.165, 0.16, 0.052);
    bump(0.0, nose + 0.13, 0.85, 0.07, 0.12, -0.006);
    bump(0.0, nose + 0.06, 0.85, 0.30, 0.10, -0.016);
    bump(0.0, 0.92, 0.8, 0.44, 0.32, 0.045);
    bump(0.0, 1.12, 0.75, 0.30, 0.10, -0.020);
    bump(0.0, 1.27, 0.7, 0.30, 0.22, 0.040 + 0.015 * strong);
    bump(0.0, -0.72, 0.6, 0.75, 0.45, 0.05);
    bumps
}
