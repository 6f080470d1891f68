//! Starts a worker process: this program again, with a private socket as its stdin and a memory file as its stdout.
//!
//! Only std's plain spawn is used (no code runs between fork and exec), and only from the dispatcher's thread: a worker dies
//! with the *thread* that started it.

use super::sys::Shared;
use crate::entry::VARIABLE;
use rustix::{
    fs::{OFlags, fcntl_getfl, fcntl_setfl},
    net::{AddressFamily, SocketFlags, SocketType, socketpair},
    pipe::{PipeFlags, pipe_with},
    process::{Pid, PidfdFlags, pidfd_open},
};
use std::{
    io,
    os::{fd::OwnedFd, unix::process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command},
};

/// A worker process as it was started: four descriptors.
pub(super) struct Launched {
    pub(super) child: Child,
    /// Readable when the process has ended.
    pub(super) pidfd: OwnedFd,
    pub(super) socket: OwnedFd,
    pub(super) stderr: OwnedFd,
    pub(super) memory: OwnedFd,
    pub(super) board: Shared,
}

/// Starts `program`, or this one.
pub(super) fn launch(program: Option<&Path>) -> io::Result<Launched> {
    let (socket, theirs) = socketpair(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    )?;
    let (stderr, their_stderr) = pipe_with(PipeFlags::CLOEXEC)?;
    for fd in [&socket, &stderr] {
        fcntl_setfl(fd, fcntl_getfl(fd)? | OFlags::NONBLOCK)?;
    }
    let (memory, board) = Shared::create()?;
    // Not the path of this program: the file there may have been replaced since.
    let mut command = Command::new(program.unwrap_or(Path::new("/proc/self/exe")));
    command
        .arg0(program.map_or_else(own_name, Path::to_path_buf))
        .env(VARIABLE, std::process::id().to_string())
        .stdin(theirs)
        .stdout(memory.try_clone()?)
        .stderr(their_stderr)
        .process_group(0);
    let mut child = command.spawn()?;
    drop(command);
    let pid = Pid::from_child(&child);
    match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(pidfd) => Ok(Launched {
            child,
            pidfd,
            socket,
            stderr,
            memory,
            board,
        }),
        Err(error) => {
            child.kill()?;
            child.wait()?;
            Err(error.into())
        }
    }
}

fn own_name() -> PathBuf {
    std::env::args_os()
        .next()
        .map_or_else(|| "worker".into(), PathBuf::from)
}
