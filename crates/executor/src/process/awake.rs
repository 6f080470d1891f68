//! Waiting awake: for a moment, and only when a core has nothing else to do.
//!
//! To fall asleep and be woken takes two idle processes some 20 µs, far more than a tiny job and its way there and back. So who
//! waits for a tiny job's outcome looks again and again before it sleeps, and so does a worker that waits for the next
//! one. Only one worker may be busy then: with more, somebody else needs the core.

use std::time::{Duration, Instant};

/// Longer than a tiny job's way, shorter than what anybody would miss.
const LONGEST: Duration = Duration::from_micros(50);

/// Remembers whether it was worth it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Patience {
    /// So many waits are not begun awake, since the last ones were in vain: who should answer does not run, perhaps because it
    /// needs this very core.
    rest: u8,
    /// Doubles with each wait in vain.
    pause: u8,
}

impl Patience {
    /// Looks until `look` has seen something, but not long. False: it is time to sleep.
    pub(crate) fn wait<E>(&mut self, mut look: impl FnMut() -> Result<bool, E>) -> Result<bool, E> {
        if self.rest > 0 {
            self.rest -= 1;
            return Ok(false);
        }
        let start = Instant::now();
        while !look()? {
            if start.elapsed() > LONGEST {
                self.pause = self.pause.saturating_mul(2) | 1;
                self.rest = self.pause;
                return Ok(false);
            }
            std::hint::spin_loop();
        }
        self.pause = 0;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::Patience;
    use std::convert::Infallible;

    #[test]
    fn waits_in_vain_become_rare() {
        let mut patience = Patience::default();
        let mut wait = |seen: bool| patience.wait(|| Ok::<_, Infallible>(seen)).unwrap();
        assert!(wait(true));
        assert!(!wait(false));
        assert!(!wait(true), "it rests once after one wait in vain");
        assert!(wait(true));
        let tries = (0..100).filter(|_| {
            let mut looked = false;
            let _ = patience.wait(|| {
                looked = true;
                Ok::<_, Infallible>(false)
            });
            looked
        });
        assert!(tries.count() < 8);
    }
}
