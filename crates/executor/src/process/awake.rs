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

    /// Waits until it rings, but not long. `heard` says how often it has rung when that was noticed last.
    pub(crate) fn listen(&self, heard: &mut u64) -> bool {
        let start = Instant::now();
        loop {
            for _ in 0..32 {
                let now = self.0.load(Ordering::Acquire);
                if now != *heard {
                    *heard = now;
                    return true;
                }
                std::hint::spin_loop();
            }
            if start.elapsed() > LONGEST {
                return false;
            }
        }
    }
}
