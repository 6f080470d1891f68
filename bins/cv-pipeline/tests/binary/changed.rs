//! Going on with another run than the one that was begun: refused, or nobody's CV under anybody else's row.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Done, Run};

const FACE: &[u8] = include_bytes!("../../../../crates/faces/tests/pictures/baseline.jpg");
const FONT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../crates/documents/fonts/NotoSans-Regular.ttf"
);

/// Twelve people, in rows of their own but for the two that are exchanged; row 12 has no photo.
fn people(folder: &Path, exchanged: [usize; 2]) -> String {
    let mut csv = "name,email,phone,date of birth,address,bio,photo\n".to_owned();
    for row in 1..=12 {
        let [one, other] = exchanged;
        let person = match row {
            _ if row == one => other,
            _ if row == other => one,
            _ => row,
        };
        csv +=
            &format!("Person {person},p{person}@example.org,1,1990-01-01,Street,Bio,{row}.jpg\n");
        if row < 12 {
            fs::write(folder.join(format!("{row}.jpg")), FACE).unwrap();
        }
    }
    let path = folder.join("people.csv");
    fs::write(&path, csv).unwrap();
    format!("--data={}", path.display())
}

fn go_on(done: Done, flag: &str, flags: &[&str]) -> Done {
    let output = Command::new(env!("CARGO_BIN_EXE_cv-pipeline"))
        .arg(format!("{flag}={}", done.out.path().display()))
        .args(flags)
        .output()
        .unwrap();
    Done::new(output, done.out)
}

#[test]
fn what_is_made_again_follows_from_what_changed() {
    // A finished run, of which only the failed are made again, and one that was cut off.
    for (flag, begun) in [
        ("--retry-failed", ""),
        ("--resume", "--fail-fast --overlap"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let data = people(folder.path(), [0, 0]);
        let done = Run::new(begun).arg(&data).done().expect(3);

        people(folder.path(), [4, 5]);
        fs::write(folder.path().join("12.jpg"), FACE).unwrap();
        let refused = go_on(done, flag, &[]).expect(2);
        assert!(
            refused.stderr.contains("people was a file with"),
            "{}",
            refused.stderr
        );
        let done = go_on(refused, flag, &["--accept-changes"]).expect(0);
        let whole = Run::new("").arg(&data).done().expect(0);
        assert!(
            done.pdfs() == whole.pdfs(),
            "{flag}: {:?}",
            done.pdfs().keys()
        );
        let kept = done.record()["closing"]["resumed"].as_u64().unwrap();
        // Of a ZIP that is whole any CV can be kept, of one that was growing those before the first that is not.
        let expected = if flag == "--resume" { 0..=3 } else { 9..=9 };
        assert!(expected.contains(&kept), "{flag}: {kept} kept");
    }
}

#[test]
fn an_accepted_change_of_all_keeps_what_is_made_and_tries_the_failed_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = people(folder.path(), [0, 0]);
    let done = Run::new("").arg(&data).done().expect(3);
    let font = format!("--font={FONT}");
    let refused = go_on(done, "--retry-failed", &[&font]).expect(2);
    let said = "--font was none and is NotoSans-Regular.ttf with SHA-256 ";
    assert!(refused.stderr.contains(said), "{}", refused.stderr);
    fs::write(folder.path().join("12.jpg"), FACE).unwrap();
    let done = go_on(refused, "--retry-failed", &[&font, "--accept-changes"]).expect(0);
    assert_eq!(done.record()["closing"]["resumed"], 11);
    assert_eq!(done.pdfs().len(), 12);
}

#[test]
fn a_run_that_was_cut_off_can_be_split_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let data = people(folder.path(), [0, 0]);
    let done = Run::new("--fail-fast --overlap")
        .arg(&data)
        .done()
        .expect(3);
    fs::write(folder.path().join("12.jpg"), FACE).unwrap();
    let done = go_on(done, "--resume", &["--split-every=7", "--accept-changes"]).expect(0);
    let split = Run::new("--split-every=7").arg(&data).done().expect(0);
    for part in ["zipped_cvs-001.zip", "zipped_cvs-002.zip"] {
        let read = |done: &Done| fs::read(done.out.path().join(part)).unwrap();
        assert!(read(&done) == read(&split), "{part}");
    }
    assert!(!done.zip().exists(), "the ZIP of before is gone");
}
