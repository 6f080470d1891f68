//! Which CVs of all are made: `1-5,9,20-`.

use std::str::FromStr;

/// Numbers of CVs, counted from 1 as people count rows.
///
/// ```
/// use brigade_pipeline::Selection;
///
/// let selection: Selection = "9,1-3,20-".parse()?;
/// assert!(selection.contains(2) && selection.contains(1_000) && !selection.contains(10));
/// assert_eq!(selection.count(25), 3 + 1 + 6);
/// assert!("5-1".parse::<Selection>().is_err());
/// # Ok::<(), brigade_pipeline::SelectionError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// First and last of each range, in order, none touching another.
    ranges: Vec<(u64, u64)>,
    typed: String,
}

/// Why a text selects nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{part}` is no selection; write numbers from 1 and ranges, such as 1-5,9,20-")]
pub struct SelectionError {
    /// The part that is wrong.
    pub part: String,
}

impl Selection {
    /// Whether CV `number`, from 1, is selected.
    #[must_use]
    pub fn contains(&self, number: u64) -> bool {
        let at = self.ranges.partition_point(|(_, last)| *last < number);
        self.ranges
            .get(at)
            .is_some_and(|(first, _)| *first <= number)
    }

    /// How many of `total` are selected.
    #[must_use]
    pub fn count(&self, total: u64) -> u64 {
        self.ranges
            .iter()
            .map(|(first, last)| (*last).min(total).saturating_sub(first - 1))
            .sum()
    }

    /// As it was typed.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }
}

impl FromStr for Selection {
    type Err = SelectionError;

    fn from_str(typed: &str) -> Result<Selection, SelectionError> {
        let mut ranges = Vec::new();
        for part in typed.split(',') {
            let wrong = || SelectionError {
                part: part.to_owned(),
            };
            let number = |text: &str| text.trim().parse::<u64>().map_err(|_| wrong());
            let (first, last) = match part.split_once('-') {
                None => (number(part)?, number(part)?),
                Some((first, last)) if last.trim().is_empty() => (number(first)?, u64::MAX),
                Some((first, last)) => (number(first)?, number(last)?),
            };
            if first == 0 || first > last {
                return Err(wrong());
            }
            ranges.push((first, last));
        }
        ranges.sort_unstable();
        ranges.dedup_by(|next, before| {
            let touches = next.0 <= before.1.saturating_add(1);
            if touches {
                before.1 = before.1.max(next.1);
            }
            touches
        });
        Ok(Selection {
            ranges,
            typed: typed.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_is_a_set_however_it_is_written() {
        for (typed, selected) in [
            ("3", vec![3]),
            ("1-3,2-4, 6", vec![1, 2, 3, 4, 6]),
            ("9-,2", vec![2, 9, 10]),
            ("1-2,3", vec![1, 2, 3]),
        ] {
            let selection: Selection = typed.parse().unwrap();
            let numbers: Vec<u64> = (1..=10).filter(|n| selection.contains(*n)).collect();
            assert_eq!(numbers, selected, "{typed}");
            assert_eq!(selection.count(10), selected.len() as u64, "{typed}");
        }
    }

    #[test]
    fn what_is_no_selection_is_named() {
        for (typed, part) in [
            ("", ""),
            ("1,,2", ""),
            ("0", "0"),
            ("2-1", "2-1"),
            ("1,a", "a"),
            ("-3", "-3"),
        ] {
            assert_eq!(
                typed.parse::<Selection>(),
                Err(SelectionError {
                    part: part.to_owned()
                })
            );
        }
    }
}
