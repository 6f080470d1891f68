//! A stranger's first program: a project outside this workspace that takes a crate by path, and the README's snippet in it.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

#[test]
fn the_snippet_of_the_readme_compiles_in_a_project_outside() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the workspace");
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README");
    let snippet = readme
        .split_once("```rust,no_run\n")
        .and_then(|(_, rest)| rest.split_once("```"))
        .expect("the README has a snippet")
        .0;
    let dependencies = readme
        .split_once("```toml\n")
        .and_then(|(_, rest)| rest.split_once("```"))
        .expect("and says what it depends on")
        .0;
    let by_path = format!("path = {:?}", root.join("crates/executor"));
    let manifest =
        dependencies.replace("git = \"https://github.com/brigade-rs/brigade\"", &by_path);
    assert!(manifest.contains(&by_path), "{manifest}");

    let project = TempDir::new().expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(project.path().join(name), text).expect("written");
    write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"stranger\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n{manifest}"
        ),
    );
    std::fs::create_dir(project.path().join("src")).expect("a folder");
    write("src/main.rs", snippet);
    // The versions that are here already.
    std::fs::copy(root.join("Cargo.lock"), project.path().join("Cargo.lock")).expect("the lock");

    let test = std::env::current_exe().expect("this test is a file");
    let target = test.ancestors().nth(3).expect("it lies in target/…/deps");
    let output = Command::new(env!("CARGO"))
        .args(["run", "--offline", "--quiet"])
        .current_dir(&project)
        .env("CARGO_TARGET_DIR", target.join("scratch_project"))
        .output()
        .expect("cargo runs, since it runs this test");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(said, "0\n1\n4\n9\n16\n25\n36\n49\n64\n81\n");
}
