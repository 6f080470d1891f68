//! Threads under a global interpreter lock: a model of Python's, over the executor's public seam.
//!
//! Rust has no such lock; this is here to show on one's own machine what it does to work on threads. As many threads
//! as there are workers, but only the one that holds the lock runs:
//!
//! - a job that waits ([`Context::waiting`](brigade_executor::Context::waiting)) lets go of it meanwhile, as Python does
//!   around a read or a `recv`, so jobs that wait overlap as on any threads;
//! - a job that computes keeps it. A thread that has waited for 5 ms (`sys.getswitchinterval()`) asks for it, and the
//!   holder hands it over at its next checkpoint
//!   ([`Context::is_cancelled`](brigade_executor::Context::is_cancelled)) or between two jobs. A job without a checkpoint
//!   keeps it to its end, as a C extension does that never lets go.
//!
//! What it does not model: that Python itself is slower, and that the thread which takes the results needs the lock too.
//!
//! ```
//! use brigade_executor::{Context, Executor, Job};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! struct Square(u64);
//!
//! impl Job for Square {
//!     const NAME: &'static str = "square";
//!     type Output = u64;
//!     type Error = std::convert::Infallible;
//!     fn run(self, _: &Context) -> Result<u64, Self::Error> {
//!         Ok(self.0 * self.0)
//!     }
//! }
//!
//! let executor = brigade_gil::build(Executor::builder().workers(8))?;
//! let squares: Vec<u64> = executor.map((1..4).map(Square)).filter_map(|outcome| outcome.ok()).collect();
//! assert_eq!((executor.mode(), squares), ("gil", vec![1, 4, 9]));
//! # Ok::<(), brigade_executor::BuildError>(())
//! ```

mod lock;
mod pool;

use brigade_executor::{BuildError, Builder, Executor};

/// Makes an executor whose jobs run on threads under one lock. The builder's mode means nothing here.
///
/// # Errors
/// When an option is out of range or asks for what needs a process (a thread cannot be killed, its memory cannot be
/// told from its neighbours'), or when the system gives no thread.
pub fn build(builder: Builder) -> Result<Executor, BuildError> {
    builder.build_with(pool::Pool::new)
}
