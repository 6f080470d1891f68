//! Which picture answers (seed, index), and where it is kept until asked for.
//!
//! A portrait is drawn once: then it is in memory (up to a bound), on disk (up to a bound), or drawn again. Serving a
//! prepared portrait is therefore a copy of bytes. It knows nothing of HTTP.

use std::collections::{HashMap, VecDeque};
use std::num::NonZero;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde::{Deserialize, Serialize};

use crate::cache::{self, Cache};
use crate::error::Error;
use crate::folder::Folder;
use crate::portrait::portrait_jpeg;

/// Portraits held in memory: about 300.
const MAX_MEMORY_BYTES: usize = 96 << 20;

/// Where pictures come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Pictures {
    /// Portraits, drawn; kept in this folder, or in the user's own cache folder.
    Drawn {
        /// `None`: `$XDG_CACHE_HOME/brigade/portraits`, or under `~/.cache`.
        cache: Option<PathBuf>,
    },
    /// The pictures of a folder, in the order of their names and in turn.
    Folder(PathBuf),
}

#[derive(Debug)]
pub(crate) enum Gallery {
    Drawn {
        disk: Option<Cache>,
        memory: Mutex<Memory>,
    },
    Folder(Folder),
}

impl Gallery {
    pub(crate) fn open(pictures: &Pictures) -> Result<Self, Error> {
        match pictures {
            Pictures::Folder(path) => Folder::open(path).map(Self::Folder),
            Pictures::Drawn { cache } => {
                let folder = cache.clone().or_else(cache::default_folder);
                Ok(Self::Drawn {
                    // A home that cannot be written to is no reason not to serve.
                    disk: folder.and_then(|folder| Cache::open(folder).ok()),
                    memory: Mutex::default(),
                })
            }
        }
    }

    pub(crate) fn picture(&self, seed: u64, index: u64) -> Result<Arc<Vec<u8>>, Error> {
        match self {
            Self::Folder(folder) => folder.read(index).map(Arc::new),
            Self::Drawn { .. } => Ok(self.portrait(seed, index).0),
        }
    }

    /// Makes the portraits at `indexes` ready, on every core, and tells after each how many are; says how many had to be
    /// drawn.
    pub(crate) fn prepare(
        &self,
        seed: u64,
        indexes: Range<u64>,
        tell: &(dyn Fn(u64) + Sync),
    ) -> u64 {
        if matches!(self, Self::Folder(_)) {
            return 0;
        }
        let next = AtomicU64::new(indexes.start);
        let (ready, drawn) = <(AtomicU64, AtomicU64)>::default();
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        thread::scope(|scope| {
            for _ in 0..cores {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        if index >= indexes.end {
                            break;
                        }
                        if self.portrait(seed, index).1 {
                            drawn.fetch_add(1, Ordering::Relaxed);
                        }
                        tell(ready.fetch_add(1, Ordering::Relaxed) + 1);
                    }
                });
            }
        });
        drawn.into_inner()
    }

    /// The portrait, and whether it had to be drawn.
    fn portrait(&self, seed: u64, index: u64) -> (Arc<Vec<u8>>, bool) {
        let Self::Drawn { disk, memory } = self else {
            return (Arc::new(portrait_jpeg(seed, index)), true);
        };
        let memory = || memory.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(jpeg) = memory().pictures.get(&(seed, index)) {
            return (Arc::clone(jpeg), false);
        }
        // Two clients asking for the same new face at once both draw it: the same bytes, and rare.
        let kept = disk.as_ref().and_then(|disk| disk.get(seed, index));
        let drawn = kept.is_none();
        let jpeg = Arc::new(kept.unwrap_or_else(|| portrait_jpeg(seed, index)));
        if let (Some(disk), true) = (disk, drawn) {
            disk.put(seed, index, &jpeg);
        }
        memory().keep((seed, index), &jpeg);
        (jpeg, drawn)
    }
}

/// The newest portraits, within [`MAX_MEMORY_BYTES`].
#[derive(Debug, Default)]
pub(crate) struct Memory {
    pictures: HashMap<(u64, u64), Arc<Vec<u8>>>,
    oldest_first: VecDeque<(u64, u64)>,
    bytes: usize,
}

impl Memory {
    fn keep(&mut self, key: (u64, u64), jpeg: &Arc<Vec<u8>>) {
        if self.pictures.insert(key, Arc::clone(jpeg)).is_some() {
            return;
        }
        self.oldest_first.push_back(key);
        self.bytes += jpeg.len();
        while self.bytes > MAX_MEMORY_BYTES {
            let Some(oldest) = self.oldest_first.pop_front() else {
                break;
            };
            if let Some(jpeg) = self.pictures.remove(&oldest) {
                self.bytes -= jpeg.len();
            }
        }
    }
}
