//! The inverse DCT at a reduced size. Of a block's 8×8 coefficients only the lowest `ACROSS` × `DOWN` are taken,
//! as if they were those of a block of that size: an ideal low-pass filter, block by block (docs/thumbnail.md
//! gives the derivation). In each direction, with N pixels,
//!
//! ```text
//! f(x) = F(0) / √8 + Σ F(u) / 2 · cos((2x + 1) u π / 2N)      for u from 1 to N - 1
//! ```
//!
//! which for N = 8 is the IDCT of T.81 A.3.3. Single precision is far finer than a grey level, and gives the same
//! result on every machine, as no operation is contracted.

use crate::fast::{self, Portable, Select, Work};
use crate::picture::Channel;
use crate::plane::Plane;
use crate::structure::Quantiser;
use crate::zigzag::ROW_MAJOR;

/// One component's pixels.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    /// Pixels from row to row; those at the right and at the bottom may only fill up the last blocks.
    pub(crate) stride: usize,
    pub(crate) pixels: Vec<u8>,
}

impl Samples {
    /// Those of a picture of these sides.
    pub(crate) fn channel(&self, (width, height): (usize, usize)) -> Channel<'_> {
        Channel {
            width,
            height,
            stride: self.stride,
            pixels: &self.pixels,
        }
    }
}

/// Turns the coefficients of one component into pixels.
pub(crate) fn render(
    plane: &Plane,
    quantiser: &Quantiser,
    unread_bits: &[u8; 64],
    into: &mut Samples,
) {
    let scaling = Scaling::new(plane, quantiser, unread_bits);
    let Samples { stride, pixels } = into;
    *stride = plane.stride * plane.shape.across;
    // Every pixel is written: what is there already need not be cleared.
    pixels.resize(plane.dc.len() * plane.shape.across * plane.shape.down, 0);
    let shaped = match (plane.shape.across, plane.shape.down) {
        (1, 1) => shaped::<1, 1, 1>,
        (1, 2) => shaped::<4, 1, 2>,
        (1, 4) => shaped::<16, 1, 4>,
        (1, 8) => shaped::<64, 1, 8>,
        (2, 1) => shaped::<4, 2, 1>,
        (2, 2) => shaped::<4, 2, 2>,
        (2, 4) => shaped::<16, 2, 4>,
        (2, 8) => shaped::<64, 2, 8>,
        (4, 1) => shaped::<16, 4, 1>,
        (4, 2) => shaped::<16, 4, 2>,
        (4, 4) => shaped::<16, 4, 4>,
        (4, 8) => shaped::<64, 4, 8>,
        (8, 1) => shaped::<64, 8, 1>,
        (8, 2) => shaped::<64, 8, 2>,
        (8, 4) => shaped::<64, 8, 4>,
        _ => shaped::<64, 8, 8>,
    };
    shaped(&scaling, plane, pixels);
}

/// Quantiser steps, and what stands for unread bits, in the square of kept coefficients.
struct Scaling {
    steps: [f32; 64],
    /// Half of what a value's unread bits can hold, in the same units, to be added to its magnitude.
    middles: [f32; 64],
}

impl Scaling {
    fn new(plane: &Plane, quantiser: &Quantiser, unread_bits: &[u8; 64]) -> Self {
        let mut scaling = Self {
            steps: [0.0; 64],
            middles: [0.0; 64],
        };
        let side = plane.shape.side();
        for (zigzag, &place) in ROW_MAJOR.iter().enumerate() {
            let (row, column) = (usize::from(place) / 8, usize::from(place) % 8);
            if row < plane.shape.down && column < plane.shape.across {
                let step = f32::from(quantiser[zigzag]);
                scaling.steps[row * side + column] = step;
                scaling.middles[row * side + column] =
                    step * ((1_u32 << unread_bits[zigzag]) - 1) as f32 / 2.0;
            }
        }
        scaling
    }
}

fn shaped<const SQUARE: usize, const ACROSS: usize, const DOWN: usize>(
    scaling: &Scaling,
    plane: &Plane,
    pixels: &mut [u8],
) {
    let work = Render::<SQUARE, ACROSS, DOWN> {
        scaling,
        plane,
        pixels,
    };
    // The shapes that are no squares are many, and rare: compiled once.
    if ACROSS == DOWN {
        fast::run(work);
    } else {
        work.run(Portable);
    }
}

struct Render<'a, const SQUARE: usize, const ACROSS: usize, const DOWN: usize> {
    scaling: &'a Scaling,
    plane: &'a Plane,
    pixels: &'a mut [u8],
}

impl<const SQUARE: usize, const ACROSS: usize, const DOWN: usize> Work
    for Render<'_, SQUARE, ACROSS, DOWN>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Select>(self, _select: S) {
        let Self {
            scaling,
            plane,
            pixels,
        } = self;
        let blocks = plane.stride;
        // Where only DC is kept there are no squares; any will do, as nothing but the DC value is taken.
        let none = vec![[0; SQUARE]; if SQUARE == 1 { blocks } else { 0 }];
        let mut squares = plane.ac.as_chunks::<SQUARE>().0.chunks_exact(blocks);
        let mut lines = pixels.as_chunks_mut::<ACROSS>().0.chunks_exact_mut(blocks);
        for dcs in plane.dc.chunks_exact(blocks) {
            let squares = if SQUARE == 1 {
                &none
            } else {
                squares.next().expect("a square for each block")
            };
            let mut lines: [&mut [[u8; ACROSS]]; DOWN] =
                std::array::from_fn(|_| lines.next().expect("pixels for each block"));
            for (column, (&dc, square)) in dcs.iter().zip(squares).enumerate() {
                let block = block::<SQUARE, ACROSS, DOWN>(scaling, dc, square);
                for (line, pixels) in lines.iter_mut().zip(block) {
                    line[column] = pixels;
                }
            }
        }
    }
}

#[inline(always)]
fn block<const SQUARE: usize, const ACROSS: usize, const DOWN: usize>(
    scaling: &Scaling,
    dc: i16,
    square: &[i16; SQUARE],
) -> [[u8; ACROSS]; DOWN] {
    let mut values = [0.0; SQUARE];
    for (slot, value) in values.iter_mut().enumerate() {
        let stored = f32::from(square[slot]);
        *value = stored * scaling.steps[slot] + within(-1.0, stored, 1.0) * scaling.middles[slot];
    }
    // Unread bits of a DC value belong to its two's complement: they can only add.
    values[0] = f32::from(dc) * scaling.steps[0] + scaling.middles[0];
    let side = if ACROSS > DOWN { ACROSS } else { DOWN };
    let coefficients: [[f32; ACROSS]; DOWN] =
        std::array::from_fn(|row| std::array::from_fn(|column| values[row * side + column]));
    let columns = transposed(line(coefficients));
    let rows = transposed(line(columns));
    let mut pixels = [[0; ACROSS]; DOWN];
    for (pixels, values) in pixels.iter_mut().zip(rows) {
        for (pixel, value) in pixels.iter_mut().zip(values) {
            *pixel = rounded(value + LEVEL);
        }
    }
    pixels
}

/// `f32::clamp` without its care for what is no number, so that it becomes two instructions.
#[inline(always)]
fn within(least: f32, value: f32, most: f32) -> f32 {
    let value = if value > least { value } else { least };
    if value < most { value } else { most }
}

/// Samples are sent with 128 taken off (T.81 A.3.1). With a little more added, what lies half-way between two levels, as
/// plain areas often do, goes up, as libjpeg has it, and not to the even one.
const LEVEL: f32 = 128.0 + 1.0 / 1024.0;

/// The nearest of 0 to 255. To 2^23 only whole numbers can be added; the sum's last byte is the one that was.
/// A cast would look at each value by itself.
#[inline(always)]
fn rounded(value: f32) -> u8 {
    (within(0.0, value, 255.0) + 8_388_608.0).to_bits() as u8
}

/// cos(kπ/16) / 2
const C1: f32 = 0.490_392_64;
const C2: f32 = 0.461_939_77;
const C3: f32 = 0.415_734_8;
const C4: f32 = 0.353_553_39;
const C5: f32 = 0.277_785_12;
const C6: f32 = 0.191_341_72;
const C7: f32 = 0.097_545_16;

/// One direction of the transform, for `LANES` lines side by side: even and odd parts apart, as cosines are
/// symmetric.
#[inline(always)]
fn line<const LANES: usize, const N: usize>(f: [[f32; LANES]; N]) -> [[f32; LANES]; N] {
    let mut out = [[0.0; LANES]; N];
    for i in 0..LANES {
        let f = |u: usize| f[u][i];
        match N {
            1 => out[0][i] = f(0) * C4,
            2 => {
                out[0][i] = (f(0) + f(1)) * C4;
                out[1][i] = (f(0) - f(1)) * C4;
            }
            4 => {
                let even = [(f(0) + f(2)) * C4, (f(0) - f(2)) * C4];
                let odd = [f(1) * C2 + f(3) * C6, f(1) * C6 - f(3) * C2];
                for x in 0..2 {
                    out[x][i] = even[x] + odd[x];
                    out[3 - x][i] = even[x] - odd[x];
                }
            }
            _ => {
                let (p, q) = ((f(0) + f(4)) * C4, (f(0) - f(4)) * C4);
                let (r, s) = (f(2) * C2 + f(6) * C6, f(2) * C6 - f(6) * C2);
                let even = [p + r, q + s, q - s, p - r];
                let odd = [
                    f(1) * C1 + f(3) * C3 + f(5) * C5 + f(7) * C7,
                    f(1) * C3 - f(3) * C7 - f(5) * C1 - f(7) * C5,
                    f(1) * C5 - f(3) * C1 + f(5) * C7 + f(7) * C3,
                    f(1) * C7 - f(3) * C5 + f(5) * C3 - f(7) * C1,
                ];
                for x in 0..4 {
                    out[x][i] = even[x] + odd[x];
                    out[7 - x][i] = even[x] - odd[x];
                }
            }
        }
    }
    out
}

#[inline(always)]
fn transposed<const COLUMNS: usize, const ROWS: usize>(
    rows: [[f32; COLUMNS]; ROWS],
) -> [[f32; ROWS]; COLUMNS] {
    std::array::from_fn(|column| std::array::from_fn(|row| rows[row][column]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// The formula at the top of this file, taken literally.
    fn by_definition<const ACROSS: usize, const DOWN: usize>(
        square: &[i16],
    ) -> [[f64; ACROSS]; DOWN] {
        let basis = |u: usize, x: usize, n: usize| match u {
            0 => 1.0 / 8_f64.sqrt(),
            _ => 0.5 * ((2 * x + 1) as f64 * u as f64 * PI / (2 * n) as f64).cos(),
        };
        let side = ACROSS.max(DOWN);
        std::array::from_fn(|y| {
            std::array::from_fn(|x| {
                (0..DOWN)
                    .flat_map(|v| (0..ACROSS).map(move |u| (u, v)))
                    .map(|(u, v)| {
                        f64::from(square[v * side + u]) * basis(u, x, ACROSS) * basis(v, y, DOWN)
                    })
                    .sum()
            })
        })
    }

    fn check<const SQUARE: usize, const ACROSS: usize, const DOWN: usize>() {
        let scaling = Scaling {
            steps: [1.0; 64],
            middles: [0.0; 64],
        };
        let mut state = 1_u32;
        for _ in 0..200 {
            let square: [i16; SQUARE] = std::array::from_fn(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as i16 - 128
            });
            let got = block::<SQUARE, ACROSS, DOWN>(&scaling, square[0], &square);
            for (got, wanted) in got
                .iter()
                .flatten()
                .zip(by_definition::<ACROSS, DOWN>(&square).iter().flatten())
            {
                let wanted = (wanted + 128.0).clamp(0.0, 255.0);
                assert!(
                    (f64::from(*got) - wanted).abs() < 0.501,
                    "{got} for {wanted}"
                );
            }
        }
    }

    #[test]
    fn every_shape_is_what_its_formula_says() {
        check::<1, 1, 1>();
        check::<4, 2, 2>();
        check::<16, 4, 4>();
        check::<64, 8, 8>();
        check::<4, 1, 2>();
        check::<16, 4, 2>();
        check::<16, 2, 4>();
        check::<64, 8, 4>();
        check::<64, 2, 8>();
        check::<64, 8, 1>();
    }
}
