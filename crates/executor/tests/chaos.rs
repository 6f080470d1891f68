//! Many small jobs while workers die at random, by their jobs' hands and from outside.
//!
//! Every job must have exactly one outcome, every output must be right, and no job may run more often than its attempts
//! allow: each run leaves its number in a file. `LONG=1` runs 200,000 jobs against more than 1,000 deaths.
#![expect(
    clippy::print_stdout,
    reason = "a test with a main of its own is not seen as a test"
)]

use brigade_executor::{Context, Event, Executor, Job, Mode, Outcome};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    error::Error,
    fs::{self, File, OpenOptions},
    io::Write,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::sleep,
    time::Duration,
};

#[derive(Serialize, Deserialize)]
struct Roulette {
    number: u64,
    log: PathBuf,
}

impl Roulette {
    /// About one job in 300 is deadly, in every attempt.
    fn is_deadly(number: u64) -> bool {
        number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32 & 0xffff < 220
    }
}

impl Job for Roulette {
    const NAME: &'static str = "roulette";
    type Output = u64;
    type Error = Box<dyn Error + Send + Sync>;

    #[expect(unsafe_code, reason = "it is meant to crash")]
    fn run(self, context: &Context) -> Result<u64, Self::Error> {
        let log =
            context.state_or_init(|| Mutex::new(OpenOptions::new().append(true).open(&self.log)));
        let mut log = log.lock().map_err(|_| "a job panicked")?;
        let file: &mut File = log.as_mut().map_err(|error| error.to_string())?;
        file.write_all(&self.number.to_le_bytes())?;
        if Self::is_deadly(self.number) {
            // SAFETY: none is wanted.
            unsafe {
                match self.number % 3 {
                    0 => libc::kill(libc::getpid(), libc::SIGKILL),
                    1 => libc::abort(),
                    _ => libc::raise(libc::SIGSEGV),
                };
            }
            sleep(Duration::from_secs(1000));
        }
        Ok(self.number * 3)
    }
}

fn main() {
    brigade_executor::worker().job::<Roulette>().enter();
    let long = std::env::var_os("LONG").is_some();
    let (jobs, pause) = if long { (200_000, 8) } else { (20_000, 15) };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let log = folder.path().join("runs");
    File::create(&log).expect("the folder is ours");

    let workers = Arc::new(Mutex::new(HashMap::new()));
    let deaths = Arc::new(AtomicUsize::new(0));
    let (seen, died) = (Arc::clone(&workers), Arc::clone(&deaths));
    let executor = Executor::builder()
        .mode(Mode::Processes)
        .workers(4)
        .crash_retries(1)
        .retry_backoff(Duration::from_millis(1))
        .forward_stderr(false)
        .observer(move |event: &Event<'_>| match event {
            Event::WorkerStarted(ran) => {
                seen.lock().expect("no panic").insert(ran.worker, ran.pid);
            }
            Event::WorkerLost { worker, .. } => {
                seen.lock().expect("no panic").remove(worker);
                died.fetch_add(1, Ordering::Relaxed);
            }
            _ => {}
        })
        .build()
        .expect("plain options");

    let over = AtomicBool::new(false);
    let mut outcomes: HashMap<u64, (u32, Outcome<u64>)> = HashMap::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // From outside: any worker, whatever it does.
            for turn in 0.. {
                sleep(Duration::from_millis(pause));
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let victim = workers.lock().expect("no panic").get(&(turn % 4)).copied();
                if let Some(pid) = victim.and_then(|pid| i32::try_from(pid).ok()) {
                    let signal = if turn % 2 == 0 {
                        libc::SIGKILL
                    } else {
                        libc::SIGSEGV
                    };
                    // SAFETY: a signal to a child; its number is not free before the executor has told that it is lost.
                    #[expect(unsafe_code, reason = "std has no kill by number")]
                    unsafe {
                        libc::kill(pid, signal)
                    };
                }
            }
        });
        for finished in executor.stream((0..jobs).map(|number| Roulette {
            number,
            log: log.clone(),
        })) {
            let report = finished.report;
            let before = outcomes.insert(report.index, (report.attempt, finished.outcome));
            assert!(
                before.is_none(),
                "job {} has a second outcome",
                report.index
            );
        }
        over.store(true, Ordering::Relaxed);
    });
    drop(executor);

    assert_eq!(outcomes.len() as u64, jobs, "a job has no outcome");
    let mut runs: HashMap<u64, u32> = HashMap::new();
    for number in fs::read(&log).expect("it is there").as_chunks().0 {
        *runs.entry(u64::from_le_bytes(*number)).or_default() += 1;
    }
    let mut counts: HashMap<&str, u64> = HashMap::new();
    let mut blamed = 0;
    for (number, (attempt, outcome)) in &outcomes {
        let runs = runs.get(number).copied().unwrap_or(0);
        assert!(
            runs <= *attempt,
            "job {number} ran {runs} times in {attempt} attempts"
        );
        blamed += attempt - u32::from(outcome.is_ok());
        let what = match outcome {
            Outcome::Ok(output) => {
                assert!(!Roulette::is_deadly(*number) && *output == number * 3 && runs >= 1);
                if *attempt == 1 {
                    "delivered"
                } else {
                    "blamed once, then delivered"
                }
            }
            Outcome::Crashed { .. } => {
                assert_eq!(*attempt, 2, "a crash is retried once");
                if Roulette::is_deadly(*number) {
                    "deadly, blamed"
                } else {
                    "killed from outside twice, blamed"
                }
            }
            other => panic!("job {number}: {other}"),
        };
        *counts.entry(what).or_default() += 1;
    }
    let deaths = deaths.load(Ordering::Relaxed);
    println!("{jobs} jobs, {deaths} workers died: {counts:?}");
    assert!(
        blamed as usize <= deaths,
        "only the task that runs is blamed for a death, not {blamed}"
    );
    assert!(deaths >= if long { 1000 } else { 50 });
}
