//! From the people to the packed CVs: the two phases, one after the other or overlapping.
//!
//! One thread, the caller's, does everything that is not a job: it hands jobs in, takes what comes of them, decides
//! about duplicates, packs and records. Both orders of work are the same loop; they differ in what lies between the
//! phases. With the barrier, as in the article, that is every face, and then a second pass over the people. When they
//! overlap it is a short queue: a face is rendered as soon as it is there.

use std::collections::{HashSet, VecDeque};
use std::rc::Rc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use brigade_report::{Phase, Task};

use crate::faces::Faces;
use crate::fetch::{Decision, Fetching};
use crate::line::{Line, Notice, Notices};
use crate::pack::Packer;
use crate::render::{Ready, Rendered, Rendering};
use crate::stage::Stage;
use crate::work::Turns;
use crate::{Error, Progress};

/// How often the thread that waits for jobs looks after other things.
const GLANCE: Duration = Duration::from_millis(100);
/// Faces that wait to be rendered, when the phases overlap. More would not help: when the queue is full, rendering is
/// what takes the time.
const QUEUE: usize = 64;

pub(crate) struct Flow<'a, 'p> {
    stage: &'a Stage<'a>,
    packer: &'p mut Packer<'a>,
    faces: &'p mut Faces,
    /// What an earlier run has settled.
    settled: Rc<Settled>,
    notices: Receiver<Notice>,
    sender: Notices,
    /// Why the run ends early, if too many have failed.
    pub too_many: Option<String>,
}

/// The turns of CVs that need nothing more.
struct Settled {
    before: u64,
    besides: HashSet<u64>,
}

impl Settled {
    fn contains(&self, turn: u64) -> bool {
        turn < self.before || self.besides.contains(&turn)
    }
}

/// What lies between the phases.
enum Supply<'a> {
    /// Faces only: phase 2 comes later.
    Faces,
    /// Phase 1 is over; the people come by once more.
    Pass(Turns<'a>),
    /// What is ready, while both go on.
    Queue(VecDeque<Ready>),
}

impl<'a, 'p> Flow<'a, 'p> {
    pub(crate) fn new(
        stage: &'a Stage<'a>,
        packer: &'p mut Packer<'a>,
        faces: &'p mut Faces,
    ) -> Flow<'a, 'p> {
        let (sender, notices) = mpsc::channel();
        let settled = Settled {
            before: packer.next,
            besides: packer.waiting.keys().copied().collect(),
        };
        Flow {
            stage,
            packer,
            faces,
            settled: Rc::new(settled),
            notices,
            sender,
            too_many: None,
        }
    }

    /// The CVs that are not settled.
    fn turns(&self) -> Result<Turns<'a>, Error> {
        let settled = Rc::clone(&self.settled);
        let turns = self.stage.config.turns()?;
        Ok(Box::new(
            turns.filter(move |(turn, _)| !settled.contains(*turn)),
        ))
    }

    /// Whether nothing new is to be begun.
    fn is_ending(&self) -> bool {
        self.too_many.is_some() || self.stage.interrupt.is_triggered()
    }

    /// Makes the CVs and returns the phases' records.
    pub(crate) fn make(&mut self) -> Result<Vec<Phase>, Error> {
        let requested = self.stage.config.requested();
        let settled = self.settled.before + self.settled.besides.len() as u64;
        let total = requested.saturating_sub(settled);
        if self.stage.config.overlap {
            self.tell_start(Line::Cvs, total);
            let fetching = Fetching::start(self.stage, self.turns()?, &self.sender)?;
            let rendering = Rendering::start(self.stage, &self.sender)?;
            return self.serve(
                Some(fetching),
                Some(rendering),
                Supply::Queue(VecDeque::new()),
            );
        }
        self.tell_start(Line::Faces, total);
        let fetching = Fetching::start(self.stage, self.turns()?, &self.sender)?;
        let mut phases = self.serve(Some(fetching), None, Supply::Faces)?;
        (self.stage.progress)(Progress::PhaseFinished);
        let with_face = self.faces.count(|turn| !self.settled.contains(turn));
        self.tell_start(Line::Cvs, with_face);
        let rendering = Rendering::start(self.stage, &self.sender)?;
        let pass = Supply::Pass(self.turns()?);
        phases.extend(self.serve(None, Some(rendering), pass)?);
        Ok(phases)
    }

    fn tell_start(&self, line: Line, total: u64) {
        let phase = line.name();
        (self.stage.progress)(Progress::PhaseStarted { phase, total });
    }

    /// Runs a phase, or both, until nothing is left to do.
    fn serve(
        &mut self,
        mut fetching: Option<Fetching<'a>>,
        mut rendering: Option<Rendering<'a>>,
        mut supply: Supply<'a>,
    ) -> Result<Vec<Phase>, Error> {
        let mut fetched = None;
        loop {
            let mut decisions = Vec::new();
            let mut is_over = false;
            if let Some(fetching) = &mut fetching {
                while !is_over && fetching.has_room() && supply.has_room() {
                    is_over = self.is_ending() || !fetching.submit(self.faces, &mut decisions)?;
                    self.settle(&mut decisions, &mut supply)?;
                }
                is_over &= fetching.any().is_none();
            }
            if let Some(fetching) = fetching.take_if(|_| is_over) {
                // Its record ends here, even where phase 2 goes on.
                fetched = Some(fetching.finish()?);
            }
            if let Some(rendering) = &mut rendering {
                while rendering.has_room()
                    && !self.is_ending()
                    && let Some(ready) = supply.next(self.faces)
                {
                    rendering.submit(ready);
                }
            }
            let any = [
                (Line::Faces, fetching.as_ref().and_then(Fetching::any)),
                (Line::Cvs, rendering.as_ref().and_then(Rendering::any)),
            ];
            let under_way = any
                .into_iter()
                .find_map(|(line, id)| Some(Notice { line, id: id? }));
            let Some(under_way) = under_way else {
                break;
            };
            match (self.wait(under_way)?, &mut fetching, &mut rendering) {
                (
                    Notice {
                        line: Line::Faces,
                        id,
                    },
                    Some(fetching),
                    _,
                ) => {
                    fetching.take(id, self.faces, &mut decisions)?;
                    self.settle(&mut decisions, &mut supply)?;
                }
                (
                    Notice {
                        line: Line::Cvs,
                        id,
                    },
                    _,
                    Some(rendering),
                ) => match rendering.take(id)? {
                    Some(Rendered::Made {
                        turn, file, pdf, ..
                    }) => {
                        self.faces.delivered(turn);
                        self.packer.offer(turn, file, pdf)?;
                    }
                    Some(Rendered::Lost { turn, task }) => self.lose(turn, Line::Cvs, *task)?,
                    None => {}
                },
                // Of a job that was taken without its notice.
                _ => {}
            }
        }
        if let Some(fetching) = fetching {
            // The run ended while there was no room for what it would have brought.
            fetched = Some(fetching.finish()?);
        }
        let rendered = rendering.map(Rendering::finish).transpose()?;
        Ok(fetched.into_iter().chain(rendered).collect())
    }

    /// Passes on what phase 1 has decided.
    fn settle(
        &mut self,
        decisions: &mut Vec<Decision>,
        supply: &mut Supply<'a>,
    ) -> Result<(), Error> {
        for decision in decisions.drain(..) {
            match decision {
                Decision::Got { turn, item, hash } => {
                    self.packer.face(turn, &item, &hash)?;
                    supply.put(Ready { turn, item, hash });
                }
                Decision::Lost { turn, task } => self.lose(turn, Line::Faces, task)?,
            }
        }
        Ok(())
    }

    /// Takes note of a CV that will not be made.
    fn lose(&mut self, turn: u64, line: Line, task: Task) -> Result<(), Error> {
        self.packer.lose(turn, line.name(), task)?;
        let config = self.stage.config;
        let failed = self.packer.failed;
        if let Some(most) = config.max_failures
            && most.is_exceeded(failed, config.requested())
        {
            let reason = format!("{failed} failed, more than allowed");
            self.too_many.get_or_insert(reason);
        }
        Ok(())
    }

    /// The next job that ends; after an interrupt the one given, whether it has ended or will be given up.
    fn wait(&mut self, under_way: Notice) -> Result<Notice, Error> {
        loop {
            match self.notices.recv_timeout(GLANCE) {
                Ok(notice) => return Ok(notice),
                Err(RecvTimeoutError::Timeout) if !self.stage.interrupt.is_triggered() => {}
                Err(_) => return Ok(under_way),
            }
            self.packer.tick()?;
        }
    }
}

impl Supply<'_> {
    fn has_room(&self) -> bool {
        match self {
            Supply::Queue(ready) => ready.len() < QUEUE,
            Supply::Faces | Supply::Pass(_) => true,
        }
    }

    /// The face itself is in the table of faces and on disk.
    fn put(&mut self, ready: Ready) {
        if let Supply::Queue(queue) = self {
            queue.push_back(ready);
        }
    }

    /// The next CV to render.
    fn next(&mut self, faces: &Faces) -> Option<Ready> {
        match self {
            Supply::Faces => None,
            Supply::Queue(queue) => queue.pop_front(),
            // Without a face there is no CV; why, phase 1 has told.
            Supply::Pass(turns) => turns.find_map(|(turn, item)| {
                let item = item.ok()?;
                let hash = faces.get(turn)?;
                Some(Ready { turn, item, hash })
            }),
        }
    }
}
