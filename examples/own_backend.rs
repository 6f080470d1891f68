//! A backend of one's own: here, the jobs travel as bytes through a queue to a far end, and the outcomes come back as
//! bytes, some of them twice. Put a broker in the place of the queue, and it is a cluster. One whose far ends can vanish would
//! also call `Task::retry` before it sends a task again, and `Setup::emit` where `Setup::is_observed` says that somebody watches.
//! `crates/gil` is a backend that runs its tasks here.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use brigade_examples::EndedEarly;
use brigade_executor::{Backend, Context, Executor, Job, Outcome, Task, Usage};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

#[derive(Serialize, Deserialize)]
struct Greet {
    name: String,
}

impl Job for Greet {
    const NAME: &'static str = "greet";
    type Output = String;
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<String, Infallible> {
        Ok(format!("hello, {}", self.name))
    }
}

/// What is under way, by id. An outcome that comes a second time finds nothing here.
type Waiting = Arc<Mutex<HashMap<u64, Task>>>;
/// A task's id, its job's name, the job.
type Letter = (u64, &'static str, Vec<u8>);

struct Post {
    waiting: Waiting,
    queue: Mutex<Option<mpsc::Sender<Letter>>>,
}

impl Post {
    fn new() -> Self {
        let (send, receive) = mpsc::channel::<Letter>();
        let waiting = Waiting::default();
        let answers = Arc::clone(&waiting);
        thread::spawn(move || {
            // The far end knows the same job types by their names.
            let entry = brigade_executor::worker().job::<Greet>();
            for (id, name, job) in receive {
                for _ in 0..2 {
                    let task = answers
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .remove(&id);
                    if let (Some(task), Some(outcome)) = (task, entry.run_remote(name, &job)) {
                        task.deliver(None, Usage::default(), outcome);
                    }
                }
            }
        });
        Self {
            waiting,
            queue: Mutex::new(Some(send)),
        }
    }
}

impl Backend for Post {
    fn name(&self) -> &'static str {
        "post"
    }

    fn submit(&self, tasks: Vec<Task>) {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        for task in tasks {
            let tag = task.tag();
            match (task.encode(Vec::new()), &*queue) {
                (Ok(bytes), Some(queue)) => {
                    self.waiting
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .insert(tag.id, task);
                    // If the far end is gone, `shutdown` drops the task, and its outcome is `Cancelled`.
                    let _ = queue.send((tag.id, tag.name, bytes));
                }
                (Err(outcome), _) => task.deliver(None, Usage::default(), outcome),
                (Ok(_), None) => drop(task),
            }
        }
    }

    fn shutdown(&self, _grace: Duration) -> bool {
        self.queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        self.waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        true
    }
}

fn main() -> Result<(), EndedEarly> {
    let executor = Executor::builder().build_with(|_setup| Ok(Post::new()))?;
    let names = ["Ada", "Grace", "Barbara"].map(String::from);
    for outcome in executor.map(names.map(|name| Greet { name })) {
        println!("{}", outcome.ok().unwrap_or_default());
    }
    assert_eq!(
        executor.submit(Greet { name: "you".into() }).join(),
        Outcome::Ok("hello, you".into())
    );
    Ok(())
}
