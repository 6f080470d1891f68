//! Every public function of the executor is used in an example, or in the crate that shows a backend.

use std::collections::BTreeSet;
use std::path::Path;

use crate::tools::root;

#[test]
fn every_public_function_of_the_executor_is_in_an_example() {
    let mut shown = String::new();
    for folder in ["examples", "crates/gil/src"] {
        for source in sources(&root().join(folder)) {
            shown += &source;
        }
    }
    let library = sources(&root().join("crates/executor/src"));
    for line in library.iter().flat_map(|source| source.lines()) {
        if let Some(code) = line.trim_start().strip_prefix("//") {
            shown += code;
            shown.push('\n');
        }
    }
    let functions: BTreeSet<&str> = library
        .iter()
        .flat_map(|source| source.lines())
        .filter_map(|line| {
            line.trim_start()
                .strip_prefix("pub ")?
                .split_once("fn ")?
                .1
                .split(['(', '<'])
                .next()
        })
        .collect();
    assert!(functions.len() > 40, "the functions were not found");
    let is_shown = |name: &str| {
        let uses = [
            format!("{name}("),
            format!("{name}::<"),
            format!("::{name}`"),
            format!("::{name})"),
        ];
        uses.iter().any(|usage| shown.contains(usage.as_str()))
    };
    let missing: Vec<&&str> = functions.iter().filter(|name| !is_shown(name)).collect();
    assert!(missing.is_empty(), "in no example: {missing:?}");
}

fn sources(folder: &Path) -> Vec<String> {
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources.extend(self::sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(std::fs::read_to_string(path).expect("a source is text"));
        }
    }
    sources
}
