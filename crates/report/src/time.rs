//! Times as people read them: Python's `timedelta` for durations, RFC 3339 for moments.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A duration as Python prints a `timedelta`: `0:00:00.398223`, with days in front from 24 hours on and without
/// the fraction when it is zero.
pub(crate) fn timedelta(seconds: f64) -> String {
    let duration = Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX);
    // Rounded to whole microseconds, as Python holds them.
    let micros = (duration.as_nanos() + 500) / 1000;
    let (total, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let days = match total / 86_400 {
        0 => String::new(),
        1 => "1 day, ".to_owned(),
        days => format!("{days} days, "),
    };
    let (hours, minutes, seconds) = (total / 3600 % 24, total / 60 % 60, total % 60);
    let fraction = if fraction == 0 {
        String::new()
    } else {
        format!(".{fraction:06}")
    };
    format!("{days}{hours}:{minutes:02}:{seconds:02}{fraction}")
}

/// A duration in the unit that people would choose, to three digits: `18.2 ms`, `5 min`.
pub(crate) fn short(seconds: f64) -> String {
    if seconds == 0.0 {
        "0".to_owned()
    } else if seconds < 0.000_999_5 {
        three_digits(seconds * 1e6, "µs")
    } else if seconds < 0.999_5 {
        three_digits(seconds * 1e3, "ms")
    } else if seconds < 120.0 {
        three_digits(seconds, "s")
    } else if seconds < 7200.0 {
        two_units(seconds as u64 / 60, "min", seconds as u64 % 60, "s")
    } else {
        two_units(seconds as u64 / 3600, "h", seconds as u64 / 60 % 60, "min")
    }
}

fn three_digits(value: f64, unit: &str) -> String {
    let digits = match value {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        &text
    };
    format!("{text} {unit}")
}

fn two_units(large: u64, large_unit: &str, small: u64, small_unit: &str) -> String {
    if small == 0 {
        format!("{large} {large_unit}")
    } else {
        format!("{large} {large_unit} {small:02} {small_unit}")
    }
}

/// A moment in UTC to the millisecond, such as `2026-11-23T22:18:00.000Z`; moments before 1970 are given as 1970.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// let leap_day = UNIX_EPOCH + Duration::from_millis(951_782_400_250);
/// assert_eq!(brigade_report::rfc3339(leap_day), "2000-02-29T00:00:00.250Z");
/// ```
#[must_use]
pub fn rfc3339(moment: SystemTime) -> String {
    let since = moment.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (seconds, millis) = (since.as_secs(), since.subsec_millis());
    let (year, month, day) = civil(seconds / 86_400);
    let (hours, minutes, seconds) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}Z")
}

/// Days since 1970-01-01 as year, month, day, after Howard Hinnant's `civil_from_days`
/// (<https://howardhinnant.github.io/date_algorithms.html>).
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153; // March is 0
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_python_prints_them() {
        for (seconds, expected) in [
            (0.398_223, "0:00:00.398223"),
            (0.0, "0:00:00"),
            (-1.0, "0:00:00"),
            (2.0, "0:00:02"),
            (0.999_999_9, "0:00:01"),
            (3_723.000_001, "1:02:03.000001"),
            (86_400.5, "1 day, 0:00:00.500000"),
            (200_000.0, "2 days, 7:33:20"),
        ] {
            assert_eq!(timedelta(seconds), expected);
        }
    }

    #[test]
    fn short_times_are_in_the_unit_that_fits() {
        for (seconds, expected) in [
            (0.0, "0"),
            (0.000_012, "12 µs"),
            (0.0182, "18.2 ms"),
            (0.5, "500 ms"),
            (0.999_999, "1 s"),
            (1.5, "1.5 s"),
            (99.0, "99 s"),
            (300.0, "5 min"),
            (754.0, "12 min 34 s"),
            (7380.0, "2 h 03 min"),
        ] {
            assert_eq!(short(seconds), expected);
        }
    }

    #[test]
    fn moments_are_read_by_the_calendar() {
        let at = |seconds| rfc3339(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(at(1_795_471_857), "2026-11-23T22:10:57.000Z");
        assert_eq!(at(4_107_542_399), "2100-02-28T23:59:59.000Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00.000Z");
    }
}
