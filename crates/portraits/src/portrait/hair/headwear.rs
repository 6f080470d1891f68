//! What is worn over the hair.

use super::super::canvas::{Point, ring};
use super::super::colour::{Colour, smooth};
use super::super::relief::{CROWN, lit};
use super::Brush;

impl Brush<'_> {
    pub(super) fn headscarf(&mut self) {
        let (sitter, pose) = (self.sitter, self.pose);
        let colour = sitter.accent.mix(sitter.cloth, 0.5).saturate(1.25);
        let chin = sitter.features.chin;
        let outer = [
            (0.0, CROWN - 0.15),
            (0.60, CROWN - 0.03),
            (1.02, -0.80),
            (1.15, 0.0),
            (1.12, 0.75),
            (1.03, 1.3),
            (1.28, 1.75),
            (1.9, 2.4),
            (1.7, 3.4),
            (0.0, 3.6),
            (-1.7, 3.4),
            (-1.9, 2.4),
            (-1.28, 1.75),
            (-1.03, 1.3),
            (-1.12, 0.75),
            (-1.15, 0.0),
            (-1.02, -0.80),
            (-0.60, CROWN - 0.03),
        ];
        let inner = [
            (0.0, -0.88),
            (-0.5, -0.78),
            (-0.83, -0.38),
            (-0.92, 0.2),
            (-0.84, 0.75),
            (-0.52, chin - 0.10),
            (0.0, chin + 0.02),
            (0.52, chin - 0.10),
            (0.84, 0.75),
            (0.92, 0.2),
            (0.83, -0.38),
            (0.5, -0.78),
        ];
        let Some(path) = ring(&pose.all(&outer), &pose.all(&inner)) else {
            return;
        };
        let around: Vec<Point> = inner.iter().chain(&inner[..1]).copied().collect();
        self.canvas.soft_line(
            &pose.all(&around),
            24.0,
            sitter.skin.tint(Colour(0.42, 0.32, 0.32)),
            0.55,
        );
        let drape = self.random.between(0.0, 6.0);
        let lean = self.random.between(-0.5, 0.5);
        self.canvas.fill_soft(&path, |px, py| {
            let (x, y) = pose.face(px, py);
            let round = (x / 1.22).clamp(-0.95, 0.95);
            let beside = smooth(0.80, 1.0, x.abs()) * (1.0 - smooth(1.0, 1.5, y));
            // Below the chin the cloth hangs in curved folds, beside the face in upright ones.
            let hang = smooth(chin - 0.1, chin + 0.35, y);
            let sag = y * 9.0 - x * x * 3.2 + lean * x * 4.0 + drape;
            let folds = 0.34 * hang * (sag + 0.8 * (sag * 0.37).sin()).sin();
            let upright = 0.16 * beside * (x.abs() * 34.0 + y * 2.0).sin();
            let over = smooth(-0.55, -0.95, y) * 0.10 * ((x * 3.0).powi(2) * 2.0 + y * 16.0).sin();
            let nx = round * round * round * 0.85 + upright * round.signum();
            let ny = (-0.72 * smooth(-0.4, -1.5, y) - 0.2 * hang + folds + over).clamp(-0.9, 0.9);
            let (diffuse, _) = lit(&sitter.light, [nx, ny, 0.7]);
            let under_chin = 1.0
                - 0.4
                    * (1.0 - smooth(chin, chin + 0.4, y + 0.3 * x.abs()))
                    * smooth(0.9, 1.3, y)
                    * (1.0 - smooth(0.6, 0.9, x.abs()));
            (colour * ((0.30 + 0.78 * diffuse) * under_chin), 1.0)
        });
        self.canvas
            .soft_line(&pose.all(&around), 6.0, colour * 0.55, 0.5);
    }

    pub(super) fn beanie(&mut self) {
        let (sitter, pose) = (self.sitter, self.pose);
        let colour = sitter.accent.mix(sitter.under_cloth, 0.3).saturate(1.4) * 0.9;
        let rim = sitter.features.hairline + 0.24;
        let crown = [
            (-1.06, rim),
            (-1.09, rim - 0.4),
            (-0.86, CROWN + 0.06),
            (-0.36, CROWN - 0.19),
            (0.0, CROWN - 0.23),
            (0.36, CROWN - 0.19),
            (0.86, CROWN + 0.06),
            (1.09, rim - 0.4),
            (1.06, rim),
            (0.5, rim - 0.09),
            (0.0, rim - 0.11),
            (-0.5, rim - 0.09),
        ];
        let cuff = [
            (-1.06, rim + 0.10),
            (-1.11, rim - 0.16),
            (-0.6, rim - 0.31),
            (0.0, rim - 0.36),
            (0.6, rim - 0.31),
            (1.11, rim - 0.16),
            (1.06, rim + 0.10),
            (0.55, rim - 0.03),
            (0.0, rim - 0.07),
            (-0.55, rim - 0.03),
        ];
        let shadow = [(-0.95, rim + 0.14), (0.0, rim - 0.01), (0.95, rim + 0.14)];
        self.canvas.soft_line(
            &pose.all(&shadow),
            22.0,
            sitter.skin.tint(Colour(0.4, 0.3, 0.3)),
            0.6,
        );
        for (outline, bright) in [(&crown[..], 0.95), (&cuff[..], 1.08)] {
            let Some(path) = pose.closed(outline) else {
                return;
            };
            self.canvas.fill_soft(&path, |px, py| {
                let (x, y) = pose.face(px, py);
                let u = (x / 1.15).clamp(-0.96, 0.96);
                let rib = 0.26 * (u.asin() * 34.0).sin();
                let ny = (-0.75 * smooth(rim - 0.2, CROWN - 0.2, y)).clamp(-0.9, 0.0);
                let (diffuse, _) = lit(&sitter.light, [0.75 * u * u * u + 0.2 * u + rib, ny, 0.7]);
                let stitch = 1.0 - 0.06 * (y * 95.0).sin().abs();
                (colour * ((0.34 + 0.75 * diffuse) * bright * stitch), 1.0)
            });
        }
        self.canvas
            .soft_line(&pose.all(&cuff[1..6]), 7.0, colour * 0.4, 0.6);
    }
}
