//! The ids of what is in flight, by index: a row for the recent ones, a map for stragglers.

use super::LARGEST_WINDOW;
use std::collections::{BTreeMap, VecDeque};

const LONGEST_ROW: usize = 2 * LARGEST_WINDOW;

#[derive(Default)]
pub(super) struct Outstanding {
    count: usize,
    first: u64,
    recent: VecDeque<Option<u64>>,
    stragglers: BTreeMap<u64, u64>,
}

impl Outstanding {
    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Indexes come one after the other.
    pub(super) fn push(&mut self, index: u64, id: u64) {
        if self.recent.is_empty() {
            self.first = index;
        } else if self.recent.len() >= LONGEST_ROW {
            if let Some(Some(id)) = self.recent.pop_front() {
                self.stragglers.insert(self.first, id);
            }
            self.first += 1;
        }
        self.recent.push_back(Some(id));
        self.count += 1;
    }

    pub(super) fn remove(&mut self, index: u64) {
        self.count -= 1;
        match index
            .checked_sub(self.first)
            .and_then(|ahead| usize::try_from(ahead).ok())
        {
            None => {
                self.stragglers.remove(&index);
            }
            Some(ahead) => self.recent[ahead] = None,
        }
        while self.recent.front() == Some(&None) {
            self.recent.pop_front();
            self.first += 1;
        }
    }

    pub(super) fn drain(&mut self) -> Vec<(u64, u64)> {
        let recent = (self.first..)
            .zip(self.recent.drain(..))
            .filter_map(|(index, id)| Some((index, id?)));
        self.count = 0;
        std::mem::take(&mut self.stragglers)
            .into_iter()
            .chain(recent)
            .collect()
    }
}
