//! Times by step, taken in turns.

use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

/// Seconds by step, in the order in which the steps came first.
#[derive(Debug, Default)]
pub struct Steps {
    names: Vec<String>,
    seconds: Vec<Vec<f64>>,
}

impl Steps {
    /// Notes one time of a step.
    pub fn add(&mut self, name: &str, seconds: f64) {
        let index = self
            .names
            .iter()
            .position(|known| known == name)
            .unwrap_or_else(|| {
                self.names.push(name.to_owned());
                self.seconds.push(Vec::new());
                self.names.len() - 1
            });
        self.seconds[index].push(seconds);
    }

    /// Runs a step `repeats` times and notes the CPU time of one.
    ///
    /// # Errors
    /// The step's.
    pub fn time<T>(
        &mut self,
        name: &str,
        repeats: u32,
        mut step: impl FnMut() -> Result<T, Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        let start = cpu_time();
        for _ in 0..repeats {
            black_box(step()?);
        }
        let seconds = (cpu_time() - start).as_secs_f64();
        self.add(name, seconds / f64::from(repeats));
        Ok(())
    }

    /// The median of a step's times.
    #[must_use]
    pub fn median(&self, name: &str) -> Option<f64> {
        let index = self.names.iter().position(|known| known == name)?;
        let mut seconds = self.seconds[index].clone();
        seconds.sort_by(f64::total_cmp);
        Some(seconds[seconds.len() / 2])
    }

    /// The steps, in the order in which they came first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Prints every step's median in milliseconds.
    pub fn print(&self) {
        for name in &self.names {
            let milliseconds = self.median(name).unwrap_or(f64::NAN) * 1e3;
            println!("{milliseconds:>10.3} ms  {name}");
        }
    }
}

/// CPU time of this thread.
#[must_use]
pub fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
