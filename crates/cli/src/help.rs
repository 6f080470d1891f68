//! The help text: grouped, with choices and defaults, 80 columns wide.

use argh::ArgsInfo;

use crate::program::{Entry, Values};
use crate::{Exit, Program, style};

/// Width of every line, on any terminal.
const WIDTH: usize = 80;
/// Where descriptions begin; a longer flag has its description on the next line.
const COLUMN: usize = 28;

pub(crate) fn text<A: ArgsInfo>(program: &Program, has_colour: bool) -> String {
    let info = A::get_args_info();
    let bold = |text: &str| style::paint(text, style::BOLD, has_colour);
    let mut out = String::new();
    out += &wrap(info.description, 0, 0);
    out += &format!("\n{} {} [FLAGS]", bold("Usage:"), program.name);
    for positional in info
        .positionals
        .iter()
        .filter(|positional| !positional.hidden)
    {
        out += &format!(" {}", positional_usage(positional));
    }
    out += "\n";
    for (title, entries) in &program.listing::<A>().groups {
        out += &format!("\n{}\n", bold(&format!("{title}:")));
        for entry in entries {
            out += &line(entry, has_colour);
        }
    }
    if !info.examples.is_empty() {
        out += &format!("\n{}\n", bold("Examples:"));
        for example in info.examples {
            out += &format!("  {}\n", example.replace("{command_name}", program.name));
        }
    }
    out += &format!("\n{}\n", bold("Exit codes:"));
    for (codes, meaning) in exit_codes(&info) {
        let head = format!("  {codes:<14}");
        out += &format!("{head}{}", wrap(&meaning, head.len(), head.len()));
    }
    for note in info.notes {
        out += &format!("\n{}", wrap(note, 0, 0));
    }
    out
}

/// Those that the arguments declare with argh's `error_code`, or the ones that all programs share.
pub(crate) fn exit_codes(info: &argh::CommandInfoWithArgs) -> Vec<(String, String)> {
    if info.error_codes.is_empty() {
        let shared = Exit::TABLE.iter();
        return shared
            .map(|(codes, meaning)| ((*codes).into(), (*meaning).into()))
            .collect();
    }
    let declared = info.error_codes.iter();
    declared
        .map(|code| (code.code.to_string(), code.description.into()))
        .collect()
}

pub(crate) fn positional_usage(positional: &argh::PositionalInfo<'_>) -> String {
    let name = positional.name.to_uppercase();
    match positional.optionality {
        argh::Optionality::Required => name,
        argh::Optionality::Optional => format!("[{name}]"),
        argh::Optionality::Repeating | argh::Optionality::Greedy => format!("[{name}]…"),
    }
}

fn line(entry: &Entry, has_colour: bool) -> String {
    let short = entry
        .short
        .map_or("    ".into(), |short| format!("-{short}, "));
    let value = entry
        .value_name
        .as_ref()
        .map_or(String::new(), |name| format!(" {name}"));
    let plain = format!("  {short}--{}{value}", entry.long);
    let name = style::paint(&format!("--{}", entry.long), style::BOLD, has_colour);
    let mut out = format!("  {short}{name}{value}");
    let length = plain.chars().count();
    if length + 2 > COLUMN {
        out += &format!("\n{}", " ".repeat(COLUMN));
    } else {
        out += &" ".repeat(COLUMN - length);
    }
    out + &wrap(&describe(entry), COLUMN, COLUMN)
}

/// The description with what else is to be known, as it stands in help and man page.
pub(crate) fn describe(entry: &Entry) -> String {
    let mut out = entry.description.clone();
    if let Values::OneOf(choices) = entry.values {
        out += &format!(" [one of: {}]", choices.join(", "));
    }
    if entry.required {
        out += " [required]";
    }
    if entry.repeats {
        out += " [may be repeated]";
    }
    if let Some(default) = entry.default {
        out += &format!(" [default: {default}]");
    }
    out
}

/// The words that lines are filled with: what stands in brackets stays in one piece when that is short.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(open)
                if open.starts_with('[')
                    && !open.ends_with(']')
                    && open.chars().count() + 1 + word.chars().count() <= WIDTH - COLUMN =>
            {
                *open += " ";
                *open += word;
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// `text` in lines of [`WIDTH`], the first beginning at column `used`, the others indented.
fn wrap(text: &str, used: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut column = used;
    let mut is_first = true;
    for word in words(text) {
        let length = word.chars().count();
        if !is_first && column + 1 + length > WIDTH {
            out += "\n";
            out += &" ".repeat(indent);
            column = indent;
        } else if !is_first {
            out += " ";
            column += 1;
        }
        out += &word;
        column += length;
        is_first = false;
    }
    out + "\n"
}
