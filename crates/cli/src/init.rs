//! Process 1 of a container.
//!
//! The first process of a PID namespace inherits every orphan and has to reap it, or zombies pile up until
//! no process can be started; and the kernel delivers it only signals that it handles. Reaping in the
//! program itself would race with whoever waits for a child of its own: `wait` for *any* process steals the
//! status from the one who waits for *that* process. So process 1 does nothing else: it starts this program
//! again, passes signals on, reaps all that ends, and ends as the program did (the way of tini).

use std::os::unix::process::CommandExt as _;
use std::process::Command;
use std::{env, fs, io};

use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};
use signal_hook::consts;
use signal_hook::iterator::Signals;

/// What is passed on.
const FORWARDED: [i32; 6] = [
    consts::SIGHUP,
    consts::SIGINT,
    consts::SIGQUIT,
    consts::SIGTERM,
    consts::SIGUSR1,
    consts::SIGUSR2,
];

/// Returns at once in any process but number 1. There it runs this program, with the same arguments, as a
/// child, and exits as that child does. To be called first in `main`, before any thread.
///
/// # Errors
/// When the program cannot be started again.
pub fn supervise_as_process_one() -> io::Result<()> {
    if rustix::process::getpid().is_init() {
        let code = supervise()?;
        std::process::exit(code);
    }
    Ok(())
}

fn supervise() -> io::Result<i32> {
    // Before the child exists, so that no signal and no death is missed.
    let mut signals = Signals::new(FORWARDED.into_iter().chain([consts::SIGCHLD]))?;
    let program = fs::read_link("/proc/self/exe").or_else(|_| env::current_exe())?;
    // A process group of its own: Ctrl-C at a terminal reaches it once, not once more through us.
    let child = Command::new(program)
        .args(env::args_os().skip(1))
        .process_group(0)
        .spawn()?;
    let id = i32::try_from(child.id()).expect("process ids are positive 32-bit numbers");
    let child = Pid::from_raw(id).expect("a child is never process 0");
    // The terminal is the child's now; without one, or when it is not ours to give, nothing is lost.
    let _ = rustix::termios::tcsetpgrp(io::stdin(), child);
    for number in signals.forever() {
        if number == consts::SIGCHLD {
            if let Some(status) = reap(child) {
                return Ok(exit_code(status));
            }
        } else if let Some(signal) = Signal::from_named_raw(number) {
            // It may have ended this moment; its status comes with the next SIGCHLD.
            let _ = rustix::process::kill_process(child, signal);
        }
    }
    unreachable!("the signals are never closed")
}

/// Reaps all that has ended; the child's status when it is among them.
fn reap(child: Pid) -> Option<WaitStatus> {
    let mut status_of_child = None;
    while let Ok(Some((pid, status))) = rustix::process::wait(WaitOptions::NOHANG) {
        if pid == child {
            status_of_child = Some(status);
        }
    }
    status_of_child
}

fn exit_code(status: WaitStatus) -> i32 {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => code,
        (None, Some(signal)) => 128 + signal,
        (None, None) => 1,
    }
}
