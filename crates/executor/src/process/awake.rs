//! Waiting awake: for a moment, and only when a core has nothing else to do.
//!
//! To fall asleep and be woken takes two idle processes some 20 µs, far more than a tiny job and its way there and back. So who
//! waits for a tiny job's outcome looks at a counter in shared memory first, and so does a worker that waits for the
//! next one. Only one worker may be busy then: with more, somebody else needs the core.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Longer than a tiny job's way, shorter than what anybody would miss.
const LONGEST: Duration = Duration::from_micros(50);

/// Counts messages in one direction. On a cache line of its own: somebody looks at it all the time.
#[repr(C, align(64))]
pub(crate) struct Bell(AtomicU64);

impl Bell {
    /// Something has been sent.
    pub(crate) fn ring(&self) {
        self.0.fetch_add(1, Ordering::Release);
    }
}

/// Listens to a bell, as long as that is worth it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Ear {
    /// How often the bell had rung when it was last heard.
    heard: u64,
    /// So many waits are not begun awake, since the last ones were in vain: who should ring is not running, perhaps because it
    /// needs this very core.
    rest: u8,
    /// Doubles with each wait in vain.
    pause: u8,
}

impl Ear {
    /// Waits until it rings, but not long.
    pub(crate) fn listen(&mut self, bell: &Bell) -> bool {
        if self.rest > 0 {
            self.rest -= 1;
            return false;
        }
        let start = Instant::now();
        loop {
            for _ in 0..32 {
                let now = bell.0.load(Ordering::Acquire);
                if now != self.heard {
                    self.heard = now;
                    self.pause = 0;
                    return true;
                }
                std::hint::spin_loop();
            }
            if start.elapsed() > LONGEST {
                self.pause = self.pause.saturating_mul(2) | 1;
                self.rest = self.pause;
                return false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bell, Ear};
    use std::sync::atomic::AtomicU64;

    #[test]
    fn a_bell_is_heard_once_and_waits_in_vain_become_rare() {
        let (bell, mut ear) = (Bell(AtomicU64::new(0)), Ear::default());
        bell.ring();
        bell.ring();
        assert!(ear.listen(&bell));
        assert!(!ear.listen(&bell));
        bell.ring();
        assert!(!ear.listen(&bell), "it rests once after one wait in vain");
        assert!(ear.listen(&bell));
        (0..20).for_each(|_| assert!(!ear.listen(&bell)));
        assert!(ear.rest > 2);
    }
}
