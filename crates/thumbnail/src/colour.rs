//! From components to RGB: those sampled less often are interpolated to the size of the others where the
//! reduced IDCT has not already made them as large, then colours are converted (JFIF 1.02, after ITU-R BT.601).

use std::borrow::Cow;

use crate::fast::{self, Select, Work};
use crate::frame::{BLOCK, Frame};
use crate::idct::Samples;
use crate::plan::{Plan, Shape};

/// How three components, or one, are to be understood.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Space {
    Grey,
    YCbCr,
    Rgb,
}

/// The pixels of a thumbnail at its reduction, as red, green and blue bytes.
pub(crate) fn rgb(
    frame: &Frame,
    plan: &Plan,
    samples: &[Samples],
    space: Space,
) -> (usize, usize, Vec<u8>) {
    let reduced = |side: usize| (side * plan.eighths).div_ceil(BLOCK);
    let (width, height) = (reduced(frame.width), reduced(frame.height));
    let layers: Vec<Layer> = (0..samples.len())
        .map(|index| Layer::new(frame, plan, index, &samples[index]))
        .collect();

    let mut rgb = vec![0; 3 * width * height];
    for (y, out) in rgb.chunks_exact_mut(3 * width).enumerate() {
        let rows: Vec<Cow<[u8]>> = layers.iter().map(|layer| layer.row(y, width)).collect();
        fast::run(Row {
            rows: &rows,
            space,
            out: out.as_chunks_mut().0,
        });
    }
    (width, height, rgb)
}

/// One row of the thumbnail.
struct Row<'a> {
    rows: &'a [Cow<'a, [u8]>],
    space: Space,
    out: &'a mut [[u8; 3]],
}

impl Work for Row<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Select>(self, _select: S) {
        let width = self.out.len();
        match (self.rows, self.space) {
            ([grey], _) => {
                for (out, &value) in self.out.iter_mut().zip(&grey[..width]) {
                    *out = [value; 3];
                }
            }
            ([first, second, third], space) => {
                let (first, second, third) = (&first[..width], &second[..width], &third[..width]);
                if space == Space::Rgb {
                    for x in 0..width {
                        self.out[x] = [first[x], second[x], third[x]];
                    }
                } else {
                    for x in 0..width {
                        self.out[x] = converted(first[x], second[x], third[x]);
                    }
                }
            }
            _ => unreachable!("a frame has one component or three"),
        }
    }
}

/// In units of 1/2^16, as libjpeg's `jdcolor.c` does it.
#[inline(always)]
fn converted(luma: u8, cb: u8, cr: u8) -> [u8; 3] {
    const HALF: i32 = 1 << 15;
    let (luma, cb, cr) = (i32::from(luma), i32::from(cb) - 128, i32::from(cr) - 128);
    let red = luma + ((91_881 * cr + HALF) >> 16);
    let green = luma + ((HALF - 22_554 * cb - 46_802 * cr) >> 16);
    let blue = luma + ((116_130 * cb + HALF) >> 16);
    [red, green, blue].map(|value| value.clamp(0, 255) as u8)
}

/// One component, and how many pixels of the thumbnail each of its samples stands for.
struct Layer<'a> {
    samples: &'a Samples,
    /// Samples that belong to the picture, across and down.
    width: usize,
    height: usize,
    factors: (usize, usize),
}

impl<'a> Layer<'a> {
    fn new(frame: &Frame, plan: &Plan, index: usize, samples: &'a Samples) -> Self {
        let component = &frame.components[index];
        let Shape { across, down } = plan.shapes[index];
        let side = |side: usize, own: usize, largest: usize, pixels: usize| {
            (side * own * pixels).div_ceil(largest * BLOCK)
        };
        let (own, largest) = (component.sampling, frame.sampling);
        Self {
            samples,
            width: side(frame.width, own.0, largest.0, across),
            height: side(frame.height, own.1, largest.1, down),
            factors: (
                plan.eighths * largest.0 / own.0 / across,
                plan.eighths * largest.1 / own.1 / down,
            ),
        }
    }

    fn line(&self, y: usize) -> &'a [u8] {
        &self.samples.pixels[y * self.samples.stride..][..self.width]
    }

    /// A row of the thumbnail. Doubling interpolates with weights of 3/4 and 1/4, as samples lie between pixels
    /// (libjpeg's "fancy upsampling"); other factors, which hardly occur, repeat samples.
    fn row(&self, y: usize, width: usize) -> Cow<'a, [u8]> {
        let (across, down) = self.factors;
        let near = self.line(y / down);
        if (across, down) == (1, 1) {
            return Cow::Borrowed(near);
        }
        let far = match (down, y % 2) {
            (2, 0) => self.line((y / 2).saturating_sub(1)),
            (2, _) => self.line((y / 2 + 1).min(self.height - 1)),
            _ => near,
        };
        // In units of 1/4.
        let tall: Vec<u16> = near
            .iter()
            .zip(far)
            .map(|(&near, &far)| 3 * u16::from(near) + u16::from(far))
            .collect();
        let mut row = Vec::with_capacity(width + 1);
        if across == 2 {
            for (x, &near) in tall.iter().enumerate() {
                let (left, right) = (tall[x.saturating_sub(1)], tall[(x + 1).min(tall.len() - 1)]);
                row.push(((3 * near + left + 8) >> 4) as u8);
                row.push(((3 * near + right + 7) >> 4) as u8);
            }
        } else {
            let bias = 1 + (y % 2) as u16;
            row.extend(
                tall.iter()
                    .flat_map(|&value| std::iter::repeat_n(((value + bias) >> 2) as u8, across)),
            );
        }
        row.truncate(width);
        Cow::Owned(row)
    }
}
