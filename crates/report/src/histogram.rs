//! Durations counted into bins.

/// A bin: values from `from` (included) up to `to` (included in the last bin only).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bin {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) count: u64,
}

/// Bins of equal width, or of equal ratio when the longest is more than 30 times the shortest; none without values.
/// There are about as many as the square root of the number of values, 4 to 40.
pub(crate) fn bins(ascending: &[f64]) -> Vec<Bin> {
    let (Some(&first), Some(&last)) = (ascending.first(), ascending.last()) else {
        return Vec::new();
    };
    if first >= last {
        let count = ascending.len() as u64;
        return vec![Bin {
            from: first,
            to: last,
            count,
        }];
    }
    let wanted = (ascending.len() as f64).sqrt().ceil().clamp(4.0, 40.0);
    let by_ratio = first > 0.0 && last / first > 30.0;
    let edge = |step: f64| {
        if by_ratio {
            first * (last / first).powf(step / wanted)
        } else {
            first + (last - first) * step / wanted
        }
    };
    let mut counted = 0;
    (0..wanted as usize)
        .map(|bin| {
            let is_last = bin + 1 == wanted as usize;
            let to = if is_last {
                last
            } else {
                edge((bin + 1) as f64)
            };
            let below = if is_last {
                ascending.len()
            } else {
                ascending.partition_point(|value| *value < to)
            };
            let count = below.saturating_sub(counted) as u64;
            counted = counted.max(below);
            Bin {
                from: edge(bin as f64),
                to,
                count,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_one_bin() {
        let spread: Vec<f64> = (0..1000).map(|i| 0.001 * 1.01f64.powi(i)).collect();
        let close: Vec<f64> = (0..1000).map(|i| 5.0 + f64::from(i)).collect();
        for values in [spread, close, vec![1.0, 2.0], vec![0.0, 1.0, 1.0]] {
            let bins = bins(&values);
            let counted: u64 = bins.iter().map(|bin| bin.count).sum();
            assert_eq!(counted, values.len() as u64);
            assert!(bins.iter().all(|bin| bin.from < bin.to));
            assert_eq!(bins.last().map(|bin| bin.to), values.last().copied());
        }
    }

    #[test]
    fn one_value_is_one_bin_and_none_is_none() {
        assert_eq!(
            bins(&[2.0, 2.0]),
            [Bin {
                from: 2.0,
                to: 2.0,
                count: 2
            }]
        );
        assert_eq!(bins(&[]), []);
    }

    #[test]
    fn a_wide_range_gets_bins_of_equal_ratio() {
        let bins = bins(&[1.0, 2.0, 10.0, 10_000.0]);
        let counts: Vec<u64> = bins.iter().map(|bin| bin.count).collect();
        assert_eq!(counts, [2, 1, 0, 1]);
    }
}
