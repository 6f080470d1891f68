//! The man page, from the list behind the help (`man(7)` macros, which groff and mandoc both read).

use argh::ArgsInfo;

use crate::{Program, help};

pub(crate) fn page<A: ArgsInfo>(program: &Program) -> String {
    let info = A::get_args_info();
    let name = escape(program.name);
    let mut out = format!(
        ".TH {} 1 \"\" \"{name} {}\" \"User Commands\"\n",
        name.to_uppercase(),
        escape(program.version)
    );
    let summary = info
        .description
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    // Its first sentence names the program wherever man pages are listed.
    let (first, rest) = summary.split_once(". ").unwrap_or((&summary, ""));
    let first = first.trim_end_matches('.');
    out += &format!(".SH NAME\n{name} \\- {}\n", escape(first));
    out += &format!(".SH SYNOPSIS\n.B {name}\n[FLAGS]");
    for positional in info
        .positionals
        .iter()
        .filter(|positional| !positional.hidden)
    {
        out += &format!(" {}", escape(&help::positional_usage(positional)));
    }
    out += "\n";
    if !rest.is_empty() {
        out += &format!(".SH DESCRIPTION\n{}\n", escape(rest));
    }
    out += ".SH OPTIONS\n";
    for (title, entries) in &program.listing::<A>().groups {
        out += &format!(".SS {}\n", escape(title));
        for entry in entries {
            let short = entry
                .short
                .map_or(String::new(), |short| format!("\\fB\\-{short}\\fR, "));
            let value = entry.value_name.as_ref();
            let value = value.map_or(String::new(), |name| format!("=\\fI{}\\fR", escape(name)));
            out += &format!(".TP\n{short}\\fB\\-\\-{}\\fR{value}\n", escape(&entry.long));
            out += &format!("{}\n", escape(&help::describe(entry)));
        }
    }
    out += ".SH EXIT STATUS\n";
    for (codes, meaning) in help::exit_codes(&info) {
        out += &format!(".TP\n.B {codes}\n{}\n", escape(&meaning));
    }
    if !info.examples.is_empty() {
        out += ".SH EXAMPLES\n";
        for example in info.examples {
            let example = example.replace("{command_name}", program.name);
            out += &format!(".PP\n.nf\n{}\n.fi\n", escape(&example));
        }
    }
    for note in info.notes {
        out += &format!(".SH NOTES\n{}\n", escape(note));
    }
    out + ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nany value: no colours\n\
           .TP\n.B CLICOLOR_FORCE\nany value but 0: colours even where there is no terminal\n"
}

/// Text as roff takes it: hyphens stay hyphens, and no line begins with a control character.
fn escape(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    text.lines()
        .map(|line| match line.trim_start() {
            line if line.starts_with(['.', '\'']) => format!("\\&{line}"),
            line => line.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("\n")
}
