//! What more workers bring, and what part of the work resists them.

/// How many times faster: the time with one worker over the time with more.
#[must_use]
pub fn speedup(one_worker_seconds: f64, seconds: f64) -> Option<f64> {
    (one_worker_seconds > 0.0 && seconds > 0.0).then(|| one_worker_seconds / seconds)
}

/// Speed-up per worker: 1 when every worker is worth a whole one.
#[must_use]
pub fn efficiency(speedup: f64, workers: u32) -> Option<f64> {
    (workers > 0).then(|| speedup / f64::from(workers))
}

/// Amdahl's law: the speed-up of work whose serial part does not shrink (G. Amdahl, AFIPS 1967).
///
/// ```
/// // A tenth that stays serial caps the speed-up at 10, whatever the number of workers.
/// assert_eq!(brigade_report::amdahl(0.1, 1), 1.0);
/// assert!(brigade_report::amdahl(0.1, 1_000_000) < 10.0);
/// ```
#[must_use]
pub fn amdahl(serial_fraction: f64, workers: u32) -> f64 {
    let workers = f64::from(workers.max(1));
    1.0 / (serial_fraction + (1.0 - serial_fraction) / workers)
}

/// The Karp–Flatt metric: the serial part that a measured speed-up betrays (Karp & Flatt, CACM 33(5), 1990). It grows
/// with the workers when overhead, not serial work, is what costs; below zero the speed-up is more than linear.
/// `None` for one worker, which betrays nothing.
///
/// ```
/// let fraction = brigade_report::karp_flatt(brigade_report::amdahl(0.1, 8), 8);
/// assert!(fraction.is_some_and(|fraction| (fraction - 0.1).abs() < 1e-12));
/// ```
#[must_use]
pub fn karp_flatt(speedup: f64, workers: u32) -> Option<f64> {
    if workers < 2 || speedup <= 0.0 {
        return None;
    }
    let share = 1.0 / f64::from(workers);
    Some((1.0 / speedup - share) / (1.0 - share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn perfect_and_no_speed_up_are_the_ends_of_the_scale() {
        assert_eq!(karp_flatt(4.0, 4), Some(0.0));
        assert_eq!(karp_flatt(1.0, 4), Some(1.0));
        assert!(karp_flatt(5.0, 4).is_some_and(|fraction| fraction < 0.0));
        assert_eq!(karp_flatt(1.0, 1), None);
        assert_eq!(efficiency(3.0, 4), Some(0.75));
        assert_eq!(efficiency(3.0, 0), None);
        assert_eq!(speedup(10.0, 4.0), Some(2.5));
        assert_eq!(speedup(10.0, 0.0), None);
        assert_eq!(amdahl(0.0, 4), 4.0);
        assert_eq!(amdahl(1.0, 4), 1.0);
    }
}
