//! Jobs of one `map` or `stream` that are handed over together: one allocation and one announcement for all of them.
//!
//! Whether a batch is right for its jobs nobody has to know beforehand. Its jobs can be run by several workers, so a long one
//! does not hold up those behind it; and each outcome lies in the [`Inbox`] as soon as its job ends, where a consumer finds
//! it that has nothing else to do.

use crate::{
    Cancel, Erased, Event, Job, Outcome, Ran, Tag, Task, Usage, Value, Worker,
    bytes::{self, Bytes},
    inbox::{Arrival, Inbox},
    run::quietly,
    setup::lock,
};
use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
    vec,
};

/// Some jobs on their way, without their type: a [`Backend`](crate::Backend) lets them be run by [`Worker::run_batch`], or goes
/// on with the tasks that [`Batch::into_tasks`] makes of them.
///
/// Clones are the same jobs: several workers may run a batch at once, and each job runs once. What has not begun when the
/// last clone is dropped counts as cancelled.
#[derive(Clone)]
pub struct Batch(Arc<dyn Jobs>);

trait Jobs: Send + Sync {
    fn count_left(&self) -> usize;
    fn is_cancelled(&self) -> bool;
    fn cancel(&self);
    fn run(&self, worker: &mut Worker, go_on: &dyn Fn() -> bool);
    fn into_tasks(self: Arc<Self>) -> Vec<Task>;
}

impl Batch {
    /// The jobs' indexes and ids count up from those given.
    pub(crate) fn new<J: Job>(
        jobs: Vec<J>,
        (index, id): (u64, u64),
        queued: Option<Duration>,
        inbox: &Arc<Inbox<J::Output>>,
    ) -> Self {
        Self(Arc::new(Typed {
            inbox: Arc::clone(inbox),
            queued,
            past_index: index + jobs.len() as u64,
            past_id: id + jobs.len() as u64,
            left: Mutex::new(jobs.into_iter()),
        }))
    }

    /// One task for each job that has not begun.
    #[must_use]
    pub fn into_tasks(self) -> Vec<Task> {
        self.0.into_tasks()
    }

    pub(crate) fn count_left(&self) -> usize {
        self.0.count_left()
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    /// What has not begun ends as cancelled, though others may have clones.
    pub(crate) fn cancel(&self) {
        self.0.cancel();
    }

    pub(crate) fn run(&self, worker: &mut Worker, go_on: &dyn Fn() -> bool) {
        self.0.run(worker, go_on);
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("left", &self.count_left())
            .finish_non_exhaustive()
    }
}

struct Typed<J: Job> {
    inbox: Arc<Inbox<J::Output>>,
    queued: Option<Duration>,
    /// Those of the job after the last.
    past_index: u64,
    past_id: u64,
    left: Mutex<vec::IntoIter<J>>,
}

impl<J: Job> Typed<J> {
    /// A job with its id and index.
    #[inline]
    fn take(&self) -> Option<(J, u64, u64)> {
        let mut left = lock(&self.left);
        let ahead = left.len() as u64;
        let job = left.next()?;
        drop(left);
        Some((job, self.past_id - ahead, self.past_index - ahead))
    }

    #[inline]
    fn arrival(
        &self,
        tag: Tag,
        ran: Option<Ran>,
        usage: Usage,
        outcome: Outcome<Value<J::Output>>,
    ) -> Arrival<J::Output> {
        Arrival::new(tag, ran, self.queued, usage, outcome)
    }
}

impl<J: Job> Jobs for Typed<J> {
    fn count_left(&self) -> usize {
        lock(&self.left).len()
    }

    fn is_cancelled(&self) -> bool {
        self.inbox.is_cancelled()
    }

    fn cancel(&self) {
        while let Some((job, id, index)) = self.take() {
            let tag = Tag::first::<J>(id, index);
            let arrival = self.arrival(tag, None, Usage::default(), Outcome::Cancelled);
            self.inbox.deliver(arrival);
            quietly(|| drop(job));
        }
    }

    fn run(&self, worker: &mut Worker, go_on: &dyn Fn() -> bool) {
        let ran = worker.ran();
        worker.set_cancel(Some(Arc::clone(&self.inbox) as Arc<dyn Cancel>));
        while go_on() {
            if self.inbox.is_cancelled() {
                self.cancel();
                break;
            }
            let Some((job, id, index)) = self.take() else {
                break;
            };
            let (usage, outcome) = worker.run_measured(job, id, index, 1);
            let arrival = self.arrival(
                Tag::first::<J>(id, index),
                Some(ran),
                usage,
                outcome.map(Value::Here),
            );
            self.inbox.put(arrival);
        }
        worker.set_cancel(None);
        self.inbox.announce(ran);
    }

    fn into_tasks(self: Arc<Self>) -> Vec<Task> {
        let mut tasks = Vec::with_capacity(self.count_left());
        while let Some((job, id, index)) = self.take() {
            let tag = Tag::first::<J>(id, index);
            self.inbox.setup().emit(|| Event::Queued(tag));
            tasks.push(Task::new(Arc::new(Alone {
                batch: Arc::clone(&self),
                tag,
                attempt: AtomicU32::new(tag.attempt),
                job: Mutex::new(Some(job)),
                ended: AtomicBool::new(false),
            })));
        }
        tasks
    }
}

impl<J: Job> Drop for Typed<J> {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// One job of a batch as a task. Such tasks share their batch's reference to the inbox: workers which drop theirs must not
/// disturb the thread that makes the next ones.
struct Alone<J: Job> {
    batch: Arc<Typed<J>>,
    tag: Tag,
    attempt: AtomicU32,
    job: Mutex<Option<J>>,
    ended: AtomicBool,
}

impl<J: Job> Alone<J> {
    fn end(&self, ran: Option<Ran>, usage: Usage, outcome: Outcome<Value<J::Output>>) {
        if !self.ended.swap(true, Ordering::Relaxed) {
            let arrival = self.batch.arrival(self.tag(), ran, usage, outcome);
            self.batch.inbox.deliver(arrival);
        }
    }
}

impl<J: Job> Cancel for Alone<J> {
    fn is_cancelled(&self) -> bool {
        self.batch.is_cancelled()
    }
}

impl<J: Job> Erased for Alone<J> {
    fn tag(&self) -> Tag {
        Tag {
            attempt: self.attempt.load(Ordering::Relaxed),
            ..self.tag
        }
    }

    fn retry(&self) {
        self.attempt.fetch_add(1, Ordering::Relaxed);
    }

    fn encode(&self, out: Vec<u8>) -> Result<Vec<u8>, postcard::Error> {
        let job = lock(&self.job);
        let job = job.as_ref();
        bytes::encode(
            job.expect("a task that ran here is not sent elsewhere"),
            out,
        )
    }

    fn run(&self, this: Arc<dyn Cancel>, worker: &mut Worker, then: &mut dyn FnMut()) {
        let Some(job) = lock(&self.job).take() else {
            return;
        };
        let (ran, usage, outcome) = worker.run_job(job, self.tag(), this);
        then();
        self.end(Some(ran), usage, outcome.map(Value::Here));
    }

    fn finish(&self, ran: Option<Ran>, usage: Usage, outcome: Outcome<Bytes>) {
        self.end(ran, usage, outcome.map(Value::Encoded));
    }
}
