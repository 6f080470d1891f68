//! Run the same typed job in a loop, on threads or in worker processes that survive anything.
//!
//! ```
//! use brigade_executor::{Context, Executor, Job, Mode};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Square(u64);
//!
//! impl Job for Square {
//!     const NAME: &'static str = "square";
//!     type Output = u64;
//!     type Error = std::convert::Infallible;
//!
//!     fn run(self, _: &Context) -> Result<u64, Self::Error> {
//!         Ok(self.0 * self.0)
//!     }
//! }
//!
//! let executor = Executor::builder().mode(Mode::Threads).workers(2).build()?;
//! let squares: Vec<_> = executor.map((1..=4).map(Square)).filter_map(|outcome| outcome.ok()).collect();
//! assert_eq!(squares, [1, 4, 9, 16]);
//! # Ok::<(), brigade_executor::BuildError>(())
//! ```
mod builder;
mod context;
mod entry;
mod error;
mod executor;
mod handle;
mod inbox;
mod job;
mod observer;
mod outcome;
#[cfg(target_os = "linux")]
mod process;
mod report;
mod run;
mod setup;
mod stream;
mod task;
mod threads;

pub use builder::{Builder, Mode};
pub use context::{Cancelled, Context, Waiting};
pub use entry::{Entry, worker};
pub use error::BuildError;
pub use executor::Executor;
pub use handle::Handle;
pub use job::{Initialiser, Job};
pub use observer::{Event, Observer, Tag};
pub use outcome::{Death, JobError, Outcome};
pub use report::{Finished, Metrics, Ran, TaskReport, Usage};
pub use setup::Setup;
pub use stream::{Map, Stream};
pub use task::{Backend, Task, Worker};

pub(crate) use context::Cancel;
pub(crate) use task::{Sink, Value};
