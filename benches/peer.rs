//! A peer in a process of its own that does one round for each line it gets, and answers with its seconds.

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// See the module.
#[derive(Debug)]
pub struct Peer {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts it; nothing where there is no such program.
    #[must_use]
    pub fn start(mut command: Command) -> Option<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let answers = BufReader::new(child.stdout.take()?);
        Some(Self { child, answers })
    }

    /// One round.
    ///
    /// # Errors
    /// If the peer is gone or answers with no number.
    pub fn seconds(&mut self) -> Result<f64, Box<dyn Error>> {
        self.child
            .stdin
            .as_mut()
            .ok_or("the peer has no input")?
            .write_all(b"\n")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(line.trim().parse()?)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It ends at the end of its input.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// Compiles the peer that decodes with libjpeg-turbo into `folder`. It needs a C compiler and libjpeg-turbo's header; where
/// they are missing it is left out with a word. Its arguments: a file, decodes a round, and the divisor of the sides.
#[must_use]
pub fn libjpeg(folder: &Path) -> Option<PathBuf> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/libjpeg_turbo.c");
    let program = folder.join("libjpeg-turbo");
    let built = Command::new("cc")
        .args(["-O2", "-o"])
        .arg(&program)
        .args([source, "-ljpeg"])
        .status();
    if built.is_ok_and(|status| status.success()) {
        return Some(program);
    }
    println!("no libjpeg-turbo to compare with: its probe cannot be compiled");
    None
}
