//! Random numbers that are a function of their key, for ever.
//!
//! A portrait, a latency and a fault are each drawn from a stream keyed by what they belong to, so nothing
//! depends on the order of arrival. The generator is SplitMix64 (Steele, Lea, Flood: "Fast splittable
//! pseudorandom number generators", 2014), written out here because these few lines can never change under us
//! with a dependency's next release.

/// The increment of SplitMix64: 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// A stream of random numbers, fixed by its key.
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// The stream for `key`. `purpose` keeps streams over the same key apart (latency, faults, a sitter's hair).
    pub(crate) fn keyed(purpose: &str, key: &[u64]) -> Self {
        let named = purpose
            .bytes()
            .fold(GOLDEN, |state, byte| mix(state ^ u64::from(byte)));
        Self(key.iter().fold(named, |state, part| {
            mix(state ^ mix(part.wrapping_add(GOLDEN)))
        }))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// Uniform in [0, 1), with 24 bits: exact in `f32`.
    pub(crate) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 * (1.0 / (1u64 << 24) as f32)
    }

    /// Uniform in [0, 1), with 53 bits.
    pub(crate) fn unit64(&mut self) -> f64 {
        (self.next() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Uniform in [low, high).
    pub(crate) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// About normal with deviation 1, never beyond ±3: the sum of three uniforms, cheap enough for a single
    /// hair and without a tail that could draw a monster.
    pub(crate) fn bell(&mut self) -> f32 {
        (self.unit() + self.unit() + self.unit() - 1.5) * 2.0
    }

    pub(crate) fn chance(&mut self, probability: f32) -> bool {
        self.unit() < probability
    }

    /// One of `0..count`. The bias of a remainder is below 2^-50 for the handfuls chosen from here.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    /// An index into `weights`, with a probability in proportion to its weight.
    pub(crate) fn weighted(&mut self, weights: &[f32]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f32>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights
            .iter()
            .rposition(|weight| *weight > 0.0)
            .unwrap_or(0)
    }
}

/// SplitMix64's finaliser.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_of_a_key_never_changes() {
        let mut random = Random(1_234_567);
        let first: Vec<u64> = (0..3).map(|_| random.next()).collect();
        // The published reference values for the seed 1234567.
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423
            ]
        );
    }

    #[test]
    fn purpose_and_every_part_of_the_key_matter() {
        let of = |purpose, key: &[u64]| Random::keyed(purpose, key).next();
        let all = [
            of("a", &[1, 2]),
            of("b", &[1, 2]),
            of("a", &[2, 1]),
            of("a", &[1, 3]),
            of("a", &[1]),
        ];
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn numbers_stay_within_their_bounds() {
        let mut random = Random::keyed("bounds", &[]);
        for _ in 0..10_000 {
            assert!((0.0..1.0).contains(&random.unit()));
            assert!((0.0..1.0).contains(&random.unit64()));
            assert!((-3.0..=3.0).contains(&random.bell()));
            assert!(random.below(7) < 7);
            assert_ne!(random.weighted(&[1.0, 0.0, 2.0]), 1);
        }
    }
}
