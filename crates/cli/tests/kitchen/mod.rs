//! A program with every kind of flag, for tests.

use std::path::PathBuf;
use std::time::Duration;

use argh::{ArgsInfo, FromArgs};
use brigade_cli::{Flag, Group, Program, at_least_one, duration, whole};

/// Serve food until everybody is fed.
#[derive(FromArgs, ArgsInfo, Debug, PartialEq)]
#[argh(
    example = "{command_name} --cooks=3 --menu_card soup",
    note = "Nobody leaves hungry."
)]
pub(crate) struct Args {
    /// how many cooks there are, where a cook is somebody who knows at least how to boil an egg
    #[argh(
        option,
        short = 'c',
        arg_name = "n",
        from_str_fn(at_least_one),
        default = "2"
    )]
    pub(crate) cooks: usize,
    /// how many guests
    #[argh(option, arg_name = "n", from_str_fn(whole), default = "10")]
    pub(crate) guests: u64,
    /// what is served
    #[argh(option, arg_name = "dish", default = "String::from(\"soup\")")]
    pub(crate) menu_card: String,
    /// longest wait of a guest
    #[argh(option, arg_name = "time", from_str_fn(duration))]
    pub(crate) patience: Option<Duration>,
    /// where the bill goes
    #[argh(option, arg_name = "dir", default = "PathBuf::from(\".\")")]
    pub(crate) bill_folder: PathBuf,
    /// say nothing
    #[argh(switch, short = 'q')]
    pub(crate) quiet: bool,
    /// for the house only
    #[argh(option, arg_name = "word", hidden_help)]
    pub(crate) secret: Option<String>,
}

pub(crate) const PROGRAM: Program = Program {
    name: "pop-up-kitchen",
    version: "1.2.3",
    groups: &[
        Group {
            title: "Kitchen",
            flags: &[
                Flag::new("cooks").default("2"),
                Flag::new("menu-card").default("soup").one_of(&[
                    "soup",
                    "salad",
                    "stew",
                    "something-else-entirely",
                ]),
            ],
        },
        Group {
            title: "Guests",
            flags: &[
                Flag::new("guests").default("10"),
                Flag::new("patience").default("as long as it takes"),
                Flag::new("bill-folder").default(".").folder(),
                Flag::new("quiet"),
            ],
        },
    ],
};
