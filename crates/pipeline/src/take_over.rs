//! What a run that goes on takes over of the earlier one.
//!
//! The journal of that run is checked against what lies beside it: entries of the archive and of the
//! spool by their checksums, faces by their hashes. What holds is taken over and goes into a new journal, which takes
//! the old one's place in one step; what does not is made again.

use std::collections::{BTreeMap, HashSet};
use std::fs;

use sha2::{Digest as _, Sha256};

use crate::before::{Before, begun};
use crate::faces::{self, Faces};
use crate::folder::RunFolder;
use crate::identity::Identity;
use crate::journal::{self, Journal, Record};
use crate::pack::{Packer, Waiting};
use crate::parts::Parts;
use crate::spool::Spool;
use crate::{Config, Error, Start};

/// Whose CV each turn is, compared with whose it was.
enum People {
    /// It is the same run.
    Same,
    Other {
        /// The digest of each turn's person now, in order; none of a bad row.
        now: Vec<Option<String>>,
        /// Turns whose person is still the one they were.
        same: HashSet<u64>,
    },
}

impl People {
    /// Of another run.
    fn of(config: &Config) -> Result<People, Error> {
        let turns = config.turns()?;
        Ok(People::Other {
            now: turns.map(|(_, item)| Some(item.ok()?.digest())).collect(),
            same: HashSet::new(),
        })
    }

    /// Takes note of whose CV that turn was. True if it is theirs now.
    fn compare(&mut self, turn: u64, before: &str) -> bool {
        let People::Other { now, same } = self else {
            return true;
        };
        let now = usize::try_from(turn).ok().and_then(|turn| now.get(turn));
        let is_same = now.is_some_and(|now| now.as_deref() == Some(before));
        if is_same {
            same.insert(turn);
        } else {
            same.remove(&turn);
        }
        is_same
    }

    fn is_same(&self, turn: u64) -> bool {
        match self {
            People::Same => true,
            People::Other { same, .. } => same.contains(&turn),
        }
    }
}

/// Takes over what holds of an unfinished run; or of a finished one, which delivered `zips`, all but what failed. `before`
/// is what that run was, if it was another one: then a CV holds only if it is that of the same person, and what
/// failed may have been mended.
pub(crate) fn take_over<'a>(
    config: &Config,
    folder: &'a RunFolder,
    identity: Identity,
    before: Option<&Identity>,
    zips: &[String],
) -> Result<Before<'a>, Error> {
    let is_retry = config.start == Start::RetryFailed;
    let path = folder.journal();
    let unreadable = |source| Error::Folder {
        path: path.clone(),
        source,
    };
    let mut spool = Spool::new(folder.spool());
    let mut parts = Parts::new(folder, config.split);
    let mut faces = Faces::default();
    let mut waiting = BTreeMap::new();
    let (mut next, mut packed, mut failed) = (0, 0_u64, 0);
    // An archive's entries lie where the run put them that it was.
    let mut is_cut = before.is_some_and(|before| !before.splits_like(&identity));
    let is_again = is_retry || before.is_some();
    let mut people = match before {
        Some(_) => People::of(config)?,
        None => People::Same,
    };
    for record in journal::read(&path).map_err(unreadable)? {
        match again(record, is_retry, zips) {
            Record::Face {
                turn,
                index,
                sha256,
                person,
            } => {
                if let Some(hash) = faces::hash(&sha256)
                    && people.compare(turn, &person)
                {
                    faces.set(turn, index, hash);
                }
            }
            Record::Spooled { turn, file, span } if people.is_same(turn) => {
                let file = file.into();
                waiting.insert(turn, Waiting::Spooled { file, span });
            }
            Record::Kept {
                turn,
                file,
                zip,
                entry,
            } if people.is_same(turn) => {
                let (file, zip) = (file.into(), zip.into());
                waiting.insert(turn, Waiting::Kept { file, zip, entry });
            }
            Record::Packed { turn, file, entry } if !is_cut => {
                if people.is_same(turn) && parts.replay(&file, entry)? {
                    faces.delivered(turn);
                    next = turn + 1;
                    packed += 1;
                } else {
                    is_cut = true;
                }
            }
            Record::Failed(lost) if !is_again => {
                waiting.insert(lost.turn, Waiting::Never);
                failed += 1;
            }
            _ => {}
        }
    }
    parts.go_on()?;
    let mut waiting = waiting.split_off(&next);
    waiting.retain(|_, waiting| match waiting {
        Waiting::Spooled { span, .. } => matches!(spool.get(*span), Ok(Some(_))),
        _ => true,
    });
    let mut kept = packed;
    for (turn, waiting) in &waiting {
        if !matches!(waiting, Waiting::Never) {
            faces.delivered(*turn);
            kept += 1;
        }
    }
    let mut packer = Packer::new(folder, parts, spool);
    (packer.next, packer.waiting) = (next, waiting);
    faces.check(
        |turn| !packer.is_settled(turn),
        |hash| {
            let bytes = fs::read(faces::path(&folder.faces(), hash));
            bytes.is_ok_and(|bytes| Sha256::digest(bytes)[..] == hash[..])
        },
    );

    let mut left = packed;
    let records = journal::read(&path).map_err(unreadable)?;
    let journal = Journal::create(&path, |journal| {
        journal.add(&begun(config, identity));
        for record in records.skip(1) {
            let record = again(record, is_retry, zips);
            let holds = match &record {
                Record::Face { turn, .. } => faces.get(*turn).is_some(),
                Record::Spooled { turn, span, .. } => {
                    let found = packer.waiting.get(turn);
                    matches!(found, Some(Waiting::Spooled { span: held, .. }) if held == span)
                }
                Record::Kept { turn, .. } => packer.waiting.contains_key(turn),
                Record::Packed { .. } => {
                    let is_whole = left > 0;
                    left = left.saturating_sub(1);
                    is_whole
                }
                Record::Failed(_) => !is_again,
                Record::Begun { .. } | Record::Closed { .. } => false,
            };
            if holds {
                journal.add(&record);
                journal.write()?;
            }
        }
        Ok(())
    })?;
    packer.start(Some(journal))?;
    Ok(Before {
        packer,
        faces,
        kept,
        failed,
        is_later: true,
    })
}

/// A record as the run that goes on sees it: what a finished run has packed is kept for another archive.
fn again(record: Record, is_retry: bool, zips: &[String]) -> Record {
    match record {
        Record::Packed { turn, file, entry } if is_retry => Record::Kept {
            turn,
            file,
            zip: zips
                .get(entry.part as usize - 1)
                .cloned()
                .unwrap_or_default(),
            entry,
        },
        record => record,
    }
}
