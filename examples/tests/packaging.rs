//! What leaves this repository: packages for a registry, a folder for a distribution, a container.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace")
}

/// A test is left out because something is missing on this machine.
#[expect(clippy::print_stdout, reason = "whoever runs the tests is told")]
fn skip(why: &str) {
    assert!(std::env::var_os("BRIGADE_REQUIRE_TOOLS").is_none(), "{why}");
    println!("skipped: {why}");
}

fn output(command: &mut Command) -> Output {
    let output = command.output().expect("it starts");
    assert!(
        output.status.success(),
        "{command:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

#[test]
fn every_package_has_what_a_registry_asks_for() {
    let asked = output(
        Command::new(env!("CARGO"))
            .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
            .current_dir(root()),
    );
    let metadata: serde_json::Value = serde_json::from_slice(&asked.stdout).expect("JSON");
    let mut published = 0;
    for package in metadata["packages"].as_array().expect("packages") {
        if package["publish"].as_array().is_some_and(Vec::is_empty) {
            continue;
        }
        published += 1;
        for field in [
            "description",
            "license",
            "repository",
            "readme",
            "rust_version",
        ] {
            assert!(
                package[field].is_string(),
                "{} has no {field}",
                package["name"]
            );
        }
        for field in ["keywords", "categories", "authors"] {
            let count = package[field].as_array().map_or(0, Vec::len);
            assert!((1..=5).contains(&count), "{}: {field}", package["name"]);
        }
    }
    assert_eq!(published, 13);
}

/// Without compiling them: `cargo packages` does that too.
#[test]
fn every_package_can_be_packed() {
    let target = TempDir::new().expect("a folder");
    let packed = output(
        Command::new(env!("CARGO"))
            .args([
                "package",
                "--workspace",
                "--exclude=brigade-examples",
                "--exclude=brigade-benches",
                "--no-verify",
                "--allow-dirty",
                "--offline",
                "--locked",
            ])
            .current_dir(root())
            .env("CARGO_TARGET_DIR", target.path()),
    );
    let said = String::from_utf8_lossy(&packed.stderr);
    assert_eq!(said.matches("Packaged ").count(), 13, "{said}");
    assert!(!said.contains("warning"), "{said}");
}

#[test]
fn programs_come_with_man_pages_and_completions() {
    let test = std::env::current_exe().expect("this test is a file");
    let built = test.ancestors().nth(2).expect("target/…/deps");
    if !["cv-pipeline", "cv-compare", "face-server"]
        .iter()
        .all(|name| built.join(name).exists())
    {
        return skip("the programs are not built: `cargo build --bins`");
    }
    let folder = TempDir::new().expect("a folder");
    output(
        Command::new(root().join(".ci/dist"))
            .arg(folder.path())
            .arg(built),
    );
    let text = |path: &str| std::fs::read_to_string(folder.path().join(path)).expect(path);
    assert!(text("share/man/man1/cv-pipeline.1").starts_with(".TH"));
    assert!(text("share/bash-completion/completions/cv-compare").contains("--repeat"));
    assert!(text("share/zsh/site-functions/_face-server").starts_with("#compdef face-server"));
    assert!(text("share/fish/vendor_completions.d/cv-pipeline.fish").contains("-l p1-type"));
}

#[test]
fn the_container_takes_the_flags_of_the_program() {
    let file = std::fs::read_to_string(root().join("Containerfile")).expect("the Containerfile");
    let mut instructions = file
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    assert!(
        instructions
            .clone()
            .next()
            .is_some_and(|line| line.starts_with("FROM rust:1.95-"))
    );
    let known = ["FROM", "WORKDIR", "COPY", "RUN", "ENV", "ENTRYPOINT"];
    assert!(
        instructions
            .clone()
            .all(|line| known.contains(&line.split(' ').next().unwrap_or_default()))
    );
    let entry = instructions
        .rfind(|line| line.starts_with("ENTRYPOINT"))
        .expect("an entry point");
    // In this form arguments follow it; in a shell's they would be lost.
    assert_eq!(entry, "ENTRYPOINT [\"cv-pipeline\"]");

    if std::env::var_os("LONG").is_none() {
        return println!("skipped: building the container takes minutes (LONG=1)");
    }
    let works = |engine: &&str| {
        Command::new(engine)
            .arg("info")
            .output()
            .is_ok_and(|output| output.status.success())
    };
    let Some(engine) = ["podman", "docker"].into_iter().find(works) else {
        return println!("skipped: no container engine works here");
    };
    let folder = TempDir::new().expect("a folder");
    output(
        Command::new(engine)
            .args([
                "build",
                "-q",
                "-t",
                "cv-pipeline",
                "-f",
                "Containerfile",
                ".",
            ])
            .current_dir(root()),
    );
    let volume = format!("{}:/cvs", folder.path().display());
    output(
        Command::new(engine)
            .args(["run", "--rm", "-v", &volume, "cv-pipeline"])
            .args([
                "--cvs=4",
                "--p1_type=multithreading",
                "--p2_type=multiprocessing",
                "--p1_max_workers=4",
                "--p2_max_workers=2",
            ]),
    );
    let zip: PathBuf = folder.path().join("zipped_cvs.zip");
    assert!(zip.exists());
}
