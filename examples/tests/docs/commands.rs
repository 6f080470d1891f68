//! Every command in a block of `sh`: its program is known, its flags are in that program's help, its packages and targets are
//! in the workspace. A command of a kind that is not known here fails the test: whoever writes it says how to check it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::tools::{blocks, documents, program, root};

/// Programs of others that documents may call; their flags are theirs.
const OTHERS: &[&str] = &[
    "bash",
    "cd",
    "curl",
    "git",
    "groff",
    "jq",
    "kill",
    "man",
    "mkdir",
    "perf",
    "podman",
    "python3",
    "sleep",
    "sort",
    "tail",
    "uniq",
    "unzip",
    "venv/bin/pip",
    "venv/bin/python",
];
const OURS: [&str; 3] = ["cv-pipeline", "cv-compare", "face-server"];

#[test]
fn every_command_exists() {
    let workspace = Workspace::read();
    let help: BTreeMap<&str, String> = OURS
        .into_iter()
        .filter_map(|name| Some((name, help(&program(name)?))))
        .collect();
    let mut wrong = Vec::new();
    let mut count = 0;
    for (document, text) in documents() {
        for line in commands(&text) {
            count += 1;
            if let Err(problem) = check(&words(&line), &workspace, &help) {
                wrong.push(format!("{}: `{line}`: {problem}", document.display()));
            }
        }
    }
    assert!(count > 20, "commands were not found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(
    words: &[String],
    workspace: &Workspace,
    help: &BTreeMap<&str, String>,
) -> Result<(), String> {
    // Variables for one command stand before it.
    let is_variable = |word: &&String| word.split_once('=').is_some_and(|(name, _)| is_name(name));
    let skipped = words.iter().take_while(is_variable).count();
    let Some((name, arguments)) = words[skipped..].split_first() else {
        return Ok(());
    };
    match name.as_str() {
        "cargo" => workspace.check(arguments, help),
        "time" | "exec" => check(arguments, workspace, help),
        name if OURS.contains(&name) => flags(help.get(name), arguments),
        name if OTHERS.contains(&name) => Ok(()),
        name => Err(format!("{name} is not known to this test")),
    }
}

fn is_name(text: &str) -> bool {
    let is_part = |character: char| {
        character.is_ascii_uppercase() || character.is_ascii_digit() || character == '_'
    };
    !text.is_empty() && text.chars().all(is_part)
}

/// Each flag stands in the help. Where the program is not built there is nothing to look at.
fn flags(help: Option<&String>, arguments: &[String]) -> Result<(), String> {
    let Some(help) = help else { return Ok(()) };
    let flags = arguments
        .iter()
        .filter(|argument| argument.starts_with("--") && argument.len() > 2);
    for argument in flags {
        let flag = argument
            .split('=')
            .next()
            .unwrap_or(argument)
            .replace('_', "-");
        let is_it = |word: &str| word.trim_end_matches(',') == flag;
        if !help.split_whitespace().any(is_it) {
            return Err(format!("there is no {flag}"));
        }
    }
    Ok(())
}

fn help(program: &Path) -> String {
    let output = Command::new(program)
        .arg("--help")
        .env("NO_COLOR", "1")
        .output()
        .expect("it starts");
    String::from_utf8(output.stdout).expect("help is UTF-8")
}

/// What cargo knows: packages, and targets by kind.
struct Workspace {
    packages: Vec<String>,
    targets: Vec<(String, String)>,
    aliases: String,
}

impl Workspace {
    fn read() -> Self {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
            .current_dir(root())
            .output()
            .expect("cargo runs, since it runs this test");
        let metadata: Value =
            serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
        let (mut packages, mut targets) = (Vec::new(), Vec::new());
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        for package in metadata["packages"].as_array().expect("packages") {
            packages.push(text(&package["name"]));
            for target in package["targets"].as_array().expect("targets") {
                targets.push((text(&target["kind"][0]), text(&target["name"])));
            }
        }
        let aliases =
            std::fs::read_to_string(root().join(".cargo/config.toml")).expect("the aliases");
        Self {
            packages,
            targets,
            aliases,
        }
    }

    fn check(&self, arguments: &[String], help: &BTreeMap<&str, String>) -> Result<(), String> {
        let command = arguments.first().ok_or("cargo does what?")?;
        let is_known = matches!(
            command.as_str(),
            "add"
                | "bench"
                | "build"
                | "deny"
                | "doc"
                | "install"
                | "package"
                | "publish"
                | "run"
                | "test"
                | "tree"
                | "update"
        );
        if !is_known && !self.aliases.contains(&format!("\n{command} = ")) {
            return Err(format!(
                "cargo {command} is neither known to this test nor an alias"
            ));
        }
        let own = arguments
            .iter()
            .position(|word| word == "--")
            .unwrap_or(arguments.len());
        let (ours, theirs) = arguments.split_at(own);
        for pair in ours.windows(2) {
            let (flag, value) = (pair[0].as_str(), &pair[1]);
            let exists = match flag {
                "-p" | "--package" => self.packages.contains(value),
                "--bin" | "--example" | "--bench" | "--test" => self
                    .targets
                    .contains(&(flag[2..].to_owned(), value.clone())),
                "--path" => root().join(value).exists(),
                _ => true,
            };
            if !exists {
                return Err(format!("there is no {flag} {value}"));
            }
            if flag == "--bin" {
                flags(help.get(value.as_str()), theirs)?;
            }
        }
        Ok(())
    }
}

/// The commands of a document: in blocks of `sh`, and cargo's in a sentence or table.
pub(crate) fn commands(text: &str) -> Vec<String> {
    let blocks = blocks(text, "sh").into_iter().flat_map(lines);
    let inline = text
        .split('`')
        .filter(|code| code.starts_with("cargo ") && code.contains(" -") && !code.contains('\n'));
    blocks.chain(inline.map(str::to_owned)).collect()
}

/// The commands of a block: one a line unless a quote is open or the line ends in a backslash; without comments, split at
/// `&&`, `|` and `;`.
pub(crate) fn lines(block: &str) -> Vec<String> {
    let (mut lines, mut line, mut quote) = (Vec::new(), String::new(), None);
    let mut characters = block.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '\\') if characters.next_if_eq(&'\n').is_some() => continue,
            (None, '#') if line.is_empty() || line.ends_with(' ') => {
                while characters.next_if(|character| *character != '\n').is_some() {}
                continue;
            }
            (None, '\n' | '|' | '&' | ';') if !line.ends_with('>') => {
                lines.push(std::mem::take(&mut line));
                continue;
            }
            _ => {}
        }
        line.push(character);
    }
    lines.push(line);
    lines
        .iter()
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

/// A command's words; quotes keep one together. What follows a redirection is a file.
pub(crate) fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for character in line.chars() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, ' ') => words.push(std::mem::take(&mut word)),
            _ => word.push(character),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}
