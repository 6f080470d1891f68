//! The portrait service on its own, for development and tests.
//!
//! One line on stdout when it serves: the template of its URLs. It serves until Ctrl-C or SIGTERM.
//! Signals are handled, not left to the kernel, which spares process 1 of a container from them.
//! Exit codes: 1 when it cannot serve (port taken, folder unreadable), 2 for a command line it does not understand,
//! 128 and the signal's number when it was ended.

mod args;

use std::convert::Infallible;
use std::error::Error;
use std::process;

use args::{Args, PROGRAM};
use brigade_cli::{Exit, Output, Signals, error_text};
use brigade_portraits::Server;

fn main() -> Exit {
    let args: Args = brigade_cli::parse(&PROGRAM);
    let Err(error) = serve(args);
    // Nobody is left to tell when even this cannot be written.
    let _ = Output::stderr().text(&error_text(error.as_ref()));
    Exit::Fatal
}

fn serve(args: Args) -> Result<Infallible, Box<dyn Error>> {
    // Nothing is half done at any moment: kept portraits appear whole.
    Signals::install()?.on_stop(|stop| process::exit(Exit::Interrupted(stop).code()));
    let server = Server::start(args.into())?;
    // Whoever asked for the URL may be gone by now: serving goes on.
    let _ = Output::stdout().line(&server.url_template());
    loop {
        std::thread::park();
    }
}
