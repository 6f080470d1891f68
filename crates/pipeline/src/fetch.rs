//! Phase 1: a face for every CV, and no face twice unless that is allowed.
//!
//! Where faces may not be twice, what arrives is looked at in the order of the CVs, so that which of two keeps a face
//! does not depend on who was faster. Those that got somebody else's face go another round, spaced out, because a
//! service that shows everybody the same face shows a new one only after a while.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use brigade_executor::{Finished, Outcome};
use brigade_faces::{Face, FetchError};
use brigade_report::{Failure, FailureKind, Phase, Task};

use crate::faces::{Faces, Hash, hash};
use crate::jobs::{FetchFace, Fetched};
use crate::lane::Lane;
use crate::line::{Line, Notices};
use crate::recorder::{self, nanoseconds};
use crate::stage::Stage;
use crate::work::{BadItem, Item, Turns};
use crate::{Duplicates, Error, Progress};

/// Rounds, the first included, before a CV without a face of its own is given up.
const ROUNDS: u32 = 6;
/// Between two requests of a later round: a little more than the public site needs for a new face.
const SPACING: Duration = Duration::from_millis(1200);

/// The phase under way.
pub(crate) struct Fetching<'a> {
    stage: &'a Stage<'a>,
    lane: Lane<'a, FetchFace, Want>,
    round: Round<'a>,
    /// Whoever goes another round.
    again: Vec<(u64, Item)>,
    /// Whether anything has answered.
    reached: bool,
}

/// What is wanted in a round.
struct Round<'a> {
    number: u32,
    start: SystemTime,
    wanted: Turns<'a>,
    submitted: u64,
    /// Looked at so far, in the order of submission.
    decided: u64,
    /// What arrived before its turn to be looked at.
    early: BTreeMap<u64, Tried>,
}

/// What a job under way is about.
struct Want {
    turn: u64,
    item: Item,
    place: u64,
}

/// An attempt and what it brought.
struct Tried {
    want: Want,
    task: Task,
    result: Result<Fetched, Lost>,
}

/// Why a CV has no face.
struct Lost {
    failure: Failure,
    retries: u32,
    is_duplicate: bool,
}

/// What was decided about a CV.
pub(crate) enum Decision {
    /// It has a face.
    Got { turn: u64, item: Item, hash: Hash },
    /// It will not be made. The task is its last word.
    Lost { turn: u64, task: Task },
}

impl<'a> Fetching<'a> {
    pub(crate) fn start(
        stage: &'a Stage<'a>,
        wanted: Turns<'a>,
        notices: &Notices,
    ) -> Result<Fetching<'a>, Error> {
        let running = stage.start(Line::Faces, &stage.config.fetch, notices)?;
        Ok(Fetching {
            stage,
            lane: Lane::new(running),
            round: Round::new(1, wanted),
            again: Vec::new(),
            reached: false,
        })
    }

    pub(crate) fn has_room(&self) -> bool {
        self.lane.has_room()
    }

    /// One of the jobs under way.
    pub(crate) fn any(&self) -> Option<u64> {
        self.lane.any()
    }

    /// Hands in the next job, if one is wanted now; what needs none is decided at once.
    pub(crate) fn submit(
        &mut self,
        faces: &Faces,
        decisions: &mut Vec<Decision>,
    ) -> Result<bool, Error> {
        let Some((turn, item)) = self.round.wanted.next() else {
            return self.next_round();
        };
        let item = match item {
            Ok(item) => item,
            Err(bad) => {
                let task = bad_row(bad, nanoseconds(self.stage.epoch.elapsed()));
                self.lane.running.tell(false);
                self.lane.running.record(task.clone())?;
                decisions.push(Decision::Lost { turn, task });
                return Ok(true);
            }
        };
        if let Some(hash) = faces.get(turn) {
            // An earlier run has fetched it.
            decisions.push(Decision::Got { turn, item, hash });
            return Ok(true);
        }
        let Round {
            number,
            start,
            submitted,
            ..
        } = &mut self.round;
        let config = self.stage.config;
        let spaced = u32::try_from(*submitted + 1).unwrap_or(u32::MAX);
        let job = FetchFace {
            source: item.photo.as_ref().unwrap_or(&config.source).clone(),
            seed: config.seed,
            index: item.index,
            folder: self.stage.folder.faces(),
            options: self.stage.fetching.clone(),
            measure: config.measure,
            not_before: (*number > 1).then(|| *start + SPACING.saturating_mul(spaced)),
        };
        let place = *submitted;
        *submitted += 1;
        self.lane.submit(Want { turn, item, place }, job);
        Ok(true)
    }

    /// Starts another round when this one is over and some need it.
    fn next_round(&mut self) -> Result<bool, Error> {
        if !self.lane.is_idle() || self.again.is_empty() {
            return Ok(false);
        }
        let again = std::mem::take(&mut self.again);
        (self.stage.progress)(Progress::Again {
            tasks: again.len() as u64,
        });
        let wanted = again.into_iter().map(|(turn, item)| (turn, Ok(item)));
        self.round = Round::new(self.round.number + 1, Box::new(wanted));
        Ok(true)
    }

    /// Takes what a notice is about.
    pub(crate) fn take(
        &mut self,
        id: u64,
        faces: &mut Faces,
        decisions: &mut Vec<Decision>,
    ) -> Result<(), Error> {
        let Some((want, mut task, finished)) = self.lane.take(id, |want| want.item.index)? else {
            return Ok(());
        };
        task.attempt += self.round.number - 1;
        let result = self.result(&want.item, finished)?;
        self.reached = true;
        self.lane.running.tell(result.is_ok());
        let tried = Tried { want, task, result };
        if self.stage.config.duplicates == Duplicates::Allow {
            return self.decide(tried, faces, decisions);
        }
        self.round.early.insert(tried.want.place, tried);
        while let Some(tried) = self.round.early.remove(&self.round.decided) {
            self.round.decided += 1;
            self.decide(tried, faces, decisions)?;
        }
        Ok(())
    }

    /// What an outcome means for a CV; an error where it ends the run.
    fn result(
        &self,
        item: &Item,
        finished: Finished<Result<Fetched, FetchError>>,
    ) -> Result<Result<Fetched, Lost>, Error> {
        let is_interrupted = self.stage.interrupt.is_triggered();
        // A person's own address may be wrong without the service being away.
        let is_first =
            !self.reached && self.round.number == 1 && item.photo.is_none() && !is_interrupted;
        Ok(match finished.outcome {
            Outcome::Ok(Ok(fetched)) => Ok(fetched),
            // Nobody has had an answer so far, and this one has tried for its whole budget.
            Outcome::Ok(Err(source)) if is_first && source.is_unreachable() => {
                return Err(Error::Unreachable { source });
            }
            // A full disk takes no other face either.
            Outcome::Ok(Err(source @ FetchError::Write { .. })) => {
                return Err(Error::Unwritable { source });
            }
            Outcome::Ok(Err(error)) => Err(Lost {
                failure: match error {
                    FetchError::Cancelled => cancelled(),
                    // Its request was broken off.
                    _ if is_interrupted => cancelled(),
                    _ => recorder::failed(&error),
                },
                retries: u32::try_from(error.retries().len()).unwrap_or(u32::MAX),
                is_duplicate: false,
            }),
            outcome => Err(Lost {
                failure: recorder::failure(&outcome).unwrap_or_else(cancelled),
                retries: 0,
                is_duplicate: false,
            }),
        })
    }

    fn decide(
        &mut self,
        tried: Tried,
        faces: &mut Faces,
        decisions: &mut Vec<Decision>,
    ) -> Result<(), Error> {
        let Tried {
            want: Want { turn, item, .. },
            mut task,
            result,
        } = tried;
        let config = self.stage.config;
        let result = result.and_then(|fetched| {
            task.in_line_ns = fetched.in_line.map(nanoseconds);
            keep(config.duplicates, faces, &item, fetched.face)
        });
        match result {
            Ok((face, hash)) => {
                task.bytes = Some(face.bytes);
                task.retries = u32::try_from(face.retries.len()).unwrap_or(u32::MAX);
                faces.set(turn, item.index, hash);
                decisions.push(Decision::Got { turn, item, hash });
            }
            Err(lost) => {
                task.retries = lost.retries;
                task.retried = lost.is_duplicate
                    && config.duplicates == Duplicates::Retry
                    && !config.source.is_indexed()
                    && self.round.number < ROUNDS
                    && !self.stage.interrupt.is_triggered();
                task.failure = Some(lost.failure);
                if task.retried {
                    self.again.push((turn, item));
                } else {
                    task.label = Some(item.who.name());
                    let task = task.clone();
                    decisions.push(Decision::Lost { turn, task });
                }
            }
        }
        self.lane.running.record(task)
    }

    pub(crate) fn finish(self) -> Result<Phase, Error> {
        self.lane.running.finish()
    }
}

impl Round<'_> {
    fn new(number: u32, wanted: Turns<'_>) -> Round<'_> {
        Round {
            number,
            start: SystemTime::now(),
            wanted,
            submitted: 0,
            decided: 0,
            early: BTreeMap::new(),
        }
    }
}

/// The record of a row that cannot become a CV.
fn bad_row(item: BadItem, now_ns: u64) -> Task {
    Task {
        index: item.index,
        label: Some(format!("row {}", item.index + 1)),
        attempt: 1,
        queued_ns: now_ns,
        finished_ns: Some(now_ns),
        failure: Some(recorder::failed(&item.bad)),
        ..Task::default()
    }
}

/// The face as this CV's, unless it is another's and may not be.
fn keep(
    duplicates: Duplicates,
    faces: &mut Faces,
    item: &Item,
    face: Face,
) -> Result<(Face, Hash), Lost> {
    let hash = hash(&face.sha256).expect("a face is known by the SHA-256 of its bytes");
    // A person's own picture may be anybody else's too.
    if item.photo.is_some() || duplicates == Duplicates::Allow {
        return Ok((face, hash));
    }
    match faces.claim(item.index, hash) {
        None => Ok((face, hash)),
        Some(owner) => Err(Lost {
            failure: Failure {
                kind: FailureKind::Failed,
                message: format!(
                    "the same face as task {}, and duplicates are not allowed",
                    owner + 1
                ),
                causes: vec![format!("{} sent it to both", face.origin)],
            },
            retries: u32::try_from(face.retries.len()).unwrap_or(u32::MAX),
            is_duplicate: true,
        }),
    }
}

fn cancelled() -> Failure {
    Failure {
        kind: FailureKind::Cancelled,
        message: "cancelled".to_owned(),
        causes: Vec::new(),
    }
}
