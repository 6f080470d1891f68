//! Floors: what two processes and a socket can do when the loop around them is made by hand for one purpose.
//!
//! A floor's worker answers every message and knows nothing else: no types, no deadlines, nothing noticed when it dies.

use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};

use rustix::fs::{MemfdFlags, memfd_create};

const VARIABLE: &str = "BENCH_FLOOR";
/// An id and a number.
const MESSAGE: usize = 16;
/// Where an answer's bytes are in the memory file.
const ANSWER: u64 = 1 << 30;

/// The worker's side. False in every other process.
pub(crate) fn enter() -> io::Result<bool> {
    let Some(role) = std::env::var_os(VARIABLE) else {
        return Ok(false);
    };
    let socket = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
    if role == "echo" {
        answer(socket)?
    } else {
        copy(socket)?
    }
    Ok(true)
}

/// Answers all messages that one read gave with one write.
fn answer(mut socket: UnixStream) -> io::Result<()> {
    let mut bytes = vec![0; 1 << 16];
    let mut length = 0;
    loop {
        let count = socket.read(&mut bytes[length..])?;
        if count == 0 {
            return Ok(());
        }
        length += count;
        let whole = length - length % MESSAGE;
        for message in bytes[..whole].as_chunks_mut::<MESSAGE>().0 {
            let number = u64::from_le_bytes(*message.last_chunk().unwrap_or(&[0; 8]));
            message[8..].copy_from_slice(&super::jobs::noop(number).to_le_bytes());
        }
        socket.write_all(&bytes[..whole])?;
        bytes.copy_within(whole..length, 0);
        length -= whole;
    }
}

/// Takes bytes out of the memory file and puts them back as the answer, for each length that is sent.
fn copy(mut socket: UnixStream) -> io::Result<()> {
    let memory = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut bytes = Vec::new();
    let mut length = [0; 8];
    while socket.read_exact(&mut length).is_ok() {
        bytes.resize(u64::from_le_bytes(length) as usize, 0);
        memory.read_exact_at(&mut bytes, 0)?;
        memory.write_all_at(&bytes, ANSWER)?;
        socket.write_all(&length)?;
    }
    Ok(())
}

/// A worker and the socket to it.
pub(crate) struct Floor {
    child: Child,
    socket: Option<UnixStream>,
    memory: File,
    buffer: Vec<u8>,
    partial: usize,
    sent: u64,
    received: u64,
}

impl Floor {
    /// `role` is `echo` or `copy`.
    pub(crate) fn start(role: &str) -> io::Result<Self> {
        let (socket, theirs) = UnixStream::pair()?;
        let memory = memfd_create("floor", MemfdFlags::CLOEXEC)?;
        let child = Command::new("/proc/self/exe")
            .env(VARIABLE, role)
            .stdin(OwnedFd::from(theirs))
            .stdout(Stdio::from(memory.try_clone()?))
            .spawn()?;
        let (memory, buffer) = (File::from(memory), vec![0; 1 << 16]);
        Ok(Self {
            child,
            socket: Some(socket),
            memory,
            buffer,
            partial: 0,
            sent: 0,
            received: 0,
        })
    }

    fn socket(&mut self) -> io::Result<&mut UnixStream> {
        self.socket
            .as_mut()
            .ok_or_else(|| io::Error::other("it has been closed"))
    }

    /// Sends so many messages with one write.
    pub(crate) fn send(&mut self, count: usize) -> io::Result<()> {
        let mut out = Vec::with_capacity(count * MESSAGE);
        for _ in 0..count {
            out.extend_from_slice(&self.sent.to_le_bytes());
            out.extend_from_slice(&self.sent.to_le_bytes());
            self.sent += 1;
        }
        self.socket()?.write_all(&out)
    }

    /// Waits for an answer, takes all that are there, checks each.
    pub(crate) fn receive(&mut self) -> io::Result<usize> {
        loop {
            let (socket, partial) = (self.socket.as_mut(), self.partial);
            let socket = socket.ok_or_else(|| io::Error::other("it has been closed"))?;
            let count = socket.read(&mut self.buffer[partial..])?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let length = partial + count;
            let (messages, rest) = self.buffer[..length].as_chunks::<MESSAGE>();
            self.partial = rest.len();
            for message in messages {
                let expected = [
                    self.received.to_le_bytes(),
                    (self.received + 1).to_le_bytes(),
                ]
                .concat();
                if message[..] != expected {
                    return Err(io::Error::other("an answer to something else"));
                }
                self.received += 1;
            }
            let count = messages.len();
            self.buffer.copy_within(length - self.partial..length, 0);
            if count > 0 {
                return Ok(count);
            }
        }
    }

    /// Puts bytes into the memory file and tells the worker.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.memory.write_all_at(bytes, 0)?;
        self.socket()?
            .write_all(&(bytes.len() as u64).to_le_bytes())
    }

    /// Waits for the answer and takes it out.
    pub(crate) fn take(&mut self) -> io::Result<Vec<u8>> {
        let mut length = [0; 8];
        self.socket()?.read_exact(&mut length)?;
        let mut bytes = vec![0; u64::from_le_bytes(length) as usize];
        self.memory.read_exact_at(&mut bytes, ANSWER)?;
        Ok(bytes)
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        self.socket = None;
        let _ = self.child.wait();
    }
}

/// `tasks` messages through all workers in turn, so many in flight to each.
pub(crate) fn batched(
    workers: &mut [Floor],
    tasks: usize,
    in_flight: usize,
) -> Result<(), Box<dyn Error>> {
    let (mut left, mut missing) = (tasks, tasks);
    for worker in &mut *workers {
        worker.send(in_flight)?;
        left -= in_flight;
    }
    while missing > 0 {
        for worker in &mut *workers {
            if worker.sent == worker.received {
                continue;
            }
            let count = worker.receive()?;
            missing -= count;
            let more = count.min(left);
            worker.send(more)?;
            left -= more;
        }
    }
    Ok(())
}
