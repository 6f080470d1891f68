//! What every brigade binary shares: arguments, exit codes, signals, progress.
//!
//! Arguments are [argh]'s, made to behave as users of other tools expect: `--name=value` as well as
//! `--name value`, `--p1_type` for `--p1-type`, `-h`, `-V`, choices whatever their case, a suggestion for a
//! typo, exit code 2 for a mistake. One list, argh's own and what a [`Program`] adds to it, is behind the
//! help, the completions of three shells (`--completions bash`) and the man page (`--man`).
//!
//! ```
//! use argh::{ArgsInfo, FromArgs};
//! use brigade_cli::{Flag, Group, Program, at_least_one, try_parse};
//!
//! /// Serve food until everybody is fed.
//! #[derive(FromArgs, ArgsInfo)]
//! struct Args {
//!     /// how many cooks
//!     #[argh(option, arg_name = "n", from_str_fn(at_least_one), default = "2")]
//!     cooks: usize,
//!     /// how they work
//!     #[argh(option, arg_name = "style", default = "String::from(\"calm\")")]
//!     cook_style: String,
//! }
//!
//! const PROGRAM: Program = Program {
//!     name: "kitchen",
//!     version: "1.0.0",
//!     groups: &[Group {
//!         title: "Cooks",
//!         flags: &[
//!             Flag::new("cooks").default("2"),
//!             Flag::new("cook-style").default("calm").one_of(&["calm", "loud"]),
//!         ],
//!     }],
//! };
//!
//! assert!(PROGRAM.contradictions::<Args>().is_empty());
//! let words = |line: &str| line.split(' ').map(Into::into).collect::<Vec<_>>();
//! let args: Args = try_parse(&PROGRAM, words("--cooks=3 --cook_style LOUD")).map_err(|e| e.output)?;
//! assert_eq!((args.cooks, args.cook_style.as_str()), (3, "loud"));
//!
//! let early = try_parse::<Args>(&PROGRAM, words("--cook 3")).err().expect("a typo");
//! assert!(early.output.contains("there is no flag --cook; did you mean --cooks?"));
//! # Ok::<(), String>(())
//! ```
//!
//! [`Exit`] is the one place where an end becomes a number. [`Signals`] makes the first Ctrl-C a question and
//! the second an order; [`supervise_as_process_one`] is for containers. [`Output`] survives a closed pipe,
//! [`Progress`] keeps to stderr, and [`Stream`] knows whether there is colour. A [`WholeFile`] is one that a flag names.
//! [`reserve_cores`] and [`set_niceness`] leave room for others.
//!
//! This crate knows nothing of faces, documents or executors, and of its own accord prints nothing but
//! [`Progress`] and the output of an early end.

mod complete;
mod exit;
mod help;
mod init;
mod man;
mod output;
mod parse;
mod program;
mod progress;
mod scheduling;
mod signals;
mod style;
mod values;
mod whole_file;
mod words;

pub use exit::Exit;
pub use init::supervise_as_process_one;
pub use output::{Output, error_text, plain};
pub use parse::{Early, command_line, parse, try_parse};
pub use program::{Flag, Group, Program};
pub use progress::Progress;
pub use scheduling::{reserve_cores, set_niceness};
pub use signals::{Signals, Stop, survive_file_size_limit};
pub use style::Stream;
pub use values::{at_least_one, duration, human_duration, size, whole};
pub use whole_file::{WholeFile, WriteError};
