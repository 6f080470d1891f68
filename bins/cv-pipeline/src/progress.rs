//! The pipeline's progress as a bar per phase.

use std::sync::{Mutex, PoisonError};

use brigade_cli::Progress as Bar;
use brigade_pipeline::Progress;

/// Draws on stderr, or says nothing.
pub(crate) fn watch(quiet: bool) -> impl Fn(Progress) + Sync {
    let current: Mutex<Option<Bar>> = Mutex::default();
    move |step| {
        let mut current = current.lock().unwrap_or_else(PoisonError::into_inner);
        match (step, current.as_ref()) {
            (Progress::PhaseStarted { phase, total }, _) => {
                *current = Some(Bar::start(phase, total, quiet))
            }
            (Progress::TaskFinished { delivered, running }, Some(bar)) => {
                bar.running(running);
                if delivered {
                    bar.done();
                } else {
                    bar.failed();
                }
            }
            (Progress::Again { tasks }, Some(bar)) => {
                bar.note(&format!(
                    "{tasks} got a face that another has; asking again, spaced out"
                ));
                *current = Some(Bar::start("faces", tasks, quiet));
            }
            (Progress::PhaseFinished, _) => {
                if let Some(bar) = current.take() {
                    bar.finish();
                }
            }
            _ => {}
        }
    }
}
