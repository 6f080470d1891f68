//! One outcome on its way to its consumer. Tiny jobs cost much of their time as memory that goes from one core to another, so
//! the report is made at the end, and what was measured is elsewhere: mostly nothing is.

use crate::{Finished, Outcome, Ran, Tag, TaskReport, Usage, Value};
use serde::de::DeserializeOwned;
use std::time::Duration;

pub(crate) struct Arrival<T> {
    pub(super) tag: Tag,
    pub(super) ran: Option<Ran>,
    measured: Option<Box<(Option<Duration>, Usage)>>,
    outcome: Outcome<Value<T>>,
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
            measured: queued.map(|queued| Box::new((Some(queued), usage))),
            outcome,
        }
    }

    /// Of a job from which nothing comes any more.
    pub(crate) fn lost(tag: Tag) -> Self {
        Self::new(tag, None, None, Usage::default(), Outcome::Cancelled)
    }

    pub(crate) fn index(&self) -> u64 {
        self.tag.index
    }

    fn report(&self) -> TaskReport {
        let (queued, usage) = self.measured.as_deref().copied().unwrap_or_default();
        TaskReport::new(self.tag, self.ran, queued, usage)
    }

    /// The same without the output, for observers.
    pub(crate) fn hollow(&self) -> Finished<()> {
        Finished {
            report: self.report(),
            outcome: self.outcome.hollow(),
        }
    }
}

impl<T: DeserializeOwned> Arrival<T> {
    #[inline]
    pub(crate) fn finished(self) -> Finished<T> {
        Finished {
            report: self.report(),
            outcome: self.outcome(),
        }
    }

    #[inline]
    pub(crate) fn outcome(self) -> Outcome<T> {
        Value::decode(self.outcome, self.tag.name)
    }
}
