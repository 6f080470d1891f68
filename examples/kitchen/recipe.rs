//! What is done in a kitchen: fetching an ingredient, baking a cake.
//!
//! Bowl, oven and shelves are statics, each behind a lock, and the jobs know nothing of modes. On threads all cooks share
//! them, since threads share their process's memory; a worker process has statics of its own, so each cook has
//! a kitchen. That is the whole difference between 800 minutes and 80.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use brigade_executor::{Context, Job};
use serde::{Deserialize, Serialize};

use crate::bell::Bell;

static BOWL: Mutex<()> = Mutex::new(());
static OVEN: Mutex<()> = Mutex::new(());
static SHELVES: [Mutex<()>; 7] = [const { Mutex::new(()) }; 7];

/// What a cake needs, and the shelf it stands on: the eggs share one.
pub(crate) const INGREDIENTS: [(&str, usize); 11] = [
    ("flour", 0),
    ("sugar", 1),
    ("butter", 2),
    ("milk", 3),
    ("vanilla", 4),
    ("baking powder", 5),
    ("egg 1", 6),
    ("egg 2", 6),
    ("egg 3", 6),
    ("egg 4", 6),
    ("egg 5", 6),
];

/// What a cake is called, by its place.
pub(crate) fn cake(index: usize) -> String {
    format!("cake {}", index + 1)
}

/// What an ingredient is called.
pub(crate) fn ingredient(index: usize) -> String {
    INGREDIENTS[index].0.to_owned()
}

const REACHING: u32 = 1;
const MIXING: u32 = 20;
const BAKING: u32 = 60;

/// What only one hand at a time can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Thing {
    Shelf(usize),
    Bowl,
    Oven,
}

/// What a hand does from some moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Doing {
    Waiting(Thing),
    Using(Thing),
    Nothing,
}

/// What was begun, and when, since the job started.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) doing: Doing,
    pub(crate) at: Duration,
}

/// One ingredient, by its place in [`INGREDIENTS`].
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Fetch {
    pub(crate) ingredient: usize,
    pub(crate) minute: Duration,
    pub(crate) bell: Bell,
}

impl Job for Fetch {
    const NAME: &'static str = "fetch";
    type Output = Vec<Step>;
    type Error = io::Error;

    fn run(self, context: &Context) -> Result<Vec<Step>, Self::Error> {
        let (_, shelf) = INGREDIENTS[self.ingredient];
        let what = ingredient(self.ingredient);
        let mut hand = Hand::new(self.minute, self.bell, what, context);
        let place = hand.take(&SHELVES[shelf], Thing::Shelf(shelf))?;
        hand.spend(REACHING);
        drop(place);
        hand.done()
    }
}

/// One cake: mixed in the bowl, then baked in the oven, in the bowl unless there is a tin for it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Bake {
    pub(crate) cake: usize,
    pub(crate) tin: bool,
    pub(crate) minute: Duration,
    pub(crate) bell: Bell,
}

impl Job for Bake {
    const NAME: &'static str = "bake";
    type Output = Vec<Step>;
    type Error = io::Error;

    fn run(self, context: &Context) -> Result<Vec<Step>, Self::Error> {
        let mut hand = Hand::new(self.minute, self.bell, cake(self.cake), context);
        let mut bowl = Some(hand.take(&BOWL, Thing::Bowl)?);
        hand.spend(MIXING);
        if self.tin {
            bowl = None;
        }
        let oven = hand.take(&OVEN, Thing::Oven)?;
        hand.spend(BAKING);
        drop((oven, bowl));
        hand.done()
    }
}

/// A hand at work. Each step is noted for the record, and rung so that it is seen at once.
struct Hand {
    minute: Duration,
    bell: Bell,
    what: String,
    worker: u32,
    started: Instant,
    steps: Vec<Step>,
}

impl Hand {
    fn new(minute: Duration, bell: Bell, what: String, context: &Context) -> Self {
        Self {
            minute,
            bell,
            what,
            worker: context.worker(),
            started: Instant::now(),
            steps: Vec::new(),
        }
    }

    /// Takes a thing, as soon as nobody else has it.
    fn take<'a>(&mut self, thing: &'a Mutex<()>, called: Thing) -> io::Result<MutexGuard<'a, ()>> {
        let guard = match thing.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(error)) => error.into_inner(),
            Err(TryLockError::WouldBlock) => {
                self.note(Doing::Waiting(called))?;
                thing.lock().unwrap_or_else(PoisonError::into_inner)
            }
        };
        self.note(Doing::Using(called))?;
        Ok(guard)
    }

    fn spend(&self, minutes: u32) {
        sleep(self.minute * minutes);
    }

    fn done(mut self) -> io::Result<Vec<Step>> {
        self.note(Doing::Nothing)?;
        Ok(self.steps)
    }

    fn note(&mut self, doing: Doing) -> io::Result<()> {
        let at = self.started.elapsed();
        self.steps.push(Step { doing, at });
        self.bell.ring(self.worker, &self.what, doing)
    }
}

impl Thing {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Shelf(_) => "shelf",
            Self::Bowl => "bowl",
            Self::Oven => "oven",
        }
    }
}
