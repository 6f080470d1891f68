//! How long an answer takes: log-normal, as real services do, and a function of (seed, index, attempt).

use std::f64::consts::TAU;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::random::Random;

/// The shape of the distribution: the deviation of the logarithm. At 0.5 the median is 0.88 of the mean, one
/// answer in twenty takes twice the mean and one in a thousand four times.
const SIGMA: f64 = 0.5;

/// A log-normal waiting time with a given mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    mean: Duration,
}

impl Latency {
    /// No waiting at all.
    pub const NONE: Self = Self {
        mean: Duration::ZERO,
    };

    /// Waits of `mean_s` seconds on average; 0 waits never.
    ///
    /// # Errors
    /// When the mean is not a number from 0 to 60.
    pub fn with_mean(mean_s: f64) -> Result<Self, Error> {
        if !(0.0..=60.0).contains(&mean_s) {
            return Err(Error::Latency { mean_s });
        }
        Ok(Self {
            mean: Duration::from_secs_f64(mean_s),
        })
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> Duration {
        self.mean
    }

    /// How long this answer takes; at most ten times the mean.
    #[must_use]
    pub fn of(&self, seed: u64, index: u64, attempt: u32) -> Duration {
        let mut random = Random::keyed("latency", &[seed, index, u64::from(attempt)]);
        // Box and Muller; 1 - u keeps the logarithm away from zero.
        let radius = (-2.0 * (1.0 - random.unit64()).ln()).sqrt();
        let normal = radius * (TAU * random.unit64()).cos();
        // The mean of exp(σz) is exp(σ²/2).
        let factor = (SIGMA * normal - SIGMA * SIGMA / 2.0).exp();
        self.mean.mul_f64(factor.min(10.0))
    }
}

/// The article's downloads took 0.4 s on average.
impl Default for Latency {
    fn default() -> Self {
        Self {
            mean: Duration::from_millis(400),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_log_normal_around_the_mean_and_keyed() {
        let latency = Latency::default();
        let mut waits: Vec<f64> = (0..20_000)
            .map(|index| latency.of(1, index, 0).as_secs_f64())
            .collect();
        assert_eq!(latency.of(1, 5, 0), latency.of(1, 5, 0));
        assert_ne!(latency.of(1, 5, 0), latency.of(1, 5, 1));
        assert_ne!(latency.of(1, 5, 0), latency.of(2, 5, 0));
        let mean = waits.iter().sum::<f64>() / waits.len() as f64;
        assert!((mean - 0.4).abs() < 0.01, "mean {mean}");
        waits.sort_by(f64::total_cmp);
        let median = waits[waits.len() / 2];
        assert!((median - 0.353).abs() < 0.01, "median {median}");
    }

    #[test]
    fn a_mean_that_makes_no_sense_is_refused() {
        for mean in [-0.1, 61.0, f64::NAN, f64::INFINITY] {
            assert!(Latency::with_mean(mean).is_err(), "{mean}");
        }
        assert_eq!(Latency::with_mean(0.0).unwrap().of(1, 2, 3), Duration::ZERO);
    }
}
