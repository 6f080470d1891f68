//! Completion scripts for bash, fish and zsh, from the list behind the help. They complete the names of
//! flags, the choices of those that have some, and files or folders where a flag takes one; both
//! `--name value` and `--name=value`.

use std::fmt::Write as _;

use crate::Program;
use crate::program::{Entry, Listing, Values};

const INFALLIBLE: &str = "writing to a string cannot fail";

pub(crate) fn script(program: &Program, listing: &Listing, shell: &str) -> String {
    match shell {
        "bash" => bash(program, listing),
        "fish" => fish(program, listing),
        "zsh" => zsh(program, listing),
        other => unreachable!("{other} was refused as no choice"),
    }
}

fn function_name(program: &Program) -> String {
    format!("_{}", program.name.replace('-', "_"))
}

/// bash splits words at `=`, so that the name, `=` and the value are words of their own.
fn bash(program: &Program, listing: &Listing) -> String {
    let function = function_name(program);
    let mut out = format!(
        "{function}() {{\n    local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}\n    \
         if [[ $cur == = ]]; then\n        cur=\n    \
         elif [[ $prev == = ]]; then\n        prev=${{COMP_WORDS[COMP_CWORD-2]}}\n    fi\n    \
         case $prev in\n"
    );
    for entry in listing.entries().filter(|entry| entry.value_name.is_some()) {
        let names = spellings(entry).join("|");
        let action = match entry.values {
            Values::Any => String::new(),
            Values::OneOf(choices) => compgen(&format!("-W '{}'", choices.join(" "))),
            Values::Folder => compgen("-d"),
            Values::File => compgen("-f"),
        };
        writeln!(out, "        {names}) {action}return ;;").expect(INFALLIBLE);
    }
    let flags: Vec<String> = listing.entries().flat_map(spellings).collect();
    let all = compgen(&format!("-W '{}'", flags.join(" ")));
    out + &format!(
        "    esac\n    {all}\n}}\ncomplete -o filenames -F {function} {}\n",
        program.name
    )
}

fn compgen(what: &str) -> String {
    format!("COMPREPLY=($(compgen {what} -- \"$cur\")); ")
}

fn fish(program: &Program, listing: &Listing) -> String {
    let mut out = format!("complete -c {} -f\n", program.name);
    for entry in listing.entries() {
        write!(out, "complete -c {} -l {}", program.name, entry.long).expect(INFALLIBLE);
        if let Some(short) = entry.short {
            write!(out, " -s {short}").expect(INFALLIBLE);
        }
        let values = match entry.values {
            _ if entry.value_name.is_none() => String::new(),
            Values::Any => " -x".into(),
            Values::OneOf(choices) => format!(" -x -a {}", single_quoted(&choices.join(" "))),
            Values::Folder => " -x -a '(__fish_complete_directories)'".into(),
            Values::File => " -r -F".into(),
        };
        writeln!(out, "{values} -d {}", single_quoted(&entry.description)).expect(INFALLIBLE);
    }
    out
}

/// fish: within single quotes only the backslash and the quote itself are special.
fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
}

fn zsh(program: &Program, listing: &Listing) -> String {
    let function = function_name(program);
    let mut out = format!(
        "#compdef {}\n{function}() {{\n    _arguments -s",
        program.name
    );
    for entry in listing.entries() {
        let sign = if entry.value_name.is_some() { "=" } else { "" };
        let names = match entry.short {
            Some(short) => format!(
                "'(-{short} --{long})'{{-{short},--{long}{sign}}}'",
                long = entry.long
            ),
            None => format!("'--{}{sign}", entry.long),
        };
        let value = entry.value_name.as_ref().map_or(String::new(), |name| {
            let action = match entry.values {
                Values::Any => " ".into(),
                Values::OneOf(choices) => format!("({})", choices.join(" ")),
                Values::Folder => "_files -/".into(),
                Values::File => "_files".into(),
            };
            format!(":{name}:{action}")
        });
        let description = zsh_description(&entry.description);
        write!(out, " \\\n        {names}[{description}]{value}'").expect(INFALLIBLE);
    }
    // Autoloaded from a folder of functions the file is the function's body; sourced, it registers itself.
    out + &format!(
        "\n}}\nif [ \"$funcstack[1]\" = {function} ]; then\n    {function} \"$@\"\nelse\n    \
         compdef {function} {}\nfi\n",
        program.name
    )
}

/// Inside single quotes and square brackets.
fn zsh_description(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('[', "\\[")
        .replace(']', "\\]")
        .replace(':', "\\:")
        .replace('\'', "'\\''")
}

fn spellings(entry: &Entry) -> Vec<String> {
    let short = entry.short.map(|short| format!("-{short}"));
    short
        .into_iter()
        .chain([format!("--{}", entry.long)])
        .collect()
}
