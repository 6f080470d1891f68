//! Outcomes in the order of the jobs.

use super::Stream;
use crate::{Finished, Job, Outcome, executor::Core, inbox::Run};
use std::{fmt, sync::Arc};

/// Outcomes in the order of the jobs. See [`Executor::map`](crate::Executor::map).
#[must_use = "jobs are pulled only as outcomes are asked for"]
pub struct Map<I: Iterator<Item: Job>>(Stream<I>);

impl<I: Iterator<Item: Job>> Map<I> {
    pub(crate) fn new(core: Arc<Core>, jobs: I) -> Self {
        Self(Stream::new(core, jobs, true))
    }

    /// The next outcome with its report.
    #[inline]
    pub fn next_finished(&mut self) -> Option<Finished<<I::Item as Job>::Output>> {
        self.0.next()
    }
}

impl<I: Iterator<Item: Job>> Iterator for Map<I> {
    type Item = Outcome<<I::Item as Job>::Output>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let stream = &mut self.0;
        if let Some(outcome) = stream.next_taken(Run::pop_outcome) {
            return Some(outcome);
        }
        if stream.core.setup.is_observed() {
            return Some(stream.next()?.outcome);
        }
        // Without a report there is nothing to measure, and without an observer nothing to tell.
        stream.next_here(|worker, job, id, index| worker.run_bare(job, id, index, 1))
    }
}

impl<I: Iterator<Item: Job>> fmt::Debug for Map<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map")
            .field("index", &self.0.index)
            .finish_non_exhaustive()
    }
}
