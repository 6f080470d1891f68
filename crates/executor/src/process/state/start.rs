//! How workers come to life: when one is needed, how it is greeted, what happens if it does not answer as it should.

use super::{Action, LONGEST_PAUSE, Seat, State};
use crate::process::{
    member::{End, Member, Queued},
    spawn::Launched,
    sys,
    wire::{Hello, PROTOCOL, Ready},
};
use crate::{Death, Outcome, Usage};
use std::{
    io,
    time::{Duration, Instant},
};

/// Workers that cannot be started are tried again so often in a row.
const START_TRIES: u32 = 3;

impl State {
    /// The seat that should get a worker now. At most one worker for each task that waits.
    pub(in crate::process) fn next_spawn(&self, now: Instant) -> Option<usize> {
        let starting = self
            .seats
            .iter()
            .filter(|seat| matches!(seat, Seat::Starting) || is_new(seat))
            .count();
        if self.closed || self.queue.len() + usize::from(self.stuck) <= starting {
            return None;
        }
        let free = |seat: &Seat| matches!(seat, Seat::Empty { not_before } if not_before.is_none_or(|time| time <= now));
        self.seats.iter().position(free)
    }

    /// Takes in what the dispatcher started. `false`: it failed.
    pub(in crate::process) fn install(
        &mut self,
        place: usize,
        launched: io::Result<Launched>,
        now: Instant,
    ) -> bool {
        match launched {
            Ok(launched) => {
                let mut member = Member::new(launched, &self.hello(place), now);
                member.flush();
                self.seats[place] = Seat::Taken(Box::new(member));
                true
            }
            Err(error) => {
                self.start_failed(place, &error.to_string(), false, now);
                false
            }
        }
    }

    fn hello(&self, place: usize) -> Hello {
        let setup = &self.setup;
        Hello {
            protocol: PROTOCOL,
            worker: u32::try_from(place).unwrap_or(u32::MAX),
            metrics: setup.metrics,
            epoch: sys::monotonic()
                .saturating_sub(u64::try_from(setup.epoch.elapsed().as_nanos()).unwrap_or(0)),
            note_start: setup.timeout.is_some(),
            initialiser: self.options.initialiser.clone(),
            memory_limit: setup.memory_limit,
            nice: self.options.nice,
            lanes: self.lanes,
        }
    }

    /// A worker did not come to life. Whoever can still work does; if nobody can, tasks must not wait for ever.
    pub(super) fn start_failed(&mut self, place: usize, why: &str, hopeless: bool, now: Instant) {
        self.start_failures += 1;
        let pause = Duration::from_millis(10)
            .saturating_mul(1 << self.start_failures.min(10))
            .min(LONGEST_PAUSE);
        self.seats[place] = Seat::Empty {
            not_before: Some(now + pause),
        };
        // Who is still getting ready may work soon; if not, this is asked again then.
        let somebody = self
            .members()
            .any(|member| member.ready || !hopeless && member.end.is_none());
        if !somebody && (hopeless || self.start_failures >= START_TRIES) {
            let delayed = std::mem::take(&mut self.delayed)
                .into_iter()
                .map(|(_, queued)| queued);
            let tasks: Vec<_> = self.queue.drain(..).chain(delayed).collect();
            for Queued { task, .. } in tasks {
                let outcome = Outcome::Crashed {
                    death: Death::Start(why.into()),
                    stderr: String::new(),
                };
                self.actions
                    .push(Action::Deliver(task, None, Usage::default(), outcome));
            }
            self.start_failures = 0;
        }
    }

    pub(super) fn on_ready(&mut self, place: usize, ready: &Ready) {
        let same_program = self.options.program.is_none();
        let initialiser = self.options.initialiser.as_ref().map(|(name, _)| name);
        let wrong = if ready.protocol != PROTOCOL {
            Some(format!(
                "it speaks protocol {}, not {PROTOCOL}",
                ready.protocol
            ))
        } else if ready.tag != self.options.build_tag
            || same_program && ready.executable != self.executable
        {
            Some(format!(
                "it is another build (tag `{}`, not `{}`)",
                ready.tag, self.options.build_tag
            ))
        } else if let Some(job) = self
            .jobs
            .iter()
            .find(|job| !ready.jobs.iter().any(|name| name == job.name))
        {
            Some(format!("its entry line does not list job `{}`", job.name))
        } else {
            initialiser
                .filter(|name| !ready.initialisers.contains(name))
                .map(|name| format!("its entry line does not list initialiser `{name}`"))
        };
        let Some(member) = self.member(place) else {
            return;
        };
        match wrong {
            None => {
                let ran = member.ran();
                self.actions.push(Action::WorkerStarted(ran));
            }
            Some(what) => {
                member.ready = false;
                member.end = Some(End::Broken(what));
                member.kill();
            }
        }
    }
}

fn is_new(seat: &Seat) -> bool {
    matches!(seat, Seat::Taken(member) if !member.ready)
}
