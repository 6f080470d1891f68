//! What a run is asked to do: plain values, checked by whoever fills them in.

use std::path::PathBuf;
use std::time::Duration;

use brigade_documents::{Layout, Locale, Options, Paper};
use brigade_executor::{BuildError, Builder, Executor};
use brigade_faces::{Rate, Source};

use crate::folder::RunFolder;
use crate::{Data, Duplicates, Error, MaxFailures, Mode, Name, Selection, Split, Start};

/// One run. [`Config::new`] gives the defaults: the article's.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The program and its version, for the record.
    pub program: String,
    /// The command line as typed, program name first, for the record.
    pub command: Vec<String>,
    /// The command line that [`recall`](crate::recall) is to tell, for a run that goes on with another: what began that one
    /// and what has been typed since. Empty, it is [`Config::command`].
    pub recalled: Vec<String>,
    /// How many CVs to make of invented people; means nothing where there is [`Config::data`].
    pub cvs: u64,
    /// The user's own people.
    pub data: Option<Data>,
    /// Which of all CVs are made; without it, every one.
    pub select: Option<Selection>,
    /// At most so many.
    pub limit: Option<u64>,
    /// What their files are called in the archive.
    pub name: Name,
    /// How faces are fetched: phase 1.
    pub fetch: PhaseConfig,
    /// How CVs are rendered: phase 2.
    pub render: PhaseConfig,
    /// Whether a face is rendered as soon as it is there, instead of when all are.
    pub overlap: bool,
    /// Where faces come from.
    pub source: Source,
    /// What the source is known by where its address is another one in every run.
    pub source_name: Option<String>,
    /// Limits and retries of asking for one. A rate in it is overridden by [`Config::max_rate`].
    pub fetching: brigade_faces::Options,
    /// So many times a second services are asked for a face, over all workers and retries; without it, as often as the
    /// workers manage.
    pub max_rate: Option<f64>,
    /// What to do when two CVs would show the same face.
    pub duplicates: Duplicates,
    /// Where the ZIP is delivered; the run's own folder is `.brigade` in it.
    pub out: PathBuf,
    /// How what an earlier run left there is treated.
    pub start: Start,
    /// Goes on with a run although something that decides its bytes has changed since.
    pub accept_changes: bool,
    /// Whether what is done is noted, so that a run that is cut off can be gone on with.
    pub journal: bool,
    /// When a ZIP is full and another begins.
    pub split: Split,
    /// With more failures than these the run ends early.
    pub max_failures: Option<MaxFailures>,
    /// Decides the people and, where the source answers by index, the faces.
    pub seed: u64,
    /// Where the invented people live.
    pub locale: Locale,
    /// How a CV looks.
    pub layout: Layout,
    /// The size of its pages.
    pub paper: Paper,
    /// Font files asked in order for characters that the built-in fonts lack; see [`check_font`](crate::check_font).
    /// A path that is not absolute counts from the current folder.
    pub fonts: Vec<PathBuf>,
    /// Whether the text report has a line for each task's start and end.
    pub details: bool,
    /// How long running tasks may go on after an interrupt.
    pub grace: Duration,
    /// Builds the executor of mode `gil`. This crate has none of its own: whoever starts the run hands it in, and
    /// without it that mode is refused.
    pub gil: Option<Backend>,
    /// Whether the run is measured and recorded: CPU times, samples of the machine, attempts that were cut short, the files
    /// `events.jsonl` and `run.json`. Without, there is none of them: to see what they cost.
    pub measure: bool,
    /// Processes that belong to this tree but not to the work, such as a face service: not measured.
    pub not_measured: Vec<u32>,
}

/// Makes an executor, over whatever backend, from the options of a phase.
pub type Backend = fn(Builder) -> Result<Executor, BuildError>;

/// How the tasks of one phase run.
#[derive(Clone, Debug)]
pub struct PhaseConfig {
    /// In a loop, on threads, in processes, or as the first tasks show.
    pub mode: Mode,
    /// How many at once, at least 1; at most so many where the first tasks decide; means nothing to a loop.
    pub workers: u32,
}

impl Default for PhaseConfig {
    fn default() -> Self {
        PhaseConfig {
            mode: Mode::default(),
            workers: 10,
        }
    }
}

impl Config {
    /// Ten CVs in a loop, in the current folder, classic layout, with the duplicates rule that fits the source.
    #[must_use]
    pub fn new(source: Source, seed: u64) -> Config {
        Config {
            program: concat!("brigade-pipeline ", env!("CARGO_PKG_VERSION")).to_owned(),
            command: Vec::new(),
            recalled: Vec::new(),
            cvs: 10,
            data: None,
            select: None,
            limit: None,
            name: Name::default(),
            fetch: PhaseConfig::default(),
            render: PhaseConfig::default(),
            overlap: false,
            fetching: brigade_faces::Options::default(),
            max_rate: None,
            duplicates: Duplicates::default_for(&source),
            source,
            source_name: None,
            start: Start::default(),
            accept_changes: false,
            journal: true,
            split: Split::default(),
            max_failures: None,
            out: PathBuf::from("."),
            seed,
            locale: Locale::default(),
            layout: Layout::default(),
            paper: Paper::default(),
            fonts: Vec::new(),
            details: false,
            grace: Duration::from_secs(5),
            gil: None,
            measure: true,
            not_measured: Vec::new(),
        }
    }

    /// Where faces come from, as whoever started the run knows it.
    pub(crate) fn source_in_words(&self) -> String {
        let named = self.source_name.clone();
        let source = named.unwrap_or_else(|| self.source.to_string());
        let Some(data) = &self.data else {
            return source;
        };
        let photos = || format!("the photos named in {}", data.path().display());
        match data.rows_without_photo() {
            rows if rows == data.rows() => source,
            0 => photos(),
            _ => format!("{}, for the others {source}", photos()),
        }
    }

    /// The command line without credentials.
    pub(crate) fn redacted_command(&self) -> Vec<String> {
        redacted(&self.command)
    }

    /// The command line for whoever goes on with this run, without credentials.
    pub(crate) fn redacted_recalled(&self) -> Vec<String> {
        match self.recalled.is_empty() {
            true => self.redacted_command(),
            false => redacted(&self.recalled),
        }
    }

    /// How faces are fetched, the rate kept in the run's folder.
    pub(crate) fn fetching(&self, folder: &RunFolder) -> Result<brigade_faces::Options, Error> {
        let interval = |rate: f64| Duration::try_from_secs_f64(1.0 / rate).unwrap_or(Duration::MAX);
        let path = folder.rate();
        let rate = match self.max_rate {
            Some(rate) => Some(
                Rate::new(interval(rate), &path)
                    .map_err(|source| Error::Folder { path, source })?,
            ),
            None => None,
        };
        Ok(brigade_faces::Options {
            rate,
            ..self.fetching.clone()
        })
    }

    /// How pages are made.
    pub(crate) fn document_options(&self) -> Options {
        Options {
            layout: self.layout,
            paper: self.paper,
            fonts: self.fonts.clone(),
            ..Options::default()
        }
    }
}

fn redacted(words: &[String]) -> Vec<String> {
    let words = words.iter();
    words.map(|word| brigade_faces::redact(word)).collect()
}
