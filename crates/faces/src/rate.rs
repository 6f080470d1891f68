//! At most so many requests in a time, over every worker of a machine that shares a file.
//!
//! Workers do not see each other, and retries happen inside them. So what they share is the moment of the next free
//! turn, in a file, under the kernel's lock, which goes with its holder however that ends. A worker that dies, or is
//! called off, between taking its turn and using it leaves a gap and nothing else.

use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A limit that everybody keeps who was given it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    /// Between two requests, at least.
    interval: Duration,
    /// Holds when the next one may start, in nanoseconds of the machine's clock.
    file: PathBuf,
}

impl Rate {
    /// A request every `interval`, agreed on in `file`. What the file says from before is forgotten.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn new(interval: Duration, file: impl Into<PathBuf>) -> io::Result<Self> {
        let file = file.into();
        fs::write(&file, 0u64.to_le_bytes())?;
        Ok(Self { interval, file })
    }

    /// Takes the next turn, and says how long until it comes.
    pub(crate) fn take(&self) -> io::Result<Duration> {
        let mut file = OpenOptions::new().read(true).write(true).open(&self.file)?;
        file.lock()?;
        let mut next = [0; 8];
        file.read_exact(&mut next)?;
        let now = now();
        let turn = now.max(Duration::from_nanos(u64::from_le_bytes(next)));
        let next = u64::try_from(turn.saturating_add(self.interval).as_nanos()).unwrap_or(u64::MAX);
        file.rewind()?;
        file.write_all(&next.to_le_bytes())?;
        Ok(turn - now)
    }

    pub(crate) fn file(&self) -> &Path {
        &self.file
    }
}

/// The same for every process of the machine, and not moved when somebody sets its time.
#[cfg(unix)]
fn now() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::try_from(now).expect("time since the machine started")
}

#[cfg(not(unix))]
fn now() -> Duration {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn turns_are_an_interval_apart_whoever_takes_them() {
        let folder = tempfile::tempdir().unwrap();
        let interval = Duration::from_secs(100);
        let rate = Rate::new(interval, folder.path().join("rate")).unwrap();
        let mut waits: Vec<Duration> = thread::scope(|scope| {
            let taking: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| rate.take().unwrap()))
                .collect();
            taking
                .into_iter()
                .map(|turn| turn.join().unwrap())
                .collect()
        });
        waits.sort();
        for (turn, wait) in (0..8).zip(waits) {
            let late = interval * turn - wait;
            assert!(late < Duration::from_secs(50), "turn {turn} in {wait:?}");
        }
        // A run that begins anew does not wait for the turns of an earlier one.
        let anew = Rate::new(interval, folder.path().join("rate")).unwrap();
        assert_eq!(anew.take().unwrap(), Duration::ZERO);
    }

    #[test]
    fn a_file_that_is_gone_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let rate = Rate::new(Duration::from_secs(1), folder.path().join("rate")).unwrap();
        fs::remove_file(rate.file()).unwrap();
        assert!(rate.take().is_err());
    }
}
