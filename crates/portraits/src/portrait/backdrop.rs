//! What is behind the sitter, out of focus.
//!
//! Painted small and enlarged: nothing behind the sitter is sharp, so a sixteenth of the pixels says it all.

use super::canvas::Canvas;
use super::colour::{Colour, smooth};
use super::sitter::{Backdrop, Sitter};
use crate::random::Random;

const SMALL: usize = 128;

pub(super) fn paint(sitter: &Sitter, r: &mut Random) -> Canvas {
    let mut small = vec![Colour::BLACK; SMALL * SMALL];
    let (wall, accent) = (sitter.wall, sitter.accent);
    let bright = sitter.light.from[0].signum();
    let horizon = r.between(0.35, 0.75);
    for (index, pixel) in small.iter_mut().enumerate() {
        let x = (index % SMALL) as f32 / SMALL as f32;
        let y = (index / SMALL) as f32 / SMALL as f32;
        let towards = 0.5 + (x - 0.5) * bright;
        *pixel = match sitter.backdrop {
            Backdrop::Studio => {
                let (dx, dy) = (x - 0.5 - 0.15 * bright, y - 0.42);
                let glow = 1.0 - smooth(0.0, 0.75, (dx * dx + dy * dy).sqrt());
                wall * (0.55 + 0.62 * glow)
            }
            Backdrop::Wall => wall.mix(accent, 0.25 * y) * (0.72 + 0.42 * towards - 0.1 * y),
            Backdrop::Window => {
                let sky = Colour::hex(0xe8eef2).mix(accent, 0.2);
                wall.mix(sky, smooth(0.55, 0.95, towards)) * (0.8 + 0.25 * towards)
            }
            Backdrop::Bokeh => wall.mix(accent, smooth(0.1, 0.9, y)) * 0.62,
            Backdrop::Garden => {
                let leaves = Colour::hex(0x6f8a54).mix(wall, 0.4);
                let sky = Colour::hex(0xcfdde4).mix(accent, 0.25);
                sky.mix(leaves, smooth(horizon - 0.3, horizon + 0.15, y)) * 0.92
            }
        };
    }
    let (spots, strength) = match sitter.backdrop {
        Backdrop::Studio | Backdrop::Wall => (7, 0.10),
        Backdrop::Window => (9, 0.2),
        Backdrop::Bokeh => (46, 0.34),
        Backdrop::Garden => (60, 0.30),
    };
    for _ in 0..spots {
        let colour = spot_colour(sitter, r);
        let (cx, cy) = (r.between(-8.0, 136.0), r.between(-8.0, 120.0));
        let radius = match sitter.backdrop {
            Backdrop::Bokeh => r.between(4.0, 17.0),
            Backdrop::Garden => r.between(6.0, 24.0),
            _ => r.between(25.0, 60.0),
        };
        let opacity = strength * r.between(0.3, 1.0);
        let hard = matches!(sitter.backdrop, Backdrop::Bokeh);
        for (index, pixel) in small.iter_mut().enumerate() {
            let (dx, dy) = ((index % SMALL) as f32 - cx, (index / SMALL) as f32 - cy);
            let inside = 1.0 - (dx * dx + dy * dy) / (radius * radius);
            if inside > 0.0 {
                let dense = if hard {
                    smooth(0.0, 0.35, inside)
                } else {
                    inside * inside
                };
                *pixel = pixel.mix(colour, opacity * dense);
            }
        }
    }
    Canvas::enlarged(&small, SMALL)
}

fn spot_colour(sitter: &Sitter, r: &mut Random) -> Colour {
    let between = sitter.wall.mix(sitter.accent, r.unit());
    match sitter.backdrop {
        Backdrop::Bokeh => {
            between.mix(sitter.light.key, r.between(0.2, 0.8)) * r.between(0.8, 1.15)
        }
        Backdrop::Garden => {
            let leaf = Colour::hex([0x4d6b3a, 0x7f9c5a, 0x3d5a3c, 0xb9c68a, 0xd8ddc0][r.below(5)]);
            leaf.mix(between, 0.3)
        }
        _ => between * r.between(0.75, 1.25),
    }
}
