//! Writing to stdout and stderr as a program that others pipe.
//!
//! `… | head -1` closes the pipe long before a run has ended. What is printed after that has no reader; the
//! work has, so a closed pipe is no error here and stops nothing. Any other failure (a full disk behind `>`)
//! is one for results; what goes to stderr only tells about the work, and never stops it.

use std::error::Error;
use std::io::{self, Write};

use crate::Stream;

/// Stdout or stderr, unbuffered beyond a line, that survives its reader.
#[derive(Debug)]
pub struct Output {
    stream: Stream,
    is_closed: bool,
}

impl Output {
    /// For results.
    #[must_use]
    pub fn stdout() -> Self {
        Self {
            stream: Stream::Stdout,
            is_closed: false,
        }
    }

    /// For everything else. What cannot be written is lost, whatever the reason, and no error.
    #[must_use]
    pub fn stderr() -> Self {
        Self {
            stream: Stream::Stderr,
            is_closed: false,
        }
    }

    /// Writes and flushes `text` as it is.
    ///
    /// # Errors
    /// Those of writing, other than a closed pipe.
    pub fn text(&mut self, text: &str) -> io::Result<()> {
        self.write_all(text.as_bytes())?;
        self.flush()
    }

    /// Writes `text` and a line end.
    ///
    /// # Errors
    /// Those of writing, other than a closed pipe.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        self.text(&format!("{text}\n"))
    }

    /// Whether the reader is gone: what follows goes nowhere.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.is_closed
    }

    fn unless_closed<T>(&mut self, done: T, result: io::Result<T>) -> io::Result<T> {
        let ends = |error: &io::Error| match (self.stream, error.kind()) {
            // The system call is made again.
            (_, io::ErrorKind::Interrupted) => false,
            (Stream::Stdout, kind) => kind == io::ErrorKind::BrokenPipe,
            (Stream::Stderr, _) => true,
        };
        match result {
            Err(error) if ends(&error) => {
                self.is_closed = true;
                Ok(done)
            }
            result => result,
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_closed {
            return Ok(bytes.len());
        }
        let result = match self.stream {
            Stream::Stdout => io::stdout().write(bytes),
            Stream::Stderr => io::stderr().write(bytes),
        };
        self.unless_closed(bytes.len(), result)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_closed {
            return Ok(());
        }
        let result = match self.stream {
            Stream::Stdout => io::stdout().flush(),
            Stream::Stderr => io::stderr().flush(),
        };
        self.unless_closed((), result)
    }
}

/// Foreign text on one line, such as a name from a file: unable to steer a terminal or to change the order of what
/// stands there. Characters that would are written as escapes.
#[must_use]
pub fn plain(text: &str) -> String {
    let steers = |character: char| {
        let turns = matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        turns || character.is_control()
    };
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if steers(character) {
            plain.extend(character.escape_default());
        } else {
            plain.push(character);
        }
    }
    plain
}

/// The same of a text that may have several lines.
fn lines(text: &str) -> String {
    text.lines().map(plain).collect::<Vec<_>>().join("\n")
}

/// EMFILE on Linux and macOS, as the standard library prints it, however deep it has been wrapped.
const TOO_MANY_FILES: &str = "(os error 24)";

/// An error and what caused it, in the form that every program of ours prints it: `error: …` and a line for
/// each cause that says something new.
#[must_use]
pub fn error_text(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut out = format!("{} {}\n", Stream::Stderr.red("error:"), lines(&said));
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        // Some libraries repeat their cause in their own words.
        if !said.ends_with(&text) {
            out += &format!("  caused by: {}\n", lines(&text));
            said = text;
        }
        cause = error.source();
    }
    if out.contains(TOO_MANY_FILES) {
        out += "  to mend: allow more open files (ulimit -n), or use fewer workers\n";
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_a_file_cannot_steer_the_terminal() {
        assert_eq!(plain("Zoë \u{1b}[2J\n"), "Zoë \\u{1b}[2J\\n");
        assert_eq!(plain("a\u{202e}b"), "a\\u{202e}b");
        let told = error_text(&io::Error::other("one\ntwo\u{1b}"));
        assert!(told.ends_with("one\ntwo\\u{1b}\n"), "{told}");
    }
}
