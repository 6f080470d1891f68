//! What becomes of a dead worker's tasks.

use super::{Action, LONGEST_PAUSE, Seat, State, sentence};
use crate::process::member::{End, Flight, Member, Queued};
use crate::{Death, Outcome, Usage};
use std::time::Instant;

impl State {
    /// A worker process has ended. Its tasks: what it delivered is kept, what it never started goes back, what it started is blamed.
    pub(in crate::process) fn on_death(&mut self, place: usize, now: Instant) {
        self.on_socket(place, now, true);
        self.on_stderr(place);
        let Some(seat) = self.seats.get_mut(place) else {
            return;
        };
        let Seat::Taken(mut member) = std::mem::replace(seat, Seat::Empty { not_before: None })
        else {
            return;
        };
        let death = member.reap();
        let claimed = member.claimed();
        let flights = std::mem::take(&mut member.flight);
        if !member.ready {
            let (why, hopeless) = match &member.end {
                Some(End::Broken(what)) if member.killed => (what.clone(), true),
                _ => (
                    format!("it {death}; last words: {}", member.last_words()),
                    false,
                ),
            };
            self.start_failed(place, &why, hopeless, now);
        }
        let retired = matches!(member.end, Some(End::Retired));
        let (worker, pid, told) = (member.place, member.pid, member.ready);
        if told {
            let death = (!retired).then(|| death.clone());
            self.actions.push(Action::WorkerLost { worker, pid, death });
        }
        let mut back = Vec::new();
        for (number, flight) in (member.first..).zip(flights) {
            if number >= claimed {
                back.push(flight.queued);
                continue;
            }
            self.blame(&member, number, number + 1 == claimed, flight, &death, now);
        }
        for queued in back.into_iter().rev() {
            self.requeue(queued);
        }
        if member.ready && claimed == 0 && !retired {
            // The next may not come to more either: such tasks must not be passed on for ever.
            let words = member.last_words();
            let why = format!("it {death} before its first task; last words: {words}");
            self.start_failed(place, &why, false, now);
        }
    }

    fn requeue(&mut self, queued: Queued) {
        if self.closed {
            self.actions.push(Action::Drop(queued.task));
        } else {
            self.queue.push_front(queued);
        }
    }

    fn blame(
        &mut self,
        member: &Member,
        number: u64,
        last: bool,
        mut flight: Flight,
        death: &Death,
        now: Instant,
    ) {
        let started = member
            .started_at()
            .filter(|_| last && self.setup.metrics >= crate::Metrics::Wall);
        let wall = started.map(|started| self.setup.epoch.elapsed().saturating_sub(started));
        let usage = Usage {
            started,
            wall,
            ..Usage::default()
        };
        let stderr = member.last_words();
        let starved = self
            .setup
            .memory_limit
            .filter(|_| last && stderr.contains("memory allocation of"));
        let outcome = match (&member.end, starved) {
            (Some(End::Task(condemned, verdict)), _) if *condemned == number && member.killed => {
                sentence(&self.setup, *verdict)
            }
            (_, Some(limit)) if *death == Death::Signal(libc::SIGABRT) => {
                Outcome::MemoryLimit { limit }
            }
            _ => Outcome::Crashed {
                death: death.clone(),
                stderr,
            },
        };
        let tag = flight.queued.task.tag();
        let again = matches!(outcome, Outcome::Crashed { .. })
            && tag.attempt <= self.setup.crash_retries
            && !self.closed
            && !flight.queued.task.is_cancelled();
        if again {
            if !flight.told && self.setup.is_observed() {
                self.actions.push(Action::Started(tag, member.ran()));
            }
            self.actions.push(Action::Retried(tag, outcome.map(drop)));
            let pause = self
                .setup
                .retry_backoff
                .saturating_mul(1 << (tag.attempt - 1).min(16))
                .min(LONGEST_PAUSE);
            flight.queued.task.retry();
            self.delayed.push((now + pause, flight.queued));
        } else {
            self.finish(flight, member.ran(), usage, outcome);
        }
    }
}
