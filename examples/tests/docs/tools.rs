//! Where the documents and the programs are.

use std::path::{Path, PathBuf};

pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().expect("the workspace").to_owned()
}

/// Every document of the repository, with its text.
pub(crate) fn documents() -> Vec<(PathBuf, String)> {
    let root = root();
    let mut folders = vec![root.clone(), root.join("docs")];
    for group in ["crates", "bins"] {
        folders.extend(entries(&root.join(group)));
    }
    let mut documents = Vec::new();
    for folder in folders {
        for path in entries(&folder) {
            if path.extension().is_some_and(|extension| extension == "md") {
                let text = std::fs::read_to_string(&path).expect("a document is text");
                documents.push((path, text));
            }
        }
    }
    assert!(documents.len() > 10, "documents were not found");
    documents
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of the repository");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

/// A program of ours that cargo built. `None`: it is not there, and that is no failure (see CONTRIBUTING).
#[expect(clippy::print_stdout, reason = "whoever runs the tests is told")]
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let test = std::env::current_exe().expect("this test is a file");
    let program = test.ancestors().nth(2).expect("target/…/deps").join(name);
    if program.exists() {
        return Some(program);
    }
    assert!(
        std::env::var_os("BRIGADE_REQUIRE_TOOLS").is_none(),
        "{} is not there: `cargo build --bins` makes it",
        program.display()
    );
    println!("skipped: {name} is not built (`cargo build --bins`)");
    None
}

/// The blocks of a document in one language: where each begins, and its text.
pub(crate) fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let opening = format!("```{language}\n");
    let mut blocks = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(&opening) {
        rest = &rest[at + opening.len()..];
        let end = rest.find("```").expect("a block that was opened is closed");
        blocks.push(&rest[..end]);
        rest = &rest[end + 3..];
    }
    blocks
}
