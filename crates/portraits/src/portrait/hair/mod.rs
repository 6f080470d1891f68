//! Hair, hair by hair: each is interpolated between two guides that bound a lock.
//!
//! Here are the brush and its strokes; what a cut is made of stands in `cuts`, beards in `beard`, what is worn over
//! the hair in `headwear`.

mod beard;
mod cuts;
mod headwear;

pub(super) use beard::paint_beard;

use super::canvas::{Canvas, Point, bezier, closed};
use super::colour::{Colour, smooth};
use super::pose::Pose;
use super::relief::lit;
use super::sitter::{Cut, Sitter};
use crate::random::Random;

/// The course of a hair at one edge of a lock, root first, in face coordinates.
type Guide = [Point; 4];

/// How the hairs of a lock lie.
#[derive(Clone, Copy)]
struct Lie {
    count: usize,
    /// How far hairs stray, in face units.
    stray: f32,
    /// Amplitude in face units, and number of waves from root to tip.
    wave: (f32, f32),
    /// Over how much of the face's units the tips thin out; 0 for hair that is tucked away at its end.
    loose: f32,
    /// The share of light that reaches this lock.
    shade: f32,
}

struct Brush<'a> {
    canvas: &'a mut Canvas,
    sitter: &'a Sitter,
    pose: &'a Pose,
    random: &'a mut Random,
}

/// What hangs behind head and shoulders.
pub(super) fn paint_behind(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, random: &mut Random) {
    let mut brush = Brush {
        canvas,
        sitter,
        pose,
        random,
    };
    let volume = sitter.volume;
    match sitter.cut {
        Cut::Long => brush.fall(1.16 + 0.10 * volume, 2.7, 0.0),
        Cut::Wavy => brush.fall(1.34 + 0.14 * volume, 2.6, 0.05),
        Cut::Fringe => brush.fall(1.18 + 0.08 * volume, 2.3, 0.0),
        Cut::Bob => brush.fall(1.12 + 0.10 * volume, 1.34, 0.0),
        Cut::Bun => brush.knot(0.34 + 0.07 * volume),
        Cut::Afro => brush.cloud(
            (0.0, -0.45),
            (1.38 + 0.22 * volume, 1.26 + 0.16 * volume),
            3_600,
        ),
        Cut::Curls => brush.cloud(
            (0.0, -0.42),
            (1.17 + 0.10 * volume, 1.16 + 0.10 * volume),
            2_200,
        ),
        _ => {}
    }
}

/// What lies over the scalp, beside the face and on the forehead.
pub(super) fn paint_front(canvas: &mut Canvas, sitter: &Sitter, pose: &Pose, random: &mut Random) {
    let mut brush = Brush {
        canvas,
        sitter,
        pose,
        random,
    };
    let thick = 0.06 + 0.11 * sitter.volume;
    match sitter.cut {
        Cut::Bald => {}
        Cut::Balding => brush.sides(thick * 0.5, 0.32),
        Cut::Buzz => brush.shorn(),
        Cut::Side => brush.parted(thick, -0.12),
        Cut::Pixie => {
            brush.parted(thick + 0.03, 0.12);
            brush.fringe(0.5, 420);
        }
        Cut::Quiff => brush.quiff(thick),
        Cut::Curls => brush.curls_in_front(thick),
        Cut::Afro => brush.curls_in_front(thick + 0.1),
        Cut::Bob => brush.curtain(thick, 1.14, 0.0),
        Cut::Long => brush.curtain(thick, 2.5, 0.0),
        Cut::Wavy => brush.curtain(thick + 0.06, 2.4, 0.055),
        Cut::Fringe => {
            brush.curtain(thick, 2.2, 0.0);
            brush.fringe(0.95, 800);
        }
        Cut::Bun => brush.pulled_back(thick * 0.6),
        Cut::Headscarf => brush.headscarf(),
        Cut::Beanie => {
            brush.sides(thick * 0.6, 0.1);
            brush.beanie();
        }
    }
}

impl Brush<'_> {
    /// The colour of a hair at a pixel: darker at its root and where the head turns from the light, with a band of gloss.
    /// `own` is what sets a hair apart from its neighbours.
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
        let band = smooth(0.18, 0.42, towards) * (1.0 - smooth(0.48, 0.8, towards));
        let root = 0.76 + 0.26 * smooth(0.0, 0.3, along);
        let body = sitter.hair * ((0.40 + 0.74 * diffuse) * own * shade * root);
        let gloss = sitter.hair.mix(sitter.light.key, 0.5);
        body.mix(gloss, 0.34 * band * shade * own * own)
    }

    /// Fills the lock darkly, then lays its hairs.
    fn lock(&mut self, inner: Guide, outer: Guide, lie: Lie) {
        self.underpaint(inner, outer, lie);
        self.hairs(inner, outer, lie);
    }

    fn underpaint(&mut self, inner: Guide, outer: Guide, lie: Lie) {
        let along = |guide: Guide, step: usize| bezier(guide, step as f32 / 16.0);
        let outline: Vec<Point> = (0..=16)
            .map(|step| along(inner, step))
            .chain((0..=16).rev().map(|step| along(outer, step)))
            .collect();
        let Some(path) = self.pose.closed(&outline) else {
            return;
        };
        let (sitter, pose) = (self.sitter, self.pose);
        let ([root, .., from], [.., to]) = (inner, outer);
        let down = (from.1 - root.1).signum();
        self.canvas.fill_soft(&path, |px, py| {
            let (x, y) = pose.face(px, py);
            let share = ((x - from.0) / (to.0 - from.0 + 1e-4)).clamp(0.0, 1.0);
            let left = (from.1 + (to.1 - from.1) * share - y) * down;
            let dense = if lie.loose > 0.0 {
                smooth(0.0, lie.loose, left)
            } else {
                1.0
            };
            (
                Self::tone(sitter, pose, (px, py), 0.4, 0.72, lie.shade),
                dense,
            )
        });
    }

    fn hairs(&mut self, inner: Guide, outer: Guide, lie: Lie) {
        let (sitter, pose) = (self.sitter, self.pose);
        let turns = self.random.between(2.0, 9.0);
        for _ in 0..lie.count {
            let r = &mut *self.random;
            let share = r.between(-0.02, 1.02);
            // Hairs hang together in strands: neighbours share a tone and a wave.
            let strand = (share * (13.0 + turns)).floor();
            let phase = (strand * 2.399 + turns).sin() * 3.0;
            let own = (0.96 + 0.13 * (strand * 5.3 + turns).sin()) * r.between(0.66, 1.32);
            let mut curve = [(0.0, 0.0); 4];
            for (index, point) in curve.iter_mut().enumerate() {
                let loose = lie.stray * [0.12, 0.3, 0.5, 0.65][index];
                let (from, to) = (inner[index], outer[index]);
                *point = pose.px((
                    from.0 + (to.0 - from.0) * share + loose * r.bell(),
                    from.1 + (to.1 - from.1) * share + loose * r.bell(),
                ));
            }
            let end = if lie.loose > 0.0 {
                r.between(0.82, 1.04)
            } else {
                1.0
            };
            let (height, waves) = (lie.wave.0 * pose.scale, lie.wave.1 * std::f32::consts::TAU);
            self.canvas.waved_hair(
                curve,
                end,
                |at| height * at.min(0.6) * (waves * at + phase).sin(),
                0.72,
                |at, point| Self::tone(sitter, pose, point, at, own, lie.shade),
            );
        }
    }

    /// Fills an outline in face coordinates as hair.
    fn mass(&mut self, outline: &[Point], own: f32, shade: f32) {
        let (sitter, pose) = (self.sitter, self.pose);
        if let Some(path) = closed(&pose.all(outline)) {
            self.canvas.fill_soft(&path, |x, y| {
                (Self::tone(sitter, pose, (x, y), 0.4, own, shade), 1.0)
            });
        }
    }

    /// One curl: an arc of a small circle.
    fn curl(&mut self, at: Point, size: f32, shade: f32) {
        let (sitter, pose) = (self.sitter, self.pose);
        let r = &mut *self.random;
        let turn = r.between(0.0, std::f32::consts::TAU);
        let sweep = r.between(2.0, 4.2);
        let point = |share: f32, size: f32| {
            let (sin, cos) = (turn + sweep * share).sin_cos();
            pose.px((at.0 + size * cos, at.1 + size * sin))
        };
        let own = r.between(0.55, 1.45);
        let curve = [
            point(0.0, size),
            point(0.33, size * 1.5),
            point(0.66, size * 1.5),
            point(1.0, size),
        ];
        self.canvas.hair(curve, 0.7, |along, p| {
            Self::tone(sitter, pose, p, 0.3 + 0.7 * along, own, shade)
        });
    }
}
