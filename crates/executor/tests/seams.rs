//! The seam for other backends, and threads that come from elsewhere.

use brigade_executor::{
    Backend, Context, Entry, Executor, Job, Mode, Outcome, Setup, Task, Usage, Worker, worker,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

#[derive(Serialize, Deserialize)]
struct Square(u64);

impl Job for Square {
    const NAME: &'static str = "square";
    type Output = u64;
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<u64, Infallible> {
        Ok(self.0 * self.0)
    }
}

/// A thread far away that gets encoded jobs by name and answers twice, as a cluster may.
struct Cluster {
    waiting: Arc<Mutex<HashMap<u64, Task>>>,
    send: Mutex<Option<mpsc::Sender<Letter>>>,
}

/// A task's id, its job's name, the job.
type Letter = (u64, &'static str, Vec<u8>);

impl Cluster {
    fn new(entry: Entry) -> Self {
        let waiting: Arc<Mutex<HashMap<u64, Task>>> = Arc::default();
        let (send, receive) = mpsc::channel::<Letter>();
        let results = Arc::clone(&waiting);
        thread::spawn(move || {
            for (id, name, job) in receive {
                for _ in 0..2 {
                    let outcome = entry.run_remote(name, &job).expect("it is listed");
                    if let Some(task) = results.lock().expect("no panic").remove(&id) {
                        task.deliver(None, Usage::default(), outcome);
                    }
                }
            }
        });
        Self {
            waiting,
            send: Mutex::new(Some(send)),
        }
    }
}

impl Backend for Cluster {
    fn name(&self) -> &'static str {
        "cluster"
    }

    fn submit(&self, tasks: Vec<Task>) {
        for task in tasks {
            let (id, name) = (task.tag().id, task.tag().name);
            match task.encode(Vec::new()) {
                Ok(bytes) => {
                    self.waiting.lock().expect("no panic").insert(id, task);
                    if let Some(send) = &*self.send.lock().expect("no panic") {
                        send.send((id, name, bytes)).expect("the far thread lives");
                    }
                }
                Err(outcome) => task.deliver(None, Usage::default(), outcome),
            }
        }
    }

    fn shutdown(&self, _: Duration) -> bool {
        self.send.lock().expect("no panic").take();
        self.waiting.lock().expect("no panic").clear();
        true
    }
}

#[test]
fn a_backend_of_another_crate_runs_encoded_jobs_and_may_answer_twice() {
    let executor = Executor::builder()
        .build_with(|_| Ok(Cluster::new(worker().job::<Square>())))
        .expect("plain options");
    assert_eq!(executor.mode(), "cluster");
    let squares: Vec<_> = executor
        .map((0..1000).map(Square))
        .filter_map(Outcome::ok)
        .collect();
    assert_eq!(
        squares,
        (0..1000).map(|number| number * number).collect::<Vec<_>>()
    );
    assert_eq!(executor.submit(Square(9)).join(), Outcome::Ok(81));
}

/// Drops what it gets.
struct Forgetful;

impl Backend for Forgetful {
    fn name(&self) -> &'static str {
        "forgetful"
    }

    fn submit(&self, tasks: Vec<Task>) {
        drop(tasks);
    }

    fn shutdown(&self, _: Duration) -> bool {
        true
    }
}

#[test]
fn a_task_that_is_dropped_counts_as_cancelled() {
    let executor = Executor::builder()
        .build_with(|_| Ok(Forgetful))
        .expect("plain options");
    assert_eq!(
        executor
            .map((0..10).map(Square))
            .filter(|outcome| *outcome == Outcome::Cancelled)
            .count(),
        10
    );
}

/// One thread, no queue of its own.
struct Here(Mutex<Worker>);

impl Here {
    fn new(setup: &Arc<Setup>) -> Self {
        Self(Mutex::new(Worker::new(setup, 0)))
    }
}

impl Backend for Here {
    fn name(&self) -> &'static str {
        "here"
    }

    fn submit(&self, tasks: Vec<Task>) {
        let mut worker = self.0.lock().expect("no panic");
        tasks.into_iter().for_each(|task| worker.run(task));
    }

    fn shutdown(&self, _: Duration) -> bool {
        true
    }
}

#[test]
fn a_backend_in_this_process_needs_no_encoding() {
    let executor = Executor::builder()
        .build_with(|setup| Ok(Here::new(&setup)))
        .expect("plain options");
    assert_eq!(
        executor
            .map((0..100).map(Square))
            .filter(Outcome::is_ok)
            .count(),
        100
    );
}

#[test]
fn threads_may_come_from_elsewhere() {
    let executor = Executor::builder()
        .mode(Mode::Threads)
        .workers(3)
        .spawner(|work| drop(thread::spawn(work)))
        .build()
        .expect("plain options");
    for _ in 0..20 {
        assert_eq!(
            executor
                .map((0..1000).map(Square))
                .filter(Outcome::is_ok)
                .count(),
            1000
        );
        assert_eq!(executor.submit(Square(9)).join(), Outcome::Ok(81));
    }
    assert!(executor.shutdown(Duration::from_secs(60)));
}

/// As a pool that is at its end, or busy for ever.
#[test]
fn a_spawner_that_drops_its_work_costs_what_waits_for_it() {
    let calls = AtomicUsize::new(0);
    let executor = Executor::builder()
        .mode(Mode::Threads)
        .workers(2)
        .spawner(move |work| match calls.fetch_add(1, Ordering::SeqCst) {
            0 => drop(work),
            1 => std::panic::resume_unwind(Box::new("no thread")),
            _ => drop(thread::spawn(work)),
        })
        .build()
        .expect("plain options");
    assert_eq!(executor.submit(Square(2)).join(), Outcome::Cancelled);
    let submit = AssertUnwindSafe(|| executor.submit(Square(2)).join());
    assert!(catch_unwind(submit).is_err());
    assert_eq!(executor.submit(Square(3)).join(), Outcome::Ok(9));
    assert!(executor.shutdown(Duration::from_secs(60)));
}

#[test]
fn a_spawner_that_drops_all_but_one_thread_leaves_the_work_to_that_one() {
    let calls = AtomicUsize::new(0);
    let executor = Executor::builder()
        .mode(Mode::Threads)
        .workers(40)
        .spawner(move |work| match calls.fetch_add(1, Ordering::SeqCst) {
            0 => drop(thread::spawn(|| {
                // The others have been dropped by then, beside work that waits.
                thread::sleep(Duration::from_millis(50));
                work();
            })),
            _ => drop(work),
        })
        .build()
        .expect("plain options");
    let handles: Vec<_> = (0..6).map(|root| executor.submit(Square(root))).collect();
    for (root, handle) in (0..).zip(handles) {
        assert_eq!(handle.join(), Outcome::Ok(root * root));
    }
}
