//! The canvas, and the brushes: filled paths, airbrushed spots and lines, single hairs.
//!
//! Paths are antialiased by tiny-skia; everything soft is painted here, pixel by pixel, since a soft edge needs no
//! antialiasing. Coordinates are pixels. It knows nothing of faces.

use tiny_skia::{FillRule, Mask, Path, PathBuilder, Transform};

use super::colour::Colour;

pub(super) const SIZE: usize = 1024;

/// A point, or a direction.
pub(super) type Point = (f32, f32);

pub(super) struct Canvas {
    pub(super) pixels: Vec<Colour>,
}

impl Canvas {
    pub(super) fn new(background: impl Fn(f32, f32) -> Colour) -> Self {
        let mut pixels = Vec::with_capacity(SIZE * SIZE);
        for y in 0..SIZE {
            for x in 0..SIZE {
                pixels.push(background(x as f32, y as f32));
            }
        }
        Self { pixels }
    }

    /// Fills the path with what `paint` says for each of its pixels: a colour and its opacity.
    pub(super) fn fill(&mut self, path: &Path, mut paint: impl FnMut(f32, f32) -> (Colour, f32)) {
        let Some((mask, left, top)) = coverage(path) else {
            return;
        };
        let width = mask.width() as usize;
        for (row, line) in mask.data().chunks_exact(width).enumerate() {
            let y = top + row;
            for (column, &covered) in line.iter().enumerate() {
                if covered > 0 {
                    let x = left + column;
                    let (colour, opacity) = paint(x as f32, y as f32);
                    let pixel = &mut self.pixels[y * SIZE + x];
                    *pixel = pixel.mix(colour, opacity * f32::from(covered) * (1.0 / 255.0));
                }
            }
        }
    }

    /// A spot of airbrush: an ellipse turned by `angle`, dense in its centre and gone at its rim.
    pub(super) fn spot(
        &mut self,
        centre: Point,
        radii: Point,
        angle: f32,
        colour: Colour,
        opacity: f32,
    ) {
        let (sin, cos) = angle.sin_cos();
        let reach = radii.0.max(radii.1);
        for (x, y) in area(
            centre.0 - reach,
            centre.1 - reach,
            centre.0 + reach,
            centre.1 + reach,
        ) {
            let (dx, dy) = (x as f32 - centre.0, y as f32 - centre.1);
            let (u, v) = (
                (dx * cos + dy * sin) / radii.0,
                (dy * cos - dx * sin) / radii.1,
            );
            let inside = 1.0 - u * u - v * v;
            if inside > 0.0 {
                let pixel = &mut self.pixels[y * SIZE + x];
                *pixel = pixel.mix(colour, opacity * inside * inside);
            }
        }
    }

    /// An airbrushed line through `points`, whose radius goes from thin at both ends to `radius` in the middle.
    /// Its parts do not darken one another where they overlap.
    pub(super) fn soft_line(
        &mut self,
        points: &[Point],
        radius: f32,
        colour: Colour,
        opacity: f32,
    ) {
        let last = points.len().saturating_sub(1).max(1) as f32;
        let taper = |at: f32| radius * (0.35 + 0.65 * (4.0 * at * (1.0 - at)).max(0.0).sqrt());
        let bound = |pick: fn(&Point) -> f32, fold: fn(f32, f32) -> f32, start: f32| {
            points.iter().map(pick).fold(start, fold)
        };
        let left = bound(|p| p.0, f32::min, f32::MAX) - radius;
        let right = bound(|p| p.0, f32::max, f32::MIN) + radius;
        let top = bound(|p| p.1, f32::min, f32::MAX) - radius;
        let bottom = bound(|p| p.1, f32::max, f32::MIN) + radius;
        for (x, y) in area(left, top, right, bottom) {
            let mut densest = 0.0f32;
            for (index, pair) in points.windows(2).enumerate() {
                let (along, distance) = near_segment((x as f32, y as f32), pair[0], pair[1]);
                let radius = taper((index as f32 + along) / last);
                let inside = 1.0 - distance / (radius * radius);
                densest = densest.max(inside);
            }
            if densest > 0.0 {
                let pixel = &mut self.pixels[y * SIZE + x];
                *pixel = pixel.mix(colour, opacity * densest * densest);
            }
        }
    }

    /// One hair: a cubic Bézier, thin at its tip, whose colour `paint` gives along its length (0 root, 1 tip).
    pub(super) fn hair(
        &mut self,
        curve: [Point; 4],
        opacity: f32,
        paint: impl FnMut(f32, Point) -> Colour,
    ) {
        self.waved_hair(curve, |_| 0.0, opacity, paint);
    }

    /// A hair that leaves its curve sideways by what `wave` says along its length.
    pub(super) fn waved_hair(
        &mut self,
        curve: [Point; 4],
        wave: impl Fn(f32) -> f32,
        opacity: f32,
        mut paint: impl FnMut(f32, Point) -> Colour,
    ) {
        let length: f32 = curve
            .windows(2)
            .map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1))
            .sum();
        let steps = (length * 0.9).clamp(2.0, 1200.0) as usize;
        for step in 0..=steps {
            let at = step as f32 / steps as f32;
            let (x, y) = bezier(curve, at);
            let x = x + wave(at);
            let (column, row) = (x.floor(), y.floor());
            if column < 0.0 || row < 0.0 || column >= (SIZE - 1) as f32 || row >= (SIZE - 1) as f32
            {
                continue;
            }
            let (fx, fy) = (x - column, y - row);
            let index = row as usize * SIZE + column as usize;
            let colour = paint(at, (x, y));
            let opacity = opacity * (1.0 - at * at * at);
            let shares = [
                (index, (1.0 - fx) * (1.0 - fy)),
                (index + 1, fx * (1.0 - fy)),
                (index + SIZE, (1.0 - fx) * fy),
                (index + SIZE + 1, fx * fy),
            ];
            for (index, share) in shares {
                let pixel = &mut self.pixels[index];
                *pixel = pixel.mix(colour, opacity * share);
            }
        }
    }
}

/// Every whole pixel of a rectangle that lies on the canvas.
fn area(left: f32, top: f32, right: f32, bottom: f32) -> impl Iterator<Item = (usize, usize)> {
    let clip = |value: f32| value.clamp(0.0, SIZE as f32) as usize;
    let (left, right) = (clip(left), clip(right.ceil() + 1.0));
    (clip(top)..clip(bottom.ceil() + 1.0)).flat_map(move |y| (left..right).map(move |x| (x, y)))
}

/// How far along the segment its nearest point lies (0 to 1), and the square of the distance to it.
fn near_segment(point: Point, from: Point, to: Point) -> (f32, f32) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (px, py) = (point.0 - from.0, point.1 - from.1);
    let along = ((px * dx + py * dy) / (dx * dx + dy * dy).max(1e-6)).clamp(0.0, 1.0);
    let (ex, ey) = (px - along * dx, py - along * dy);
    (along, ex * ex + ey * ey)
}

pub(super) fn bezier(curve: [Point; 4], at: f32) -> Point {
    let left = 1.0 - at;
    let weights = [
        left * left * left,
        3.0 * left * left * at,
        3.0 * left * at * at,
        at * at * at,
    ];
    let sum = |pick: fn(&Point) -> f32| -> f32 {
        curve
            .iter()
            .zip(weights)
            .map(|(point, weight)| pick(point) * weight)
            .sum()
    };
    (sum(|p| p.0), sum(|p| p.1))
}

/// The coverage of a path within its own bounds on the canvas, and where these begin.
fn coverage(path: &Path) -> Option<(Mask, usize, usize)> {
    let bounds = path.bounds();
    let clip = |value: f32| value.clamp(0.0, SIZE as f32) as usize;
    let (left, top) = (clip(bounds.left().floor()), clip(bounds.top().floor()));
    let (right, bottom) = (clip(bounds.right().ceil()), clip(bounds.bottom().ceil()));
    let mut mask = Mask::new(
        right.checked_sub(left)?.try_into().ok()?,
        bottom.checked_sub(top)?.try_into().ok()?,
    )?;
    let shift = Transform::from_translate(-(left as f32), -(top as f32));
    mask.fill_path(path, FillRule::Winding, true, shift);
    Some((mask, left, top))
}

/// A closed smooth curve through the points.
pub(super) fn closed(points: &[Point]) -> Option<Path> {
    let count = points.len();
    let mut builder = PathBuilder::new();
    let at = |index: usize| points[index % count];
    builder.move_to(at(0).0, at(0).1);
    for index in 0..count {
        let (before, from, to, after) = (
            at(index + count - 1),
            at(index),
            at(index + 1),
            at(index + 2),
        );
        builder.cubic_to(
            from.0 + (to.0 - before.0) / 6.0,
            from.1 + (to.1 - before.1) / 6.0,
            to.0 - (after.0 - from.0) / 6.0,
            to.1 - (after.1 - from.1) / 6.0,
            to.0,
            to.1,
        );
    }
    builder.close();
    builder.finish()
}

/// The area between two closed smooth curves.
pub(super) fn ring(outer: &[Point], inner: &[Point]) -> Option<Path> {
    let mut builder = PathBuilder::new();
    // Turning the other way round, the inner curve cancels the winding of the outer.
    let turns = |points: &[Point]| -> f32 {
        (0..points.len())
            .map(|index| {
                let (from, to) = (points[index], points[(index + 1) % points.len()]);
                from.0 * to.1 - to.0 * from.1
            })
            .sum()
    };
    let mut inner = inner.to_vec();
    if turns(outer) * turns(&inner) > 0.0 {
        inner.reverse();
    }
    builder.push_path(&closed(outer)?);
    builder.push_path(&closed(&inner)?);
    builder.finish()
}
