//! Refinement scans (T.81 G.1.2.3): one more bit of the coefficients of a band.

use crate::bits::BitReader;
use crate::fast::Select;
use crate::progressive::Band;
use crate::zigzag;

impl Band<'_> {
    /// One more bit (T.81 G.1.2.3): for each coefficient that is not zero a correction, and those that become
    /// plus or minus one. A run counts only coefficients that are still zero.
    #[inline(always)]
    pub(crate) fn refine<const SQUARE: usize, S: Select>(
        &mut self,
        reader: &mut BitReader,
        squares: &mut [[i16; SQUARE]],
        nonzero: &mut [u64],
        select: S,
    ) -> Option<()> {
        for (square, nonzero) in squares.iter_mut().zip(nonzero) {
            self.refine_block(reader, square, nonzero, select)?;
        }
        Some(())
    }

    #[inline(always)]
    fn refine_block<const SQUARE: usize, S: Select>(
        &mut self,
        reader: &mut BitReader,
        square: &mut [i16; SQUARE],
        nonzero: &mut u64,
        select: S,
    ) -> Option<()> {
        let band = zigzag::band(self.first as u8, self.last as u8);
        let old = *nonzero & band;
        let mut new = 0;
        // What of the band is still ahead, and the correction bits of what is not, the last one lowest.
        let mut ahead = band;
        let mut corrections = 0;
        while self.ended == 0 && ahead != 0 {
            reader.ensure::<32>();
            let (symbol, bits) = self.table.next(reader)?;
            if symbol.size == 0 && symbol.run < 15 {
                self.ended = Self::end_of_bands(symbol.run, symbol.code_bits, bits);
                break;
            }
            let place = select.nth(ahead & !old, symbol.run.into());
            if place == 0 || symbol.size > 1 {
                return None;
            }
            let passed = old & ahead & (place - 1);
            corrections = reader.append(corrections, passed.count_ones());
            if symbol.size != 0 {
                let k = place.trailing_zeros() as usize;
                square[usize::from(self.slots[k]) % SQUARE] =
                    (symbol.value(bits) << self.low) as i16;
                new |= place;
            }
            ahead &= !(place | (place - 1));
        }
        if self.ended > 0 {
            self.ended -= 1;
            corrections = reader.append(corrections, (old & ahead).count_ones());
        }
        self.correct(square, old, corrections);
        *nonzero |= new;
        Some(())
    }

    /// Applies the correction bits of these coefficients, the last one's lowest, to those that are kept.
    #[inline(always)]
    fn correct<const SQUARE: usize>(
        &self,
        square: &mut [i16; SQUARE],
        which: u64,
        corrections: u64,
    ) {
        let mut kept = which & self.kept;
        while kept != 0 {
            let k = kept.trailing_zeros();
            // How many have their bits below this one's.
            let rank = (which >> k >> 1).count_ones();
            let bit = (corrections >> rank & 1) as i16;
            let value = &mut square[usize::from(self.slots[k as usize]) % SQUARE];
            // Away from zero: the bit belongs to the magnitude.
            *value = value.wrapping_add(((*value >> 15) | 1) * (bit << self.low));
            kept &= kept - 1;
        }
    }
}
