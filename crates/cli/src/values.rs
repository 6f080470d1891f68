//! Values of flags that std does not parse, or parses with words for programmers.
//!
//! Each is a function for argh's `from_str_fn`; its message fits behind the flag and the value, as in
//! `--timeout: '5 parsecs' is not a duration such as 30s, 2m or 500ms`.

use std::num::{IntErrorKind, ParseIntError};
use std::time::Duration;

const TOO_LARGE: &str = "is too large";

/// A whole number, 0 or more.
///
/// # Errors
/// When it is none, or does not fit in `T`.
pub fn whole<T: TryFrom<u64>>(value: &str) -> Result<T, String> {
    let number: u64 = value.trim().parse().map_err(|error: ParseIntError| {
        match error.kind() {
            IntErrorKind::PosOverflow => TOO_LARGE,
            _ => "is not a whole number, 0 or more",
        }
        .to_owned()
    })?;
    T::try_from(number).map_err(|_| TOO_LARGE.to_owned())
}

/// A whole number, 1 or more: workers, attempts.
///
/// # Errors
/// When it is none, is 0, or does not fit in `T`.
pub fn at_least_one<T: TryFrom<u64>>(value: &str) -> Result<T, String> {
    match whole::<u64>(value) {
        Ok(0) => Err("must be at least 1".into()),
        Ok(_) => whole(value),
        Err(message) if message == TOO_LARGE => Err(message),
        Err(_) => Err("is not a whole number, 1 or more".into()),
    }
}

/// A duration: `30s`, `2m`, `1h30m`, `500ms`, `1.5s`; a bare number is seconds.
///
/// ```
/// use std::time::Duration;
///
/// assert_eq!(brigade_cli::duration("1h30m"), Ok(Duration::from_secs(5400)));
/// assert_eq!(brigade_cli::duration("0.25"), Ok(Duration::from_millis(250)));
/// assert!(brigade_cli::duration("soon").is_err());
/// ```
///
/// # Errors
/// When it is none, or longer than can be counted.
pub fn duration(value: &str) -> Result<Duration, String> {
    let wrong = || "is not a duration such as 30s, 2m or 500ms".to_owned();
    let mut seconds = 0.0;
    let mut rest = value.trim();
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let letters = after
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        let scale = match unit {
            "ms" => 0.001,
            "" | "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            _ => return Err(wrong()),
        };
        seconds += number.parse::<f64>().map_err(|_| wrong())? * scale;
        rest = after.trim_start();
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

/// A size in bytes: `512M`, `2G`, `64k`, `1.5GiB`; units are powers of 1024, a bare number is bytes.
///
/// ```
/// assert_eq!(brigade_cli::size("512M"), Ok(512 << 20));
/// assert!(brigade_cli::size("-1").is_err());
/// ```
///
/// # Errors
/// When it is none, or larger than can be counted.
pub fn size(value: &str) -> Result<u64, String> {
    let wrong = || "is not a size such as 64k, 512M or 2G".to_owned();
    let value = value.trim();
    let digits = value
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(value.len());
    let (number, unit) = value.split_at(digits);
    let unit = unit.trim().to_ascii_lowercase();
    let scale = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" => 1.0,
        "k" => 1024.0,
        "m" => 1024.0 * 1024.0,
        "g" => 1024.0 * 1024.0 * 1024.0,
        "t" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return Err(wrong()),
    };
    let bytes = number.parse::<f64>().map_err(|_| wrong())? * scale;
    // Beyond 2^53 a float skips numbers; nobody means such a size.
    (bytes < 9e15).then_some(bytes as u64).ok_or_else(wrong)
}

/// A duration as people say it: `0.40 s`, `12.3 s`, `2 min 05 s`, `1 h 02 min`.
#[must_use]
pub fn human_duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 9.995 {
        format!("{seconds:.2} s")
    } else if seconds < 59.95 {
        format!("{seconds:.1} s")
    } else {
        let whole = seconds.round() as u64;
        match (whole / 3600, whole / 60 % 60, whole % 60) {
            (0, minutes, seconds) => format!("{minutes} min {seconds:02} s"),
            (hours, minutes, _) => format!("{hours} h {minutes:02} min"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_say_what_is_wrong_with_them() {
        assert_eq!(whole::<usize>(" 7 "), Ok(7));
        assert_eq!(at_least_one::<usize>("0"), Err("must be at least 1".into()));
        for (value, refused) in [
            ("300", whole::<u8>("300")),
            ("99999999999999999999", whole("99999999999999999999")),
            ("99999999999999999999", at_least_one("99999999999999999999")),
        ] {
            assert_eq!(refused, Err("is too large".into()), "{value}");
        }
        for wrong in ["", "-3", "abc", "1.5", "1e3"] {
            assert!(
                whole::<u64>(wrong).is_err() && at_least_one::<u64>(wrong).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn durations_and_sizes_are_read_as_they_are_written() {
        let read = |value| duration(value).map(|duration| duration.as_millis());
        assert_eq!(read("500ms"), Ok(500));
        assert_eq!(read("1m 30s"), Ok(90_000));
        assert_eq!(read("1.5"), Ok(1500));
        for wrong in [
            "",
            "s",
            "1x",
            "-1s",
            "1..5s",
            "1s2",
            ".",
            "99999999999999999999h",
        ] {
            assert_eq!(duration(wrong).is_ok(), wrong == "1s2", "{wrong}");
        }
        assert_eq!(size("1.5GiB"), Ok(3 << 29));
        assert_eq!(size("64kb"), Ok(65_536));
        for wrong in ["", "M", "1X", "1 2", "99999999T"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_are_said_as_people_say_them() {
        let say = |milliseconds| human_duration(Duration::from_millis(milliseconds));
        assert_eq!(say(398), "0.40 s");
        assert_eq!(say(9_999), "10.0 s");
        assert_eq!(say(59_999), "1 min 00 s");
        assert_eq!(say(125_000), "2 min 05 s");
        assert_eq!(say(3_725_000), "1 h 02 min");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(value in "\\PC*") {
            let _ = (duration(&value), size(&value), whole::<u32>(&value));
        }
    }
}
