//! What argh does not know of a program: its groups of flags, their defaults and choices.
//!
//! Names, descriptions and short forms stay where argh has them, at the fields of the arguments. This is the
//! rest, and [`Program::contradictions`] keeps the two lists one.

use argh::{ArgsInfo, FlagInfo, FlagInfoKind};

/// A program as its users see it. Meant to be one `const`.
///
/// Examples, notes and exit codes other than those of [`Exit`](crate::Exit) are argh's attributes `example`, `note` and
/// `error_code`; they show in the help and the man page.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// The name that is typed.
    pub name: &'static str,
    /// `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
    /// Every flag that is not hidden, in the order of the help.
    pub groups: &'static [Group],
}

/// Flags under one heading.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// The heading, without a colon.
    pub title: &'static str,
    /// Its flags in order.
    pub flags: &'static [Flag],
}

/// What is said of a flag beyond its description.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    pub(crate) name: &'static str,
    pub(crate) default: Option<&'static str>,
    pub(crate) values: Values,
}

/// What a flag's value may be: for the help, for completions, and for the check before argh sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    Any,
    OneOf(&'static [&'static str]),
    Folder,
    File,
}

impl Flag {
    /// A flag by its long name without dashes.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            default: None,
            values: Values::Any,
        }
    }

    /// The value that it has when it is not given, as one would type it or in a few words.
    #[must_use]
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    /// The values that it takes. Others are refused with a suggestion; upper and lower case are the same.
    #[must_use]
    pub const fn one_of(mut self, choices: &'static [&'static str]) -> Self {
        self.values = Values::OneOf(choices);
        self
    }

    /// Its value is a folder: shells complete it as one.
    #[must_use]
    pub const fn folder(mut self) -> Self {
        self.values = Values::Folder;
        self
    }

    /// Its value is a file: shells complete it as one.
    #[must_use]
    pub const fn file(mut self) -> Self {
        self.values = Values::File;
        self
    }
}

/// The flags that every program has; they are handled before argh.
pub(crate) const STANDARD: Group = Group {
    title: "Help",
    flags: &[],
};

/// One line of the list behind help, completions and man page.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// Without dashes.
    pub(crate) long: String,
    pub(crate) short: Option<char>,
    /// `None` for a switch.
    pub(crate) value_name: Option<String>,
    pub(crate) description: String,
    pub(crate) default: Option<&'static str>,
    pub(crate) values: Values,
    pub(crate) required: bool,
    pub(crate) repeats: bool,
}

impl Entry {
    fn new(info: &FlagInfo<'_>, flag: Flag) -> Self {
        Self {
            long: info.long.trim_start_matches('-').to_owned(),
            short: info.short,
            value_name: match info.kind {
                FlagInfoKind::Switch => None,
                FlagInfoKind::Option { arg_name } => Some(arg_name.to_uppercase()),
            },
            // argh hands braces over doubled, as its own format strings need them.
            description: info
                .description
                .trim()
                .replace("{{", "{")
                .replace("}}", "}"),
            default: flag.default,
            values: flag.values,
            required: info.optionality == argh::Optionality::Required
                && info.kind != FlagInfoKind::Switch,
            repeats: info.optionality == argh::Optionality::Repeating,
        }
    }

    fn standard(
        long: &str,
        short: Option<char>,
        value: Option<&'static [&'static str]>,
        description: &str,
    ) -> Self {
        Self {
            long: long.into(),
            short,
            value_name: value.map(|_| "SHELL".into()),
            description: description.into(),
            default: None,
            values: value.map_or(Values::Any, Values::OneOf),
            required: false,
            repeats: false,
        }
    }
}

/// The shells that completions exist for.
pub(crate) const SHELLS: &[&str] = &["bash", "fish", "zsh"];

/// The whole list: what argh knows and what the program adds, in the program's order.
pub(crate) struct Listing {
    pub(crate) groups: Vec<(&'static str, Vec<Entry>)>,
    /// Accepted, but in no help.
    pub(crate) hidden: Vec<Entry>,
}

impl Program {
    /// Joins this list with argh's. What argh has and no group names comes under "Other".
    pub(crate) fn listing<A: ArgsInfo>(&self) -> Listing {
        let info = A::get_args_info();
        let mut left: Vec<&FlagInfo<'_>> = info
            .flags
            .iter()
            .filter(|flag| flag.long != "--help" && flag.long != "help")
            .collect();
        let mut groups = Vec::new();
        for group in self.groups {
            let mut entries = Vec::new();
            for flag in group.flags {
                let is_it = |info: &&FlagInfo<'_>| info.long.trim_start_matches('-') == flag.name;
                if let Some(at) = left.iter().position(is_it) {
                    entries.push(Entry::new(left.remove(at), *flag));
                }
            }
            groups.push((group.title, entries));
        }
        let (hidden, other): (Vec<_>, Vec<_>) = left
            .into_iter()
            .map(|info| (info.hidden, Entry::new(info, Flag::new(""))))
            .partition(|(hidden, _)| *hidden);
        if !other.is_empty() {
            groups.push(("Other", other.into_iter().map(|(_, entry)| entry).collect()));
        }
        groups.push((
            STANDARD.title,
            vec![
                Entry::standard("help", Some('h'), None, "print this help"),
                Entry::standard("version", Some('V'), None, "print the version"),
                Entry::standard(
                    "completions",
                    None,
                    Some(SHELLS),
                    "print a script of completions for a shell",
                ),
                Entry::standard("man", None, None, "print the man page (roff)"),
            ],
        ));
        Listing {
            groups,
            hidden: hidden.into_iter().map(|(_, entry)| entry).collect(),
        }
    }

    /// Where this list and argh's contradict each other, in words; a test of the program asserts that there
    /// is nothing.
    #[must_use]
    pub fn contradictions<A: ArgsInfo>(&self) -> Vec<String> {
        let info = A::get_args_info();
        let mut found = Vec::new();
        let mut named: Vec<&str> = Vec::new();
        for flag in self.groups.iter().flat_map(|group| group.flags) {
            if named.contains(&flag.name) {
                found.push(format!("--{} is listed twice", flag.name));
            }
            named.push(flag.name);
            let known = info
                .flags
                .iter()
                .find(|info| info.long.trim_start_matches('-') == flag.name);
            match known {
                None => found.push(format!("--{} does not exist", flag.name)),
                Some(info) if info.kind == FlagInfoKind::Switch && flag.values != Values::Any => {
                    found.push(format!("--{} takes no value", flag.name));
                }
                Some(_) => {}
            }
            if let (Values::OneOf(choices), Some(default)) = (flag.values, flag.default)
                && !choices.contains(&default)
            {
                found.push(format!(
                    "--{}: its default {default} is no choice",
                    flag.name
                ));
            }
        }
        for entry in self
            .listing::<A>()
            .groups
            .iter()
            .filter(|(title, _)| *title == "Other")
        {
            for entry in &entry.1 {
                found.push(format!("--{} is in no group", entry.long));
            }
        }
        if !info.commands.is_empty() {
            found.push("subcommands are not supported".into());
        }
        found
    }
}

impl Listing {
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.groups.iter().flat_map(|(_, entries)| entries)
    }

    pub(crate) fn accepted(&self) -> impl Iterator<Item = &Entry> {
        self.entries().chain(&self.hidden)
    }
}
