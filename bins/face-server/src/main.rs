//! The portrait service on its own, for development and tests.
//!
//! One line on stdout when it serves: the template of its URLs. It serves until it is ended.
//! Exit codes: 1 when it cannot serve (port taken, folder unreadable), 2 for a command line it does not understand.

mod args;

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use argh::FromArgs;
use args::Args;
use brigade_portraits::Server;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match Args::from_args(&["face-server"], &words) {
        Ok(args) => match serve(args) {
            Ok(never) => match never {},
            Err(error) => {
                complain(error.as_ref());
                ExitCode::from(1)
            }
        },
        Err(early) if early.status.is_ok() => {
            let _ = writeln!(io::stdout(), "{}", early.output.trim_end());
            ExitCode::SUCCESS
        }
        Err(early) => {
            let _ = writeln!(io::stderr(), "face-server: {}", early.output.trim_end());
            ExitCode::from(2)
        }
    }
}

fn serve(args: Args) -> Result<std::convert::Infallible, Box<dyn Error>> {
    let server = Server::start(args.into())?;
    // Who asked for the URL may be gone by now: serving goes on.
    let _ = writeln!(io::stdout(), "{}", server.url_template());
    loop {
        std::thread::park();
    }
}

fn complain(error: &dyn Error) {
    let mut text = format!("face-server: {error}");
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    let _ = writeln!(io::stderr(), "{text}");
}
