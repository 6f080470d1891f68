//! A face from a source: attempts, waits between them, and the file at the end.

use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};
use ureq::Agent;

use crate::address::{self, Address};
use crate::{Backoff, Face, Fault, FetchError, Limits, Rate, Retry, Source, SourceError};
use crate::{Timeouts, face, folder, http, redact};

/// How often a wait looks whether it was cancelled: short for a person, long for a processor.
const GLANCE: Duration = Duration::from_millis(20);

/// So many of a folder's pictures are remembered; then remembering starts again.
const MAX_REMEMBERED: usize = 10_000;

/// How faces are fetched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Time limits of one attempt.
    pub timeouts: Timeouts,
    /// When to try again.
    pub backoff: Backoff,
    /// What counts as a picture.
    pub limits: Limits,
    /// How many requests there may be in a time, if they are not to be as many as the workers manage.
    pub rate: Option<Rate>,
}

/// Fetches faces; made once per worker, or shared by all threads of one.
///
/// A clone shares the connections and the folder listings.
#[derive(Clone)]
#[must_use]
pub struct Fetcher {
    agent: Agent,
    /// For addresses that somebody else wrote.
    public_agent: Agent,
    options: Arc<Options>,
    /// A folder is listed once and then used in turn, however many faces are taken from it.
    listings: Arc<Mutex<HashMap<PathBuf, Arc<[PathBuf]>>>>,
    /// What [`Fetcher::fetch_once`] made of a folder's pictures, by their paths.
    remembered: Arc<Mutex<HashMap<PathBuf, Remembered>>>,
}

/// A picture that was kept, and what its file looked like then.
struct Remembered {
    bytes: u64,
    modified: SystemTime,
    face: Face,
}

impl Fetcher {
    /// A fetcher with no connection yet.
    pub fn new(options: Options) -> Self {
        Self {
            agent: http::agent(),
            public_agent: http::public_agent(),
            options: Arc::new(options),
            listings: Arc::default(),
            remembered: Arc::default(),
        }
    }

    /// Fetches face number `index` into the file `destination`, whose folder must exist.
    ///
    /// The file is always a copy, also of a folder's picture: the original may change between the fetch and
    /// its use, and whoever cleans up afterwards must not find the user's own files in his hands.
    /// `cancel` is asked between attempts and every few milliseconds while waiting for the next one. A
    /// request that is under way ends at its own limits, or at once when [`Fetcher::interrupt`] is called.
    ///
    /// # Errors
    /// [`FetchError`]: never reached, no face in any attempt, a file that is none, no place to write, cancelled.
    pub fn fetch(
        &self,
        source: &Source,
        seed: u64,
        index: u64,
        destination: &Path,
        cancel: &dyn Fn() -> bool,
    ) -> Result<Face, FetchError> {
        if cancel() {
            return Err(FetchError::Cancelled);
        }
        match source {
            Source::Service { template } => {
                let url = |attempt| address::expand(template, seed, index, attempt);
                self.request(&self.agent, &url, (seed, index), destination, cancel)
            }
            Source::Url { url, private_hosts } => {
                let agent = match private_hosts {
                    true => &self.agent,
                    false => &self.public_agent,
                };
                let url = |_| url.clone();
                self.request(agent, &url, (seed, index), destination, cancel)
            }
            Source::Folder { path } => self.copy(&self.turn(path, index)?, destination),
            Source::File { path } => self.copy(path, destination),
        }
    }

    /// Fetches face number `index` into a file of `folder` named by its SHA-256: one file for each distinct picture,
    /// however many faces show it. A hundred thousand faces from a folder of two pictures take the room of two, and
    /// a picture whose file has not changed since (by length and time) is not read again.
    ///
    /// # Errors
    /// Those of [`Fetcher::fetch`].
    pub fn fetch_once(
        &self,
        source: &Source,
        seed: u64,
        index: u64,
        folder: &Path,
        cancel: &dyn Fn() -> bool,
    ) -> Result<Face, FetchError> {
        let original = match source {
            Source::Folder { path } => Some(self.turn(path, index)?),
            Source::File { path } => Some(path.clone()),
            Source::Service { .. } | Source::Url { .. } => None,
        };
        // Looked at before the picture is read: what changes later is then read again.
        let seen = original.as_deref().and_then(stamp);
        if let (Some(original), Some(seen)) = (&original, seen)
            && let Some(face) = self.recall(original, seen, folder)
        {
            return Ok(face);
        }
        let arriving = folder.join(format!("{index}.arriving"));
        let face = self.fetch(source, seed, index, &arriving, cancel)?;
        let path = folder.join(&face.sha256);
        fs::rename(&arriving, &path).map_err(|error| FetchError::Write {
            path: path.clone(),
            detail: error.to_string(),
        })?;
        let face = Face { path, ..face };
        if let (Some(original), Some((bytes, modified))) = (original, seen) {
            let mut remembered = self.remembered();
            if remembered.len() >= MAX_REMEMBERED {
                remembered.clear();
            }
            let face = face.clone();
            remembered.insert(
                original,
                Remembered {
                    bytes,
                    modified,
                    face,
                },
            );
        }
        Ok(face)
    }

    fn recall(
        &self,
        original: &Path,
        (bytes, modified): (u64, SystemTime),
        folder: &Path,
    ) -> Option<Face> {
        let face = {
            let remembered = self.remembered();
            let known = remembered.get(original)?;
            if (known.bytes, known.modified) != (bytes, modified) {
                return None;
            }
            known.face.clone()
        };
        // Another run's folder, or one that was emptied, needs a file of its own.
        let is_there = face.path.parent() == Some(folder) && face.path.exists();
        is_there.then_some(face)
    }

    fn remembered(&self) -> MutexGuard<'_, HashMap<PathBuf, Remembered>> {
        // An entry is inserted whole or not at all.
        self.remembered
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// How it fetches.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Breaks every request under way in any thread that shares this fetcher, and refuses new ones: for a
    /// program that must end now.
    pub fn interrupt(&self) {
        self.agent.clone().shutdown();
        self.public_agent.clone().shutdown();
    }

    /// Asks until a face comes or nothing more is to be tried; `key` decides the jitter.
    fn request(
        &self,
        agent: &Agent,
        url: &dyn Fn(u32) -> String,
        key: (u64, u64),
        destination: &Path,
        cancel: &dyn Fn() -> bool,
    ) -> Result<Face, FetchError> {
        let start = Instant::now();
        // Waiting for one's turn is no trouble of the service's.
        let mut held = Duration::ZERO;
        let mut retries = Vec::new();
        for attempt in 1.. {
            if let Some(rate) = &self.options.rate {
                let wait = rate.take().map_err(|error| FetchError::Write {
                    path: rate.file().into(),
                    detail: error.to_string(),
                })?;
                if !sleep(wait, cancel) {
                    return Err(FetchError::Cancelled);
                }
                held += wait;
            }
            let spent = || start.elapsed().saturating_sub(held);
            let url = url(attempt);
            let left = self.options.backoff.total.saturating_sub(spent());
            let fault = match self.attempt(agent, &url, left)? {
                Ok((bytes, picture)) => {
                    return face::write(&bytes, picture, &redact(&url), destination, retries);
                }
                Err(fault) => fault,
            };
            if cancel() {
                return Err(FetchError::Cancelled);
            }
            let backoff = &self.options.backoff;
            let Some(wait) = backoff.after(&fault, attempt, key, spent()) else {
                return Err(gave_up(redact(&url), fault, retries));
            };
            if !sleep(wait, cancel) {
                return Err(FetchError::Cancelled);
            }
            retries.push(Retry {
                attempt,
                fault,
                waited: wait,
            });
        }
        unreachable!("the backoff ends after a number of attempts")
    }

    /// One attempt within `left`; the outer error is one that no attempt can mend.
    fn attempt(
        &self,
        agent: &Agent,
        url: &str,
        left: Duration,
    ) -> Result<Result<(Vec<u8>, crate::Picture), Fault>, SourceError> {
        let address = Address::parse(url)?;
        let limits = &self.options.limits;
        let timeouts = Timeouts {
            attempt: self.options.timeouts.attempt.min(left),
            ..self.options.timeouts.clone()
        };
        Ok(
            http::get(agent, &address, &timeouts, limits.max_bytes).and_then(|bytes| {
                let picture = face::inspect(&bytes, limits)?;
                Ok((bytes, picture))
            }),
        )
    }

    fn copy(&self, path: &Path, destination: &Path) -> Result<Face, FetchError> {
        let origin = path.display().to_string();
        let limits = &self.options.limits;
        let refused = |fault| FetchError::Refused {
            origin: origin.clone(),
            fault: Box::new(fault),
        };
        let bytes = folder::read(path, limits.max_bytes).map_err(refused)?;
        face::keep(&bytes, limits, &origin, destination)
    }

    /// The picture whose turn it is.
    fn turn(&self, folder: &Path, index: u64) -> Result<PathBuf, SourceError> {
        let pictures = self.listing(folder)?;
        let turn = usize::try_from(index % pictures.len() as u64).expect("less than a usize");
        Ok(pictures[turn].clone())
    }

    fn listing(&self, folder: &Path) -> Result<Arc<[PathBuf]>, SourceError> {
        // Whoever panicked while holding the lock left the map whole: it only ever gains entries.
        let mut listings = self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pictures) = listings.get(folder) {
            return Ok(pictures.clone());
        }
        let pictures: Arc<[PathBuf]> = folder::list(folder)?.into();
        listings.insert(folder.into(), pictures.clone());
        Ok(pictures)
    }
}

/// What tells whether a file has changed.
fn stamp(path: &Path) -> Option<(u64, SystemTime)> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}

fn gave_up(url: String, fault: Fault, retries: Vec<Retry>) -> FetchError {
    let never_reached =
        fault.is_unreachable() && retries.iter().all(|retry| retry.fault.is_unreachable());
    let fault = Box::new(fault);
    if never_reached {
        FetchError::Unreachable {
            url,
            fault,
            retries,
        }
    } else {
        FetchError::Service {
            url,
            fault,
            retries,
        }
    }
}

/// Sleeps for `wait`; false when it was cancelled before.
fn sleep(wait: Duration, cancel: &dyn Fn() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if cancel() {
            return false;
        }
        let left = wait.saturating_sub(start.elapsed());
        if left.is_zero() {
            return true;
        }
        thread::sleep(left.min(GLANCE));
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
