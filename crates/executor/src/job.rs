//! What a user writes: a job, and perhaps the state each worker makes once. Knows nothing of modes.

use crate::Context;
use serde::{Serialize, de::DeserializeOwned};
use std::error::Error;

/// A piece of work: plain data and what to do with it.
///
/// The same type runs in every mode. Only process mode serialises it, with serde, so a job holds what
/// describes the work (a path, an index, a seed) rather than open files or connections; those belong to
/// the [state](Initialiser) a worker makes once.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// A stable name, unique among the jobs of one program: how a worker process knows what to run.
    const NAME: &'static str;
    /// What it gives.
    type Output: Serialize + DeserializeOwned + Send + 'static;
    /// Why it could not. Its message and its sources' messages become [`Outcome::Failed`](crate::Outcome::Failed).
    type Error: Into<Box<dyn Error + Send + Sync>>;

    /// Does the work.
    ///
    /// # Errors
    /// Whatever the work can fail with. A panic is caught too, and becomes
    /// [`Outcome::Panicked`](crate::Outcome::Panicked).
    fn run(self, context: &Context) -> Result<Self::Output, Self::Error>;
}

/// Makes the state that a worker's jobs share: an HTTP agent, loaded fonts.
///
/// It is data like a job, so that it can travel to a worker process; it runs once per worker, just
/// before that worker's first job. If it fails or panics, every job of that worker has the failure as
/// its outcome. Jobs find the state with [`Context::state`]. Where making it needs no settings,
/// [`Context::state_or_init`] does without an initialiser.
///
/// ```
/// use brigade_executor::{Context, Executor, Initialiser, Job};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize)]
/// struct Load { words: String }
///
/// struct Dictionary(Vec<String>);
///
/// impl Initialiser for Load {
///     const NAME: &'static str = "load";
///     type State = Dictionary;
///     type Error = std::io::Error;
///
///     fn start(&self, _worker: u32) -> Result<Dictionary, Self::Error> {
///         Ok(Dictionary(self.words.split(' ').map(String::from).collect()))
///     }
/// }
///
/// #[derive(Serialize, Deserialize)]
/// struct IsWord(String);
///
/// impl Job for IsWord {
///     const NAME: &'static str = "is-word";
///     type Output = bool;
///     type Error = &'static str;
///
///     fn run(self, context: &Context) -> Result<bool, Self::Error> {
///         let dictionary = context.state::<Dictionary>().ok_or("no dictionary")?;
///         Ok(dictionary.0.contains(&self.0))
///     }
/// }
///
/// let executor = Executor::builder().initialiser(Load { words: "kitchen brigade".into() }).build()?;
/// assert!(executor.submit(IsWord("brigade".into())).join().into_result()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Initialiser: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// A stable name, as for a job.
    const NAME: &'static str;
    /// What jobs will find.
    type State: Send + Sync + 'static;
    /// Why it could not be made.
    type Error: Into<Box<dyn Error + Send + Sync>>;

    /// Makes the state of one worker.
    ///
    /// # Errors
    /// Whatever making it can fail with.
    fn start(&self, worker: u32) -> Result<Self::State, Self::Error>;
}
