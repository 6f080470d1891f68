//! The README's own commands, run: in a folder of their own, with few CVs and short waits.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::commands::{commands, words};
use crate::tools::{program, root};

#[test]
fn the_commands_of_the_readme_run() {
    let Some(program) = program("cv-pipeline") else {
        return;
    };
    let readme = std::fs::read_to_string(root().join("README.md")).expect("the README");
    let mut ran = 0;
    for line in commands(&readme) {
        let words = words(&line);
        let arguments = match words
            .iter()
            .position(|word| word == "--bin" || word == "cv-pipeline")
        {
            Some(at) if words[0] == "cargo" && words[1] == "run" => {
                let own = words
                    .iter()
                    .position(|word| word == "--")
                    .unwrap_or(words.len() - 1);
                assert_eq!(words[at + 1], "cv-pipeline", "{line}");
                words[own + 1..].to_vec()
            }
            Some(0) => words[1..].to_vec(),
            _ => continue,
        };
        let folder = TempDir::new().expect("a folder");
        lay_out(folder.path());
        let output = Command::new(&program)
            .args(arguments.iter().map(|argument| smaller(argument)))
            .args((!has(&arguments, "--latency")).then_some("--latency=0.02"))
            .current_dir(&folder)
            .env("XDG_CACHE_HOME", folder.path())
            .stdin(Stdio::null())
            .output()
            .expect("it starts");
        assert!(
            output.status.success(),
            "{line}\n{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        if !has(&arguments, "--dry-run") && !has(&arguments, "--doctor") {
            assert!(folder.path().join("zipped_cvs.zip").exists(), "{line}");
        }
        ran += 1;
    }
    assert!(ran >= 5, "the README has its commands in blocks of sh");
}

/// What the commands may name: people, a folder of faces.
fn lay_out(folder: &Path) {
    let people = root().join("examples/people.csv");
    std::fs::create_dir(folder.join("examples")).expect("a folder");
    for path in ["people.csv", "examples/people.csv"] {
        std::fs::copy(&people, folder.join(path)).expect("people");
    }
    let faces = folder.join("faces");
    std::fs::create_dir(&faces).expect("a folder");
    let face = brigade_portraits::portrait_jpeg(1, 0);
    std::fs::write(faces.join("face.jpg"), face).expect("a face");
}

fn has(arguments: &[String], flag: &str) -> bool {
    arguments
        .iter()
        .any(|argument| argument.split('=').next() == Some(flag))
}

/// Numbers of CVs and workers above 4 become 4.
fn smaller(argument: &str) -> String {
    match argument.split_once('=') {
        Some((flag @ ("--cvs" | "--p1_max_workers" | "--p2_max_workers"), number)) => {
            let number: u32 = number.parse().expect("a number");
            format!("{flag}={}", number.min(4))
        }
        _ => argument.to_owned(),
    }
}
