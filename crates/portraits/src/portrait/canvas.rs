//! The canvas, and the brushes: filled paths, airbrushed spots and lines, single hairs.
//!
//! Paths are antialiased by tiny-skia; everything soft is painted here, pixel by pixel, since a soft edge needs no
//! antialiasing. Coordinates are pixels. It knows nothing of faces.

use tiny_skia::{FillRule, Mask, Path, PathBuilder, Transform};

use super::colour::{Colour, smooth};

pub(super) const SIZE: usize = 1024;

/// A point, or a direction.
pub(super) type Point = (f32, f32);

pub(super) struct Canvas {
    pub(super) pixels: Vec<Colour>,
}

impl Canvas {
    /// A canvas with a small square picture, `side` pixels wide, enlarged to fill it.
    pub(super) fn enlarged(small: &[Colour], side: usize) -> Self {
        let scale = (side - 1) as f32 / SIZE as f32;
        let split = |at: usize| {
            let place = at as f32 * scale;
            (place as usize, smooth(0.0, 1.0, place.fract()))
        };
        let columns: Vec<(usize, f32)> = (0..SIZE).map(split).collect();
        let mut pixels = Vec::with_capacity(SIZE * SIZE);
        let mut line = vec![Colour::BLACK; side];
        for y in 0..SIZE {
            let (row, share) = split(y);
            for (column, between) in line.iter_mut().enumerate() {
                let at = row * side + column;
                *between = small[at].mix(small[at + side], share);
            }
            pixels.extend(
                columns
                    .iter()
                    .map(|&(column, share)| line[column].mix(line[column + 1], share)),
            );
        }
        Self { pixels }
    }

    /// Fills the path with what `paint` says for each of its pixels: a colour and its opacity.
    pub(super) fn fill(&mut self, path: &Path, paint: impl FnMut(f32, f32) -> (Colour, f32)) {
        self.fill_every(1, path, paint);
    }

    /// [`Canvas::fill`] for paint that varies slowly: asked for every fourth pixel of a row, and blended between.
    pub(super) fn fill_soft(&mut self, path: &Path, paint: impl FnMut(f32, f32) -> (Colour, f32)) {
        self.fill_every(4, path, paint);
    }

    fn fill_every(
        &mut self,
        stride: usize,
        path: &Path,
        mut paint: impl FnMut(f32, f32) -> (Colour, f32),
    ) {
        let Some((mask, left, top)) = coverage(path) else {
            return;
        };
        let width = mask.width() as usize;
        let rows = self.pixels[top * SIZE..].chunks_mut(SIZE);
        for (row, (line, covered)) in rows.zip(mask.data().chunks_exact(width)).enumerate() {
            let y = (top + row) as f32;
            // The paint at the end of the last stretch, when that was covered.
            let mut before = None;
            let stretches = line[left..].chunks_mut(stride).zip(covered.chunks(stride));
            for (stretch, (pixels, covered)) in stretches.enumerate() {
                if covered.iter().all(|covered| *covered == 0) {
                    before = None;
                    continue;
                }
                let x = left + stretch * stride;
                let (from, from_opacity) = before.unwrap_or_else(|| paint(x as f32, y));
                let (to, to_opacity) = if stride == 1 {
                    (from, from_opacity)
                } else {
                    paint((x + stride) as f32, y)
                };
                before = (stride > 1).then_some((to, to_opacity));
                for (at, (pixel, covered)) in pixels.iter_mut().zip(covered).enumerate() {
                    let share = at as f32 / stride as f32;
                    let opacity = from_opacity + (to_opacity - from_opacity) * share;
                    *pixel = pixel.mix(
                        from.mix(to, share),
                        opacity * f32::from(*covered) * (1.0 / 255.0),
                    );
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

    /// An airbrushed line, curved through `points`, whose radius goes from thin at both ends to `radius` in the
    /// middle. Its parts do not darken one another where they overlap.
    pub(super) fn soft_line(
        &mut self,
        points: &[Point],
        radius: f32,
        colour: Colour,
        opacity: f32,
    ) {
        let course = course(points);
        let last = (course.len() - 1).max(1) as f32;
        let bound = |pick: fn(&Point) -> f32, fold: fn(f32, f32) -> f32, start: f32| {
            course.iter().map(pick).fold(start, fold)
        };
        let (left, top) = (
            clip(bound(|p| p.0, f32::min, f32::MAX) - radius),
            clip(bound(|p| p.1, f32::min, f32::MAX) - radius),
        );
        let right = clip(bound(|p| p.0, f32::max, f32::MIN) + radius + 1.0);
        let bottom = clip(bound(|p| p.1, f32::max, f32::MIN) + radius + 1.0);
        let width = right.saturating_sub(left);
        let mut density = vec![0.0f32; width * bottom.saturating_sub(top)];
        for (index, pair) in course.windows(2).enumerate() {
            let (from, to) = (pair[0], pair[1]);
            let at = (index as f32 + 0.5) / last;
            let radius = radius * (0.35 + 0.65 * (4.0 * at * (1.0 - at)).max(0.0).sqrt());
            for (x, y) in area(
                from.0.min(to.0) - radius,
                from.1.min(to.1) - radius,
                from.0.max(to.0) + radius,
                from.1.max(to.1) + radius,
            ) {
                let inside =
                    1.0 - distance_squared((x as f32, y as f32), from, to) / (radius * radius);
                if inside > 0.0 && (left..right).contains(&x) && (top..bottom).contains(&y) {
                    let dense = &mut density[(y - top) * width + x - left];
                    *dense = dense.max(inside);
                }
            }
        }
        for (index, dense) in density
            .iter()
            .enumerate()
            .filter(|(_, dense)| **dense > 0.0)
        {
            let pixel = &mut self.pixels[(top + index / width) * SIZE + left + index % width];
            *pixel = pixel.mix(colour, opacity * dense * dense);
        }
    }

    /// One hair: a cubic Bézier, thin at its tip, whose colour `paint` gives along its length (0 root, 1 tip).
    pub(super) fn hair(
        &mut self,
        curve: [Point; 4],
        opacity: f32,
        paint: impl FnMut(f32, Point) -> Colour,
    ) {
        self.waved_hair(curve, 1.0, |_| 0.0, opacity, paint);
    }

    /// A hair that leaves its curve sideways by what `wave` says along its length, and ends at `end` of it.
    ///
    /// Curve and colour are found every few pixels, and followed straight between: a portrait has thousands of hairs.
    pub(super) fn waved_hair(
        &mut self,
        curve: [Point; 4],
        end: f32,
        wave: impl Fn(f32) -> f32,
        opacity: f32,
        mut paint: impl FnMut(f32, Point) -> Colour,
    ) {
        const STRIDE: f32 = 14.0;
        let reach: f32 = curve
            .windows(2)
            .map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1))
            .sum();
        let strides = (reach * end / STRIDE).clamp(1.0, 200.0).ceil();
        let node = |at: f32| {
            let (x, y) = bezier(curve, at * end);
            (x + wave(at * end), y)
        };
        let mut from = node(0.0);
        let mut from_colour = paint(0.0, from);
        for stride in 1..=strides as usize {
            let at = stride as f32 / strides;
            let to = node(at);
            let to_colour = paint(at * end, to);
            let steep = (to.1 - from.1).abs() >= (to.0 - from.0).abs();
            let steps = (to.0 - from.0)
                .abs()
                .max((to.1 - from.1).abs())
                .ceil()
                .max(1.0);
            let (dx, dy) = ((to.0 - from.0) / steps, (to.1 - from.1) / steps);
            let tip = at * at * at;
            let opacity = opacity * (1.0 - tip * tip);
            for step in 0..steps as usize {
                let step = step as f32;
                let colour = from_colour.mix(to_colour, step / steps);
                let (x, y) = (from.0 + dx * step, from.1 + dy * step);
                self.dab(x, y, steep, colour, opacity);
            }
            (from, from_colour) = (to, to_colour);
        }
    }

    /// A dab of a pixel's size, shared between the two pixels beside the line (Wu's antialiasing).
    fn dab(&mut self, x: f32, y: f32, steep: bool, colour: Colour, opacity: f32) {
        const LAST: f32 = (SIZE - 1) as f32;
        if !(x >= 0.0 && y >= 0.0 && x < LAST && y < LAST) {
            return;
        }
        let (column, row) = (x as usize, y as usize);
        let index = row * SIZE + column;
        let (share, other) = if steep {
            (x - column as f32, index + 1)
        } else {
            (y - row as f32, index + SIZE)
        };
        let pixel = &mut self.pixels[index];
        *pixel = pixel.mix(colour, opacity * (1.0 - share));
        let pixel = &mut self.pixels[other];
        *pixel = pixel.mix(colour, opacity * share);
    }
}

/// A coordinate brought onto the canvas.
fn clip(value: f32) -> usize {
    value.clamp(0.0, SIZE as f32) as usize
}

/// Every whole pixel of a rectangle that lies on the canvas.
fn area(left: f32, top: f32, right: f32, bottom: f32) -> impl Iterator<Item = (usize, usize)> {
    let (left, right) = (clip(left), clip(right.ceil() + 1.0));
    (clip(top)..clip(bottom.ceil() + 1.0)).flat_map(move |y| (left..right).map(move |x| (x, y)))
}

/// The square of the distance from a point to a segment.
fn distance_squared(point: Point, from: Point, to: Point) -> f32 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (px, py) = (point.0 - from.0, point.1 - from.1);
    let along = ((px * dx + py * dy) / (dx * dx + dy * dy).max(1e-6)).clamp(0.0, 1.0);
    let (ex, ey) = (px - along * dx, py - along * dy);
    ex * ex + ey * ey
}

/// Points of a smooth open curve (Catmull and Rom) through the given ones.
fn course(points: &[Point]) -> Vec<Point> {
    const PARTS: usize = 5;
    let at = |index: isize| points[index.clamp(0, points.len() as isize - 1) as usize];
    let mut course = vec![at(0)];
    for index in 0..points.len() as isize - 1 {
        let (before, from, to, after) = (at(index - 1), at(index), at(index + 1), at(index + 2));
        let leave = (
            from.0 + (to.0 - before.0) / 6.0,
            from.1 + (to.1 - before.1) / 6.0,
        );
        let arrive = (
            to.0 - (after.0 - from.0) / 6.0,
            to.1 - (after.1 - from.1) / 6.0,
        );
        course.extend(
            (1..=PARTS).map(|part| bezier([from, leave, arrive, to], part as f32 / PARTS as f32)),
        );
    }
    course
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
