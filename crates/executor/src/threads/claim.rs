//! A thread's claim to a place, from the start that was asked for to the thread's end.

use super::{Place, Shared, work::Work};
use crate::setup::lock;
use std::sync::{Arc, atomic::Ordering};

/// A place that a thread has, or is to get: given back however that ends, or if the thread does not come.
pub(super) struct Claim(pub(super) Arc<Shared>, pub(super) Option<Place>);

impl Claim {
    /// A thread of our own: works and sleeps until the end, or until it is one too many.
    pub(super) fn own(mut self) {
        let Self(shared, Some(Place(worker, local, pace))) = &mut self else {
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
        let Self(shared, claimed) = &mut self;
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
        let Self(shared, place) = self;
        let Some(place) = place.take() else { return };
        let is_closed = || shared.closed.load(Ordering::SeqCst);
        if is_closed() {
            shared.discard(&|_| true);
        }
        shared.give_back(place);
        let deserted = shared.spawner.is_some() && lock(&shared.state).threads == 0;
        if deserted || is_closed() {
            // Nobody would ever come for it.
            shared.discard(&|_| true);
        } else if !shared.is_empty() {
            // Somebody may have roused this thread for a task.
            shared.rouse(1);
        }
    }
}
