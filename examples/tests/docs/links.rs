//! Links within the repository: the file is there, and so is the heading. Addresses elsewhere are only looked at: a test
//! asks no network.

use std::path::Path;

use crate::tools::{documents, root};

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    let mut count = 0;
    for (document, text) in documents() {
        let folder = document.parent().expect("a folder");
        for target in targets(&text) {
            count += 1;
            if let Some(problem) = problem(&document, folder, target) {
                broken.push(format!("{}: {target}: {problem}", document.display()));
            }
        }
    }
    assert!(count > 30, "links were not found");
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_page_is_in_the_index() {
    let index = std::fs::read_to_string(root().join("docs/README.md")).expect("the index");
    for (document, _) in documents() {
        let Ok(page) = document.strip_prefix(root().join("docs")) else {
            continue;
        };
        let page = page.to_str().expect("a name");
        assert!(
            page == "README.md" || index.contains(&format!("({page})")),
            "{page} is not in docs/README.md"
        );
    }
}

/// What stands in `](…)`, outside code.
fn targets(text: &str) -> Vec<&str> {
    let mut targets = Vec::new();
    let mut is_code = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        }
        if is_code {
            continue;
        }
        let mut rest = line;
        while let Some(at) = rest.find("](") {
            rest = &rest[at + 2..];
            if let Some(end) = rest.find(')') {
                targets.push(&rest[..end]);
            }
        }
    }
    targets
}

fn problem(document: &Path, folder: &Path, target: &str) -> Option<String> {
    if let Some(address) = target.strip_prefix("https://") {
        return (!address.contains('.')).then(|| "has no host".into());
    }
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = if path.is_empty() {
        document.to_owned()
    } else {
        folder.join(path)
    };
    if !path.exists() {
        return Some("is not there".into());
    }
    if heading.is_empty() {
        return None;
    }
    let text = std::fs::read_to_string(&path).ok()?;
    let has_it = text
        .lines()
        .filter(|line| line.starts_with('#'))
        .any(|line| anchor(line) == heading);
    (!has_it).then(|| "has no such heading".into())
}

/// A heading's anchor, as the hosts of repositories make it.
fn anchor(heading: &str) -> String {
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|character| match character {
            ' ' => Some('-'),
            '-' | '_' => Some(character),
            character => character.is_alphanumeric().then_some(character),
        })
        .collect()
}
