//! A thread's claim to a place, from the start that was asked for to the thread's end.

use super::{Place, Shared, work::Work};
use crate::setup::lock;
use std::sync::{Arc, atomic::Ordering};

/// A place that a thread has, or is to get: given back however that ends, or if the thread does not come.
pub(super) struct Claim {
    shared: Arc<Shared>,
    place: Option<Place>,
    /// Whether the thread has come.
    is_here: bool,
}

impl Claim {
    pub(super) fn new(shared: &Arc<Shared>, place: Place) -> Self {
        Self {
            shared: Arc::clone(shared),
            place: Some(place),
            is_here: false,
        }
    }

    /// A thread of our own: works and sleeps until the end, or until it is one too many.
    pub(super) fn own(mut self) {
        self.is_here = true;
        let (shared, Some(Place(worker, local, pace))) = (&self.shared, &mut self.place) else {
            return;
        };
        while !shared.closed.load(Ordering::SeqCst) {
            match (shared.find(local, pace), &shared.scout) {
                (Some(Work::Task(task)), Some(scout)) if scout.looks() => {
                    scout.watch(worker, task);
                    shared.follow(scout, None);
                }
                (Some(work), _) => shared.run(work, worker, local),
                (None, _) => {
                    pace.pause();
                    if !shared.search() {
                        shared.sleep();
                    }
                }
            }
            if worker.place() as usize >= shared.limit.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    /// A thread of somebody else: works while there is work, then gives the place back.
    pub(super) fn lent(mut self) {
        self.is_here = true;
        let (shared, claimed) = (&self.shared, &mut self.place);
        while let Some(place) = claimed {
            let Place(worker, local, pace) = place;
            while let Some(work) = shared.find(local, pace) {
                shared.run(work, worker, local);
            }
            claimed
                .take()
                .into_iter()
                .for_each(|place| shared.give_back(place));
            // A task that came just now may have found no free place.
            if !shared.is_empty() {
                *claimed = shared.take_place();
            }
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let shared = &self.shared;
        let Some(place) = self.place.take() else {
            return;
        };
        let is_closed = || shared.closed.load(Ordering::SeqCst);
        if is_closed() {
            shared.discard(&|_| true);
        }
        shared.give_back(place);
        let deserted = shared.spawner.is_some() && lock(&shared.state).threads == 0;
        if deserted || is_closed() {
            // Nobody would ever come for it.
            shared.discard(&|_| true);
        } else if self.is_here && !shared.is_empty() {
            // Somebody may have roused this thread for a task. For one that did not come another would not come either.
            shared.rouse(1);
        }
    }
}
