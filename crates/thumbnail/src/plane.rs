//! The kept coefficients of one component. What is not kept leaves at most one bit behind: whether it is zero.

use crate::frame::Component;
use crate::plan::Shape;
use crate::zigzag::ROW_MAJOR;

pub(crate) struct Plane {
    pub(crate) shape: Shape,
    /// Blocks across, those that only fill up units included.
    pub(crate) stride: usize,
    /// One DC value for each block.
    pub(crate) dc: Vec<i16>,
    /// A square of AC values for each block, row by row; empty where only DC is kept. The place of the DC value
    /// takes whatever is not kept, so that storing needs no decision.
    pub(crate) ac: Vec<i16>,
    /// For each block, bit `k` tells that coefficient `k` of the zigzag order is not zero; empty unless a
    /// refinement scan needs it.
    pub(crate) nonzero: Vec<u64>,
}

impl Plane {
    pub(crate) fn new(component: &Component, shape: Shape, tracked: bool) -> Self {
        let (stride, rows) = component.stored;
        let blocks = stride * rows;
        let square = shape.side() * shape.side();
        let ac = if square > 1 {
            vec![0; blocks * square]
        } else {
            Vec::new()
        };
        let nonzero = if tracked { vec![0; blocks] } else { Vec::new() };
        Self {
            shape,
            stride,
            dc: vec![0; blocks],
            ac,
            nonzero,
        }
    }

    /// The kept coefficients of a block in the 8 rows of 8 of the format, the others zero.
    pub(crate) fn block(&self, block: usize) -> [i16; 64] {
        let slots = self.shape.slots();
        let square = self.shape.side() * self.shape.side();
        let mut coefficients = [0; 64];
        for (zigzag, &slot) in slots.iter().enumerate().filter(|&(_, &slot)| slot > 0) {
            coefficients[usize::from(ROW_MAJOR[zigzag])] =
                self.ac[block * square + usize::from(slot)];
        }
        coefficients[0] = self.dc[block];
        coefficients
    }
}
