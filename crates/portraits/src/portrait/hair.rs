//! Hair, hair by hair: each is interpolated between two guides that bound a lock.

use super::canvas::{Canvas, Point, bezier, closed};
use super::colour::{Colour, smooth};
use super::pose::Pose;
use super::relief::{CROWN, Relief, half_width, lit, turned};
use super::sitter::{Beard, Cut, Sitter};
use crate::random::Random;

/// The hairs of a lock start on one guide's course and end on the other's.
type Guide = [Point; 4];

struct Brush<'a> {
    canvas: &'a mut Canvas,
    sitter: &'a Sitter,
    pose: &'a Pose,
    random: &'a mut Random,
}

/// How the hairs of a lock lie.
#[derive(Clone, Copy)]
struct Lie {
    count: usize,
    /// How far hairs stray, in face units.
    stray: f32,
    /// Amplitude and number of waves from root to tip.
    wave: (f32, f32),
    /// The share of light that reaches this lock.
    shade: f32,
}

pub(super) fn paint_behind(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, random: &mut Random) {
    let volume = sitter.volume;
    let mut brush = Brush {
        canvas,
        sitter,
        pose,
        random,
    };
    let (wide, down, wave) = match sitter.cut {
        Cut::Long => (1.22 + 0.10 * volume, 2.5, 0.0),
        Cut::Wavy => (1.38 + 0.14 * volume, 2.45, 0.05),
        Cut::Fringe => (1.24 + 0.08 * volume, 2.1, 0.0),
        Cut::Bob => (1.20 + 0.12 * volume, 1.32, 0.0),
        Cut::Bun => {
            let centre = (0.25 * sitter.parting, CROWN - 0.28);
            return brush.knot(centre, 0.36 + 0.08 * volume);
        }
        Cut::Afro => {
            return brush.cloud(
                (0.0, -0.52),
                (1.45 + 0.25 * volume, 1.38 + 0.2 * volume),
                4200,
                0.9,
            );
        }
        Cut::Curls => {
            return brush.cloud(
                (0.0, -0.45),
                (1.22 + 0.12 * volume, 1.22 + 0.1 * volume),
                2600,
                0.75,
            );
        }
        _ => return,
    };
    for side in [-1.0, 1.0] {
        let inner = [
            (0.0, -1.4),
            (side * 0.3, -0.6),
            (side * 0.4, 0.8),
            (side * 0.35, down),
        ];
        let outer = [
            (0.0, -1.55),
            (side * (wide + 0.1), -1.5),
            (side * (wide + 0.12), 0.6),
            (side * wide, down),
        ];
        brush.lock(
            inner,
            outer,
            Lie {
                count: 700,
                stray: 0.05,
                wave: (wave, 3.0),
                shade: 0.62,
            },
        );
    }
}

pub(super) fn paint_front(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, random: &mut Random) {
    let mut brush = Brush {
        canvas,
        sitter,
        pose,
        random,
    };
    let v = 0.06 + 0.12 * sitter.volume;
    match sitter.cut {
        Cut::Bald => {}
        Cut::Balding => brush.sides(v * 0.5, 0.35),
        Cut::Buzz => brush.stubble_cap(),
        Cut::Side => brush.parted(v, -0.12, 0.0, 900),
        Cut::Pixie => {
            brush.parted(v + 0.03, 0.12, 0.0, 900);
            brush.fringe(0.55, 420);
        }
        Cut::Quiff => brush.quiff(v),
        Cut::Curls => brush.curly_cap(v),
        Cut::Afro => brush.curly_cap(v + 0.1),
        Cut::Bob => brush.curtain(v, 1.12, 0.0),
        Cut::Long => brush.curtain(v, 2.3, 0.0),
        Cut::Wavy => brush.curtain(v + 0.06, 2.2, 0.055),
        Cut::Fringe => {
            brush.curtain(v, 2.0, 0.0);
            brush.fringe(1.0, 800);
        }
        Cut::Bun => brush.pulled_back(v * 0.6),
        Cut::Headscarf => brush.headscarf(),
        Cut::Beanie => {
            brush.sides(v * 0.6, 0.1);
            brush.beanie();
        }
    }
}

pub(super) fn paint_beard(
    canvas: &mut Canvas,
    sitter: &Sitter,
    pose: &Pose,
    relief: &Relief,
    r: &mut Random,
) {
    let f = &sitter.features;
    let mouth = f.nose_length + (f.chin - f.nose_length) * 0.385;
    let count = match sitter.beard {
        Beard::None => return,
        Beard::Stubble => 3_000,
        Beard::Moustache => 1_800,
        Beard::Goatee => 3_000,
        Beard::Full => 7_000,
    };
    let full = sitter.beard == Beard::Full;
    let colour = sitter.hair.mix(sitter.brow, 0.5);
    let mut grown = 0;
    for _ in 0..count * 6 {
        if grown >= count {
            break;
        }
        let y = r.between(f.nose_length - 0.55, f.chin + 0.06);
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
            Beard::Full => 0.10 + 0.06 * sitter.volume,
            _ => 0.07,
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
        let shade = colour * ((0.42 + 0.62 * light) * r.between(0.65, 1.2));
        let opacity = if full { 0.75 } else { 0.6 };
        canvas.hair(
            [
                pose.px((at, y)),
                pose.px(middle),
                pose.px(middle),
                pose.px(tip),
            ],
            opacity,
            |_, _| shade,
        );
    }
}

/// How likely a hair of the beard grows at a point.
fn density(sitter: &Sitter, mouth: f32, x: f32, y: f32, edge: f32) -> f32 {
    let f = &sitter.features;
    let lips = {
        let (dx, dy) = (
            x / (f.mouth_width * 1.06),
            (y - mouth - 0.012) / (f.lip * 1.25),
        );
        smooth(0.9, 1.25, dx * dx + dy * dy)
    };
    let moustache = smooth(mouth - 0.235, mouth - 0.15, y)
        * (1.0 - smooth(mouth - 0.03, mouth + 0.02, y))
        * (1.0 - smooth(f.mouth_width * 0.95, f.mouth_width * 1.2, x.abs()));
    let chin = smooth(mouth + 0.10, mouth + 0.2, y) * (1.0 - smooth(0.28, 0.44, x.abs()));
    let beside = smooth(mouth - 0.16, mouth, y)
        * smooth(f.mouth_width * 0.9, f.mouth_width * 1.1, x.abs())
        * (1.0 - smooth(0.4, 0.5, x.abs()));
    // The line of a full beard runs from the ear down and forward to the moustache.
    let line = mouth - 0.12 - 0.75 * smooth(0.42, 0.98, x.abs());
    let jaw = smooth(line, line + 0.16, y) * smooth(0.0, 0.1, edge - x.abs() + 0.04);
    let grown = match sitter.beard {
        Beard::None => 0.0,
        Beard::Moustache => moustache,
        Beard::Goatee => moustache.max(chin).max(beside),
        Beard::Stubble | Beard::Full => moustache.max(chin).max(jaw),
    };
    grown * lips
}

impl Brush<'_> {
    /// The colour of a hair at a point: darker at its root and where the head turns from the light, with a band of gloss.
    fn tone(
        sitter: &Sitter,
        pose: &Pose,
        (px, py): Point,
        along: f32,
        own: f32,
        shade: f32,
    ) -> Colour {
        let (x, y) = pose.face(px, py);
        let (nx, ny) = (
            (x / 1.35).clamp(-0.95, 0.95),
            ((y + 0.35) / 1.5).clamp(-0.9, 0.6),
        );
        let nz = (1.0 - nx * nx - ny * ny).max(0.08).sqrt();
        let (diffuse, _) = lit(&sitter.light, [nx, ny, nz]);
        let towards = nx * sitter.light.from[0] + ny * sitter.light.from[1];
        let band = smooth(0.22, 0.42, towards) * (1.0 - smooth(0.5, 0.75, towards));
        let body = sitter.hair
            * ((0.40 + 0.72 * diffuse) * own * shade * (0.78 + 0.25 * smooth(0.0, 0.3, along)));
        let gloss = sitter.hair.mix(sitter.light.key, 0.55);
        body.mix(gloss, 0.30 * band * shade * own)
    }

    /// Fills the lock darkly, then lays its hairs.
    fn lock(&mut self, inner: Guide, outer: Guide, lie: Lie) {
        self.underpaint(inner, outer, lie.shade);
        self.hairs(inner, outer, lie);
    }

    fn underpaint(&mut self, inner: Guide, outer: Guide, shade: f32) {
        let along = |guide: Guide, step: usize| bezier(guide, step as f32 / 14.0);
        let outline: Vec<Point> = (0..=14)
            .map(|step| along(inner, step))
            .chain((0..=14).rev().map(|step| along(outer, step)))
            .map(|point| self.pose.px(point))
            .collect();
        let (sitter, pose) = (self.sitter, self.pose);
        if let Some(path) = closed(&outline) {
            self.canvas.fill(&path, |x, y| {
                (Self::tone(sitter, pose, (x, y), 0.4, 0.72, shade), 1.0)
            });
        }
    }

    fn hairs(&mut self, inner: Guide, outer: Guide, lie: Lie) {
        let (sitter, pose) = (self.sitter, self.pose);
        for _ in 0..lie.count {
            let r = &mut *self.random;
            let share = r.between(-0.02, 1.03);
            // Hairs hang together in strands: neighbours share a colour and a wave.
            let strand = (share * 17.0).floor();
            let phase = (strand * 2.399).sin() * 3.0;
            let own = (0.94 + 0.16 * (strand * 5.3).sin()) * r.between(0.72, 1.26);
            let mut curve = [(0.0, 0.0); 4];
            for (index, point) in curve.iter_mut().enumerate() {
                let loose = lie.stray * [0.25, 0.6, 1.0, 1.3][index];
                let (from, to) = (inner[index], outer[index]);
                *point = pose.px((
                    from.0 + (to.0 - from.0) * share + loose * r.bell() * 0.5,
                    from.1 + (to.1 - from.1) * share + loose * r.bell() * 0.5,
                ));
            }
            let (height, waves) = (lie.wave.0 * pose.scale, lie.wave.1 * std::f32::consts::TAU);
            let shade = lie.shade;
            self.canvas.waved_hair(
                curve,
                |at| height * at.min(0.6) * (waves * at + phase).sin(),
                0.55,
                |at, point| Self::tone(sitter, pose, point, at, own, shade),
            );
        }
    }

    /// Short hair combed from a parting to both sides; `low` is how far down beside the ears it reaches.
    fn parted(&mut self, v: f32, low: f32, wave: f32, count: usize) {
        let p = self.sitter.parting;
        let line = self.sitter.features.hairline;
        for side in [-1.0, 1.0] {
            let front = [
                (p, line),
                (side * 0.42 + p * 0.4, line - 0.14),
                (side * 0.84, line + 0.06),
                (side * 0.955, low - 0.12),
            ];
            let back = [
                (p, CROWN - v * 0.8),
                (side * 0.62 + p * 0.3, CROWN - v * 1.6),
                (side * (1.12 + v * 0.6), CROWN + 0.42),
                (side * (1.015 + v * 0.35), low),
            ];
            self.lock(
                front,
                back,
                Lie {
                    count,
                    stray: 0.035,
                    wave: (wave, 2.0),
                    shade: 1.0,
                },
            );
        }
    }

    /// Swept up and back from the forehead, short at the sides.
    fn quiff(&mut self, v: f32) {
        self.sides(v * 0.4, -0.2);
        let line = self.sitter.features.hairline + 0.02;
        let lean = self.sitter.parting * 0.5;
        let left = [
            (-0.80, line + 0.22),
            (-0.98, line - 0.35),
            (-0.80 + lean * 0.3, CROWN - v * 1.4),
            (-0.42 + lean, CROWN - v * 1.5),
        ];
        let right = [
            (0.80, line + 0.22),
            (0.98, line - 0.35),
            (0.80 + lean * 0.3, CROWN - v * 1.4),
            (0.42 + lean, CROWN - v * 1.5),
        ];
        let outline: Vec<Point> = (0..=12)
            .map(|step| bezier(left, step as f32 / 12.0))
            .chain((0..=12).rev().map(|step| bezier(right, step as f32 / 12.0)))
            .chain([(0.45, line), (0.0, line - 0.02), (-0.45, line)])
            .map(|point| self.pose.px(point))
            .collect();
        let (sitter, pose) = (self.sitter, self.pose);
        if let Some(path) = closed(&outline) {
            self.canvas.fill(&path, |x, y| {
                (Self::tone(sitter, pose, (x, y), 0.4, 0.72, 1.0), 1.0)
            });
        }
        for _ in 0..1_500 {
            let r = &mut *self.random;
            let at = r.between(-1.0, 1.0);
            let root_y = line + 0.22 * at.abs().powi(3) - 0.45 * r.unit() * (1.0 - 0.4 * at * at);
            let root = (at * 0.80, root_y);
            let rise = r.between(0.32, 0.6) * (1.0 - 0.35 * at * at);
            let tip = (
                at * 0.62 + lean * 0.8 + 0.04 * r.bell(),
                (root_y - rise).max(CROWN - v * 1.9),
            );
            let middle = (at * 0.92 + 0.03 * r.bell(), root_y - rise * 0.55);
            let own = r.between(0.7, 1.25);
            let curve = [root, middle, ((middle.0 + tip.0) / 2.0, tip.1 - 0.04), tip]
                .map(|point| pose.px(point));
            self.canvas.hair(curve, 0.55, |along, point| {
                Self::tone(sitter, pose, point, along, own, 1.0)
            });
        }
    }

    /// The short hair above the ears; `bare` is how far up it leaves the head bald.
    fn sides(&mut self, v: f32, bare: f32) {
        for side in [-1.0, 1.0] {
            let front = [
                (side * 0.84, -0.66 + bare * 0.2),
                (side * 0.90, -0.5),
                (side * 0.94, -0.35),
                (side * 0.955, -0.02),
            ];
            let back = [
                (side * (0.90 + v * 0.3), -0.98 + bare),
                (side * (1.04 + v), -0.72 + bare * 0.5),
                (side * (1.03 + v), -0.35),
                (side * (1.005 + v * 0.4), 0.06),
            ];
            self.lock(
                front,
                back,
                Lie {
                    count: 420,
                    stray: 0.03,
                    wave: (0.0, 0.0),
                    shade: 0.9,
                },
            );
        }
    }

    /// Hair shorn to a shadow over the scalp.
    fn stubble_cap(&mut self) {
        let line = self.sitter.features.hairline;
        let (sitter, pose) = (self.sitter, self.pose);
        let shadow = sitter.hair.mix(sitter.skin, 0.30);
        let grown = |x: f32, y: f32| {
            let edge = line + 0.16 * x * x + 0.95 * smooth(0.72, 0.97, x.abs());
            1.0 - smooth(edge - 0.08, edge + 0.05, y)
        };
        let outline: Vec<Point> = super::face::outline(sitter)
            .iter()
            .map(|(x, y)| (x * 1.012, y - 0.015))
            .collect();
        if let Some(path) = pose.closed(&outline) {
            self.canvas.fill(&path, |px, py| {
                let (x, y) = pose.face(px, py);
                let tone = Self::tone(sitter, pose, (px, py), 0.5, 1.0, 1.0);
                (shadow.mix(tone, 0.75), 0.86 * grown(x, y))
            });
        }
        for _ in 0..5_200 {
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

    /// Long hair that falls from the parting beside the face down to `down`.
    fn curtain(&mut self, v: f32, down: f32, wave: f32) {
        let p = self.sitter.parting * 0.7;
        let line = self.sitter.features.hairline;
        let long = down > 1.5;
        for side in [-1.0, 1.0] {
            let inward = if long { 1.02 } else { 0.86 };
            let front = [
                (p, line - 0.04),
                (side * 0.72 + p * 0.3, line - 0.05),
                (side * (0.93 + v * 0.3), -0.2),
                (side * inward, down),
            ];
            let back = [
                (p, CROWN - v),
                (side * (1.05 + v), CROWN - v * 1.9),
                (side * (1.34 + v), if long { 0.2 } else { 0.1 }),
                (side * (1.22 + v), down + 0.1),
            ];
            self.lock(
                front,
                back,
                Lie {
                    count: 1_250,
                    stray: 0.05,
                    wave: (wave, 2.6),
                    shade: 1.0,
                },
            );
        }
    }

    /// Hair over the forehead, down to the brows where `length` is 1.
    fn fringe(&mut self, length: f32, count: usize) {
        let line = self.sitter.features.hairline;
        let end = line + (0.62 * length);
        let left = [
            (-0.55, CROWN + 0.1),
            (-0.9, line - 0.2),
            (-0.95, line + 0.2),
            (-0.86, end + 0.12),
        ];
        let right = [
            (0.55, CROWN + 0.1),
            (0.9, line - 0.2),
            (0.95, line + 0.2),
            (0.86, end + 0.12),
        ];
        let shift = self.sitter.parting * 0.25;
        let middle_end = end - 0.04;
        let centre = [
            (shift, CROWN + 0.05),
            (shift, line - 0.2),
            (shift, line + 0.2),
            (shift * 0.5, middle_end),
        ];
        for outer in [left, right] {
            self.lock(
                centre,
                outer,
                Lie {
                    count,
                    stray: 0.045,
                    wave: (0.0, 0.0),
                    shade: 0.96,
                },
            );
        }
    }

    /// Combed tightly from the hairline to the crown.
    fn pulled_back(&mut self, v: f32) {
        let line = self.sitter.features.hairline;
        let crown = (self.sitter.parting * 0.2, CROWN - v * 0.6);
        for side in [-1.0, 1.0] {
            let middle = [(0.0, line), (0.0, line - 0.2), (0.0, CROWN), crown];
            let temple = [
                (side * 0.80, -0.62),
                (side * 0.78, -0.98),
                (side * 0.5, CROWN + 0.02),
                crown,
            ];
            let ear = [
                (side * 0.97, -0.06),
                (side * (1.10 + v), -0.85),
                (side * (0.72 + v), CROWN - v * 1.3),
                crown,
            ];
            let lie = Lie {
                count: 520,
                stray: 0.022,
                wave: (0.0, 0.0),
                shade: 1.0,
            };
            self.lock(temple, ear, lie);
            self.lock(middle, temple, lie);
        }
    }

    /// A bun: a ball of turns.
    fn knot(&mut self, centre: Point, radius: f32) {
        let (sitter, pose) = (self.sitter, self.pose);
        let ring: Vec<Point> = (0..12)
            .map(|step| {
                let (sin, cos) = (step as f32 / 12.0 * std::f32::consts::TAU).sin_cos();
                pose.px((centre.0 + radius * cos, centre.1 + radius * 0.86 * sin))
            })
            .collect();
        if let Some(path) = closed(&ring) {
            self.canvas.fill(&path, |x, y| {
                (Self::tone(sitter, pose, (x, y), 0.4, 0.7, 0.85), 1.0)
            });
        }
        for _ in 0..520 {
            let r = &mut *self.random;
            let angle = r.between(0.0, std::f32::consts::TAU);
            let size = radius * r.between(0.2, 1.02);
            let sweep = r.between(0.7, 1.3);
            let point = |share: f32| {
                let (sin, cos) = (angle + sweep * share).sin_cos();
                let size = size * (1.0 - 0.25 * share);
                pose.px((centre.0 + size * cos, centre.1 + 0.86 * size * sin))
            };
            let own = r.between(0.7, 1.3);
            self.canvas.hair(
                [point(0.0), point(0.35), point(0.7), point(1.0)],
                0.6,
                |at, p| Self::tone(sitter, pose, p, at, own, 0.9),
            );
        }
    }

    /// Curls within an ellipse, lit as a ball.
    fn cloud(&mut self, centre: Point, radii: Point, count: usize, shade: f32) {
        let (sitter, pose) = (self.sitter, self.pose);
        let ring: Vec<Point> = (0..26)
            .map(|step| {
                let (sin, cos) = (step as f32 / 26.0 * std::f32::consts::TAU).sin_cos();
                let bumpy = 0.95 + 0.03 * self.random.bell();
                pose.px((
                    centre.0 + radii.0 * cos * bumpy,
                    centre.1 + radii.1 * sin * bumpy,
                ))
            })
            .collect();
        if let Some(path) = closed(&ring) {
            self.canvas.fill(&path, |x, y| {
                (Self::tone(sitter, pose, (x, y), 0.4, 0.62, shade), 1.0)
            });
        }
        for _ in 0..count {
            let (angle, far) = (
                self.random.between(0.0, std::f32::consts::TAU),
                self.random.unit().sqrt() * 1.03,
            );
            let (sin, cos) = angle.sin_cos();
            self.curl(
                (
                    centre.0 + radii.0 * far * cos,
                    centre.1 + radii.1 * far * sin,
                ),
                shade,
            );
        }
    }

    fn curl(&mut self, at: Point, shade: f32) {
        let (sitter, pose) = (self.sitter, self.pose);
        let r = &mut *self.random;
        let size = r.between(0.03, 0.075);
        let turn = r.between(0.0, std::f32::consts::TAU);
        let sweep = r.between(2.0, 4.2);
        let point = |share: f32, size: f32| {
            let (sin, cos) = (turn + sweep * share).sin_cos();
            pose.px((at.0 + size * cos, at.1 + size * sin))
        };
        let own = r.between(0.6, 1.4);
        let curve = [
            point(0.0, size),
            point(0.33, size * 1.5),
            point(0.66, size * 1.5),
            point(1.0, size),
        ];
        self.canvas.hair(curve, 0.6, |along, p| {
            Self::tone(sitter, pose, p, 0.3 + 0.7 * along, own, shade)
        });
    }

    /// Curls that frame the forehead.
    fn curly_cap(&mut self, v: f32) {
        self.stubble_cap();
        let line = self.sitter.features.hairline;
        for _ in 0..2_600 {
            let r = &mut *self.random;
            let x = r.between(-1.12, 1.12);
            let edge =
                line + 0.10 + 0.16 * x * x + 0.62 * smooth(0.70, 1.0, x.abs()) + 0.05 * r.bell();
            let top = CROWN - v - 0.1 + 0.75 * (x.abs() / 1.25).powi(3);
            if top < edge {
                let y = r.between(top, edge);
                self.curl((x, y), 1.0);
            }
        }
    }

    fn headscarf(&mut self) {
        let (sitter, pose) = (self.sitter, self.pose);
        let colour = sitter.accent.mix(sitter.cloth, 0.5).saturate(1.25);
        let f = &sitter.features;
        let outer = [
            (0.0, CROWN - 0.16),
            (0.62, CROWN - 0.02),
            (1.06, -0.75),
            (1.18, 0.0),
            (1.14, 0.75),
            (1.05, 1.4),
            (1.35, 1.95),
            (1.75, 2.5),
            (1.2, 3.1),
            (0.0, 3.3),
            (-1.2, 3.1),
            (-1.75, 2.5),
            (-1.35, 1.95),
            (-1.05, 1.4),
            (-1.14, 0.75),
            (-1.18, 0.0),
            (-1.06, -0.75),
            (-0.62, CROWN - 0.02),
        ];
        let inner = [
            (0.0, -0.86),
            (-0.5, -0.76),
            (-0.82, -0.35),
            (-0.9, 0.2),
            (-0.82, 0.75),
            (-0.5, f.chin - 0.08),
            (0.0, f.chin + 0.03),
            (0.5, f.chin - 0.08),
            (0.82, 0.75),
            (0.9, 0.2),
            (0.82, -0.35),
            (0.5, -0.76),
        ];
        let Some(path) = super::canvas::ring(&pose.all(&outer), &pose.all(&inner)) else {
            return;
        };
        self.canvas.soft_line(
            &pose.all(&[&inner[..], &inner[..1]].concat()),
            26.0,
            sitter.skin.tint(Colour(0.4, 0.3, 0.3)),
            0.6,
        );
        self.canvas.fill(&path, |px, py| {
            let (x, y) = pose.face(px, py);
            let round = (x / 1.25).clamp(-0.95, 0.95);
            let around = (x * x + (y - 0.2) * (y - 0.2) * 0.6).sqrt();
            let fold = 0.22
                * (around * 15.0 + 2.0 * x).sin()
                * smooth(0.7, 1.3, around)
                * smooth(-0.9, 0.4, y);
            let ny = (-0.7 * smooth(-0.4, -1.5, y) - 0.25 * smooth(1.4, 2.0, y) + fold * 0.6)
                .clamp(-0.9, 0.9);
            let (diffuse, _) = lit(&sitter.light, [round * round * round * 0.9 + fold, ny, 0.7]);
            (colour * (0.34 + 0.72 * diffuse), 1.0)
        });
        for _ in 0..7 {
            let r = &mut *self.random;
            let (y, bend) = (r.between(1.5, 2.9), r.between(-0.2, 0.35));
            let fold = [
                (-1.15, y - 0.25),
                (-0.3, y + bend),
                (0.5, y + bend * 0.6),
                (1.2, y - 0.35),
            ];
            self.canvas
                .soft_line(&pose.all(&fold), 16.0, colour * 0.5, 0.32);
        }
    }

    fn beanie(&mut self) {
        let (sitter, pose) = (self.sitter, self.pose);
        let colour = sitter.accent.mix(sitter.under_cloth, 0.3).saturate(1.4) * 0.9;
        let rim = sitter.features.hairline + 0.22;
        let crown = [
            (-1.07, rim),
            (-1.10, rim - 0.4),
            (-0.85, CROWN - 0.02),
            (-0.3, CROWN - 0.3),
            (0.3, CROWN - 0.3),
            (0.85, CROWN - 0.02),
            (1.10, rim - 0.4),
            (1.07, rim),
            (0.5, rim - 0.09),
            (0.0, rim - 0.11),
            (-0.5, rim - 0.09),
        ];
        let cuff = [
            (-1.10, rim + 0.06),
            (-1.13, rim - 0.22),
            (-0.6, rim - 0.36),
            (0.0, rim - 0.40),
            (0.6, rim - 0.36),
            (1.13, rim - 0.22),
            (1.10, rim + 0.06),
            (0.55, rim - 0.06),
            (0.0, rim - 0.09),
            (-0.55, rim - 0.06),
        ];
        self.canvas.soft_line(
            &pose.all(&[(-0.95, rim + 0.08), (0.0, rim - 0.03), (0.95, rim + 0.08)]),
            22.0,
            sitter.skin.tint(Colour(0.4, 0.3, 0.3)),
            0.6,
        );
        for (outline, bright) in [(&crown[..], 1.0), (&cuff[..], 1.08)] {
            let Some(path) = pose.closed(outline) else {
                return;
            };
            self.canvas.fill(&path, |px, py| {
                let (x, y) = pose.face(px, py);
                let u = (x / 1.15).clamp(-0.96, 0.96);
                let rib = 0.30 * (u.asin() * 34.0).sin();
                let ny = (-0.75 * smooth(rim - 0.2, CROWN - 0.2, y)).clamp(-0.9, 0.0);
                let (diffuse, _) = lit(&sitter.light, [0.75 * u * u * u + 0.2 * u + rib, ny, 0.7]);
                let stitch = 1.0 - 0.06 * (y * 95.0).sin().abs();
                (colour * ((0.34 + 0.75 * diffuse) * bright * stitch), 1.0)
            });
        }
        let fold: Vec<Point> = cuff[1..6].to_vec();
        self.canvas
            .soft_line(&pose.all(&fold), 8.0, colour * 0.45, 0.7);
    }
}
