//! The executor against floors made by hand and against peers, in one run; every row ends with a ratio.
//!
//! `cargo bench --bench executor`. Ratios carry over to other machines, the figures do not. What each row is compared with, and the goals:
//! `docs/performance.md`.
#![expect(clippy::print_stdout, reason = "a benchmark shows what it measured")]

#[path = "support/floor.rs"]
mod floor;

use brigade_executor::{Builder, Context, Event, Executor, Job, Metrics, Mode, Outcome};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use std::{
    convert::Infallible,
    hint::black_box,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

const WORKERS: usize = 2;

#[derive(Serialize, Deserialize)]
enum Probe {
    Nothing(u64),
    Burn(Duration),
    Hang,
    Die,
}

impl Job for Probe {
    const NAME: &'static str = "probe";
    type Output = u64;
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<u64, Infallible> {
        match self {
            Self::Nothing(number) => return Ok(number),
            Self::Burn(time) => burn(time),
            Self::Hang => thread::sleep(Duration::from_secs(1000)),
            Self::Die => std::process::abort(),
        }
        Ok(0)
    }
}

/// Computes for a while.
fn burn(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        std::hint::spin_loop();
    }
}

#[derive(Serialize, Deserialize)]
struct Bulk(ByteBuf);

impl Job for Bulk {
    const NAME: &'static str = "bulk";
    type Output = ByteBuf;
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<ByteBuf, Infallible> {
        Ok(self.0)
    }
}

fn builder(mode: Mode) -> Builder {
    Executor::builder()
        .mode(mode)
        .workers(WORKERS)
        .metrics(Metrics::Off)
        .forward_stderr(false)
}

fn warm(builder: Builder) -> Executor {
    let executor = builder.build().expect("plain options");
    assert_eq!(
        executor
            .map((0..10_000).map(Probe::Nothing))
            .filter(Outcome::is_ok)
            .count(),
        10_000
    );
    executor
}

/// The median of five measurements of `count` steps, in nanoseconds a step.
fn each(count: u64, mut run: impl FnMut()) -> f64 {
    let mut times: Vec<_> = (0..5)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_nanos() as f64 / count as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[2]
}

fn row(what: &str, ours: f64, peers: &[(&str, f64)]) {
    let show = |nanos: f64| {
        if nanos < 10_000.0 {
            format!("{nanos:.1} ns")
        } else {
            format!("{:.1} us", nanos / 1e3)
        }
    };
    println!("{what}: {}", show(ours));
    for (peer, theirs) in peers {
        println!("    {:>7.3} x {peer} ({})", ours / theirs, show(*theirs));
    }
}

fn map_all(executor: &Executor, count: u64) {
    assert_eq!(
        executor
            .map((0..count).map(Probe::Nothing))
            .map(|outcome| outcome.ok())
            .flatten()
            .count() as u64,
        count
    );
}

fn main() {
    floor::enter();
    brigade_executor::worker()
        .job::<Probe>()
        .job::<Bulk>()
        .enter();
    procspawn::init();
    tiny_jobs();
    metrics();
    one_at_a_time();
    large_payloads();
    speed_up();
    first_result();
    recovery();
}

fn tiny_jobs() {
    let count = 300_000;
    let processes = warm(builder(Mode::Processes));
    let ours = each(count, || map_all(&processes, count));
    let mut pair = floor::Pair::new();
    let floor = each(count, || pair.batched(count, 16));
    let pool = floor::ThreadPool::new(WORKERS);
    let crossbeam = each(count, || pool.run(count));
    let spawned = procspawn::Pool::builder(WORKERS)
        .build()
        .expect("it starts");
    let few = 2000;
    let peer = each(few, || {
        let handles: Vec<_> = (0..few)
            .map(|number| spawned.spawn(number, |number: u64| number))
            .collect();
        handles
            .into_iter()
            .for_each(|handle| drop(black_box(handle.join().expect("it runs"))));
    });
    row(
        "processes, map of no-ops",
        ours,
        &[
            ("socketpair by hand, 16 in flight, batched", floor),
            ("crossbeam thread pool", crossbeam),
            ("procspawn", peer),
        ],
    );

    let threads = warm(builder(Mode::Threads));
    let ours = each(count, || map_all(&threads, count));
    let rayon = each(count, || {
        let outputs: Vec<u64> = (0..count as usize)
            .into_par_iter()
            .with_max_len(1)
            .map(|n| black_box(n as u64))
            .collect();
        assert_eq!(outputs.len() as u64, count);
    });
    row(
        "threads, map of no-ops",
        ours,
        &[("rayon par_iter, unit splitting", rayon)],
    );
    let ours = each(count, || {
        let handles: Vec<_> = (0..count)
            .map(|number| threads.submit(Probe::Nothing(number)))
            .collect();
        handles
            .into_iter()
            .for_each(|handle| drop(black_box(handle.join())));
    });
    row(
        "threads, submit all, join all",
        ours,
        &[("crossbeam thread pool", crossbeam)],
    );

    let sequential = warm(builder(Mode::Sequential));
    let ours = each(count, || map_all(&sequential, count));
    let plain = each(count, || {
        drop(black_box(
            (0..count)
                .map(|n| black_box(Probe::Nothing(black_box(n))))
                .count(),
        ))
    });
    row(
        "sequential, map of no-ops",
        ours,
        &[("a plain loop", plain)],
    );
    println!("    {:.1} ns over it", ours - plain);
}

fn metrics() {
    let count = 200_000;
    for mode in [Mode::Sequential, Mode::Threads, Mode::Processes] {
        let cost = |level| {
            let executor = warm(builder(mode).metrics(level));
            each(count, || map_all(&executor, count))
        };
        let (off, wall, full) = (cost(Metrics::Off), cost(Metrics::Wall), cost(Metrics::Full));
        println!(
            "{mode}, what metrics add: wall {:.0} ns, full {:.0} ns",
            wall - off,
            full - off
        );
    }
}

fn one_at_a_time() {
    let count = 3000;
    let processes = warm(builder(Mode::Processes));
    let mut pair = floor::Pair::new();
    let floor = each(count, || pair.ping_pong(count));
    let ours = each(count, || {
        (0..count).for_each(|number| {
            assert_eq!(
                processes.submit(Probe::Nothing(number)).join(),
                Outcome::Ok(number)
            )
        });
    });
    let spawned = procspawn::Pool::builder(WORKERS)
        .build()
        .expect("it starts");
    let peer = each(count, || {
        (0..count).for_each(|number| {
            drop(black_box(
                spawned.spawn(number, |number: u64| number).join(),
            ))
        });
    });
    row(
        "processes, submit and join, one outstanding",
        ours,
        &[("ping-pong by hand", floor), ("procspawn", peer)],
    );
}

fn large_payloads() {
    let count = 200;
    let bytes = || ByteBuf::from(vec![7; 1 << 20]);
    let processes = warm(builder(Mode::Processes));
    let ours = each(count, || {
        assert_eq!(
            processes
                .map((0..count).map(|_| Bulk(bytes())))
                .filter(Outcome::is_ok)
                .count() as u64,
            count
        );
    });
    let mut pair = floor::Pair::new();
    let floor = each(count, || pair.memfd(count, 1 << 20));
    let spawned = procspawn::Pool::builder(WORKERS)
        .build()
        .expect("it starts");
    let few = 20;
    let peer = each(few, || {
        (0..few / 2).for_each(|_| {
            let pair = [0, 1].map(|_| spawned.spawn(bytes(), |bytes: ByteBuf| bytes));
            pair.into_iter()
                .for_each(|handle| drop(black_box(handle.join())));
        });
    });
    row(
        "processes, 1 MiB in and out",
        ours,
        &[("memory files by hand", floor), ("procspawn", peer)],
    );
}

fn speed_up() {
    let (count, time) = (200, Duration::from_millis(5));
    let job = |_| Probe::Burn(time);
    for mode in [Mode::Threads, Mode::Processes] {
        let executor = warm(builder(mode));
        let ours = each(count, || {
            drop(black_box(executor.map((0..count).map(job)).count()))
        });
        println!(
            "{mode}, speed-up of {WORKERS} workers on jobs of 5 ms: {:.3}",
            time.as_nanos() as f64 / ours
        );
    }
}

fn first_result() {
    for workers in [2, 8] {
        let ours = each(1, || {
            let executor = builder(Mode::Processes)
                .workers(workers)
                .build()
                .expect("plain options");
            assert_eq!(executor.submit(Probe::Nothing(1)).join(), Outcome::Ok(1));
        });
        let peer = each(1, || {
            let pool = procspawn::Pool::builder(workers)
                .build()
                .expect("it starts");
            assert_eq!(
                pool.spawn(1, |number: u64| number).join().expect("it runs"),
                1
            );
        });
        row(
            &format!("processes, first result of {workers} workers"),
            ours,
            &[("procspawn", peer)],
        );
    }
}

/// From a worker's end to its outcome and to a fresh worker.
fn recovery() {
    let limit = Duration::from_millis(50);
    for (what, job) in [
        ("a crash", (|| Probe::Die) as fn() -> Probe),
        ("a deadline", || Probe::Hang),
    ] {
        let lost = Arc::new(Mutex::new(None));
        let log = Arc::clone(&lost);
        let executor = builder(Mode::Processes)
            .workers(1)
            .timeout(limit)
            .observer(move |event: &Event<'_>| match event {
                Event::Started(..) => *log.lock().expect("no panic") = Some(Instant::now()),
                _ => {}
            })
            .build()
            .expect("plain options");
        let mut times: Vec<(Duration, Duration)> = (0..21)
            .map(|_| {
                let _ = executor.submit(Probe::Nothing(1)).join();
                let _ = executor.submit(job()).join();
                let start = lost.lock().expect("no panic").expect("it started");
                let due = if what == "a crash" {
                    start
                } else {
                    start + limit
                };
                let outcome = due.elapsed();
                let _ = executor.submit(Probe::Nothing(1)).join();
                (outcome, due.elapsed())
            })
            .collect();
        times.sort_unstable();
        println!(
            "processes, from {what} to its outcome {:?}, to the next job's outcome {:?}",
            times[10].0, times[10].1
        );
    }
}
