//! Which task goes to which worker, and how many at a time.

use super::{AHEAD, Action, Seat, State};
use crate::process::{
    lanes,
    member::{Member, Queued},
};
use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

/// Tasks behind one that takes longer than this are given to idle workers.
pub(super) const STUCK: Duration = Duration::from_millis(1);
/// And to anybody if it takes so many times as long as such a job usually does, and so long that its worker does not just wait
/// for a core.
const OUTLIER: f64 = 4.0;
const HELD_UP: Duration = Duration::from_millis(20);
/// The most tasks in flight to one worker.
const MOST: usize = 256;

impl State {
    /// How many tasks of a kind a worker may have at a time.
    fn depth(&self, job: usize) -> usize {
        match self.jobs[job].typical {
            None => 1,
            // The next task waits at the worker, so that it need not wait for us. For long jobs that is no gain.
            Some(nanos) if nanos > 20e6 => 1,
            Some(nanos) => (AHEAD.as_nanos() as f64 / nanos.max(1.0)) as usize + 2,
        }
        .min(MOST)
    }

    /// Hands out what waits.
    pub(in crate::process) fn dispatch(&mut self, now: Instant) {
        self.steal(now);
        while let Some(front) = self.queue.front() {
            if front.task.is_cancelled() {
                let queued = self.queue.pop_front().expect("it was there just now");
                self.actions.push(Action::Drop(queued.task));
                continue;
            }
            let (job, large) = (front.job, front.bytes.len() >= lanes::LARGE);
            let Some((place, room)) = self.choose(job, large, now) else {
                break;
            };
            let workers = self
                .seats
                .iter()
                .filter(|seat| !matches!(seat, Seat::Empty { .. }))
                .count();
            let share = self.queue.len().div_ceil(workers).min(room);
            let told = self.setup.is_observed() && !self.is_tiny(job);
            let Seat::Taken(member) = &mut self.seats[place] else {
                break;
            };
            for _ in 0..share {
                if self
                    .queue
                    .front()
                    .is_none_or(|next| next.job != job || next.task.is_cancelled())
                {
                    break;
                }
                let queued = self.queue.pop_front().expect("it was there just now");
                member.give(queued, told, now);
            }
            let solo = u64::from(self.is_solo());
            for member in self.members() {
                member.board.awake.store(solo, Ordering::Relaxed);
            }
            if let Some(member) = self.member(place) {
                member.flush();
            }
        }
    }

    /// Who should get the next task, and how many: an idle worker first; a busy one only if that saves waiting for nobody else.
    fn choose(&self, job: usize, large: bool, now: Instant) -> Option<(usize, usize)> {
        let depth = if large {
            self.depth(job).min(2)
        } else {
            self.depth(job)
        };
        let full_house = self
            .seats
            .iter()
            .all(|seat| matches!(seat, Seat::Taken(member) if member.ready));
        let ahead = full_house || self.is_tiny(job);
        let quota = self.setup.tasks_per_worker.unwrap_or(u64::MAX);
        let open = self
            .seats
            .iter()
            .enumerate()
            .filter_map(|(place, seat)| match seat {
                Seat::Taken(member) if member.is_open() => {
                    let left =
                        usize::try_from(quota.saturating_sub(member.sent())).unwrap_or(usize::MAX);
                    let room = depth.saturating_sub(member.flight.len()).min(left);
                    let may = member.flight.is_empty()
                        || ahead
                            && member.flight.len() <= depth / 2
                            && !member.blocked
                            && !self.is_held_up(member, now);
                    (may && room > 0).then_some((place, room, member.flight.len()))
                }
                _ => None,
            });
        open.min_by_key(|(.., in_flight)| *in_flight)
            .map(|(place, room, _)| (place, room))
    }

    /// Whether a worker has a task that takes far longer than was to be expected.
    fn is_held_up(&self, member: &Member, now: Instant) -> bool {
        let since = now.saturating_duration_since(member.busy_since);
        since >= HELD_UP
            && member.flight.front().is_some_and(|front| {
                let typical = self.jobs[front.queued.job].typical;
                typical.is_none_or(|nanos| since.as_nanos() as f64 > OUTLIER * nanos)
            })
    }

    /// Whether what waits at a worker came later than what waits here: taken back from somebody who is held up.
    fn overtakes(&self, member: &Member) -> bool {
        let id = |queued: &Queued| queued.task.tag().id;
        let next = member.flight.get(1).map(|flight| id(&flight.queued));
        let first = self.queue.front().map(id);
        first.zip(next).is_some_and(|(first, next)| first < next)
    }

    /// Takes tasks from behind a long one: when somebody else has nothing to do, or when it is far too long.
    fn steal(&mut self, now: Instant) {
        self.stuck = false;
        if self.closed {
            return;
        }
        for place in 0..self.seats.len() {
            if let Seat::Taken(member) = &self.seats[place]
                && member.is_open()
                && member.flight.len() > 1
                && (self.is_held_up(member, now) || self.overtakes(member))
            {
                let back = self.member(place).map(Member::revoke);
                self.take_back(back.unwrap_or_default());
            }
        }
        if !self.queue.is_empty() {
            return;
        }
        let late = |member: &Member| {
            member.is_open()
                && member.flight.len() > 1
                && now.saturating_duration_since(member.busy_since) >= STUCK
        };
        if !self.members().any(|member| late(member)) {
            return;
        }
        let quota = self.setup.tasks_per_worker.unwrap_or(u64::MAX);
        if self
            .members()
            .any(|member| member.is_open() && member.flight.is_empty() && member.sent() < quota)
        {
            let back = self
                .members()
                .find(|member| late(member))
                .map(Member::revoke);
            self.queue.extend(back.unwrap_or_default());
        } else {
            self.stuck = true;
        }
    }
}
