//! The two jobs, as plain data that runs the same in every mode, and the line by which a worker process enters them.

use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use brigade_documents::Renderer;
use brigade_executor::{Context, Job};
use brigade_faces::{Face, FetchError, Fetcher, Options, Source};
use brigade_metrics::RunQueue;
use serde::{Deserialize, Serialize};

use crate::Name;
use crate::work::Who;

/// Phase 1: one face from the source into a file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct FetchFace {
    pub source: Source,
    pub seed: u64,
    pub index: u64,
    /// Where faces are kept.
    pub folder: PathBuf,
    pub options: Options,
    /// Spaces out requests to a service that shows everybody the same face for a while.
    pub not_before: Option<SystemTime>,
    /// Whether to ask how long it stood in line for a core.
    pub measure: bool,
}

/// A face that was fetched.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Fetched {
    pub face: Face,
    pub in_line: Option<Duration>,
}

/// How long this thread stands in line for a core from here on, where that is asked for and known.
fn in_line(
    measure: bool,
    waited: impl Fn() -> Option<Duration>,
) -> impl FnOnce() -> Option<Duration> {
    let before = measure.then(&waited).flatten();
    move || {
        let before = before?;
        Some(waited()?.saturating_sub(before))
    }
}

/// How long this thread has stood in line, from a descriptor that is closed again: who fetches has a connection and a
/// file besides, and there may be hundreds.
fn waited_briefly() -> Option<Duration> {
    RunQueue::of_this_thread()?.waited()
}

/// The same from a descriptor that stays open, which is five times as fast.
fn waited() -> Option<Duration> {
    thread_local! { static QUEUE: Option<RunQueue> = RunQueue::of_this_thread(); }
    QUEUE.try_with(|queue| queue.as_ref()?.waited()).ok()?
}

impl Job for FetchFace {
    const NAME: &'static str = "fetch-face";
    /// The error is part of the output, so that the consumer sees its type and not only its words.
    type Output = Result<Fetched, FetchError>;
    type Error = std::convert::Infallible;

    fn run(self, context: &Context) -> Result<Self::Output, Self::Error> {
        let in_line = in_line(self.measure, waited_briefly);
        let fetcher = this_process(self.options);
        let cancelled = || context.is_cancelled();
        let face = context.waiting(|| {
            if !sleep_until(self.not_before, &cancelled) {
                return Err(FetchError::Cancelled);
            }
            fetcher.fetch_once(
                &self.source,
                self.seed,
                self.index,
                &self.folder,
                &cancelled,
            )
        });
        let in_line = in_line();
        Ok(face.map(|face| Fetched { face, in_line }))
    }
}

/// The connections of this process, shared by its workers; made when first needed, and again for a run with other
/// options.
static FETCHER: Mutex<Option<Fetcher>> = Mutex::new(None);

fn this_process(options: Options) -> Fetcher {
    let mut fetcher = FETCHER.lock().unwrap_or_else(PoisonError::into_inner);
    fetcher.take_if(|fetcher| *fetcher.options() != options);
    fetcher.get_or_insert_with(|| Fetcher::new(options)).clone()
}

/// Ends the requests under way in this process: a thread that waits for an answer cannot be killed, and a service
/// that stalls would hold up whoever asked the run to end. Later runs get connections of their own.
pub(crate) fn break_requests() {
    let fetcher = FETCHER
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    if let Some(fetcher) = fetcher {
        fetcher.interrupt();
    }
}

/// Sleeps; false when it was cancelled before.
fn sleep_until(moment: Option<SystemTime>, cancelled: &dyn Fn() -> bool) -> bool {
    while !cancelled() {
        // A moment that has passed has no duration left.
        match moment.map(|moment| moment.duration_since(SystemTime::now())) {
            Some(Ok(left)) if !left.is_zero() => thread::sleep(left.min(Duration::from_millis(20))),
            _ => return true,
        }
    }
    false
}

/// Phase 2: one CV from a face and a person.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RenderCv {
    pub index: u64,
    pub who: Who,
    pub name: Name,
    pub face: PathBuf,
    pub options: brigade_documents::Options,
    /// Whether to ask how long it stood in line for a core.
    pub measure: bool,
}

/// A finished CV.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Cv {
    /// The person's name.
    pub person: String,
    /// What its file is to be called.
    pub file: String,
    /// What read the face.
    pub reader: String,
    pub in_line: Option<Duration>,
    #[serde(with = "serde_bytes")]
    pub pdf: Vec<u8>,
}

/// Why a CV could not be rendered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RenderError {
    #[error("the face {} cannot be read", path.display())]
    Face {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the CV of {person} cannot be rendered")]
    Document {
        person: String,
        source: brigade_documents::Error,
    },
    #[error("the fonts cannot be used")]
    Fonts(#[source] brigade_documents::Error),
}

impl Job for RenderCv {
    const NAME: &'static str = "render-cv";
    type Output = Cv;
    /// A [`RenderError`], or that it was called off.
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn run(self, context: &Context) -> Result<Cv, Self::Error> {
        let in_line = in_line(self.measure, waited);
        // Fonts are loaded once per worker. A failure is not kept: it names a file that may be mended.
        let renderer = match context.state::<Renderer>() {
            Some(renderer) => renderer,
            None => {
                let renderer = Renderer::new(self.options).map_err(RenderError::Fonts)?;
                context.state_or_init(|| renderer)
            }
        };
        let face = context.waiting(|| fs::read(&self.face));
        let face = face.map_err(|source| RenderError::Face {
            path: self.face.clone(),
            source,
        })?;
        context.checkpoint()?;
        let person = self.who.person();
        match renderer.render(&person, &face) {
            Ok(rendered) => Ok(Cv {
                file: self.name.of(self.index, &person),
                person: person.name,
                reader: rendered.reader.to_string(),
                in_line: in_line(),
                pdf: rendered.pdf,
            }),
            Err(source) => Err(RenderError::Document {
                person: person.name,
                source,
            }
            .into()),
        }
    }
}

/// Turns a process that was started as a worker into one, and returns at once in any other. The first line of the
/// `main` of a program that calls [`run`](crate::run).
pub fn enter_worker() {
    brigade_executor::worker()
        .job::<FetchFace>()
        .job::<RenderCv>()
        .enter();
}
