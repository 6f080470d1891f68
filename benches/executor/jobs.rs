//! The jobs, and the executors that run them.

use std::convert::Infallible;
use std::error::Error;
use std::hint::black_box;
use std::process::{Command, Stdio};

use brigade_executor::{BuildError, Builder, Context, Entry, Executor, Job, Metrics, Mode};
use rustix::process::{Signal, getpid, kill_process};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// Two workers, nothing measured.
pub(crate) fn builder(mode: Mode) -> Builder {
    Executor::builder()
        .mode(mode)
        .workers(2)
        .metrics(Metrics::Off)
        .forward_stderr(false)
}

pub(crate) fn build(mode: Mode) -> Result<Executor, BuildError> {
    builder(mode).build()
}

pub(crate) fn entry() -> Entry {
    brigade_executor::worker()
        .job::<Noop>()
        .job::<Bulk>()
        .job::<Spin>()
        .job::<Loop>()
        .job::<Kill>()
        .job::<Leave>()
}

/// Does nothing.
#[derive(Serialize, Deserialize)]
pub(crate) struct Noop(pub(crate) u64);

pub(crate) fn noop(number: u64) -> u64 {
    black_box(number) + 1
}

impl Job for Noop {
    const NAME: &'static str = "noop";
    type Output = u64;
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<u64, Infallible> {
        Ok(noop(self.0))
    }
}

/// Bytes in, the same bytes out.
#[derive(Serialize, Deserialize)]
pub(crate) struct Bulk(pub(crate) ByteBuf);

impl Job for Bulk {
    const NAME: &'static str = "bulk";
    type Output = ByteBuf;
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<ByteBuf, Infallible> {
        Ok(self.0)
    }
}

/// Computes for as many steps.
#[derive(Serialize, Deserialize)]
pub(crate) struct Spin(pub(crate) u64);

pub(crate) fn spin(steps: u64) -> u64 {
    (0..steps).fold(1, |state, step| {
        black_box((state ^ step).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    })
}

impl Job for Spin {
    const NAME: &'static str = "spin";
    type Output = u64;
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<u64, Infallible> {
        Ok(spin(self.0))
    }
}

/// Never ends.
#[derive(Serialize, Deserialize)]
pub(crate) struct Loop;

impl Job for Loop {
    const NAME: &'static str = "loop";
    type Output = ();
    type Error = Infallible;

    fn run(self, _: &Context) -> Result<(), Infallible> {
        loop {
            std::hint::spin_loop();
        }
    }
}

/// Kills its worker.
#[derive(Serialize, Deserialize)]
pub(crate) struct Kill;

impl Job for Kill {
    const NAME: &'static str = "kill";
    type Output = ();
    type Error = rustix::io::Errno;

    fn run(self, _: &Context) -> Result<(), Self::Error> {
        kill_process(getpid(), Signal::KILL)
    }
}

/// Leaves a child process behind, and gives its pid and the worker's.
#[derive(Serialize, Deserialize)]
pub(crate) struct Leave;

impl Job for Leave {
    const NAME: &'static str = "leave";
    type Output = [u32; 2];
    type Error = Box<dyn Error + Send + Sync>;

    fn run(self, _: &Context) -> Result<[u32; 2], Self::Error> {
        let child = Command::new("sleep")
            .arg("1000")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        Ok([std::process::id(), child.id()])
    }
}
