//! What is due at a time: retries, limits on time and memory, kills.

use super::{DYING, Seat, State, hand_out::STUCK};
use crate::process::member::{End, Verdict};
use std::time::{Duration, Instant};

/// A worker has to answer within this time.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// A task that was sent but never starts makes its worker suspect after this time at the least.
const NEVER_STARTED: Duration = Duration::from_secs(2);
/// How often memory is looked at.
const MEMORY_CHECK: Duration = Duration::from_millis(20);

impl State {
    /// When tasks that were handed out just now may need a [tick](Self::tick).
    pub(in crate::process) fn next_look(&self, now: Instant) -> Option<Instant> {
        let memory = self.setup.memory_limit.map(|_| MEMORY_CHECK);
        let mut seats = self.seats.iter();
        let is_behind =
            |seat: &Seat| matches!(seat, Seat::Taken(member) if member.flight.len() > 1);
        let stuck = (self.queue.is_empty() && seats.any(is_behind)).then_some(STUCK);
        let first = [self.setup.timeout, memory, stuck]
            .into_iter()
            .flatten()
            .min();
        let first = first.map(|time| now + time);
        // A worker that has become needed may have to wait for its start.
        let starts = self.seats.iter().filter_map(|seat| match seat {
            Seat::Empty { not_before } if !self.queue.is_empty() => *not_before,
            _ => None,
        });
        starts.filter(|start| *start > now).chain(first).min()
    }

    /// What is due: retries, deadlines, memory, kills. Returns when it has to be called again.
    pub(in crate::process) fn tick(&mut self, now: Instant) -> Option<Instant> {
        self.listen_to_the_late(now);
        let mut next = None;
        let mut back = Vec::new();
        let mut at =
            |time: Instant| next = Some(next.map_or(time, |before: Instant| before.min(time)));
        for queued in self.delayed.extract_if(.., |(time, _)| *time <= now) {
            self.queue.push_back(queued.1);
        }
        self.delayed.iter().for_each(|(time, _)| at(*time));
        if let Some(time) = self.check_memory(now) {
            at(time);
        }
        let (limit, grace, epoch) = (self.setup.timeout, self.setup.grace, self.setup.epoch);
        let waiting = !self.queue.is_empty();
        for seat in &mut self.seats {
            let member = match seat {
                Seat::Empty {
                    not_before: Some(time),
                } if waiting && *time > now => {
                    at(*time);
                    continue;
                }
                Seat::Taken(member) => member,
                _ => continue,
            };
            if !member.ready && !member.killed {
                if now >= member.born + HANDSHAKE {
                    member.end = Some(End::Broken(format!(
                        "it did not answer within {HANDSHAKE:?}"
                    )));
                    member.kill();
                } else {
                    at(member.born + HANDSHAKE);
                }
            }
            if member.hung_up && member.end.is_none() && !member.killed {
                // Its connection broke while something was sent. As in `on_socket`.
                member.end = Some(End::Broken("it closed its connection".into()));
                member.kill_at = Some(now + DYING);
            }
            if let (Some(limit), true, false) =
                (limit, member.end.is_none(), member.flight.is_empty())
            {
                // Our own idea of its start may be too early: the worker knows better.
                let mut due = member.busy_since + limit;
                let running = member.running();
                if due <= now {
                    match running {
                        Some(number) => {
                            let started = member
                                .started_at()
                                .map_or(member.busy_since, |started| epoch + started);
                            due = started.max(member.busy_since) + limit;
                            if due <= now {
                                back.extend(member.condemn(number, Verdict::TimedOut, now + grace));
                            }
                        }
                        None => {
                            due = member.busy_since + limit.max(NEVER_STARTED);
                            if due <= now {
                                member.end =
                                    Some(End::Broken("it does not start its tasks".into()));
                                member.kill();
                            }
                        }
                    }
                }
                at(due.max(now + Duration::from_micros(50)));
            }
            if member.flight.len() > 1 && !waiting && now < member.busy_since + STUCK {
                at(member.busy_since + STUCK);
            }
            match member.kill_at {
                Some(time) if time <= now => member.kill(),
                Some(time) => at(time),
                None => {}
            }
        }
        self.take_back(back);
        next
    }

    /// Whoever seems late may have answered while this process was stopped, or had no core.
    fn listen_to_the_late(&mut self, now: Instant) {
        let limit = self.setup.timeout;
        for place in 0..self.seats.len() {
            let Some(member) = self.member(place) else {
                continue;
            };
            let is_late = match limit {
                _ if member.killed => false,
                _ if !member.ready => now >= member.born + HANDSHAKE,
                Some(limit) => {
                    member.end.is_none()
                        && !member.flight.is_empty()
                        && now >= member.busy_since + limit
                }
                None => false,
            };
            if is_late {
                self.on_socket(place, now, false);
            }
        }
    }

    fn check_memory(&mut self, now: Instant) -> Option<Instant> {
        let limit = self.setup.memory_limit?;
        if !self.is_busy() {
            self.next_memory_check = None;
            return None;
        }
        let due = *self.next_memory_check.get_or_insert(now + MEMORY_CHECK);
        if due > now {
            return Some(due);
        }
        let mut back = Vec::new();
        for member in self.members() {
            if let Some(number) = member.running()
                && resident(member.pid).is_some_and(|resident| resident > limit)
            {
                back.extend(member.condemn(number, Verdict::Memory, now));
            }
        }
        self.take_back(back);
        self.next_memory_check = Some(now + MEMORY_CHECK);
        self.next_memory_check
    }
}

/// How much memory of a process is resident, in bytes.
fn resident(pid: u32) -> Option<u64> {
    let statm = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?;
    let pages: u64 = statm.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(pages * rustix::param::page_size() as u64)
}
