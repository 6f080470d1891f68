//! Tasks that nobody wants any more, and the pool's own end.

use super::{Action, EXIT, State};
use crate::Task;
use crate::process::member::{End, Member, Queued, Verdict};
use std::{collections::VecDeque, iter, time::Instant};

impl State {
    /// Stops one task, wherever it is.
    pub(in crate::process) fn cancel(&mut self, id: u64, now: Instant) {
        let grace = self.setup.grace;
        let mut back = Vec::new();
        for member in self.members() {
            let Some(position) = member
                .flight
                .iter()
                .position(|flight| flight.queued.task.tag().id == id)
            else {
                continue;
            };
            back = member.condemn(
                member.first + position as u64,
                Verdict::Cancelled,
                now + grace,
            );
        }
        self.take_back(back);
        self.drop_queued(|task| task.tag().id == id);
        self.dispatch(now);
    }

    /// Takes back and drops what nobody wants any more.
    pub(in crate::process) fn sweep(&mut self, now: Instant) {
        let mut back = Vec::new();
        for member in self.members() {
            if member
                .flight
                .iter()
                .any(|flight| flight.queued.task.is_cancelled())
            {
                back.extend(member.revoke());
            }
        }
        self.take_back(back);
        self.drop_queued(Task::is_cancelled);
        self.dispatch(now);
    }

    /// Puts what was [revoked](Member::revoke) back to where it was: before all that came later.
    pub(super) fn take_back(&mut self, mut back: Vec<Queued>) {
        let id = |queued: &Queued| queued.task.tag().id;
        let Some(last) = back.iter().map(id).max() else {
            return;
        };
        let queue = &mut self.queue;
        back.extend(iter::from_fn(|| queue.pop_front_if(|next| id(next) < last)));
        back.sort_unstable_by_key(id);
        back.into_iter()
            .rev()
            .for_each(|queued| queue.push_front(queued));
    }

    fn drop_queued(&mut self, which: impl Fn(&Task) -> bool) {
        let (dropped, kept) = std::mem::take(&mut self.queue)
            .into_iter()
            .partition(|queued| which(&queued.task));
        self.queue = kept;
        let dropped: VecDeque<Queued> = dropped;
        let delayed = self
            .delayed
            .extract_if(.., |(_, queued)| which(&queued.task))
            .map(|(_, queued)| queued);
        self.actions.extend(
            dropped
                .into_iter()
                .chain(delayed)
                .map(|queued| Action::Drop(queued.task)),
        );
    }

    /// No more tasks: what has not started is dropped.
    pub(in crate::process) fn close(&mut self) {
        self.closed = true;
        let back: Vec<_> = self.members().flat_map(Member::revoke).collect();
        self.queue.extend(back);
        self.drop_queued(|_| true);
    }

    /// Ends all workers: busy ones at once, idle ones after they had time to exit.
    pub(in crate::process) fn dismiss(&mut self, now: Instant) {
        for member in self.members() {
            match member.running() {
                _ if member.killed => {}
                Some(number) => {
                    member.end = Some(End::Task(number, Verdict::Cancelled));
                    member.kill();
                }
                None if !member.ready => member.kill(),
                None => member.retire(now + EXIT),
            }
        }
    }

    /// A worker that came when all was over goes at once.
    pub(in crate::process) fn dismiss_if_closed(&mut self) {
        if self.closed {
            self.members()
                .filter(|member| !member.ready)
                .for_each(|member| member.kill());
        }
    }
}
