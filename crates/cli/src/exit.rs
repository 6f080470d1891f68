//! How a program ends: one enum, one place where it becomes a number.

use std::process::{ExitCode, Termination};

use crate::Stop;

/// The end of a run; `main` may return it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Exit {
    /// Everything was done.
    Done,
    /// Nothing could be done: set-up failed, results cannot be written, the face service was never reached.
    Fatal,
    /// The request itself is wrong: arguments, invalid input, a folder in use, a resume that does not match.
    Usage,
    /// Finished or stopped by a limit, with some or all tasks failed; the rest is delivered.
    SomeFailed,
    /// There was nothing to do.
    NothingToDo,
    /// Stopped by a signal; what was whole is delivered.
    Interrupted(Stop),
}

impl Exit {
    /// Codes and meanings for the help and the man page.
    pub(crate) const TABLE: [(&'static str, &'static str); 6] = [
        ("0", "all done"),
        (
            "1",
            "nothing could be done: set-up failed, or results cannot be written",
        ),
        ("2", "wrong arguments or input"),
        (
            "3",
            "some tasks failed, each of them listed; the rest is delivered",
        ),
        ("4", "nothing to do"),
        (
            "129, 130, 143",
            "interrupted (SIGHUP, Ctrl-C, SIGTERM); what was whole is delivered",
        ),
    ];

    /// The number that the shell sees.
    #[must_use]
    pub fn code(self) -> i32 {
        match self {
            Self::Done => 0,
            Self::Fatal => 1,
            Self::Usage => 2,
            Self::SomeFailed => 3,
            Self::NothingToDo => 4,
            Self::Interrupted(stop) => 128 + stop.signal(),
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(u8::try_from(self.code()).expect("signal numbers are below 128"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_the_table_and_nothing_else_is() {
        let ends = [
            Exit::Done,
            Exit::Fatal,
            Exit::Usage,
            Exit::SomeFailed,
            Exit::NothingToDo,
            Exit::Interrupted(Stop::Hangup),
            Exit::Interrupted(Stop::Interrupt),
            Exit::Interrupted(Stop::Terminate),
        ];
        let codes: Vec<String> = ends.iter().map(|end| end.code().to_string()).collect();
        let table: Vec<&str> = Exit::TABLE
            .iter()
            .flat_map(|(codes, _)| codes.split(", "))
            .collect();
        assert_eq!(codes, table);
    }
}
