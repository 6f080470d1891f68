//! Jobs that misbehave on request.

use brigade_executor::{Context, Initialiser, Job};
use serde::{Deserialize, Serialize, Serializer, ser::Error as _};
use std::{
    error::Error,
    fs::{self, File},
    hint::black_box,
    os::fd::FromRawFd,
    path::PathBuf,
    process::{Command, Stdio, abort, exit},
    thread::sleep,
    time::{Duration, Instant},
};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Trial {
    Echo(u64),
    Fail,
    Panic,
    Abort,
    Segfault,
    StackOverflow,
    Exit(i32),
    Loop,
    Sleep(Duration),
    /// Says in this folder that it is there, under this number, and waits for so many others; fails when they do not come.
    Meet(PathBuf, u64, usize),
    /// Uses so much CPU time.
    Compute(Duration),
    /// Until it is cancelled, then `Ok`.
    Obey,
    /// Until it is cancelled, then the checkpoint's error.
    Checkpoint,
    Allocate(usize),
    Unserialisable,
    Print,
    CloseStdout,
    /// Leaves a child behind that sleeps and holds stdout and stderr; gives its pid.
    Grandchild,
    Stop,
    Kill,
    /// Crashes in the first attempts.
    CrashUntil(u32),
    Garbage,
    Oversize,
    CloseEverything,
    Pid,
    /// What the initialiser made.
    State,
    /// Counts the jobs of this worker.
    Count,
    Niceness,
    /// Uses so much memory and gives it back; how many page faults that took.
    PageFaults(usize),
    /// Builds a process executor of its own and runs a job on it.
    Nested,
}

/// Refuses to be serialised when it is one.
#[derive(Debug, PartialEq, Deserialize)]
pub(crate) enum Answer {
    Number(u64),
    Text(String),
    Unserialisable,
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => {
                serializer.serialize_newtype_variant("Answer", 0, "Number", number)
            }
            Self::Text(text) => serializer.serialize_newtype_variant("Answer", 1, "Text", text),
            Self::Unserialisable => Err(S::Error::custom("not today")),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Outer(std::num::ParseIntError);

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cannot read the number")
    }
}

impl Error for Outer {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Prepare {
    pub(crate) word: String,
}

pub(crate) struct Word(pub(crate) String);

impl Initialiser for Prepare {
    const NAME: &'static str = "prepare";
    type State = Word;
    type Error = String;

    fn start(&self, worker: u32) -> Result<Word, String> {
        if self.word == "fail" {
            Err("no word".into())
        } else {
            Ok(Word(format!("{}{worker}", self.word)))
        }
    }
}

impl Job for Trial {
    const NAME: &'static str = "trial";
    type Output = Answer;
    type Error = Box<dyn Error + Send + Sync>;

    #[expect(unsafe_code, reason = "a job may do what it likes, and here it does")]
    fn run(self, context: &Context) -> Result<Answer, Self::Error> {
        let signal = |signal: i32| {
            // SAFETY: a signal to this very process.
            unsafe { libc::kill(libc::getpid(), signal) };
        };
        match self {
            Self::Echo(number) => return Ok(Answer::Number(number)),
            Self::Fail => return Err(Box::new(Outer("x".parse::<u8>().unwrap_err()))),
            Self::Panic => panic!("on purpose"),
            Self::Abort => abort(),
            // SAFETY: none; it is meant to crash.
            Self::Segfault => unsafe { std::ptr::write_volatile(black_box(8 as *mut u8), 1) },
            Self::StackOverflow => drop(black_box(overflow(1))),
            Self::Exit(code) => exit(code),
            Self::Loop => loop {
                std::hint::spin_loop();
            },
            Self::Sleep(time) => sleep(time),
            Self::Meet(folder, number, all) => {
                File::create(folder.join(number.to_string()))?;
                let patience = Instant::now() + Duration::from_secs(20);
                while fs::read_dir(&folder)?.count() < all {
                    if Instant::now() > patience {
                        return Err(format!("not all {all} came").into());
                    }
                    sleep(Duration::from_millis(1));
                }
            }
            Self::Compute(time) => {
                let cpu = || rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
                let nanoseconds =
                    |at: rustix::time::Timespec| at.tv_sec * 1_000_000_000 + at.tv_nsec;
                let end = nanoseconds(cpu()) + i64::try_from(time.as_nanos())?;
                while nanoseconds(cpu()) < end {}
            }
            Self::Obey => {
                while !context.is_cancelled() {
                    sleep(Duration::from_millis(1));
                }
            }
            Self::Checkpoint => loop {
                context.checkpoint()?;
                sleep(Duration::from_millis(1));
            },
            Self::Allocate(bytes) => {
                let mut memory = vec![0u8; bytes];
                memory.iter_mut().step_by(4096).for_each(|byte| *byte = 1);
                black_box(memory);
            }
            Self::Unserialisable => return Ok(Answer::Unserialisable),
            Self::Print => {
                println!("to stdout");
                eprintln!("to stderr");
            }
            Self::CloseStdout => {
                // SAFETY: the descriptors are valid, and what belongs to them is what is tested.
                drop(unsafe {
                    (
                        File::from_raw_fd(0),
                        File::from_raw_fd(1),
                        File::from_raw_fd(2),
                    )
                });
            }
            Self::Grandchild => {
                let child = Command::new("sleep")
                    .arg("1000")
                    .stdin(Stdio::null())
                    .spawn()?;
                return Ok(Answer::Number(child.id().into()));
            }
            Self::Stop => signal(libc::SIGSTOP),
            Self::Kill => signal(libc::SIGKILL),
            Self::CrashUntil(attempt) => {
                if context.attempt() < attempt {
                    signal(libc::SIGKILL);
                }
                return Ok(Answer::Number(context.attempt().into()));
            }
            Self::Garbage => write_to_socket(b"\x05\0\0\0\xeehello"),
            Self::Oversize => write_to_socket(b"\xff\xff\xff\xffhello"),
            Self::CloseEverything => {
                for fd in 3..64 {
                    // SAFETY: as above.
                    unsafe { libc::close(fd) };
                }
                sleep(Duration::from_secs(1000));
            }
            Self::Pid => return Ok(Answer::Number(std::process::id().into())),
            Self::State => {
                let word = context.state::<Word>().ok_or("no state")?;
                return Ok(Answer::Text(word.0.clone()));
            }
            Self::Count => {
                let count = context.state_or_init(|| std::sync::atomic::AtomicU64::new(0));
                return Ok(Answer::Number(
                    count.fetch_add(1, std::sync::atomic::Ordering::Relaxed),
                ));
            }
            Self::Niceness => {
                // SAFETY: asks about this very process.
                let nice = unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) };
                return Ok(Answer::Number(nice.try_into()?));
            }
            Self::PageFaults(bytes) => {
                let before = page_faults();
                drop(black_box(vec![1u8; bytes]));
                return Ok(Answer::Number(page_faults() - before));
            }
            Self::Nested => {
                let inner = brigade_executor::Executor::builder()
                    .mode(brigade_executor::Mode::Processes)
                    .workers(1)
                    .build()?;
                return Ok(inner.submit(Self::Echo(7)).join().into_result()?);
            }
        }
        Ok(Answer::Number(0))
    }
}

fn page_faults() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("a process sees itself");
    let after_name = stat.rsplit(')').next().expect("it has a name");
    let field = after_name.split_whitespace().nth(7);
    field
        .and_then(|faults| faults.parse().ok())
        .expect("it is a number")
}

#[expect(unconditional_recursion, reason = "it is meant to overflow")]
fn overflow(depth: u64) -> [u64; 512] {
    let mut frame = black_box([depth; 512]);
    frame[1] = overflow(depth + 1)[0];
    black_box(frame)
}

/// Finds the worker's private socket and writes to it what a worker would not.
fn write_to_socket(bytes: &[u8]) {
    for fd in 3..64 {
        // SAFETY: writing to a descriptor, valid or not.
        #[expect(unsafe_code, reason = "it is meant to break the protocol")]
        unsafe {
            libc::send(fd, bytes.as_ptr().cast(), bytes.len(), libc::MSG_NOSIGNAL)
        };
    }
    sleep(Duration::from_secs(1000));
}

/// Bytes there and back.
#[derive(Serialize, Deserialize)]
pub(crate) struct Bulk {
    #[serde(with = "serde_bytes")]
    pub(crate) bytes: Vec<u8>,
}

impl Job for Bulk {
    const NAME: &'static str = "bulk";
    type Output = serde_bytes::ByteBuf;
    type Error = std::convert::Infallible;

    fn run(mut self, _: &Context) -> Result<Self::Output, Self::Error> {
        self.bytes.reverse();
        Ok(self.bytes.into())
    }
}

/// A job that no entry line lists.
#[derive(Serialize, Deserialize)]
pub(crate) struct Unlisted;

impl Job for Unlisted {
    const NAME: &'static str = "unlisted";
    type Output = ();
    type Error = std::convert::Infallible;

    fn run(self, _: &Context) -> Result<(), Self::Error> {
        Ok(())
    }
}
