//! What the executor brings along is what its README says.

use std::process::Command;

use crate::commands::{lines, words};
use crate::tools::{blocks, root};

#[test]
fn the_executor_brings_along_what_its_readme_shows() {
    let readme =
        std::fs::read_to_string(root().join("crates/executor/README.md")).expect("the README");
    let command = blocks(&readme, "sh")
        .into_iter()
        .flat_map(lines)
        .find(|line| line.starts_with("cargo tree"));
    let command = words(&command.expect("the README shows the command"));
    let output = Command::new(env!("CARGO"))
        .args(&command[1..])
        .arg("--offline")
        .current_dir(root())
        .output()
        .expect("cargo runs, since it runs this test");
    let tree = String::from_utf8(output.stdout).expect("names are UTF-8");
    assert!(
        blocks(&readme, "text").contains(&tree.as_str()),
        "the tree is now\n{tree}"
    );
}
