//! The jobs under way on one executor, each with what it is about.
//!
//! Jobs are submitted one by one and their ends are told by a channel that several lanes share, so that one thread can
//! wait for whichever phase has something first. Iterators over outcomes (`Executor::map`) cannot do that: each waits for
//! its own. At most [`room`](Lane::has_room) jobs are under way, which bounds every queue behind it.

use std::collections::HashMap;

use brigade_executor::{Finished, Handle, Job};
use brigade_report::Task;

use crate::Error;
use crate::recorder;
use crate::stage::Running;

/// Submitted ahead of the workers, besides one job for each of them, so that none waits while its next job is fetched.
const AHEAD: usize = 8;

/// What a job was about, the record of its last attempt, and what became of it.
type Taken<T, O> = (T, Task, Finished<O>);

/// One phase's executor and what is under way on it; `T` is what a job is about.
pub(crate) struct Lane<'a, J: Job, T> {
    pub running: Running<'a>,
    under_way: HashMap<u64, (T, Handle<J::Output>)>,
    room: usize,
}

impl<'a, J: Job, T> Lane<'a, J, T> {
    pub(crate) fn new(running: Running<'a>) -> Lane<'a, J, T> {
        let room = match running.workers() {
            None => 1,
            Some(workers) => 2 * workers + AHEAD,
        };
        Lane {
            running,
            under_way: HashMap::new(),
            room,
        }
    }

    pub(crate) fn has_room(&self) -> bool {
        self.under_way.len() < self.room
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Hands a job in; in a loop it has run when this returns.
    pub(crate) fn submit(&mut self, about: T, job: J) {
        let handle = self.running.executor.submit(job);
        self.under_way.insert(handle.id(), (about, handle));
    }

    /// One of the jobs under way, for a notice that nobody sent: an executor that was told to stop gives up tasks
    /// without an event.
    pub(crate) fn any(&self) -> Option<u64> {
        self.under_way.keys().next().copied()
    }

    /// What became of job `id`, with the record of its last attempt; the attempts before are recorded here. None if
    /// it was taken already. Waits for the job if need be.
    pub(crate) fn take(
        &mut self,
        id: u64,
        index_of: impl Fn(&T) -> u64,
    ) -> Result<Option<Taken<T, J::Output>>, Error> {
        let Some((about, handle)) = self.under_way.remove(&id) else {
            return Ok(None);
        };
        let finished = handle.finished();
        let index = index_of(&about);
        self.running.record_retried(id, index)?;
        let task = recorder::task(index, &finished.report, self.running.offset());
        Ok(Some((about, task, finished)))
    }
}
