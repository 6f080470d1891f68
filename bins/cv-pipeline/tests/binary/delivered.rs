//! What lies in the ZIP is what other people's tools expect.

use std::process::Command;

use crate::support::{Run, has_tool};

#[test]
fn every_pdf_is_valid_and_says_who_it_is() {
    if !["qpdf", "pdftotext", "unzip"].into_iter().all(has_tool) {
        return;
    }
    let done = Run::new("--cvs=5 --p1_type=threads --p2_type=threads")
        .done()
        .expect(0);
    let tested = Command::new("unzip")
        .arg("-tqq")
        .arg(done.zip())
        .status()
        .unwrap();
    assert!(tested.success());
    for (index, (name, pdf)) in done.pdfs().into_iter().enumerate() {
        let path = done.out.path().join("one.pdf");
        std::fs::write(&path, pdf).unwrap();
        let checked = Command::new("qpdf")
            .arg("--check")
            .arg(&path)
            .output()
            .unwrap();
        assert!(
            checked.status.success(),
            "{name}: {}",
            String::from_utf8_lossy(&checked.stderr)
        );

        let read = Command::new("pdftotext")
            .args(["-layout"])
            .arg(&path)
            .arg("-")
            .output()
            .unwrap();
        let text = String::from_utf8(read.stdout).unwrap();
        let label = done.tasks(1)[index]["label"].as_str().unwrap().to_owned();
        for expected in [label.as_str(), "Personal data", "@", "Bio"] {
            assert!(
                text.contains(expected),
                "{name} lacks `{expected}`:\n{text}"
            );
        }
    }
}

#[test]
fn a_second_run_with_fewer_cvs_leaves_nothing_of_the_first() {
    let first = Run::new("--cvs=4").done().expect(0);
    let out = first.out;
    let mut second = Run::new("--cvs=2");
    second.out = out;
    let second = second.done().expect(0);
    assert_eq!(second.pdfs().len(), 2);
    let mut left: Vec<_> = std::fs::read_dir(second.out.path().join(".brigade"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["delivered", "events.jsonl", "lock", "run.json"]);
}
