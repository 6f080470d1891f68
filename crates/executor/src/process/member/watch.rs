//! What epoll is to tell about a worker.

use super::Member;
use rustix::event::epoll::{self, EventData, EventFlags};
use std::os::fd::OwnedFd;

/// What an event is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::process) enum Source {
    Socket,
    Pidfd,
    Stderr,
}

impl Member {
    /// Has epoll watch what matters now.
    pub(in crate::process) fn watch(&mut self, epoll: &OwnedFd) {
        let out = if self.blocked {
            EventFlags::OUT
        } else {
            EventFlags::empty()
        };
        let wanted = if self.hung_up {
            EventFlags::empty()
        } else {
            EventFlags::IN | out
        };
        let wanted = (wanted, !self.silent);
        if self.watched == Some(wanted) {
            return;
        }
        // Only memory can run out here, and then the worker is not watched: as if it were gone.
        let mut set =
            |fd: &OwnedFd, source: Source, before: Option<EventFlags>, flags: EventFlags| {
                let data = EventData::new_u64(key(self.pid, self.place, source));
                let result = match (before, flags.is_empty()) {
                    (Some(before), _) if before == flags => Ok(()),
                    (None, true) => Ok(()),
                    (None, false) => epoll::add(epoll, fd, data, flags),
                    (Some(_), true) => epoll::delete(epoll, fd),
                    (Some(_), false) => epoll::modify(epoll, fd, data, flags),
                };
                self.hung_up |= result.is_err();
            };
        let listen = |open: bool| {
            if open {
                EventFlags::IN
            } else {
                EventFlags::empty()
            }
        };
        if self.watched.is_none() {
            set(&self.pidfd, Source::Pidfd, None, EventFlags::IN);
        }
        set(
            &self.socket,
            Source::Socket,
            self.watched.map(|(flags, _)| flags),
            wanted.0,
        );
        set(
            &self.stderr,
            Source::Stderr,
            self.watched.map(|(_, open)| listen(open)),
            listen(wanted.1),
        );
        self.watched = Some(wanted);
    }
}

/// Names a worker's descriptor in an event; a stale event of an earlier worker on the same seat has another number.
fn key(pid: u32, place: u32, source: Source) -> u64 {
    u64::from(pid) << 32 | u64::from(place) << 2 | source as u64
}

/// The pid, the seat and the source of an event; `None`: the wake-up call.
pub(in crate::process) fn unkey(key: u64) -> Option<(u32, usize, Source)> {
    let source = match key & 3 {
        0 => Source::Socket,
        1 => Source::Pidfd,
        2 => Source::Stderr,
        _ => return None,
    };
    Some((
        (key >> 32) as u32,
        ((key & 0xffff_ffff) >> 2) as usize,
        source,
    ))
}

/// The key of the wake-up call.
pub(in crate::process) const WAKE: u64 = 3;
