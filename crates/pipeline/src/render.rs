//! Phase 2: a CV for every face, packed in the order of the CVs as they are finished.

use std::collections::BTreeMap;
use std::fs;
use std::time::{Duration, Instant};

use brigade_documents::Archive;
use brigade_executor::Outcome;
use brigade_faces::Face;
use brigade_report::Phase;

use crate::Error;
use crate::jobs::RenderCv;
use crate::recorder;
use crate::stage::Stage;
use crate::work::Names;

/// The article's name for what is delivered.
const ARCHIVE: &str = "zipped_cvs.zip";

/// What was packed, and the phase's record.
pub(crate) struct Rendered {
    /// None when there was nothing to pack.
    pub archive: Option<brigade_report::Archive>,
    pub phase: Phase,
}

pub(crate) fn render(stage: &Stage<'_>, faces: &BTreeMap<u64, Face>) -> Result<Rendered, Error> {
    let config = stage.config;
    let mut running = stage.start("cvs", &config.render, faces.len() as u64)?;
    // Written in the run's own folder and moved from there: nothing half-written ever lies beside the results.
    let packed = stage.folder.archive();
    let mut archive = Archive::create(&packed).map_err(Error::Archive)?;
    let mut packing = Duration::ZERO;

    let options = config.document_options();
    let names = Names::default();
    // Without a face there is no CV; why, phase 1 has told.
    let with_faces = config.work()?.filter_map(|item| {
        let item = item.ok()?;
        let face = faces.get(&item.index)?;
        Some((item, face))
    });
    let jobs = with_faces.map(|(item, face)| {
        names.note(item.index, &item.who);
        RenderCv {
            index: item.index,
            who: item.who,
            name: config.name.clone(),
            face: face.path.clone(),
            options: options.clone(),
        }
    });
    let indexes: Vec<u64> = faces.keys().copied().collect();
    let index_of = |position: u64| indexes[usize::try_from(position).expect("an index into a Vec")];

    let mut outcomes = running.executor.map(jobs);
    while let Some(finished) = outcomes.next_finished() {
        let index = index_of(finished.report.index);
        let mut task = recorder::task(index, &finished.report, running.offset());
        task.failure = recorder::failure(&finished.outcome);
        let who = names.take(index);
        if let Outcome::Ok(cv) = finished.outcome {
            let start = Instant::now();
            archive.add(&cv.file, &cv.pdf).map_err(Error::Archive)?;
            packing += start.elapsed();
            task.bytes = Some(cv.pdf.len() as u64);
            task.reader = Some(cv.reader);
            task.label = Some(cv.person);
        } else {
            task.label = who.map(|who| who.name());
        }
        running.tell(task.is_delivered());
        running.record(task);
    }
    drop(outcomes);
    running.record_retried(index_of);

    let start = Instant::now();
    let archive = if archive.is_empty() {
        None
    } else {
        Some(deliver(stage, archive)?)
    };
    packing += start.elapsed();
    let archive = archive.map(|(path, bytes)| brigade_report::Archive {
        path,
        bytes,
        pack_seconds: packing.as_secs_f64(),
    });
    Ok(Rendered {
        archive,
        phase: running.finish(),
    })
}

/// Completes the archive and puts it under its final name, in place of an earlier run's.
fn deliver(stage: &Stage<'_>, archive: Archive) -> Result<(String, u64), Error> {
    archive.finish().map_err(Error::Archive)?;
    let packed = stage.folder.archive();
    let delivered = stage.folder.out().join(ARCHIVE);
    let bytes = fs::metadata(&packed)
        .and_then(|metadata| fs::rename(&packed, &delivered).map(|()| metadata.len()))
        .map_err(|source| Error::Folder {
            path: delivered.clone(),
            source,
        })?;
    Ok((delivered.display().to_string(), bytes))
}
