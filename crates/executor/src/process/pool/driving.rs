//! Who waits for events: the dispatcher, or a thread that waits for an outcome and lends itself.

use super::{DELIVERING, Dispatcher, Driver, Pool, STANDBY};
use crate::process::{
    member::{Source, unkey},
    spawn,
    state::Seat,
};
use crate::setup::lock;
use rustix::{buffer::spare_capacity, event::epoll, fs::Timespec};
use std::{convert::Infallible, sync::PoisonError, thread::current, time::Instant};

impl Pool {
    /// The dispatcher's life.
    pub(in crate::process) fn dispatch(&self) {
        let mut hall = lock(&self.hall);
        let mut seen = None;
        while !hall.over {
            if let Some(place) = hall.state.next_spawn(Instant::now()) {
                hall.state.seats[place] = Seat::Starting;
                drop(hall);
                let launched = spawn::launch(self.program.as_deref());
                hall = lock(&self.hall);
                let now = Instant::now();
                hall.state.install(place, launched, now);
                hall.state.dismiss_if_closed();
                self.turned.notify_all();
                if hall.waits.is_some() {
                    // Whoever waits for events knows nothing of the pause, or the time for an answer, that has begun here.
                    self.poke();
                }
                self.leave(hall);
            } else if hall.driver != Driver::Nobody || hall.wanted || hall.recent {
                // Asleep only if the same thread drives since the last look: joins of short jobs cost no wake-up.
                let drives = hall.drives;
                let long = hall.driver != Driver::Nobody && seen == Some(drives);
                seen = Some(drives);
                hall.dispatcher = if long {
                    Dispatcher::Asleep
                } else {
                    Dispatcher::Standby
                };
                if long {
                    hall = self
                        .standby
                        .wait(hall)
                        .unwrap_or_else(PoisonError::into_inner);
                } else {
                    let (back, result) = self
                        .standby
                        .wait_timeout(hall, STANDBY)
                        .unwrap_or_else(PoisonError::into_inner);
                    hall = back;
                    if result.timed_out() && hall.driver == Driver::Nobody && hall.drives == drives
                    {
                        hall.recent = false;
                    }
                }
                hall.dispatcher = Dispatcher::Awake;
                continue;
            } else {
                seen = None;
                hall.driver = Driver::Dispatcher;
                drop(hall);
                self.turn(None, false);
                hall = lock(&self.hall);
                hall.driver = Driver::Nobody;
                if hall.wanted {
                    self.turned.notify_all();
                }
                continue;
            }
            hall = lock(&self.hall);
        }
    }

    /// Waits for events, at most until `deadline`, and processes them. `lent`: somebody wants an outcome as soon as it is there.
    fn turn(&self, deadline: Option<Instant>, lent: bool) {
        let now = Instant::now();
        let mut hall = lock(&self.hall);
        // What has become due since the last look is dealt with before the wait, which would know nothing of it.
        let due = hall.state.tick(now);
        hall.state.dispatch(now);
        let due = if hall.state.actions.is_empty() {
            due
        } else {
            Some(now)
        };
        let mut patience = (lent && hall.state.is_solo()).then_some(hall.patience);
        let due = [due, deadline].into_iter().flatten().min();
        hall.waits = Some(due);
        self.leave(hall);
        let timeout = due.map(|due| {
            let left = due.saturating_duration_since(Instant::now());
            Timespec {
                tv_sec: left.as_secs().min(1 << 30).cast_signed(),
                tv_nsec: i64::from(left.subsec_nanos()),
            }
        });
        let mut events: Vec<epoll::Event> = Vec::with_capacity(64);
        // An interruption by a signal, and nothing else, is expected; either way the state is looked at again.
        let mut look = |timeout| {
            let _ = epoll::wait(&self.epoll, spare_capacity(&mut events), timeout);
            Ok::<_, Infallible>(!events.is_empty())
        };
        let at_once = Timespec::default();
        let Ok(seen) = match &mut patience {
            Some(patience) => patience.wait(|| look(Some(&at_once))),
            None => Ok(false),
        };
        if !seen {
            let Ok(_) = look(timeout.as_ref());
        }
        let mut hall = lock(&self.hall);
        let now = Instant::now();
        hall.waits = None;
        hall.patience = patience.unwrap_or(hall.patience);
        for event in events {
            match unkey(event.data.u64()) {
                None => drop(rustix::io::read(&self.wake, &mut [0; 8])),
                Some((pid, place, source)) => {
                    if hall
                        .state
                        .member(place)
                        .is_some_and(|member| member.pid == pid)
                    {
                        match source {
                            Source::Socket => hall.state.on_socket(place, now, false),
                            Source::Stderr => hall.state.on_stderr(place),
                            Source::Pidfd => hall.state.on_death(place, now),
                        }
                    }
                }
            }
        }
        hall.state.tick(now);
        hall.state.dispatch(now);
        let closed = hall.state.closed;
        self.leave(hall);
        if closed {
            // Who shuts down waits for what has just happened.
            self.turned.notify_all();
        }
    }

    /// See [`Backend::lend`](crate::Backend::lend).
    pub(in crate::process) fn lend(
        &self,
        ready: &dyn Fn() -> bool,
        deadline: Option<Instant>,
    ) -> bool {
        let is_late = || deadline.is_some_and(|deadline| deadline <= Instant::now());
        if is_late() {
            return ready();
        }
        let delivering = DELIVERING.with_borrow(|pools| !pools.is_empty());
        let mut hall = lock(&self.hall);
        if matches!(hall.driver, Driver::Lent(_)) || hall.wanted || hall.over || delivering {
            // Somebody drives already, and the dispatcher will after that.
            hall.sleepers = true;
            return ready();
        }
        hall.wanted = true;
        if hall.driver == Driver::Dispatcher {
            self.poke();
            hall = self
                .turned
                .wait_while(hall, |hall| hall.driver == Driver::Dispatcher)
                .unwrap_or_else(PoisonError::into_inner);
        }
        hall.wanted = false;
        hall.driver = Driver::Lent(current().id());
        hall.drives += 1;
        drop(hall);
        while !ready() && !self.setup.is_stopped() {
            // At least once, however short the time: the dispatcher has made way.
            self.turn(deadline, true);
            if is_late() {
                break;
            }
        }
        let mut hall = lock(&self.hall);
        hall.driver = Driver::Nobody;
        let urgent =
            std::mem::take(&mut hall.sleepers) || hall.state.closed || hall.state.has_long_tasks();
        hall.recent = !urgent;
        if urgent || hall.dispatcher == Dispatcher::Asleep {
            self.standby.notify_one();
        }
        true
    }
}
