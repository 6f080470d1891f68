//! From a command line to arguments, or to an early end that says why.

use std::ffi::OsString;

use argh::{ArgsInfo, FromArgs};

use crate::words::{self, Request};
use crate::{Exit, Output, Program, Stream, complete, help, man};

/// An end before the program began: something to print, and how to exit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Early {
    /// For stdout when all is well (help, version), for stderr when not.
    pub output: String,
    /// [`Exit::Done`] or [`Exit::Usage`].
    pub exit: Exit,
}

/// The arguments of this process, or its end: help and version on stdout with 0, a mistake on stderr with 2.
#[must_use]
pub fn parse<A: FromArgs + ArgsInfo>(program: &Program) -> A {
    match try_parse(program, std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(early) => {
            // Nobody is left to tell when even this cannot be written.
            let _ = if early.exit == Exit::Done {
                Output::stdout().text(&early.output)
            } else {
                Output::stderr().text(&early.output)
            };
            std::process::exit(early.exit.code())
        }
    }
}

/// The command line as it was typed, the program's name first, for records of what was run. Only that name can be other
/// than UTF-8 once the arguments are parsed; what cannot be shown of it is replaced.
#[must_use]
pub fn command_line() -> Vec<String> {
    std::env::args_os()
        .map(|word| word.to_string_lossy().into_owned())
        .collect()
}

/// [`parse`] for given words (without the program's name), returning instead of exiting.
///
/// # Errors
/// [`Early`] when the words ask for help, version, completions or the man page, or contain a mistake.
pub fn try_parse<A: FromArgs + ArgsInfo>(
    program: &Program,
    words: impl IntoIterator<Item = OsString>,
) -> Result<A, Early> {
    let listing = program.listing::<A>();
    let words = words
        .into_iter()
        .map(|word| {
            word.into_string().map_err(|word| {
                let word = word.to_string_lossy();
                mistake(program, &format!("the argument '{word}' is not UTF-8"))
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let done = |output| {
        Err(Early {
            output,
            exit: Exit::Done,
        })
    };
    match words::read(&words, &listing).map_err(|message| mistake(program, &message))? {
        Request::Help => done(help::text::<A>(program, Stream::Stdout.has_colour())),
        Request::Version => done(format!("{} {}\n", program.name, program.version)),
        Request::Man => done(man::page::<A>(program)),
        Request::Completions(shell) => done(complete::script(program, &listing, &shell)),
        Request::Run(words) => run(program, &words),
    }
}

fn run<A: FromArgs>(program: &Program, words: &[String]) -> Result<A, Early> {
    let borrowed: Vec<&str> = words.iter().map(String::as_str).collect();
    A::from_args(&[program.name], &borrowed)
        .map_err(|early| mistake(program, &reword(&early.output, words)))
}

/// argh's messages, the flag first and in the tone of the rest. Whatever it may say that is not known here
/// passes through as it is.
fn reword(message: &str, words: &[String]) -> String {
    let message = message.trim_end();
    for pair in words.windows(2) {
        let (flag, value) = (&pair[0], &pair[1]);
        let head = format!("Error parsing option '{flag}' with value '{value}': ");
        match message.strip_prefix(&head) {
            Some("duplicate values provided") => return format!("{flag} is given twice"),
            Some(reason) => return format!("{flag}: '{value}' {}", reword_reason(reason)),
            None => {}
        }
    }
    if let Some(word) = message.strip_prefix("Unrecognized argument: ") {
        return format!("the argument '{word}' is one too many; flags begin with --");
    }
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What std says of numbers is written for programmers.
fn reword_reason(reason: &str) -> String {
    match reason {
        "invalid digit found in string" => "is not a whole number, 0 or more".into(),
        "cannot parse integer from empty string" | "cannot parse float from empty string" => {
            "is not a number".into()
        }
        "invalid float literal" => "is not a number".into(),
        "number would be zero for non-zero type" => "must be at least 1".into(),
        reason if reason.starts_with("number too ") => "is out of range".into(),
        reason if reason.starts_with("is ") || reason.starts_with("must ") => reason.into(),
        reason => format!("is not valid: {reason}"),
    }
}

/// What a URL in a message holds before its last `@` may be a password, also where the URL is wrong and cannot be taken
/// apart.
fn without_credentials(message: &str) -> String {
    let mut out = String::new();
    let mut rest = message;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        let end = after.find(char::is_whitespace).unwrap_or(after.len());
        let (url, next) = after.split_at(end);
        let shown = url.rfind('@').map_or(url, |at| &url[at..]);
        let hidden = if shown.len() < url.len() { "***" } else { "" };
        out += before;
        out += hidden;
        out += shown;
        rest = next;
    }
    out + rest
}

fn mistake(program: &Program, message: &str) -> Early {
    let red = Stream::Stderr.red("error:");
    let message = without_credentials(message);
    Early {
        output: format!(
            "{red} {message}\n\nTry '{} --help' for all flags.\n",
            program.name
        ),
        exit: Exit::Usage,
    }
}
