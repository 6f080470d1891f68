//! Peers that need a hand-made loop: a bare pool over crossbeam's channel, and ipc-channel.

use std::collections::VecDeque;
use std::error::Error;
use std::process::{Child, Command};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, unbounded};
use ipc_channel::ipc::{IpcOneShotServer, IpcReceiver, IpcSender, channel};
use serde::{Serialize, de::DeserializeOwned};

const VARIABLE: &str = "BENCH_IPC";

/// Two threads, one queue of closures.
pub(crate) struct Bare {
    queue: Option<Sender<Box<dyn FnOnce() + Send>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Bare {
    pub(crate) fn new() -> Self {
        let (queue, work) = unbounded::<Box<dyn FnOnce() + Send>>();
        let threads = (0..2)
            .map(|_| work.clone())
            .map(|work| thread::spawn(move || work.iter().for_each(|run| run())));
        Self {
            queue: Some(queue),
            threads: threads.collect(),
        }
    }

    pub(crate) fn run(&self, work: impl FnOnce() + Send + 'static) -> Result<(), Box<dyn Error>> {
        let queue = self.queue.as_ref().ok_or("the pool is closed")?;
        Ok(queue
            .send(Box::new(work))
            .map_err(|_| "its threads are gone")?)
    }

    /// `tasks` jobs, their results through one channel.
    pub(crate) fn collect(&self, tasks: u64, job: fn(u64) -> u64) -> Result<(), Box<dyn Error>> {
        let (results, all): (_, Receiver<u64>) = unbounded();
        for number in 0..tasks {
            let results = results.clone();
            self.run(move || _ = results.send(job(number)))?;
        }
        drop(results);
        let sum: u64 = all.iter().sum();
        if sum != tasks * (tasks + 1) / 2 {
            return Err("a result is missing".into());
        }
        Ok(())
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        self.queue = None;
        self.threads
            .drain(..)
            .for_each(|thread| drop(thread.join()));
    }
}

/// The worker's side of [`Ipc`]. False in every other process.
pub(crate) fn enter() -> Result<bool, Box<dyn Error>> {
    let Ok(name) = std::env::var(VARIABLE) else {
        return Ok(false);
    };
    let (jobs, work) = channel::<u64>()?;
    let (answer, answers) = channel::<u64>()?;
    IpcSender::connect(name)?.send((jobs, answers))?;
    while let Ok(number) = work.recv() {
        answer.send(super::jobs::noop(number))?;
    }
    Ok(true)
}

/// A process behind two of ipc-channel's channels.
pub(crate) struct Ipc {
    child: Child,
    ends: Option<(IpcSender<u64>, IpcReceiver<u64>)>,
}

impl Ipc {
    pub(crate) fn start() -> Result<Self, Box<dyn Error>> {
        let (server, name) = IpcOneShotServer::<(IpcSender<u64>, IpcReceiver<u64>)>::new()?;
        let child = Command::new("/proc/self/exe").env(VARIABLE, name).spawn()?;
        Ok(Self {
            child,
            ends: Some(server.accept()?.1),
        })
    }
}

impl Drop for Ipc {
    fn drop(&mut self) {
        self.ends = None;
        let _ = self.child.wait();
    }
}

/// `tasks` numbers through all workers in turn, 16 in flight to each.
pub(crate) fn ipc(workers: &[Ipc], tasks: u64) -> Result<(), Box<dyn Error>> {
    let ends: Vec<_> = workers
        .iter()
        .filter_map(|worker| worker.ends.as_ref())
        .collect();
    let (mut next, mut done) = (0, 0);
    for _ in 0..16 {
        for (jobs, _) in &ends {
            jobs.send(next)?;
            next += 1;
        }
    }
    while done < tasks {
        for (jobs, answers) in &ends {
            if done == tasks {
                break;
            }
            answers.recv()?;
            done += 1;
            if next < tasks {
                jobs.send(next)?;
                next += 1;
            }
        }
    }
    Ok(())
}

/// Jobs through procspawn's pool, never more than `window` unjoined: each holds three descriptors.
pub(crate) fn procspawn<A, R>(
    pool: &procspawn::Pool,
    jobs: impl Iterator<Item = A>,
    run: fn(A) -> R,
    window: usize,
) -> Result<(), Box<dyn Error>>
where
    A: Serialize + DeserializeOwned,
    R: Serialize + DeserializeOwned + Send + 'static,
{
    let mut handles = VecDeque::new();
    for job in jobs {
        if handles.len() == window {
            handles
                .pop_front()
                .map(procspawn::JoinHandle::join)
                .transpose()?;
        }
        handles.push_back(pool.spawn(job, run));
    }
    handles
        .into_iter()
        .try_for_each(|handle| handle.join().map(drop))?;
    Ok(())
}
