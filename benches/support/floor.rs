//! What can be had by hand: two processes that echo over socketpairs or memory files, with no tasks, types or failures; and
//! a bare pool of threads over crossbeam channels.

use rustix::{
    event::{PollFd, PollFlags, poll},
    fs::{MemfdFlags, memfd_create},
    io::{fcntl_dupfd_cloexec, pread, pwrite, read, write},
    net::{AddressFamily, SocketFlags, SocketType, socketpair},
    stdio::{stdin, stdout},
};
use std::{
    hint::black_box,
    os::fd::OwnedFd,
    process::{Child, Command, exit},
    thread,
};

const ROLE: &str = "BENCH_FLOOR";
const OUT: u64 = 1 << 32;

/// In an echo process this never returns.
pub(crate) fn enter() {
    if std::env::var_os(ROLE).is_none() {
        return;
    }
    let (socket, file) = (
        stdin(),
        fcntl_dupfd_cloexec(stdout(), 3).expect("it is open"),
    );
    let mut buffer = vec![0; 4096];
    let mut bytes = Vec::new();
    loop {
        let count = read(socket, &mut buffer).unwrap_or(0);
        if count == 0 {
            exit(0);
        }
        let size = u64::from_le_bytes(*buffer.first_chunk().expect("messages have 8 bytes"));
        if size >= 4096 {
            bytes.resize(size as usize, 0);
            all(
                &mut bytes,
                |part, at| pread(&file, part, at).expect("it was written"),
                0,
            );
            all(
                &mut bytes,
                |part, at| pwrite(&file, part, at).expect("there is memory"),
                OUT,
            );
        }
        write(socket, &buffer[..count]).expect("the other side waits");
    }
}

fn all(bytes: &mut [u8], mut step: impl FnMut(&mut [u8], u64) -> usize, offset: u64) {
    let mut at = 0;
    while at < bytes.len() {
        at += step(&mut bytes[at..], offset + at as u64);
    }
}

struct Echo {
    child: Child,
    socket: OwnedFd,
    file: OwnedFd,
}

/// Two echo processes.
pub(crate) struct Pair([Echo; 2]);

impl Pair {
    pub(crate) fn new() -> Self {
        Self([(), ()].map(|()| {
            let (socket, theirs) = socketpair(
                AddressFamily::UNIX,
                SocketType::STREAM,
                SocketFlags::CLOEXEC,
                None,
            )
            .expect("a socket");
            let file = memfd_create("floor", MemfdFlags::CLOEXEC).expect("a file");
            let child = Command::new("/proc/self/exe")
                .env(ROLE, "1")
                .stdin(theirs)
                .stdout(file.try_clone().expect("a descriptor"))
                .spawn()
                .expect("it starts");
            Echo {
                child,
                socket,
                file,
            }
        }))
    }

    /// One message there and back, then the next.
    pub(crate) fn ping_pong(&mut self, count: u64) {
        for number in 0..count {
            let mut answer = [0; 8];
            write(&self.0[0].socket, &(number % 4096).to_le_bytes()).expect("it listens");
            read(&self.0[0].socket, &mut answer).expect("it answers");
        }
    }

    /// Messages of 8 bytes, `depth` in flight to each process, as many to a call as there are.
    pub(crate) fn batched(&mut self, count: u64, depth: usize) {
        let message = vec![0; 8 * depth];
        let (mut sent, mut back) = (0, 0);
        let mut buffer = [0; 4096];
        for echo in &self.0 {
            write(&echo.socket, &message).expect("it listens");
            sent += depth as u64;
        }
        while back < count {
            let mut fds = self
                .0
                .each_ref()
                .map(|echo| PollFd::new(&echo.socket, PollFlags::IN));
            poll(&mut fds, None).expect("nothing interrupts");
            let ready = fds.map(|fd| fd.revents().contains(PollFlags::IN));
            for (echo, _) in self.0.iter().zip(ready).filter(|(_, ready)| *ready) {
                let bytes = read(&echo.socket, &mut buffer).expect("it answers");
                back += bytes as u64 / 8;
                let more = (count.saturating_sub(sent)).min(bytes as u64 / 8);
                if more > 0 {
                    sent += more;
                    write(&echo.socket, &message[..8 * more as usize]).expect("it listens");
                }
            }
        }
    }

    /// `size` bytes in and out by the memory file, one in flight to each process.
    pub(crate) fn memfd(&mut self, count: u64, size: usize) {
        let bytes = vec![7; size];
        let mut back = vec![0; size];
        let start = |echo: &Echo| {
            all(
                &mut bytes.clone(),
                |part, at| pwrite(&echo.file, part, at).expect("there is memory"),
                0,
            );
            write(&echo.socket, &(size as u64).to_le_bytes()).expect("it listens");
        };
        self.0.iter().for_each(start);
        for number in 0..count {
            let echo = &self.0[number as usize % 2];
            read(&echo.socket, &mut [0; 8]).expect("it answers");
            all(
                &mut back,
                |part, at| pread(&echo.file, part, at).expect("it was written"),
                OUT,
            );
            if number + 2 < count {
                start(echo);
            }
        }
        black_box(back);
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Threads that take boxed closures from a channel.
pub(crate) struct ThreadPool {
    jobs: crossbeam_channel::Sender<Box<dyn FnOnce() + Send>>,
}

impl ThreadPool {
    pub(crate) fn new(workers: usize) -> Self {
        let (jobs, receive) = crossbeam_channel::unbounded::<Box<dyn FnOnce() + Send>>();
        for _ in 0..workers {
            let receive = receive.clone();
            thread::spawn(move || receive.into_iter().for_each(|job| job()));
        }
        Self { jobs }
    }

    /// Submits all, then collects all.
    pub(crate) fn run(&self, count: u64) {
        let (done, results) = crossbeam_channel::unbounded();
        for number in 0..count {
            let done = done.clone();
            self.jobs
                .send(Box::new(move || drop(done.send(black_box(number)))))
                .expect("the threads live");
        }
        assert_eq!(
            results.into_iter().take(count as usize).count() as u64,
            count
        );
    }
}
