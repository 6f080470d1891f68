//! The cuts: which locks they are made of.

use super::super::canvas::Point;
use super::super::colour::smooth;
use super::super::face;
use super::super::relief::{CROWN, half_width};
use super::{Brush, Lie};

const SIDES: [f32; 2] = [-1.0, 1.0];

impl Brush<'_> {
    /// Short hair combed from a parting to both sides; `low` is how far down beside the ears it reaches.
    pub(super) fn parted(&mut self, thick: f32, low: f32) {
        let parting = self.sitter.parting;
        let line = self.sitter.features.hairline;
        let top = CROWN - thick * 1.15;
        for side in SIDES {
            let front = [
                (parting, line),
                (side * 0.50 + parting * 0.5, line - 0.06),
                (side * 0.86, line + 0.10),
                (side * 0.955, low - 0.12),
            ];
            let back = [
                (parting, top),
                (side * 0.70 + parting * 0.4, top - 0.02),
                (side * (1.12 + thick * 0.6), CROWN + 0.36),
                (side * (1.015 + thick * 0.35), low),
            ];
            self.lock(
                front,
                back,
                Lie {
                    count: 760,
                    stray: 0.06,
                    wave: (0.0, 0.0),
                    loose: 0.1,
                    shade: 1.0,
                },
            );
        }
    }

    /// Swept up and back from the forehead, short at the sides.
    pub(super) fn quiff(&mut self, thick: f32) {
        let line = self.sitter.features.hairline;
        let lean = self.sitter.parting * 0.45;
        let top = CROWN - thick;
        for side in SIDES {
            let front = [
                (side * 0.82, -0.60),
                (side * 0.90, -0.5),
                (side * 0.94, -0.35),
                (side * 0.955, -0.1),
            ];
            let back = [
                (side * 0.66, CROWN + 0.12),
                (side * (1.00 + thick * 0.4), -1.14),
                (side * (1.03 + thick * 0.5), -0.5),
                (side * 1.01, -0.04),
            ];
            self.lock(
                front,
                back,
                Lie {
                    count: 520,
                    stray: 0.03,
                    wave: (0.0, 0.0),
                    loose: 0.1,
                    shade: 0.82,
                },
            );
        }
        let centre = [
            (0.0, line),
            (-lean * 0.2, line - 0.22),
            (lean * 0.5, top - 0.06),
            (lean, top - 0.12 - thick),
        ];
        let dome: Vec<Point> = [
            (-0.86, -0.60),
            (-0.96, -0.95),
            (-0.84 + lean * 0.3, top + 0.12),
            (-0.42 + lean * 0.6, top - 0.06 - thick * 0.5),
            (lean, top - 0.08 - thick * 0.7),
            (0.42 + lean * 0.6, top - 0.06 - thick * 0.5),
            (0.84 + lean * 0.3, top + 0.12),
            (0.96, -0.95),
            (0.86, -0.60),
            (0.62, line + 0.06),
            (0.3, line - 0.01),
            (0.0, line - 0.02),
            (-0.3, line - 0.01),
            (-0.62, line + 0.06),
        ]
        .to_vec();
        self.mass(&dome, 0.74, 1.0);
        for side in SIDES {
            let edge = [
                (side * 0.84, -0.58),
                (side * 1.0, line - 0.1),
                (side * 0.92 + lean * 0.3, top + 0.2),
                (side * 0.52 + lean * 0.7, top - 0.04 - thick * 0.4),
            ];
            self.lock(
                centre,
                edge,
                Lie {
                    count: 760,
                    stray: 0.07,
                    wave: (0.02, 1.0),
                    loose: 0.16,
                    shade: 1.05,
                },
            );
        }
    }

    /// The short hair above the ears; `bare` is how far up it leaves the head bald.
    pub(super) fn sides(&mut self, thick: f32, bare: f32) {
        for side in SIDES {
            let front = [
                (side * 0.86, -0.66 + bare * 0.3),
                (side * 0.91, -0.5 + bare * 0.2),
                (side * 0.94, -0.35),
                (side * 0.955, -0.02),
            ];
            let back = [
                (side * (0.90 + thick * 0.3), -0.98 + bare),
                (side * (1.04 + thick), -0.76 + bare * 0.5),
                (side * (1.04 + thick), -0.35),
                (side * (1.01 + thick * 0.4), 0.08),
            ];
            self.lock(
                front,
                back,
                Lie {
                    count: 420,
                    stray: 0.06,
                    wave: (0.0, 0.0),
                    loose: 0.14,
                    shade: 0.92,
                },
            );
        }
    }

    /// Hair shorn to a shadow over the scalp.
    pub(super) fn shorn(&mut self) {
        let line = self.sitter.features.hairline;
        let (sitter, pose) = (self.sitter, self.pose);
        let shadow = sitter.hair.mix(sitter.skin, 0.30);
        let grown = |x: f32, y: f32| {
            let edge = line + 0.16 * x * x + 0.95 * smooth(0.72, 0.97, x.abs());
            1.0 - smooth(edge - 0.08, edge + 0.05, y)
        };
        let outline: Vec<Point> = face::outline(sitter)
            .iter()
            .map(|(x, y)| (x * 1.012, y - 0.015))
            .collect();
        if let Some(path) = pose.closed(&outline) {
            self.canvas.fill_soft(&path, |px, py| {
                let (x, y) = pose.face(px, py);
                let tone = Self::tone(sitter, pose, (px, py), 0.5, 1.0, 1.0);
                (shadow.mix(tone, 0.75), 0.86 * grown(x, y))
            });
        }
        for _ in 0..4_400 {
            let r = &mut *self.random;
            let y = r.between(CROWN - 0.02, 0.05);
            let x = r.between(-1.02, 1.02) * half_width(&sitter.features, y);
            if r.unit() < grown(x, y) {
                let own = r.between(0.6, 1.3);
                let tip = (x * 1.012, y - 0.02);
                let curve = [(x, y), (x, y), tip, tip].map(|point| pose.px(point));
                self.canvas.hair(curve, 0.7, |at, point| {
                    Self::tone(sitter, pose, point, at, own, 1.0)
                });
            }
        }
    }

    /// Long hair as it hangs behind the neck.
    pub(super) fn fall(&mut self, wide: f32, down: f32, wave: f32) {
        for side in SIDES {
            let inner = [
                (0.0, -1.3),
                (side * 0.2, -0.6),
                (side * 0.3, 0.8),
                (side * 0.1, down),
            ];
            let outer = [
                (0.0, -1.4),
                (side * (wide - 0.05), -1.4),
                (side * (wide + 0.02), 0.6),
                (side * wide, down),
            ];
            self.lock(
                inner,
                outer,
                Lie {
                    count: 320,
                    stray: 0.08,
                    wave: (wave, 3.0),
                    loose: 0.3,
                    shade: 0.62,
                },
            );
        }
    }

    /// Long hair that falls from the parting beside the face down to `down`.
    pub(super) fn curtain(&mut self, thick: f32, down: f32, wave: f32) {
        let parting = self.sitter.parting * 0.7;
        let line = self.sitter.features.hairline;
        let long = down > 1.5;
        let top = CROWN - thick * 1.1;
        for side in SIDES {
            let inward = if long { 0.98 } else { 0.84 };
            let front = [
                (parting, line - 0.05),
                (side * 0.78 + parting * 0.3, line - 0.02),
                (side * (0.93 + thick * 0.3), -0.2),
                (side * inward, down),
            ];
            let back = [
                (parting, top),
                (side * (1.05 + thick) + parting * 0.2, top - 0.03),
                (side * (1.34 + thick), if long { 0.2 } else { 0.1 }),
                (side * (1.18 + thick), down + 0.06),
            ];
            let loose = if long { 0.5 } else { 0.12 };
            self.lock(
                front,
                back,
                Lie {
                    count: 880,
                    stray: 0.09,
                    wave: (wave, 2.6),
                    loose,
                    shade: 1.0,
                },
            );
        }
    }

    /// Hair over the forehead, down to the brows where `length` is 1.
    pub(super) fn fringe(&mut self, length: f32, count: usize) {
        let line = self.sitter.features.hairline;
        let end = line + 0.62 * length;
        let shift = self.sitter.parting * 0.3;
        let centre = [
            (shift, CROWN - 0.02),
            (shift, line - 0.25),
            (shift * 0.9, line + 0.2),
            (shift * 0.6, end),
        ];
        for side in SIDES {
            let outer = [
                (side * 0.50 + shift, CROWN + 0.06),
                (side * 0.92, line - 0.22),
                (side * 0.97, line + 0.2),
                (side * 0.93, end + 0.22),
            ];
            self.lock(
                centre,
                outer,
                Lie {
                    count,
                    stray: 0.09,
                    wave: (0.0, 0.0),
                    loose: 0.16,
                    shade: 0.97,
                },
            );
        }
    }

    /// Combed tightly from the hairline to the crown.
    pub(super) fn pulled_back(&mut self, thick: f32) {
        let line = self.sitter.features.hairline;
        let crown = (self.sitter.parting * 0.2, CROWN - thick * 0.8);
        for side in SIDES {
            let middle = [(0.0, line), (0.0, line - 0.2), (crown.0, CROWN), crown];
            let temple = [
                (side * 0.80, -0.62),
                (side * 0.78, -0.98),
                (side * 0.5, CROWN + 0.02),
                crown,
            ];
            let ear = [
                (side * 0.975, -0.06),
                (side * (1.12 + thick), -0.95),
                (side * (0.66 + thick), CROWN - thick * 1.1),
                crown,
            ];
            let lie = Lie {
                count: 560,
                stray: 0.03,
                wave: (0.0, 0.0),
                loose: 0.0,
                shade: 1.0,
            };
            self.lock(temple, ear, lie);
            self.lock(middle, temple, lie);
        }
    }

    /// A bun on the crown: a ball of turns.
    pub(super) fn knot(&mut self, radius: f32) {
        let (sitter, pose) = (self.sitter, self.pose);
        let centre = (0.22 * sitter.parting, CROWN - 0.2);
        let around = |angle: f32, size: f32| {
            let (sin, cos) = angle.sin_cos();
            (centre.0 + size * cos, centre.1 + 0.84 * size * sin)
        };
        let ring: Vec<Point> = (0..12)
            .map(|step| around(step as f32 / 12.0 * std::f32::consts::TAU, radius))
            .collect();
        self.mass(&ring, 0.7, 0.85);
        for _ in 0..560 {
            let r = &mut *self.random;
            let angle = r.between(0.0, std::f32::consts::TAU);
            let size = radius * r.between(0.2, 1.03);
            let sweep = r.between(0.7, 1.3);
            let point =
                |share: f32| pose.px(around(angle + sweep * share, size * (1.0 - 0.25 * share)));
            let own = r.between(0.7, 1.3);
            let curve = [point(0.0), point(0.35), point(0.7), point(1.0)];
            self.canvas.hair(curve, 0.6, |at, p| {
                Self::tone(sitter, pose, p, at, own, 0.9)
            });
        }
    }

    /// Curls around the head, lit as a ball.
    pub(super) fn cloud(&mut self, centre: Point, radii: Point, count: usize) {
        let ring: Vec<Point> = (0..30)
            .map(|step| {
                let (sin, cos) = (step as f32 / 30.0 * std::f32::consts::TAU).sin_cos();
                let bumpy = 0.96 + 0.02 * self.random.bell();
                (
                    centre.0 + radii.0 * cos * bumpy,
                    centre.1 + radii.1 * sin * bumpy,
                )
            })
            .collect();
        self.mass(&ring, 0.62, 0.85);
        for _ in 0..count {
            let angle = self.random.between(0.0, std::f32::consts::TAU);
            let far = self.random.unit().sqrt() * 1.02;
            let size = self.random.between(0.03, 0.07);
            let (sin, cos) = angle.sin_cos();
            self.curl(
                (
                    centre.0 + radii.0 * far * cos,
                    centre.1 + radii.1 * far * sin,
                ),
                size,
                0.85,
            );
        }
    }

    /// Curls over the scalp, down to the forehead.
    pub(super) fn curls_in_front(&mut self, thick: f32) {
        let line = self.sitter.features.hairline;
        let edge = |x: f32| line + 0.04 + 0.14 * x * x + 0.62 * smooth(0.72, 1.0, x.abs());
        let top = |x: f32| CROWN - thick * 1.2 + 0.75 * (x.abs() / 1.25).powi(3);
        let across = |step: usize| -1.06 + 2.12 * step as f32 / 20.0;
        let scalp: Vec<Point> = (0..=20)
            .map(|step| (across(step), top(across(step)) + 0.06))
            .chain((0..=20).rev().map(|step| {
                (
                    across(step),
                    edge(across(step)) - 0.02 + 0.012 * self.random.bell(),
                )
            }))
            .collect();
        self.mass(&scalp, 0.66, 0.95);
        for _ in 0..3_000 {
            let r = &mut *self.random;
            let x = r.between(-1.12, 1.12);
            let (from, to) = (top(x) - 0.02, edge(x) + 0.03 * r.bell());
            if from < to {
                let (y, size) = (r.between(from, to), r.between(0.028, 0.065));
                self.curl((x, y), size, 1.0);
            }
        }
    }
}
