//! The generated scripts and the man page, read by the programs that they are for.

#![expect(clippy::print_stdout, reason = "a skipped test says so")]

mod kitchen;

use std::io::Write as _;
use std::process::{Command, Stdio};

use brigade_cli::try_parse;
use kitchen::{Args, PROGRAM};

fn printed(words: &[&str]) -> String {
    let early = try_parse::<Args>(&PROGRAM, words.iter().map(Into::into));
    early.expect_err("it prints and ends").output
}

/// What `command` prints when `input` is its standard input; `None` when it is not installed.
fn run(command: &str, arguments: &[&str], input: &str) -> Option<String> {
    let child = Command::new(command)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        let required = std::env::var_os("BRIGADE_REQUIRE_TOOLS").is_some();
        assert!(!required, "{command} is required and not installed");
        println!("skipped: {command} is not installed");
        return None;
    };
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.is_empty(), "{command} complains: {errors}");
    Some(String::from_utf8(output.stdout).expect("text"))
}

#[test]
fn bash_completes_names_choices_and_folders() {
    let script = printed(&["--completions", "bash"]);
    let complete = |words: &str| {
        let input = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1))\n\
             _pop_up_kitchen; printf '%s\\n' \"${{COMPREPLY[@]}}\"\n"
        );
        run("bash", &["--norc"], &input)
    };
    let Some(names) = complete("pop-up-kitchen --c") else {
        return;
    };
    assert_eq!(names, "--cooks\n--completions\n");
    for words in ["--menu-card s", "--menu-card = s"] {
        let choices = complete(&format!("pop-up-kitchen {words}"));
        let expected = "soup\nsalad\nstew\nsomething-else-entirely\n";
        assert_eq!(choices.as_deref(), Some(expected), "{words}");
    }
    let all = complete("pop-up-kitchen --menu-card =").expect("installed");
    assert!(all.starts_with("soup\n"));
    assert_eq!(
        complete("pop-up-kitchen --bill-folder /us").as_deref(),
        Some("/usr\n")
    );
}

#[test]
fn fish_completes_names_and_choices() {
    let script = printed(&["--completions=fish"]);
    let input = format!("{script}\ncomplete -C 'pop-up-kitchen --menu-card sa'\n");
    if let Some(choices) = run("fish", &["--no-config"], &input) {
        assert_eq!(choices.trim_end(), "salad\twhat is served");
        let input = format!("{script}\ncomplete -C 'pop-up-kitchen --guest'\n");
        let names = run("fish", &["--no-config"], &input).expect("installed");
        assert_eq!(names.trim_end(), "--guests\thow many guests");
    }
}

#[test]
fn zsh_reads_its_script() {
    let script = printed(&["--completions=zsh"]);
    assert!(script.starts_with("#compdef pop-up-kitchen\n"));
    assert!(script.contains("(soup salad stew something-else-entirely)"));
    let input = format!(
        "autoload -Uz compinit && compinit -u -D\n{script}\nprint -r ${{_comps[pop-up-kitchen]}}\n"
    );
    if let Some(function) = run("zsh", &["-f"], &input) {
        assert_eq!(function, "_pop_up_kitchen\n");
    }
}

#[test]
fn groff_reads_the_man_page_without_a_warning() {
    let page = printed(&["--man"]);
    if let Some(text) = run("groff", &["-man", "-ww", "-Tutf8", "-P-cbou"], &page) {
        for expected in [
            "--menu-card=DISH",
            "[default: soup]",
            "EXIT STATUS",
            "Nobody leaves hungry.",
        ] {
            assert!(text.contains(expected), "{expected} is not in\n{text}");
        }
        assert!(!text.contains("secret"));
    }
}
