//! The hot loops, compiled a second time for processors of the last ten years: wider vectors, and bit instructions
//! of which one, PDEP, has no equal in portable Rust. Which form runs is decided at run time; both give the same
//! result, bit for bit, as the tests check.
//!
//! This is the only file with `unsafe`: a function with more instructions than the build allows may only be called
//! where the processor has them.

#![expect(
    unsafe_code,
    reason = "calling what is compiled for a newer processor, after looking"
)]

/// A loop worth compiling twice. What it calls is compiled with it only as far as it is inlined.
pub(crate) trait Work {
    type Output;

    fn run<S: Select>(self, select: S) -> Self::Output;
}

/// A way to find a member of a set of bits.
pub(crate) trait Select: Copy {
    /// The lowest member that has `rank` members below it, as a set of one; empty if there is none.
    fn nth(self, set: u64, rank: u32) -> u64;
}

#[derive(Clone, Copy)]
pub(crate) struct Portable;

impl Select for Portable {
    #[inline(always)]
    fn nth(self, mut set: u64, rank: u32) -> u64 {
        for _ in 0..rank {
            set &= set.wrapping_sub(1);
        }
        set & set.wrapping_neg()
    }
}

/// Does the work in the fastest form that this processor knows.
pub(crate) fn run<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if let Some(newer) = x86_64::Newer::detect() {
        // SAFETY: a `Newer` is proof that the processor has the instructions which the function is compiled for.
        return unsafe { x86_64::run(work, newer) };
    }
    work.run(Portable)
}

#[cfg(target_arch = "x86_64")]
mod x86_64 {
    use std::arch::x86_64::_pdep_u64;

    use super::{Select, Work};

    /// Proof that the processor has AVX2, BMI1, BMI2, LZCNT and POPCNT.
    #[derive(Clone, Copy)]
    pub(super) struct Newer(());

    impl Newer {
        #[inline(always)]
        pub(super) fn detect() -> Option<Self> {
            let newer = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt")
                && is_x86_feature_detected!("popcnt");
            newer.then_some(Self(()))
        }
    }

    impl Select for Newer {
        #[inline(always)]
        fn nth(self, set: u64, rank: u32) -> u64 {
            // SAFETY: `self` is proof of BMI2.
            unsafe { _pdep_u64(1 << rank, set) }
        }
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    pub(super) fn run<W: Work>(work: W, newer: Newer) -> W::Output {
        work.run(newer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nth(u64, u32);

    impl Work for Nth {
        type Output = u64;

        fn run<S: Select>(self, select: S) -> u64 {
            select.nth(self.0, self.1)
        }
    }

    #[test]
    fn both_forms_find_the_same_members() {
        let mut set = 0x0123_4567_89ab_cdef_u64;
        for _ in 0..1000 {
            set = set.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            for rank in 0..16 {
                let expected = (0..64)
                    .filter(|bit| set >> bit & 1 != 0)
                    .nth(rank)
                    .map_or(0, |bit| 1 << bit);
                assert_eq!(Portable.nth(set, rank as u32), expected);
                assert_eq!(run(Nth(set, rank as u32)), expected);
            }
        }
        assert_eq!((Portable.nth(0, 3), run(Nth(0, 3))), (0, 0));
    }
}
