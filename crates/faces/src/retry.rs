//! When to try again: exponential backoff with jitter, what the server asks for, and a bounded total.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use crate::Fault;

/// How often and how long to wait before an attempt is repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backoff {
    /// Attempts in all, the first one included. 5.
    pub attempts: u32,
    /// Wait after the first attempt, before jitter; it doubles with each further one. 0.2 s.
    pub first: Duration,
    /// Longest such wait. 10 s.
    pub longest: Duration,
    /// Longest wait that a server may ask for; one that asks for more is not asked again. 60 s.
    pub longest_asked: Duration,
    /// Time for all attempts and waits of one face together. 120 s.
    pub total: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            attempts: 5,
            first: Duration::from_millis(200),
            longest: Duration::from_secs(10),
            longest_asked: Duration::from_secs(60),
            total: Duration::from_secs(120),
        }
    }
}

/// An attempt that failed and was followed by another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retry {
    /// Its number, from 1.
    pub attempt: u32,
    /// What went wrong.
    pub fault: Fault,
    /// How long was waited before the next attempt.
    pub waited: Duration,
}

impl Backoff {
    /// The wait after `attempt` (from 1) failed with `fault`, or `None` when there is no point in going on.
    /// `spent` is the time since the first attempt began.
    ///
    /// The jitter, up to half of the wait, is a function of (seed, index, attempt): a hundred workers that
    /// failed together do not come back together, and a run with the same seed waits the same times.
    pub(crate) fn after(
        &self,
        fault: &Fault,
        attempt: u32,
        (seed, index): (u64, u64),
        spent: Duration,
    ) -> Option<Duration> {
        if attempt >= self.attempts || !fault.is_transient() {
            return None;
        }
        let doubled = self.first.saturating_mul(1 << (attempt - 1).min(20));
        let wait = doubled.min(self.longest);
        let wait = wait / 2 + (wait / 2).mul_f64(fraction(seed, index, attempt));
        let wait = match fault {
            Fault::Status {
                retry_after: Some(asked),
                ..
            } if *asked > self.longest_asked => return None,
            Fault::Status {
                retry_after: Some(asked),
                ..
            } => wait.max(*asked),
            _ => wait,
        };
        (spent + wait < self.total).then_some(wait)
    }
}

/// A number in 0..1 that differs wildly for neighbouring inputs (the finaliser of SplitMix64).
fn fraction(seed: u64, index: u64, attempt: u32) -> f64 {
    let mut bits = seed
        .wrapping_add(index.wrapping_mul(0x9E37_79B9_7F4A_7C15))
        .wrapping_add(u64::from(attempt).wrapping_mul(0xD1B5_4A32_D192_ED03));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^= bits >> 31;
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

/// The value of a `Retry-After` header: seconds or an HTTP date (RFC 9110, 10.2.3). A date that has passed
/// asks for no wait; what is neither is ignored.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn busy(retry_after: Option<u64>) -> Fault {
        Fault::Status {
            code: 429,
            retry_after: retry_after.map(Duration::from_secs),
        }
    }

    #[test]
    fn waits_grow_differ_by_task_and_repeat_with_the_seed() {
        let backoff = Backoff::default();
        let wait = |attempt, index| {
            backoff
                .after(&busy(None), attempt, (1, index), Duration::ZERO)
                .expect("attempts are left")
        };
        for attempt in 1..4 {
            let longest = backoff.first * (1 << (attempt - 1));
            assert!((longest / 2..=longest).contains(&wait(attempt, 0)));
        }
        assert_ne!(wait(1, 0), wait(1, 1));
        assert_eq!(wait(1, 0), wait(1, 0));
    }

    #[test]
    fn what_the_server_asks_for_is_honoured_within_bounds() {
        let backoff = Backoff::default();
        let after = |asked| backoff.after(&busy(Some(asked)), 1, (0, 0), Duration::ZERO);
        assert_eq!(after(30), Some(Duration::from_secs(30)));
        assert_eq!(after(61), None, "longer than may be asked");
        assert!(after(0) > Some(Duration::from_millis(99)), "never at once");
    }

    #[test]
    fn it_ends_with_the_attempts_the_time_or_an_answer_that_stays() {
        let backoff = Backoff::default();
        let gone = Fault::Status {
            code: 404,
            retry_after: None,
        };
        assert_eq!(backoff.after(&busy(None), 5, (0, 0), Duration::ZERO), None);
        assert_eq!(backoff.after(&busy(None), 1, (0, 0), backoff.total), None);
        assert_eq!(backoff.after(&gone, 1, (0, 0), Duration::ZERO), None);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").expect("a date");
        let read = |value| retry_after(value, now);
        assert_eq!(read(" 7 "), Some(Duration::from_secs(7)));
        assert_eq!(
            read("Sun, 06 Nov 1994 08:50:07 GMT"),
            Some(Duration::from_secs(30))
        );
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
        assert_eq!(read("-1"), None);
    }
}
