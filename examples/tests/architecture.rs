//! Keeps the arrows between our packages as docs/architecture.md draws them.
//!
//! The allowed arrows are written down here once; what the manifests say is asked from cargo. An arrow that is
//! not in the table fails the test, and so does a package that the table does not know: whoever adds a crate
//! decides here what it may know about.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Each package and the packages of ours that it may depend on. Binaries are alike, so they share one row.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("brigade-cli", &[]),
    ("brigade-documents", &["brigade-thumbnail"]),
    ("brigade-executor", &[]),
    ("brigade-faces", &[]),
    ("brigade-gil", &["brigade-executor"]),
    ("brigade-metrics", &[]),
    (
        "brigade-pipeline",
        &[
            "brigade-documents",
            "brigade-executor",
            "brigade-faces",
            "brigade-metrics",
            "brigade-report",
        ],
    ),
    ("brigade-portraits", &[]),
    ("brigade-report", &[]),
    ("brigade-thumbnail", &[]),
];
const BINARIES: &[&str] = &[
    "brigade-cli",
    "brigade-gil",
    "brigade-pipeline",
    "brigade-portraits",
    "brigade-report",
];
/// These show and measure everything, and nothing depends on them.
const LEAVES: &[&str] = &["brigade-benches", "brigade-examples"];

#[test]
fn no_package_depends_on_one_it_must_not_know() {
    let arrows = arrows();
    let ours: BTreeSet<&str> = arrows.keys().map(String::as_str).collect();
    let mut wrong = Vec::new();
    for (package, (folder, dependencies)) in &arrows {
        if LEAVES.contains(&package.as_str()) {
            continue;
        }
        let library = LIBRARIES.iter().find(|(name, _)| name == package);
        let allowed = match (folder.as_str(), library) {
            ("bins", _) => BINARIES,
            ("crates", Some((_, allowed))) => allowed,
            _ => {
                panic!("{package} in {folder}/ is not in the table of allowed arrows: add its row")
            }
        };
        for dependency in dependencies
            .iter()
            .filter(|name| ours.contains(name.as_str()))
        {
            if !allowed.contains(&dependency.as_str()) {
                wrong.push(format!("{package} -> {dependency}"));
            }
        }
    }
    assert!(ours.len() > LEAVES.len(), "cargo named no package of ours");
    assert!(wrong.is_empty(), "arrows that are not allowed: {wrong:?}");
}

/// Package name → (the folder its own folder lies in, the names of its normal and build dependencies).
fn arrows() -> BTreeMap<String, (String, Vec<String>)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs, since it runs this test");
    assert!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    packages
        .iter()
        .map(|package| {
            let manifest = text(&package["manifest_path"]);
            let folder = manifest
                .rsplit(['/', '\\'])
                .nth(2)
                .expect("a package has a folder");
            let dependencies = package["dependencies"]
                .as_array()
                .expect("a list of dependencies");
            let names = dependencies
                .iter()
                .filter(|dependency| dependency["kind"] != "dev")
                .map(|dependency| text(&dependency["name"]));
            (text(&package["name"]), (folder.to_owned(), names.collect()))
        })
        .collect()
}

fn text(value: &serde_json::Value) -> String {
    value.as_str().expect("a string").to_owned()
}
