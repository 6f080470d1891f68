//! The order in which a block's coefficients are sent (T.81 figure A.6).

/// `ROW_MAJOR[k]` is where coefficient `k` of the zigzag order lies in a block's 8 rows of 8.
pub(crate) const ROW_MAJOR: [u8; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20,
    13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59,
    52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

/// The set of coefficients `first..=last` of the zigzag order, bit `k` for coefficient `k`.
pub(crate) const fn band(first: u8, last: u8) -> u64 {
    (u64::MAX >> (63 - last)) & (u64::MAX << first)
}
