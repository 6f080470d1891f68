//! Phase 2: a CV for every face.

use brigade_documents::Options;
use brigade_executor::Outcome;
use brigade_report::{Phase, Task};

use crate::Error;
use crate::faces::{self, Hash};
use crate::jobs::{Cv, RenderCv};
use crate::lane::Lane;
use crate::line::{Line, Notices};
use crate::recorder::{self, nanoseconds};
use crate::stage::Stage;
use crate::work::{Item, Who};

/// The phase under way.
pub(crate) struct Rendering<'a> {
    stage: &'a Stage<'a>,
    lane: Lane<'a, RenderCv, About>,
    options: Options,
}

/// What a job under way is about; the name is for a task that does not come back.
struct About {
    turn: u64,
    index: u64,
    who: Who,
}

/// A CV that has a face and waits to be rendered.
pub(crate) struct Ready {
    pub turn: u64,
    pub item: Item,
    pub hash: Hash,
}

/// What became of a CV.
pub(crate) enum Rendered {
    Made {
        turn: u64,
        file: String,
        pdf: Vec<u8>,
    },
    /// The task is its last word.
    Lost { turn: u64, task: Box<Task> },
}

impl<'a> Rendering<'a> {
    pub(crate) fn start(stage: &'a Stage<'a>, notices: &Notices) -> Result<Rendering<'a>, Error> {
        let running = stage.start(Line::Cvs, &stage.config.render, notices)?;
        Ok(Rendering {
            stage,
            lane: Lane::new(running),
            options: stage.config.document_options(),
        })
    }

    pub(crate) fn has_room(&self) -> bool {
        self.lane.has_room()
    }

    /// One of the jobs under way.
    pub(crate) fn any(&self) -> Option<u64> {
        self.lane.any()
    }

    pub(crate) fn submit(&mut self, ready: Ready) {
        let Ready { turn, item, hash } = ready;
        let about = About {
            turn,
            index: item.index,
            who: item.who.named(),
        };
        let job = RenderCv {
            index: item.index,
            who: item.who,
            name: self.stage.config.name.clone(),
            face: faces::path(&self.stage.folder.faces(), &hash),
            options: self.options.clone(),
            measure: self.stage.config.measure,
        };
        self.lane.submit(about, job);
    }

    /// Takes what a notice is about.
    pub(crate) fn take(&mut self, id: u64) -> Result<Option<Rendered>, Error> {
        let Some((about, mut task, finished)) = self.lane.take(id, |about| about.index)? else {
            return Ok(None);
        };
        let About { turn, who, .. } = about;
        task.failure = recorder::failure(&finished.outcome);
        self.lane.running.tell(task.is_delivered());
        Ok(Some(if let Outcome::Ok(cv) = finished.outcome {
            let Cv {
                person,
                file,
                reader,
                in_line,
                pdf,
            } = cv;
            task.bytes = Some(pdf.len() as u64);
            task.reader = Some(reader);
            task.in_line_ns = in_line.map(nanoseconds);
            task.label = Some(person);
            self.lane.running.record(task)?;
            Rendered::Made { turn, file, pdf }
        } else {
            task.label = Some(who.name());
            self.lane.running.record(task.clone())?;
            let task = Box::new(task);
            Rendered::Lost { turn, task }
        }))
    }

    pub(crate) fn finish(self) -> Result<Phase, Error> {
        self.lane.running.finish()
    }
}
