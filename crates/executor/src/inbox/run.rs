//! Outcomes on their way to their consumer. Tiny jobs cost much of their time as memory that goes from one core to another, so
//! what jobs that follow each other have in common goes only once, and what was measured not at all where nothing was.

use crate::{Finished, Outcome, Ran, Tag, TaskReport, Usage, Value};
use serde::de::DeserializeOwned;
use std::{collections::VecDeque, ops::Range, time::Duration};

/// One outcome.
pub(crate) struct Arrival<T> {
    pub(super) tag: Tag,
    pub(super) ran: Option<Ran>,
    /// With it, the usage is known too.
    pub(super) queued: Option<Duration>,
    pub(super) usage: Usage,
    pub(super) outcome: Outcome<Value<T>>,
}

impl<T> Arrival<T> {
    #[inline]
    pub(crate) fn new(
        tag: Tag,
        ran: Option<Ran>,
        queued: Option<Duration>,
        usage: Usage,
        outcome: Outcome<Value<T>>,
    ) -> Self {
        Self {
            tag,
            ran,
            queued,
            usage,
            outcome,
        }
    }

    /// Of a job from which nothing comes any more.
    pub(crate) fn lost(tag: Tag) -> Self {
        Self::new(tag, None, None, Usage::default(), Outcome::Cancelled)
    }

    fn report(&self) -> TaskReport {
        TaskReport::new(self.tag, self.ran, self.queued, self.usage)
    }

    /// The same without the output, for observers.
    pub(crate) fn hollow(&self) -> Finished<()> {
        Finished {
            report: self.report(),
            outcome: self.outcome.hollow(),
        }
    }
}

/// Outcomes of jobs whose indexes and ids follow each other, from one worker: at least one, until they are taken out.
pub(crate) struct Run<T> {
    /// Of the first that is left.
    tag: Tag,
    ran: Option<Ran>,
    queued: Option<Duration>,
    outcomes: VecDeque<Outcome<Value<T>>>,
    /// One for each outcome where jobs are measured, else none.
    usages: VecDeque<Usage>,
}

impl<T> Run<T> {
    /// One with room for so many.
    pub(crate) fn new(first: Arrival<T>, room: usize) -> Self {
        let measured = if first.queued.is_some() { room } else { 0 };
        let mut run = Self {
            tag: first.tag,
            ran: first.ran,
            queued: first.queued,
            outcomes: VecDeque::with_capacity(room),
            usages: VecDeque::with_capacity(measured),
        };
        run.push(first);
        run
    }

    /// Whether this is the next, and there is room for it.
    #[inline]
    pub(super) fn fits(&self, arrival: &Arrival<T>) -> bool {
        let ahead = self.outcomes.len() as u64;
        self.outcomes.len() < self.outcomes.capacity()
            && arrival.tag.index == self.tag.index + ahead
            && arrival.tag.id == self.tag.id + ahead
            && arrival.tag.attempt == self.tag.attempt
            && arrival.ran == self.ran
            && arrival.queued == self.queued
    }

    #[inline]
    pub(super) fn push(&mut self, arrival: Arrival<T>) {
        self.outcomes.push_back(arrival.outcome);
        if self.queued.is_some() {
            self.usages.push_back(arrival.usage);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.outcomes.len()
    }

    /// The indexes of those that are left.
    pub(crate) fn indexes(&self) -> Range<u64> {
        self.tag.index..self.tag.index + self.outcomes.len() as u64
    }
}

impl<T: DeserializeOwned> Run<T> {
    /// The first that is left, without its report.
    #[inline]
    pub(crate) fn pop_outcome(&mut self) -> Option<Outcome<T>> {
        let outcome = self.outcomes.pop_front()?;
        self.usages.pop_front();
        self.tag.index += 1;
        self.tag.id += 1;
        Some(Value::decode(outcome, self.tag.name))
    }

    /// The same with its report.
    #[inline]
    pub(crate) fn pop(&mut self) -> Option<Finished<T>> {
        let usage = self.usages.front().copied().unwrap_or_default();
        let report = TaskReport::new(self.tag, self.ran, self.queued, usage);
        let outcome = self.pop_outcome()?;
        Some(Finished { report, outcome })
    }
}
