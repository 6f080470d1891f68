//! The jobs in flight, as ranges of indexes: they are handed over in ranges, and their outcomes come in ranges.

use std::{collections::BTreeMap, ops::Range};

/// Indexes from the key up to the end that stands first; then the first one's id. Ids count up as indexes do.
#[derive(Default)]
pub(super) struct Outstanding {
    count: usize,
    ranges: BTreeMap<u64, (u64, u64)>,
}

impl Outstanding {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds indexes above all others.
    pub(super) fn push(&mut self, indexes: Range<u64>, id: u64) {
        self.count += length(&indexes);
        if let Some(mut last) = self.ranges.last_entry() {
            let start = *last.key();
            let (end, first_id) = last.get_mut();
            if *end == indexes.start && *first_id + (*end - start) == id {
                *end = indexes.end;
                return;
            }
        }
        self.ranges.insert(indexes.start, (indexes.end, id));
    }

    /// Removes indexes whose ids follow each other too.
    pub(super) fn remove(&mut self, indexes: &Range<u64>) {
        let range = self.ranges.range_mut(..=indexes.start).next_back();
        let (&start, (end, first_id)) = range.expect("only jobs in flight end");
        let (past, id) = (*end, *first_id + (indexes.end - start));
        // What comes before keeps its place.
        *end = indexes.start;
        if start == indexes.start {
            self.ranges.remove(&start);
        }
        if indexes.end < past {
            self.ranges.insert(indexes.end, (past, id));
        }
        self.count -= length(indexes);
    }

    /// All of them, in order, with the first one's id.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = (Range<u64>, u64)> + use<> {
        self.count = 0;
        std::mem::take(&mut self.ranges)
            .into_iter()
            .map(|(start, (end, id))| (start..end, id))
    }
}

fn length(indexes: &Range<u64>) -> usize {
    usize::try_from(indexes.end - indexes.start).expect("no more than are in flight")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_keeps_its_ids() {
        let mut jobs = Outstanding::default();
        jobs.push(0..4, 100);
        // The same row; then ids that somebody else took lie in between.
        jobs.push(4..8, 104);
        jobs.push(8..10, 200);
        jobs.remove(&(3..6));
        jobs.remove(&(8..9));
        assert_eq!(jobs.len(), 6);
        let left: Vec<_> = jobs.drain().collect();
        assert_eq!(left, [(0..3, 100), (6..8, 106), (9..10, 201)]);
        assert!(jobs.is_empty());
    }

    #[test]
    fn all_can_end_in_any_order() {
        let mut jobs = Outstanding::default();
        (0..40).for_each(|batch| jobs.push(batch * 10..batch * 10 + 10, batch * 10));
        // 7 has no factor in common with 400: each one once.
        (0..400)
            .map(|step| step * 7 % 400)
            .for_each(|index| jobs.remove(&(index..index + 1)));
        assert!(jobs.is_empty() && jobs.drain().next().is_none());
    }
}
