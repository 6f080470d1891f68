//! Every dependency is under a licence that `deny.toml` allows: the part of `cargo deny check` that needs neither the tool nor
//! a network.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

#[test]
fn every_dependency_has_an_allowed_licence() {
    let policy = include_str!("../../deny.toml");
    let list = policy
        .split_once("\nallow = [")
        .and_then(|(_, rest)| rest.split_once(']'))
        .expect("a list of allowed licences")
        .0;
    let allowed: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();
    assert!(allowed.contains("MIT"));

    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version=1",
            "--offline",
            "--filter-platform=x86_64-unknown-linux-gnu",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs, since it runs this test");
    let metadata: Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let mut refused = Vec::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let licence = package["license"].as_str().unwrap_or_default();
        if !is_allowed(licence, &allowed) {
            refused.push(format!("{}: {licence:?}", package["name"]));
        }
    }
    assert!(refused.is_empty(), "not allowed by deny.toml: {refused:?}");
}

/// `AND` binds more loosely here than the standard says, and that only makes us stricter: each of its parts needs an
/// alternative that is allowed.
fn is_allowed(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    expression
        .replace(['(', ')'], "")
        .replace('/', " OR ")
        .split(" AND ")
        .all(|part| {
            part.split(" OR ")
                .any(|licence| allowed.contains(licence.trim()))
        })
}
