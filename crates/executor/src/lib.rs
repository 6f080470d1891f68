//! Run the same typed job in a loop, on threads or in worker processes that survive anything.
//!
//! A [`Job`] is plain data and what to do with it. An [`Executor`] runs many: [`submit`](Executor::submit) gives a [`Handle`],
//! [`map`](Executor::map) gives outcomes in order, [`stream`](Executor::stream) as they come; both pull jobs lazily, so an
//! iterator may be endless. The [`Mode`] is chosen at run time:
//!
//! | | what it is | a job that crashes, hangs or eats memory |
//! |---|---|---|
//! | [`Sequential`](Mode::Sequential) | the loop | takes the program along |
//! | [`Threads`](Mode::Threads) | threads of this process, or of a pool you have | takes the program along |
//! | [`Processes`](Mode::Processes) | this program again, as workers (Linux) | costs itself; the others go on |
//! | [`Auto`](Mode::Auto) | the loop or threads, by what the first jobs show | takes the program along |
//!
//! Every job yields exactly one [`Outcome`], the same enum in every mode. What a mode cannot do, such as killing a thread at a
//! deadline, is refused by [`Builder::build`], not ignored.
//!
//! ```
//! use brigade_executor::{Context, Executor, Job, Mode, Outcome};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Parse(String);
//!
//! impl Job for Parse {
//!     const NAME: &'static str = "parse";
//!     type Output = u64;
//!     type Error = std::num::ParseIntError;
//!
//!     fn run(self, _: &Context) -> Result<u64, Self::Error> {
//!         self.0.parse()
//!     }
//! }
//!
//! fn main() -> Result<(), brigade_executor::BuildError> {
//!     // Needed for worker processes only, where this line never returns.
//!     brigade_executor::worker().job::<Parse>().enter();
//!
//!     for mode in [Mode::Sequential, Mode::Threads, Mode::Processes] {
//!         let executor = Executor::builder().mode(mode).workers(2).build()?;
//!         let jobs = ["1", "2", "three"].map(|text| Parse(text.into()));
//!         let outcomes: Vec<_> = executor.map(jobs).collect();
//!         assert_eq!(outcomes[..2], [Outcome::Ok(1), Outcome::Ok(2)]);
//!         assert_eq!(outcomes[2].to_string(), "invalid digit found in string");
//!     }
//!     Ok(())
//! }
//! ```
//!
//! State that workers make once (an HTTP agent, fonts) comes from an [`Initialiser`] or from [`Context::state_or_init`]. An
//! [`Observer`] sees tasks and workers come and go; each outcome comes with a [`TaskReport`]. A [`Backend`] of another crate
//! adds a mode without a change to this one. `docs/executor.md` says what happens in each fault, what each mode costs,
//! and how to come from other pools.
#![cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "it serves worker processes, and those need Linux")
)]

mod auto;
mod batch;
mod builder;
mod bytes;
mod context;
mod entry;
mod error;
mod executor;
mod handle;
mod inbox;
mod job;
mod mode;
mod observer;
mod outcome;
#[cfg(target_os = "linux")]
mod process;
mod report;
mod run;
mod setup;
mod slot;
mod stream;
mod task;
mod threads;

pub use auto::{Choice, Limit};
pub use batch::Batch;
pub use builder::Builder;
pub use context::{Cancelled, Context, Waiting};
pub use entry::{Entry, worker};
pub use error::BuildError;
pub use executor::Executor;
pub use handle::Handle;
pub use job::{Initialiser, Job};
pub use mode::Mode;
pub use observer::{Event, Observer, Tag};
pub use outcome::{Death, JobError, Outcome};
pub use report::{Finished, Metrics, Ran, TaskReport, Usage};
pub use setup::Setup;
pub use stream::{Map, Stream};
pub use task::{Backend, Task, Worker};

pub(crate) use context::Cancel;
pub(crate) use task::{Erased, Value};
