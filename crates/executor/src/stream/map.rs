//! Outcomes in the order of the jobs: those that come before their turn wait here.

use super::{Here, LARGEST_WINDOW, Stream};
use crate::{Finished, Job, Outcome, Worker, executor::Core, inbox::Arrival};
use std::{collections::VecDeque, fmt, sync::Arc};

/// The most that is held back while an earlier outcome is waited for.
const LONGEST_SPAN: u64 = 4 * LARGEST_WINDOW as u64;

/// Outcomes in the order of the jobs. See [`Executor::map`](crate::Executor::map).
#[must_use = "jobs are pulled only as outcomes are asked for"]
pub struct Map<I: Iterator<Item: Job>> {
    stream: Stream<I>,
    /// Outcomes from `next` on that came before their turn.
    early: VecDeque<Option<Arrival<<I::Item as Job>::Output>>>,
    next: u64,
    /// How far ahead of `next` jobs are pulled at most.
    span: u64,
}

impl<I: Iterator<Item: Job>> Map<I> {
    pub(crate) fn new(core: Arc<Core>, jobs: I) -> Self {
        let span = core.window.map_or(LONGEST_SPAN, |window| 2 * window as u64);
        Self {
            stream: Stream::new(core, jobs),
            early: VecDeque::new(),
            next: 0,
            span,
        }
    }

    /// The next outcome with its report.
    #[inline]
    pub fn next_finished(&mut self) -> Option<Finished<<I::Item as Job>::Output>> {
        if let Some(arrival) = self.next_arrival() {
            return Some(arrival.finished());
        }
        self.next += 1;
        self.stream.next_here(Worker::run_typed)
    }

    #[inline]
    fn next_arrival(&mut self) -> Option<Arrival<<I::Item as Job>::Output>> {
        loop {
            if let Some(Some(_)) = self.early.front() {
                self.next += 1;
                return self.early.pop_front().flatten();
            }
            let limit = self.next.saturating_add(self.span);
            let arrival = self.stream.next_arrival(limit)?;
            let ahead = arrival.index() - self.next;
            if ahead == 0 {
                self.early.pop_front();
                self.next += 1;
                return Some(arrival);
            }
            let ahead = usize::try_from(ahead).expect("bounded by the longest span");
            if self.early.len() <= ahead {
                self.early.resize_with(ahead + 1, || None);
            }
            self.early[ahead] = Some(arrival);
        }
    }
}

impl<I: Iterator<Item: Job>> Iterator for Map<I> {
    type Item = Outcome<<I::Item as Job>::Output>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        // Without a report there is nothing to measure, and without an observer nothing to tell.
        if matches!(self.stream.here, Here::Loop(_)) && !self.stream.core.setup.is_observed() {
            self.next += 1;
            return self
                .stream
                .next_here(|worker, job, id, index| worker.run_bare(job, id, index, 1));
        }
        match self.next_arrival() {
            Some(arrival) => Some(arrival.outcome()),
            // The end, or the loop from here on.
            None if matches!(self.stream.here, Here::Loop(_)) => {
                Some(self.next_finished()?.outcome)
            }
            None => None,
        }
    }
}

impl<I: Iterator<Item: Job>> fmt::Debug for Map<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map")
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}
