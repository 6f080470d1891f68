//! What workers say.

use super::{Action, DYING, EXIT, Seat, State, sentence};
use crate::process::member::{End, Flight, Said};
use crate::{
    Outcome, Ran, Usage,
    bytes::{self, Bytes},
};
use std::time::{Duration, Instant};

impl State {
    /// A worker's socket can be read, or written again.
    pub(in crate::process) fn on_socket(&mut self, place: usize, now: Instant, dead: bool) {
        let mut said = std::mem::take(&mut self.said);
        let Some(member) = self.member(place) else {
            return;
        };
        let before = member.first;
        let mut result = member.listen(&mut said);
        while dead && result == Ok(true) {
            result = member.listen(&mut said);
        }
        if dead && result.is_ok() {
            member.inherit(&mut said);
        }
        if member.blocked {
            member.flush();
        }
        if let (Err(what), None | Some(End::Task(..))) = (result, &member.end) {
            member.end = Some(End::Broken(what));
            member.kill();
        } else if member.hung_up && member.kill_at.is_none() && !member.killed {
            // A dying process closes its socket before it is dead. If it is not dying, it is broken.
            member
                .end
                .get_or_insert(End::Broken("it closed its connection".into()));
            member.kill_at = Some(now + DYING);
        }
        let done = u32::try_from(member.first - before).unwrap_or(u32::MAX);
        let each = now
            .saturating_duration_since(member.busy_since)
            .checked_div(done)
            .unwrap_or_default();
        if done > 0 {
            member.busy_since = now;
        }
        let mut number = before;
        for word in said.drain(..) {
            match word {
                Said::Ready(ready) => self.on_ready(place, &ready),
                Said::Started(position) => self.on_started(place, position),
                Said::Done(flight, usage, outcome) => {
                    self.on_done(place, number, flight, usage, outcome, each);
                    number += 1;
                }
            }
        }
        self.said = said;
        self.retire_if_spent(place, now);
    }

    fn on_started(&mut self, place: usize, position: usize) {
        let Some(member) = self.member(place) else {
            return;
        };
        let ran = member.ran();
        if let Some(flight) = member.flight.get_mut(position) {
            flight.told = true;
            let tag = flight.queued.task.tag();
            self.actions.push(Action::Started(tag, ran));
        }
    }

    fn on_done(
        &mut self,
        place: usize,
        number: u64,
        flight: Flight,
        usage: Usage,
        outcome: Outcome<Bytes>,
        each: Duration,
    ) {
        let Some(Seat::Taken(member)) = self.seats.get_mut(place) else {
            return;
        };
        let ran = member.ran();
        self.start_failures = 0;
        // What ends well in its grace has ended well.
        let outcome = match (member.acquit(number), outcome) {
            (_, Outcome::Ok(bytes)) => Outcome::Ok(bytes),
            (Some(verdict), _) => sentence(&self.setup, verdict),
            (None, outcome) => outcome,
        };
        let took = usage.wall.unwrap_or(each).as_nanos() as f64;
        let typical = &mut self.jobs[flight.queued.job].typical;
        *typical = Some(typical.map_or(took, |before| before + (took - before) * 0.2));
        self.finish(flight, ran, usage, outcome);
    }

    pub(super) fn finish(
        &mut self,
        flight: Flight,
        ran: Ran,
        usage: Usage,
        outcome: Outcome<Bytes>,
    ) {
        if !flight.told && self.setup.is_observed() {
            self.actions
                .push(Action::Started(flight.queued.task.tag(), ran));
        }
        bytes::recycle(flight.queued.bytes);
        self.actions.push(Action::Deliver(
            flight.queued.task,
            Some(ran),
            usage,
            outcome,
        ));
    }

    fn retire_if_spent(&mut self, place: usize, now: Instant) {
        let quota = self.setup.tasks_per_worker.unwrap_or(u64::MAX);
        if let Some(member) = self.member(place)
            && member.is_open()
            && member.first >= quota
        {
            member.retire(now + EXIT);
        }
    }

    pub(in crate::process) fn on_stderr(&mut self, place: usize) {
        let forward = self.options.forward_stderr;
        if let Some(member) = self.member(place) {
            let heard = member.overhear();
            if forward && !heard.is_empty() {
                self.actions.push(Action::Print(heard));
            }
        }
    }
}
