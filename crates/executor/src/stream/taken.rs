//! Outcomes that have come and were not given out yet: in the order in which they came, or in that of their jobs.

use crate::inbox::Run;
use std::collections::{BTreeMap, VecDeque};

pub(super) struct Taken<T> {
    ready: VecDeque<Run<T>>,
    count: usize,
    order: Option<Order<T>>,
}

/// Those that came before their turn wait here.
struct Order<T> {
    /// The index after the last that is ready.
    next: u64,
    early: BTreeMap<u64, Run<T>>,
}

impl<T> Taken<T> {
    pub(super) fn new(ordered: bool) -> Self {
        Self {
            ready: VecDeque::new(),
            count: 0,
            order: ordered.then(|| Order {
                next: 0,
                early: BTreeMap::new(),
            }),
        }
    }

    pub(super) fn push(&mut self, run: Run<T>) {
        let Some(order) = &mut self.order else {
            self.count += run.len();
            return self.ready.push_back(run);
        };
        order.early.insert(run.indexes().start, run);
        while let Some(first) = order.early.first_entry() {
            let indexes = first.get().indexes();
            if indexes.start != order.next {
                return;
            }
            order.next = indexes.end;
            self.count += first.get().len();
            self.ready.push_back(first.remove());
        }
    }

    /// What `pop` makes of the next.
    #[inline]
    pub(super) fn pop<R>(&mut self, pop: impl Fn(&mut Run<T>) -> Option<R>) -> Option<R> {
        loop {
            if let Some(popped) = pop(self.ready.front_mut()?) {
                self.count -= 1;
                return Some(popped);
            }
            self.ready.pop_front();
        }
    }

    /// The index of the next to be given out, if that is fixed.
    pub(super) fn next_in_order(&self) -> Option<u64> {
        Some(self.order.as_ref()?.next - self.count as u64)
    }

    /// How many can be given out.
    pub(super) fn len(&self) -> usize {
        self.count
    }
}
