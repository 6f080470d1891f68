//! The kept coefficients of one component. What is not kept leaves at most one bit behind: whether it is zero.

use crate::frame::Component;
use crate::plan::Shape;
use crate::zigzag::ROW_MAJOR;

#[derive(Debug, Default)]
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
    /// Makes it an empty one for this component, in the memory that it has.
    pub(crate) fn clear(&mut self, component: &Component, shape: Shape, tracked: bool) {
        let (stride, rows) = component.stored;
        let blocks = stride * rows;
        self.shape = shape;
        self.stride = stride;
        zeros(&mut self.dc, blocks);
        zeros(&mut self.ac, blocks * shape.square());
        zeros(&mut self.nonzero, if tracked { blocks } else { 0 });
    }

    /// Bytes of memory that it has.
    pub(crate) fn memory(&self) -> usize {
        2 * (self.dc.capacity() + self.ac.capacity()) + 8 * self.nonzero.capacity()
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

fn zeros<T: Clone + Default>(values: &mut Vec<T>, count: usize) {
    values.clear();
    values.resize(count, T::default());
}
