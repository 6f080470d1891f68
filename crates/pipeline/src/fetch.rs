//! Phase 1: a face for every CV, and no face twice unless that is allowed.
//!
//! Faces are fetched in rounds. A round's faces are looked at together, in the order of their CVs, so that which of
//! two CVs keeps a face does not depend on who was faster; those that got somebody else's face go another round,
//! spaced out, because a service that shows everybody the same face shows a new one only after a while.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use brigade_executor::Outcome;
use brigade_faces::{Face, FetchError};
use brigade_report::{Failure, FailureKind, Phase, Task};

use crate::duplicates::Owners;
use crate::jobs::FetchFace;
use crate::recorder;
use crate::stage::{Running, Stage};
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
    let mut running = stage.start("faces", &stage.config.fetch, stage.config.cvs)?;
    let mut faces = BTreeMap::new();
    let mut owners = Owners::default();
    let mut wanted: Vec<u64> = (0..stage.config.cvs).collect();
    for round in 1..=ROUNDS {
        let mut again = Vec::new();
        for (mut task, result) in self::round(stage, &running, &wanted, round)? {
            let index = task.index;
            match result.and_then(|face| keep(stage, &mut owners, index, face)) {
                Ok(face) => {
                    task.bytes = Some(face.bytes);
                    task.retries = u32::try_from(face.retries.len()).unwrap_or(u32::MAX);
                    faces.insert(index, face);
                }
                Err(lost) => {
                    task.retries = lost.retries;
                    task.retried = lost.is_duplicate
                        && stage.config.duplicates == Duplicates::Retry
                        && !stage.config.source.is_indexed()
                        && round < ROUNDS
                        && !stage.interrupt.is_triggered();
                    if task.retried {
                        again.push(index);
                    } else {
                        task.label = Some(stage.person(index));
                    }
                    task.failure = Some(lost.failure);
                }
            }
            running.record(task);
        }
        running.record_retried(|position| wanted[position_of(position)]);
        if again.is_empty() {
            break;
        }
        (stage.progress)(Progress::Again {
            tasks: again.len() as u64,
        });
        wanted = again;
    }
    Ok(Fetched {
        faces,
        phase: running.finish(),
    })
}

fn position_of(index: u64) -> usize {
    usize::try_from(index).expect("an index into what was wanted")
}

/// Why a CV has no face.
struct Lost {
    failure: Failure,
    retries: u32,
    is_duplicate: bool,
}

/// An attempt and what it brought.
type Tried = (Task, Result<Face, Lost>);

/// One round: a job for each CV in `wanted`, the results in that order.
fn round(
    stage: &Stage<'_>,
    running: &Running<'_>,
    wanted: &[u64],
    round: u32,
) -> Result<Vec<Tried>, Error> {
    let folder = stage.folder.faces();
    let start = SystemTime::now();
    let jobs = wanted.iter().zip(0u32..).map(|(&index, turn)| FetchFace {
        source: stage.config.source.clone(),
        seed: stage.config.seed,
        index,
        folder: folder.clone(),
        not_before: (round > 1).then(|| start + SPACING * (turn + 1)),
    });
    let mut results = Vec::with_capacity(wanted.len());
    let mut reached = false;
    for finished in running.executor.stream(jobs) {
        let index = wanted[position_of(finished.report.index)];
        let mut task = recorder::task(index, &finished.report, running.offset());
        task.attempt += round - 1;
        let is_first = !reached && round == 1 && !stage.interrupt.is_triggered();
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
    Ok(results
        .into_iter()
        .map(|(_, task, result)| (task, result))
        .collect())
}

/// Notes the face as this CV's, unless it is another's and may not be.
fn keep(stage: &Stage<'_>, owners: &mut Owners, index: u64, face: Face) -> Result<Face, Lost> {
    match owners.claim(index, &face) {
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
