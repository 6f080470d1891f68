//! Phase 1: a face for every CV, and no face twice unless that is allowed.
//!
//! Faces are fetched in rounds. A round's faces are looked at together, in the order of their CVs, so that which of
//! two CVs keeps a face does not depend on who was faster; those that got somebody else's face go another round,
//! spaced out, because a service that shows everybody the same face shows a new one only after a while.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use brigade_executor::Outcome;
use brigade_faces::{Face, FetchError};
use brigade_report::{Failure, FailureKind, Phase, Task};

use crate::duplicates::Owners;
use crate::jobs::FetchFace;
use crate::recorder::{self, nanoseconds};
use crate::stage::{Running, Stage};
use crate::work::{BadItem, Item};
use crate::{Duplicates, Error, Progress};

/// Rounds, the first included, before a CV without a face of its own is given up.
const ROUNDS: u32 = 6;
/// Between two requests of a later round: a little more than the public site needs for a new face.
const SPACING: Duration = Duration::from_millis(1200);

/// The faces that arrived, by CV, and the phase's record.
pub(crate) struct Fetched {
    pub faces: BTreeMap<u64, Face>,
    pub phase: Phase,
}

pub(crate) fn fetch(stage: &Stage<'_>) -> Result<Fetched, Error> {
    let mut running = stage.start("faces", &stage.config.fetch, stage.config.requested())?;
    let mut faces = BTreeMap::new();
    let mut owners = Owners::default();
    let mut bad = Vec::new();
    let items = stage.config.work()?;
    let mut tried = round(
        stage,
        &running,
        items.filter_map(|item| item.map_err(|item| bad.push(item)).ok()),
        1,
    )?;
    for item in bad {
        running.tell(false);
        running.record(bad_row(item, nanoseconds(stage.epoch.elapsed())));
    }
    for round in 1..=ROUNDS {
        let mut again = Vec::new();
        let indexes: Vec<u64> = tried.iter().map(|tried| tried.item.index).collect();
        for Tried {
            item,
            mut task,
            result,
        } in tried
        {
            match result.and_then(|face| keep(stage, &mut owners, &item, face)) {
                Ok(face) => {
                    task.bytes = Some(face.bytes);
                    task.retries = u32::try_from(face.retries.len()).unwrap_or(u32::MAX);
                    faces.insert(item.index, face);
                }
                Err(lost) => {
                    task.retries = lost.retries;
                    task.retried = lost.is_duplicate
                        && stage.config.duplicates == Duplicates::Retry
                        && !stage.config.source.is_indexed()
                        && round < ROUNDS
                        && !stage.interrupt.is_triggered();
                    task.failure = Some(lost.failure);
                    if task.retried {
                        again.push(item);
                    } else {
                        task.label = Some(item.who.name());
                    }
                }
            }
            running.record(task);
        }
        running.record_retried(|position| indexes[position_of(position)]);
        if again.is_empty() {
            break;
        }
        (stage.progress)(Progress::Again {
            tasks: again.len() as u64,
        });
        tried = self::round(stage, &running, again.into_iter(), round + 1)?;
    }
    Ok(Fetched {
        faces,
        phase: running.finish(),
    })
}

fn position_of(index: u64) -> usize {
    usize::try_from(index).expect("an index into what was wanted")
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

/// Why a CV has no face.
struct Lost {
    failure: Failure,
    retries: u32,
    is_duplicate: bool,
}

/// An attempt and what it brought.
struct Tried {
    item: Item,
    task: Task,
    result: Result<Face, Lost>,
}

/// One round: a job for each CV that is wanted, the results in that order.
fn round(
    stage: &Stage<'_>,
    running: &Running<'_>,
    wanted: impl Iterator<Item = Item>,
    round: u32,
) -> Result<Vec<Tried>, Error> {
    let folder = stage.folder.faces();
    let start = SystemTime::now();
    let pulled = RefCell::new(Vec::new());
    let jobs = wanted.zip(0u32..).map(|(item, turn)| {
        let job = FetchFace {
            source: item.photo.as_ref().unwrap_or(&stage.config.source).clone(),
            seed: stage.config.seed,
            index: item.index,
            folder: folder.clone(),
            not_before: (round > 1).then(|| start + SPACING * (turn + 1)),
        };
        pulled.borrow_mut().push(item);
        job
    });
    let mut results = Vec::new();
    let mut reached = false;
    for finished in running.executor.stream(jobs) {
        let (index, is_own) = {
            let item = &pulled.borrow()[position_of(finished.report.index)];
            (item.index, item.photo.is_some())
        };
        let mut task = recorder::task(index, &finished.report, running.offset());
        task.attempt += round - 1;
        // A person's own address may be wrong without the service being away.
        let is_first = !reached && round == 1 && !is_own && !stage.interrupt.is_triggered();
        let result = match finished.outcome {
            Outcome::Ok(Ok(face)) => Ok(face),
            Outcome::Ok(Err(error)) if is_first && error.is_unreachable() => {
                // Nobody has had an answer so far, and this one has tried for its whole budget.
                let _all_ended = running.executor.shutdown(Duration::ZERO);
                return Err(Error::Unreachable { source: error });
            }
            Outcome::Ok(Err(source @ FetchError::Write { .. })) => {
                // A full disk takes no other face either.
                let _all_ended = running.executor.shutdown(Duration::ZERO);
                return Err(Error::Unwritable { source });
            }
            Outcome::Ok(Err(error)) => Err(Lost {
                failure: match error {
                    FetchError::Cancelled => cancelled(),
                    // Its request was broken off.
                    _ if stage.interrupt.is_triggered() => cancelled(),
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
        };
        reached = true;
        running.tell(result.is_ok());
        results.push((finished.report.index, task, result));
    }
    results.sort_by_key(|(position, ..)| *position);
    // Every job that was pulled has had its outcome.
    let tried = pulled.into_inner().into_iter().zip(results);
    Ok(tried
        .map(|(item, (_, task, result))| Tried { item, task, result })
        .collect())
}

/// Notes the face as this CV's, unless it is another's and may not be.
fn keep(stage: &Stage<'_>, owners: &mut Owners, item: &Item, face: Face) -> Result<Face, Lost> {
    if item.photo.is_some() {
        // A person's own picture may be anybody else's too.
        return Ok(face);
    }
    match owners.claim(item.index, &face) {
        Some(owner) if stage.config.duplicates != Duplicates::Allow => Err(Lost {
            failure: Failure {
                kind: FailureKind::Failed,
                message: format!("the same face as task {owner}, and duplicates are not allowed"),
                causes: vec![format!("{} sent it to both", face.origin)],
            },
            retries: u32::try_from(face.retries.len()).unwrap_or(u32::MAX),
            is_duplicate: true,
        }),
        _ => Ok(face),
    }
}

fn cancelled() -> Failure {
    Failure {
        kind: FailureKind::Cancelled,
        message: "cancelled".to_owned(),
        causes: Vec::new(),
    }
}
