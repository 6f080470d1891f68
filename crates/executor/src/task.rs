//! The seam: one task without its type, and what runs it here or elsewhere.
//!
//! A [`Backend`] gets tasks, and each must come back once: by [`Worker::run`] where tasks run in this process, or by
//! [`Task::deliver`] with an outcome that arrived as bytes. A task that is dropped counts as cancelled, so none
//! can be lost; delivering takes the task away, so none can be delivered twice. A backend that may see an outcome twice (a
//! cluster) keeps its tasks in a map by id, and does not find the second.

mod worker;

pub use self::worker::Worker;

use crate::{
    Batch, Cancel, Choice, Outcome, Ran, Tag, Usage,
    bytes::{self, Bytes},
    run,
};
use serde::de::DeserializeOwned;
use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

/// Runs tasks somewhere. Implement it to add a mode; see [`Builder::build_with`](crate::Builder::build_with).
///
/// The smallest one runs them where they are submitted. Another that sends them away as bytes is the example `own_backend`.
///
/// ```
/// # use brigade_executor::{Context, Job};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Serialize, Deserialize)]
/// # struct Square(u64);
/// # impl Job for Square {
/// #     const NAME: &'static str = "square";
/// #     type Output = u64;
/// #     type Error = std::convert::Infallible;
/// #     fn run(self, _: &Context) -> Result<u64, Self::Error> { Ok(self.0 * self.0) }
/// # }
/// use brigade_executor::{Backend, Executor, Task, Worker};
/// use std::{sync::Mutex, time::Duration};
///
/// struct Here(Mutex<Worker>);
///
/// impl Backend for Here {
///     fn name(&self) -> &'static str {
///         "here"
///     }
///
///     fn submit(&self, tasks: Vec<Task>) {
///         let mut worker = self.0.lock().unwrap();
///         tasks.into_iter().for_each(|task| worker.run(task));
///     }
///
///     fn shutdown(&self, _grace: Duration) -> bool {
///         true
///     }
/// }
///
/// let executor = Executor::builder().build_with(|setup| Ok(Here(Mutex::new(Worker::new(&setup, 0)))))?;
/// assert_eq!(executor.submit(Square(3)).join().ok(), Some(9));
/// # Ok::<(), brigade_executor::BuildError>(())
/// ```
pub trait Backend: Send + Sync {
    /// The mode's name, for messages.
    fn name(&self) -> &'static str;

    /// Takes tasks in. Returns soon, whatever the workers do; after [`shutdown`](Self::shutdown) it drops them.
    fn submit(&self, tasks: Vec<Task>);

    /// The same for one task, where that is cheaper without a vector.
    fn submit_one(&self, task: Task) {
        self.submit(vec![task]);
    }

    /// The same for jobs of one `map` or `stream`, a few together: where [`Worker::run_batch`] runs them, tiny jobs cost a small
    /// part of what tasks do. With an observer, jobs always come as tasks.
    fn submit_batches(&self, batches: Vec<Batch>) {
        self.submit(batches.into_iter().flat_map(Batch::into_tasks).collect());
    }

    /// A task's handle was cancelled; its [`Task::is_cancelled`] says so already. What is queued can be
    /// dropped; what runs may be stopped, if there is a way.
    fn cancel(&self, id: u64) {
        let _ = id;
    }

    /// The consumer of some tasks is gone: what is queued and [cancelled](Task::is_cancelled) can be dropped.
    fn sweep(&self) {}

    /// The calling thread waits for an outcome and offers its time: a backend that needs a thread to wait for
    /// events can use this one, until `ready` or `deadline`. False: no, thank you; the caller sleeps by itself.
    fn lend(&self, ready: &dyn Fn() -> bool, deadline: Option<Instant>) -> bool {
        let _ = (ready, deadline);
        false
    }

    /// What a backend that picks its workers by what it sees has settled on so far. When that is the loop, `map` and
    /// `stream` run the jobs that they have not pulled yet themselves.
    fn choice(&self) -> Option<Choice> {
        None
    }

    /// Drops what is queued, gives running tasks until `grace` is over, then stops what can be stopped. Returns
    /// whether nothing runs any more. Called at the latest when the executor is dropped, then without grace.
    fn shutdown(&self, grace: Duration) -> bool;
}

/// One job on its way, without its type.
pub struct Task(Arc<dyn Erased>);

/// What a task is made of.
pub(crate) trait Erased: Cancel {
    fn tag(&self) -> Tag;
    /// Counts another attempt.
    fn retry(&self);
    fn encode(&self, out: Vec<u8>) -> Result<Vec<u8>, postcard::Error>;
    /// Runs the job and hands over its outcome; `then` is called in between. The job's context asks `this`, the same task,
    /// whether to stop.
    fn run(&self, this: Arc<dyn Cancel>, worker: &mut Worker, then: &mut dyn FnMut());
    /// Hands over an outcome that arrived from elsewhere, unless one was handed over already.
    fn finish(&self, ran: Option<Ran>, usage: Usage, outcome: Outcome<Bytes>);
}

/// An output that never left this process, or one that still has to be decoded (by who takes it, not by who carries it).
pub(crate) enum Value<T> {
    Here(T),
    Encoded(Bytes),
}

impl<T: DeserializeOwned> Value<T> {
    /// The outcome of the job `name`.
    #[inline]
    pub(crate) fn decode(outcome: Outcome<Self>, name: &str) -> Outcome<T> {
        let outcome = outcome.with(|value| match value {
            Self::Here(output) => Ok(Outcome::Ok(output)),
            Self::Encoded(bytes) => {
                let output = run::guarded(|| Ok(postcard::from_bytes(&bytes)));
                bytes::recycle(bytes);
                output.with(|output| output.map(Outcome::Ok))
            }
        });
        outcome.unwrap_or_else(|error| Outcome::Failed {
            message: format!("the output of job `{name}` cannot be decoded"),
            causes: vec![error.to_string()],
        })
    }
}

impl Task {
    pub(crate) fn new(erased: Arc<dyn Erased>) -> Self {
        Self(erased)
    }

    /// Which task this is.
    #[must_use]
    pub fn tag(&self) -> Tag {
        self.0.tag()
    }

    /// True when nobody wants its output any more.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.is_cancelled()
    }

    /// Appends the job's bytes to `out`, as [`Entry`](crate::Entry) decodes them.
    ///
    /// # Errors
    /// The job's own `Serialize` may refuse, or panic. The outcome is then the one to deliver.
    pub fn encode(&self, out: Vec<u8>) -> Result<Vec<u8>, Outcome<Vec<u8>>> {
        let outcome = match run::guarded(|| self.0.encode(out).map_err(Into::into)).with(Err) {
            Err(bytes) => return Ok(bytes),
            Ok(outcome) => outcome,
        };
        Err(match outcome {
            Outcome::Failed { message, .. } => Outcome::Failed {
                message: format!("job `{}` cannot be encoded", self.tag().name),
                causes: vec![message],
            },
            other => other,
        })
    }

    /// Counts another attempt.
    pub fn retry(&mut self) {
        self.0.retry();
    }

    /// Hands over an outcome that arrived from elsewhere; an output as the bytes that [`Entry`](crate::Entry) encoded.
    pub fn deliver(self, ran: Option<Ran>, usage: Usage, outcome: Outcome<Vec<u8>>) {
        self.deliver_bytes(ran, usage, outcome.map(Bytes::from));
    }

    pub(crate) fn deliver_bytes(self, ran: Option<Ran>, usage: Usage, outcome: Outcome<Bytes>) {
        self.0.finish(ran, usage, outcome);
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.finish(None, Usage::default(), Outcome::Cancelled);
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tag().fmt(f)
    }
}
