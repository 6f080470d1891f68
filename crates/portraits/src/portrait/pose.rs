//! From the measures of a face to pixels: placed, scaled and tilted.

use tiny_skia::Path;

use super::canvas::{self, Point};
use super::sitter::Sitter;

pub(super) struct Pose {
    x: f32,
    y: f32,
    pub(super) scale: f32,
    cos: f32,
    sin: f32,
}

impl Pose {
    pub(super) fn of(sitter: &Sitter) -> Self {
        let (sin, cos) = sitter.pose.roll.sin_cos();
        Self {
            x: sitter.pose.x,
            y: sitter.pose.y,
            scale: sitter.pose.scale,
            cos,
            sin,
        }
    }

    /// The same pose, moved up by `by` face units: for what hangs from the neck.
    pub(super) fn raised(&self, by: f32) -> Self {
        let (x, y) = self.px((0.0, -by));
        Self { x, y, ..*self }
    }

    /// Face coordinates to pixels.
    pub(super) fn px(&self, (x, y): Point) -> Point {
        (
            self.x + self.scale * (x * self.cos - y * self.sin),
            self.y + self.scale * (x * self.sin + y * self.cos),
        )
    }

    /// Pixels to face coordinates.
    pub(super) fn face(&self, x: f32, y: f32) -> Point {
        let (dx, dy) = ((x - self.x) / self.scale, (y - self.y) / self.scale);
        (dx * self.cos + dy * self.sin, dy * self.cos - dx * self.sin)
    }

    pub(super) fn all(&self, points: &[Point]) -> Vec<Point> {
        points.iter().map(|point| self.px(*point)).collect()
    }

    /// A closed smooth curve through points in face coordinates.
    pub(super) fn closed(&self, points: &[Point]) -> Option<Path> {
        canvas::closed(&self.all(points))
    }
}
