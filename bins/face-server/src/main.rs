//! The portrait service on its own, for development and tests.
//!
//! One line on stdout when it serves: the template of its URLs. It serves until Ctrl-C or SIGTERM.
//! Exit codes: 1 when it cannot serve (port taken, folder unreadable), 2 for a command line it does not understand.

mod args;

use std::convert::Infallible;

use args::{Args, PROGRAM};
use brigade_cli::{Exit, Output, error_text};
use brigade_portraits::{Error, Server};

fn main() -> Exit {
    let args: Args = brigade_cli::parse(&PROGRAM);
    match serve(args) {
        Ok(never) => match never {},
        Err(error) => {
            // Nobody is left to tell when even this cannot be written.
            let _ = Output::stderr().line(&error_text(&error));
            Exit::Fatal
        }
    }
}

fn serve(args: Args) -> Result<Infallible, Error> {
    let server = Server::start(args.into())?;
    // Whoever asked for the URL may be gone by now: serving goes on.
    let _ = Output::stdout().line(&server.url_template());
    loop {
        std::thread::park();
    }
}
