//! How a run begins: anew, or with what an earlier one left in its folder, if it is the run that it was.

use std::io;
use std::path::{Path, PathBuf};

use crate::before::{Before, begun};
use crate::faces::Faces;
use crate::folder::RunFolder;
use crate::identity::Identity;
use crate::journal::{self, Journal, Record};
use crate::pack::Packer;
use crate::parts::Parts;
use crate::spool::Spool;
use crate::take_over::take_over;
use crate::{Config, Error};

/// How a run treats what an earlier one left in its folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Start {
    /// Takes the place of a finished run, and refuses to of an unfinished one.
    #[default]
    New,
    /// Takes the place of whatever is there.
    Fresh,
    /// Goes on with an unfinished run.
    Resume,
    /// Makes the CVs that a finished run could not make, and completes its ZIP.
    RetryFailed,
}

/// What an earlier run left.
struct Earlier {
    identity: Identity,
    command: Vec<String>,
    folder: PathBuf,
    /// Records besides the first.
    work: u64,
    failed: u64,
    /// What it delivered, if it is over.
    closed: Option<Vec<String>>,
}

/// The command line that began the run in a folder, and where its paths count from.
#[derive(Clone, Debug)]
pub struct Recalled {
    /// Without credentials, program name first.
    pub command: Vec<String>,
    /// The working folder then.
    pub folder: PathBuf,
    /// The seed, typed or not.
    pub seed: Option<u64>,
}

/// What is known of the run that [`Start::Resume`] or [`Start::RetryFailed`] would go on with. None if nothing is left
/// to do there.
///
/// # Errors
/// If no run is there, or its journal is not readable.
pub fn recall(out: &Path) -> Result<Option<Recalled>, Error> {
    let path = RunFolder::journal_in(out);
    let Some(earlier) = earlier(&path)? else {
        let is_done = RunFolder::record_in(out).exists();
        let out = out.to_owned();
        return if is_done {
            Ok(None)
        } else {
            Err(Error::NoRun { out })
        };
    };
    Ok(Some(Recalled {
        seed: earlier
            .identity
            .get("--seed")
            .and_then(|seed| seed.parse().ok()),
        command: earlier.command,
        folder: earlier.folder,
    }))
}

impl Config {
    /// Whether [`run`](crate::run) could begin now: for whoever has work to do before it.
    ///
    /// # Errors
    /// What `run` would say of [`Config::out`]: it cannot be used, another run is using it, what an earlier run left
    /// there is not finished, or is not what this one would go on with.
    pub fn check_out(&self) -> Result<(), Error> {
        beginning(self, &RunFolder::open(&self.out)?).map(drop)
    }
}

/// How a run begins.
enum Beginning {
    Fresh,
    /// With what is left of an earlier run, which delivered `closed` if it was over.
    Later {
        identity: Identity,
        /// What the earlier run was, if it was another one.
        before: Option<Identity>,
        closed: Vec<String>,
    },
}

/// Prepares a run in its folder. None when nothing is left to do.
pub(crate) fn begin<'a>(
    config: &Config,
    folder: &'a RunFolder,
) -> Result<Option<Before<'a>>, Error> {
    beginning(config, folder)?
        .map(|beginning| match beginning {
            Beginning::Fresh => fresh(config, folder),
            Beginning::Later {
                identity,
                before,
                closed,
            } => take_over(config, folder, identity, before.as_ref(), &closed),
        })
        .transpose()
}

fn beginning(config: &Config, folder: &RunFolder) -> Result<Option<Beginning>, Error> {
    let path = folder.journal();
    let out = || config.out.clone();
    let earlier = match config.start {
        // Not even readable, it is gone all the same.
        Start::Fresh => None,
        _ => earlier(&path)?,
    };
    let is_done = earlier.is_none() && folder.record().exists();
    match (config.start, earlier) {
        (Start::New, Some(earlier)) if earlier.closed.is_none() && earlier.work > 0 => {
            Err(Error::Unfinished { out: out() })
        }
        (Start::New | Start::Fresh, _) => Ok(Some(Beginning::Fresh)),
        (Start::Resume | Start::RetryFailed, None) if is_done => Ok(None),
        (Start::Resume | Start::RetryFailed, None) => Err(Error::NoRun { out: out() }),
        (Start::Resume, Some(earlier)) if earlier.closed.is_some() => Ok(None),
        (Start::RetryFailed, Some(earlier)) if earlier.closed.is_none() => {
            Err(Error::Unfinished { out: out() })
        }
        (Start::RetryFailed, Some(earlier)) if earlier.failed == 0 => Ok(None),
        (Start::Resume | Start::RetryFailed, Some(earlier)) => {
            let identity = Identity::of(config)?;
            let differences = earlier.identity.differences(&identity);
            let is_another = !differences.is_empty();
            if is_another && !config.accept_changes {
                return Err(Error::Changed {
                    out: out(),
                    differences,
                });
            }
            Ok(Some(Beginning::Later {
                identity,
                before: is_another.then_some(earlier.identity),
                closed: earlier.closed.unwrap_or_default(),
            }))
        }
    }
}

fn fresh<'a>(config: &Config, folder: &'a RunFolder) -> Result<Before<'a>, Error> {
    folder.clear()?;
    let spool = Spool::new(folder.spool());
    let mut packer = Packer::new(folder, Parts::new(folder, config.split), spool);
    if config.journal {
        let begun = begun(config, Identity::of(config)?);
        packer.start(Some(Journal::create(&folder.journal(), |journal| {
            journal.add(&begun);
            Ok(())
        })?))?;
    }
    Ok(Before {
        packer,
        faces: Faces::default(),
        kept: 0,
        failed: 0,
        is_later: false,
    })
}

/// What the journal there tells as a whole; None where there is none.
fn earlier(path: &Path) -> Result<Option<Earlier>, Error> {
    let failed = |source| Error::Folder {
        path: path.to_owned(),
        source,
    };
    let mut records = match journal::read(path) {
        Ok(records) => records,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(failed(error)),
    };
    let Some(Record::Begun {
        identity,
        command,
        folder,
    }) = records.next()
    else {
        return Err(Error::NoJournal {
            path: path.to_owned(),
        });
    };
    let mut earlier = Earlier {
        identity,
        command,
        folder,
        work: 0,
        failed: 0,
        closed: None,
    };
    for record in records {
        earlier.work += 1;
        match record {
            Record::Failed(_) => earlier.failed += 1,
            Record::Closed { zips } => earlier.closed = Some(zips),
            _ => {}
        }
    }
    Ok(Some(earlier))
}
