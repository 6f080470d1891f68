//! The seam: one task without its type, and what runs it here or elsewhere.
//!
//! A [`Backend`] gets tasks, and each must come back once: by [`Worker::run`] where tasks run in this process, or by
//! [`Task::deliver`] with an outcome that arrived as bytes. A task that is dropped counts as cancelled, so none
//! can be lost; delivering takes the task away, so none can be delivered twice. A backend that may see an outcome twice (a
//! cluster) keeps its tasks in a map by id, and does not find the second.

mod worker;

pub use self::worker::Worker;

use crate::{
    Cancel, Choice, Context, Finished, Job, Outcome, Ran, Setup, Tag, TaskReport, Usage,
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
pub struct Task(Option<Box<dyn Erased>>);

/// Where a task's outcome goes.
pub(crate) trait Sink<T>: Cancel {
    fn deliver(&self, finished: Finished<Value<T>>);
}

/// An output that never left this process, or one that still has to be decoded (by who takes it, not by who carries it).
pub(crate) enum Value<T> {
    Here(T),
    Encoded(Bytes),
}

impl<T: DeserializeOwned> Finished<Value<T>> {
    #[inline]
    pub(crate) fn decode(self) -> Finished<T> {
        let name = self.report.name;
        let outcome = self.outcome.with(|value| match value {
            Value::Here(output) => Ok(Outcome::Ok(output)),
            Value::Encoded(bytes) => {
                let output = postcard::from_bytes(&bytes);
                bytes::recycle(bytes);
                output.map(Outcome::Ok)
            }
        });
        let outcome = outcome.unwrap_or_else(|error| Outcome::Failed {
            message: format!("the output of job `{name}` cannot be decoded"),
            causes: vec![error.to_string()],
        });
        Finished {
            report: self.report,
            outcome,
        }
    }
}

trait Erased: Send {
    fn head(&self) -> &Head;
    fn head_mut(&mut self) -> &mut Head;
    fn is_cancelled(&self) -> bool;
    fn encode(&self, out: Vec<u8>) -> Result<Vec<u8>, postcard::Error>;
    fn run(&mut self, context: &mut Context);
    /// `None`: the outcome that `run` left.
    fn finish(self: Box<Self>, ran: Option<Ran>, usage: Usage, outcome: Option<Outcome<Bytes>>);
}

struct Head {
    tag: Tag,
    queued: Option<Duration>,
}

struct Typed<J: Job> {
    head: Head,
    job: Option<J>,
    outcome: Option<Outcome<J::Output>>,
    sink: Arc<dyn Sink<J::Output>>,
}

impl Task {
    #[inline]
    pub(crate) fn new<J: Job>(
        job: J,
        id: u64,
        index: u64,
        setup: &Setup,
        sink: Arc<dyn Sink<J::Output>>,
    ) -> Self {
        let tag = Tag {
            id,
            index,
            name: J::NAME,
            attempt: 1,
        };
        let head = Head { tag, queued: None };
        setup.emit(|| crate::Event::Queued(tag));
        Self(Some(Box::new(Typed {
            head,
            job: Some(job),
            outcome: None,
            sink,
        })))
    }

    fn erased(&self) -> &dyn Erased {
        self.0
            .as_deref()
            .expect("only methods that consume the task take its content")
    }

    pub(crate) fn set_queued(&mut self, time: Duration) {
        if let Some(erased) = &mut self.0 {
            erased.head_mut().queued = Some(time);
        }
    }

    /// Which task this is.
    #[must_use]
    pub fn tag(&self) -> Tag {
        self.erased().head().tag
    }

    /// True when nobody wants its output any more.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.erased().is_cancelled()
    }

    /// Appends the job's bytes to `out`, as [`Entry`](crate::Entry) decodes them.
    ///
    /// # Errors
    /// The job's own `Serialize` may refuse, or panic. The outcome is then the one to deliver.
    pub fn encode(&self, out: Vec<u8>) -> Result<Vec<u8>, Outcome<Vec<u8>>> {
        let outcome = match run::guarded(|| self.erased().encode(out).map_err(Into::into)).with(Err)
        {
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
        self.0
            .as_mut()
            .expect("only methods that consume the task take its content")
            .head_mut()
            .tag
            .attempt += 1;
    }

    /// Hands over an outcome that arrived from elsewhere; an output as the bytes that [`Entry`](crate::Entry) encoded.
    pub fn deliver(self, ran: Option<Ran>, usage: Usage, outcome: Outcome<Vec<u8>>) {
        self.deliver_bytes(ran, usage, outcome.map(Bytes::from));
    }

    pub(crate) fn deliver_bytes(mut self, ran: Option<Ran>, usage: Usage, outcome: Outcome<Bytes>) {
        if let Some(erased) = self.0.take() {
            erased.finish(ran, usage, Some(outcome));
        }
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if let Some(erased) = self.0.take() {
            erased.finish(None, Usage::default(), Some(Outcome::Cancelled));
        }
    }
}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.tag().fmt(f)
    }
}

impl<J: Job> Erased for Typed<J> {
    fn head(&self) -> &Head {
        &self.head
    }

    fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    fn is_cancelled(&self) -> bool {
        self.sink.is_cancelled()
    }

    fn encode(&self, out: Vec<u8>) -> Result<Vec<u8>, postcard::Error> {
        let job = self.job.as_ref();
        bytes::encode(
            job.expect("a task that ran here is not sent elsewhere"),
            out,
        )
    }

    fn run(&mut self, context: &mut Context) {
        let job = self.job.take().expect("a task runs once");
        let outer = context.swap_cancel(Some(Arc::clone(&self.sink) as Arc<dyn Cancel>));
        self.outcome = Some(run::guarded(|| job.run(context).map_err(Into::into)));
        context.swap_cancel(outer);
    }

    fn finish(
        mut self: Box<Self>,
        ran: Option<Ran>,
        usage: Usage,
        outcome: Option<Outcome<Bytes>>,
    ) {
        let Head {
            tag:
                Tag {
                    id,
                    index,
                    name,
                    attempt,
                },
            queued,
        } = self.head;
        let Usage {
            started,
            wall,
            cpu,
            peak_memory,
        } = usage;
        let report = TaskReport {
            id,
            index,
            name,
            attempt,
            ran,
            queued,
            started,
            wall,
            cpu,
            peak_memory,
        };
        let outcome = match outcome {
            None => self
                .outcome
                .take()
                .unwrap_or(Outcome::Cancelled)
                .map(Value::Here),
            Some(outcome) => outcome.map(Value::Encoded),
        };
        self.sink.deliver(Finished { report, outcome });
    }
}
