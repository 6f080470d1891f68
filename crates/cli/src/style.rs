//! When there is colour, and the little of it that there is.
//!
//! Rules, the first that applies: `NO_COLOR` (not empty) never; `CLICOLOR_FORCE` (not `0`) always;
//! `TERM=dumb` or `CLICOLOR=0` never; otherwise where the stream is a terminal.

use std::env;
use std::io::{self, IsTerminal as _};

pub(crate) const BOLD: &str = "1";
const RED: &str = "1;31";
const YELLOW: &str = "33";
const GREEN: &str = "32";
const DIM: &str = "2";

/// Where text goes, and whether it may be coloured there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Results.
    Stdout,
    /// Everything else.
    Stderr,
}

impl Stream {
    /// Whether this stream is a terminal that can redraw a line.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        let is_terminal = match self {
            Self::Stdout => io::stdout().is_terminal(),
            Self::Stderr => io::stderr().is_terminal(),
        };
        is_terminal && env::var_os("TERM").is_none_or(|term| term != "dumb")
    }

    /// Whether text on this stream is coloured.
    #[must_use]
    pub fn has_colour(self) -> bool {
        has_colour(|name| env::var(name).ok(), self.is_terminal())
    }

    /// `text` in bold where there is colour; as it is elsewhere, like all of these.
    #[must_use]
    pub fn bold(self, text: &str) -> String {
        paint(text, BOLD, self.has_colour())
    }

    /// For what went wrong.
    #[must_use]
    pub fn red(self, text: &str) -> String {
        paint(text, RED, self.has_colour())
    }

    /// For what deserves attention.
    #[must_use]
    pub fn yellow(self, text: &str) -> String {
        paint(text, YELLOW, self.has_colour())
    }

    /// For what went well.
    #[must_use]
    pub fn green(self, text: &str) -> String {
        paint(text, GREEN, self.has_colour())
    }

    /// For what matters less.
    #[must_use]
    pub fn dim(self, text: &str) -> String {
        paint(text, DIM, self.has_colour())
    }
}

fn has_colour(variable: impl Fn(&str) -> Option<String>, is_terminal: bool) -> bool {
    let is = |name: &str, value: &str| variable(name).is_some_and(|found| found == value);
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    if is_set("NO_COLOR") {
        false
    } else if is_set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0") {
        true
    } else {
        is_terminal && !is("TERM", "dumb") && !is("CLICOLOR", "0")
    }
}

pub(crate) fn paint(text: &str, code: &str, has_colour: bool) -> String {
    if has_colour {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(set: &[(&str, &str)], is_terminal: bool) -> bool {
        let variable = |name: &str| {
            let found = set.iter().find(|(set, _)| *set == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        has_colour(variable, is_terminal)
    }

    #[test]
    fn colour_follows_the_terminal_unless_told() {
        assert!(decide(&[], true));
        assert!(!decide(&[], false));
        assert!(!decide(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], true));
        assert!(
            decide(&[("NO_COLOR", "")], true),
            "an empty value counts as none"
        );
        assert!(decide(&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], false));
        assert!(!decide(&[("CLICOLOR_FORCE", "0")], false));
        assert!(!decide(&[("TERM", "dumb")], true));
        assert!(!decide(&[("CLICOLOR", "0")], true));
    }
}
