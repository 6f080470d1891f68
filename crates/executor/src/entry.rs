//! The line at the top of `main` that lets this program be started again as a worker.

use crate::{
    Context, Initialiser, Job, Outcome,
    bytes::encode,
    run::{guarded, note_panics},
    setup::Initialise,
};
use std::{
    any::type_name,
    collections::BTreeMap,
    fmt,
    sync::atomic::{AtomicBool, Ordering},
};

/// Says in the environment who started this process as a worker: `PID` of the parent.
pub(crate) const VARIABLE: &str = "BRIGADE_WORKER_OF";

static ENTERED: AtomicBool = AtomicBool::new(false);

/// The jobs a worker process can run: list them, then [`enter`](Entry::enter).
///
/// ```
/// # use brigade_executor::{Context, Job};
/// # use serde::{Deserialize, Serialize};
/// # #[derive(Serialize, Deserialize)]
/// # struct Resize;
/// # impl Job for Resize {
/// #     const NAME: &'static str = "resize";
/// #     type Output = ();
/// #     type Error = std::convert::Infallible;
/// #     fn run(self, _: &Context) -> Result<(), Self::Error> { Ok(()) }
/// # }
/// fn main() {
///     brigade_executor::worker().job::<Resize>().enter();
///     // The program itself: never reached in a worker.
/// }
/// ```
pub fn worker() -> Entry {
    Entry::default()
}

/// See [`worker`].
#[must_use = "nothing happens until `enter`"]
#[derive(Default)]
pub struct Entry {
    pub(crate) jobs: BTreeMap<&'static str, RunEncoded>,
    pub(crate) initialisers: BTreeMap<&'static str, StartEncoded>,
    pub(crate) tag: String,
}

/// Decodes a job, runs it, appends its encoded output to a buffer.
type RunEncoded = fn(&[u8], &Context, Vec<u8>) -> Outcome<Vec<u8>>;
/// Decodes an initialiser and runs it.
type StartEncoded = fn(&[u8], &Context) -> Result<(), Outcome<()>>;

impl Entry {
    /// Jobs of this type can run here.
    ///
    /// # Panics
    /// When two job types have the same name: outcomes would go to the wrong one.
    pub fn job<J: Job>(mut self) -> Self {
        let before = self.jobs.insert(J::NAME, run_encoded::<J>);
        assert!(
            before.is_none(),
            "two jobs are called `{}`; one is {}",
            J::NAME,
            type_name::<J>()
        );
        self
    }

    /// Workers can be initialised by this type.
    pub fn initialiser<I: Initialiser>(mut self) -> Self {
        self.initialisers.insert(I::NAME, start_encoded::<I>);
        self
    }

    /// A word that has to be the same in the executor's [`Builder::build_tag`](crate::Builder::build_tag).
    pub fn build_tag(self, tag: impl Into<String>) -> Self {
        Self {
            tag: tag.into(),
            ..self
        }
    }

    /// Returns at once in a normal process. In a process that an executor started as its worker, works until the executor
    /// wants it no more, and exits.
    pub fn enter(self) {
        ENTERED.store(true, Ordering::SeqCst);
        #[cfg(target_os = "linux")]
        if is_worker() {
            crate::process::child::work(&self);
        }
    }

    /// Runs an encoded job here, as a worker process does: for the far end of a backend that brings jobs there in its own
    /// way. The output comes back encoded, as [`Task::deliver`](crate::Task::deliver) wants it. `None`: no such job is listed.
    pub fn run_remote(&self, name: &str, job: &[u8]) -> Option<Outcome<Vec<u8>>> {
        self.jobs
            .get(name)
            .map(|run| run(job, &Context::new(0, None), Vec::new()))
    }
}

/// Whether the entry line was reached.
pub(crate) fn was_entered() -> bool {
    ENTERED.load(Ordering::SeqCst)
}

/// Whether this process was started as a worker and has not entered. Children of a worker inherit the variable, but neither
/// the socket as their stdin nor the sealed memory file as their stdout.
#[cfg(target_os = "linux")]
pub(crate) fn is_worker() -> bool {
    use rustix::{
        fs::{FileType, fcntl_get_seals, fstat},
        stdio::{stdin, stdout},
    };
    std::env::var_os(VARIABLE).is_some()
        && fstat(stdin())
            .is_ok_and(|file| FileType::from_raw_mode(file.st_mode) == FileType::Socket)
        && fcntl_get_seals(stdout()).is_ok_and(|seals| !seals.is_empty())
}

/// Whether who started this worker still lives.
#[cfg(target_os = "linux")]
pub(crate) fn has_parent() -> bool {
    let parent = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().to_string());
    std::env::var(VARIABLE).ok() == parent
}

fn run_encoded<J: Job>(job: &[u8], context: &Context, buffer: Vec<u8>) -> Outcome<Vec<u8>> {
    note_panics();
    let code = |what: &str, error: postcard::Error| Outcome::Failed {
        message: format!(
            "{what} job `{}` cannot be {}coded",
            J::NAME,
            if what.is_empty() { "de" } else { "en" }
        ),
        causes: vec![error.to_string()],
    };
    let job: J = match guarded(|| Ok(postcard::from_bytes(job))) {
        Outcome::Ok(Ok(job)) => job,
        Outcome::Ok(Err(error)) => return code("", error),
        other => return other.map(|_| Vec::new()),
    };
    match guarded(|| job.run(context).map_err(Into::into)) {
        Outcome::Ok(output) => match guarded(move || Ok(encode(&output, buffer))) {
            Outcome::Ok(Ok(bytes)) => Outcome::Ok(bytes),
            Outcome::Ok(Err(error)) => code("the output of", error),
            other => other.map(|_| Vec::new()),
        },
        other => other.map(|_| Vec::new()),
    }
}

fn start_encoded<I: Initialiser>(settings: &[u8], context: &Context) -> Result<(), Outcome<()>> {
    note_panics();
    match postcard::from_bytes::<I>(settings) {
        Ok(initialiser) => Initialise::start(&initialiser, context),
        Err(error) => Err(Outcome::Failed {
            message: format!(
                "the settings of initialiser `{}` cannot be decoded",
                I::NAME
            ),
            causes: vec![error.to_string()],
        }),
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("jobs", &self.jobs.keys())
            .finish_non_exhaustive()
    }
}
