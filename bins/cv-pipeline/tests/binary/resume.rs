//! Killed at any instant, cut off, garbled: a run that is gone on with ends with the bytes of one that was not.

use std::fs;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::{marked, wait_until};
use crate::support::{Done, Run, entries, is_long};

const FACE: &[u8] = include_bytes!("../../../../crates/faces/tests/pictures/baseline.jpg");
/// Small enough for many runs, large enough for several groups of the journal.
const CVS: u32 = 200;

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % bound.max(1)
    }
}

/// A small picture, so that a run takes a moment only.
fn faces_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("face.jpg"), FACE).unwrap();
    folder
}

fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cv-pipeline"));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// The arguments of a run of `cvs` CVs in `out`, in modes that `turn` chooses.
fn arguments(faces: &Path, out: &Path, cvs: u32, turn: u64) -> Vec<String> {
    let modes = ["sequential", "threads", "processes"];
    let of = |number: u64| modes[(number % 3) as usize];
    let mut arguments = vec![
        format!("--cvs={cvs}"),
        "--seed=7".to_owned(),
        "--quiet".to_owned(),
        format!("--p1-type={}", of(turn / 3)),
        format!("--p2-type={}", of(turn)),
        "--p2-max-workers=2".to_owned(),
        "--p1-max-workers=2".to_owned(),
        format!("--faces={}", faces.display()),
        format!("--out={}", out.display()),
    ];
    arguments.extend((turn % 2 == 1).then(|| "--overlap".to_owned()));
    arguments
}

/// Goes on with the run in `out`, or begins it if it had not got as far as that.
#[track_caller]
fn finish(faces: &Path, out: &Path, cvs: u32, turn: u64) {
    let mut command = binary();
    if out.join(".brigade/journal").exists() || out.join(".brigade/run.json").exists() {
        command
            .arg(format!("--resume={}", out.display()))
            .arg("--quiet");
    } else {
        command.args(arguments(faces, out, cvs, turn));
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    // 4: the run was killed when all was done.
    assert!(
        matches!(output.status.code(), Some(0 | 4)),
        "turn {turn}: {:?} {said}",
        output.status
    );
}

fn whole(faces: &Path, cvs: u32) -> (Vec<u8>, Duration) {
    let out = tempfile::tempdir().unwrap();
    let start = Instant::now();
    let output = binary()
        .args(arguments(faces, out.path(), cvs, 0))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    (
        fs::read(out.path().join("zipped_cvs.zip")).unwrap(),
        start.elapsed(),
    )
}

#[test]
fn killed_at_any_instant_it_is_resumed_to_the_same_bytes_and_no_process_is_left() {
    let faces = faces_folder();
    let (expected, takes) = whole(faces.path(), CVS);
    let mut dice = Dice(8);
    let kills = if is_long() { 500 } else { 50 };
    let mut taken_over = 0;
    for turn in 0..kills {
        let out = tempfile::tempdir().unwrap();
        let mark = format!("BRIGADE_TEST_MARK={}", out.path().display());
        let (name, value) = mark.split_once('=').unwrap();
        let mut child = binary()
            .args(arguments(faces.path(), out.path(), CVS, turn))
            .env(name, value)
            .process_group(0)
            .spawn()
            .unwrap();
        let micros = u64::try_from(takes.as_micros()).unwrap();
        std::thread::sleep(Duration::from_micros(dice.below(micros)));
        // The parent alone, or its whole group.
        let target = match turn % 4 {
            0 => format!("-{}", child.id()),
            _ => child.id().to_string(),
        };
        let _ = Command::new("kill")
            .args(["-KILL", "--", &target])
            .stderr(Stdio::null())
            .status();
        child.wait().unwrap();
        wait_until("no process is left", || marked(&mark).is_empty());
        finish(faces.path(), out.path(), CVS, turn);
        let zip = fs::read(out.path().join("zipped_cvs.zip")).unwrap();
        assert!(zip == expected, "turn {turn}: other bytes");
        let record = fs::read(out.path().join(".brigade/run.json")).unwrap();
        let record: serde_json::Value = serde_json::from_slice(&record).unwrap();
        taken_over += u64::from(record["closing"]["resumed"].as_u64().unwrap() > 0);
    }
    println!("{kills} kills, in {taken_over} of them work was taken over");
    assert!(
        taken_over > kills / 10,
        "only {taken_over} of {kills} took work over"
    );
}

/// A run that was cut off with something in its journal and archive, and what the whole of it would be.
fn cut_off(faces: &Path) -> (tempfile::TempDir, Vec<u8>) {
    let (expected, _) = whole(faces, 600);
    loop {
        let out = tempfile::tempdir().unwrap();
        let mut child = binary()
            .args(arguments(faces, out.path(), 600, 0))
            .spawn()
            .unwrap();
        let folder = out.path().join(".brigade");
        let size = |name: &str| fs::metadata(folder.join(name)).map_or(0, |found| found.len());
        while size("journal") < 60_000 || size("zipped_cvs.zip") < 500_000 {
            if child.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        if size("zipped_cvs.zip") > 0 {
            return (out, expected);
        }
    }
}

#[test]
fn journal_and_archive_cut_or_garbled_anywhere_are_resumed_or_refused_by_name() {
    let faces = faces_folder();
    let (out, expected) = cut_off(faces.path());
    let folder = out.path().join(".brigade");
    let saved: Vec<(String, Vec<u8>)> = ["journal", "zipped_cvs.zip"]
        .map(|name| (name.to_owned(), fs::read(folder.join(name)).unwrap()))
        .into();
    let mut dice = Dice(21);
    for turn in 0..if is_long() { 200 } else { 16 } {
        let _ = fs::remove_file(out.path().join("zipped_cvs.zip"));
        for (name, bytes) in &saved {
            fs::write(folder.join(name), bytes).unwrap();
        }
        let (name, bytes) = &saved[(turn % 2) as usize];
        let at = dice.below(bytes.len() as u64) as usize;
        let damaged = match turn % 4 {
            0 | 1 => bytes[..at].to_vec(),
            _ => {
                let mut bytes = bytes.clone();
                let end = bytes.len().min(at + 1 + dice.below(4096) as usize);
                bytes[at..end].iter_mut().for_each(|byte| *byte ^= 0x5a);
                bytes
            }
        };
        fs::write(folder.join(name), damaged).unwrap();
        let output = binary()
            .arg(format!("--resume={}", out.path().display()))
            .arg("--quiet")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        match output.status.code() {
            Some(0) => {
                let zip = fs::read(out.path().join("zipped_cvs.zip")).unwrap();
                assert!(zip == expected, "turn {turn}: other bytes, {name} at {at}");
            }
            Some(2) => assert!(said.contains("journal"), "turn {turn}: {said}"),
            code => panic!("turn {turn}, {name} at {at}: {code:?} {said}"),
        }
    }
}

#[test]
fn an_unfinished_run_is_refused_until_it_is_resumed_or_thrown_away() {
    let faces = faces_folder();
    let (out, expected) = cut_off(faces.path());
    let again = arguments(faces.path(), out.path(), 600, 0);
    let refused = binary().args(&again).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).replace('\n', " ");
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(
        said.contains("--resume") && said.contains("--fresh"),
        "{said}"
    );
    // Before a portrait is drawn for it.
    let refused = binary()
        .args(["--cvs=9", "--seed=92"])
        .arg(format!("--out={}", out.path().display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(!said.contains("drew"), "{said}");

    let other = binary()
        .arg(format!("--resume={}", out.path().display()))
        .args(["--seed=8", "--layout=modern", "--quiet"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&other.stderr).replace('\n', " ");
    assert_eq!(other.status.code(), Some(2), "{said}");
    assert!(said.contains("--seed was 7 and is 8"), "{said}");
    assert!(
        said.contains("--layout was classic and is modern"),
        "{said}"
    );

    let fresh = binary().args(&again).arg("--fresh").output().unwrap();
    assert_eq!(fresh.status.code(), Some(0));
    assert!(fs::read(out.path().join("zipped_cvs.zip")).unwrap() == expected);
    let done = binary()
        .arg(format!("--resume={}", out.path().display()))
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(4), "nothing is left to do");
    let empty = tempfile::tempdir().unwrap();
    let none = binary()
        .arg(format!("--resume={}", empty.path().display()))
        .output()
        .unwrap();
    assert_eq!(none.status.code(), Some(2));
}

#[test]
fn an_interrupted_run_delivers_what_is_whole_and_is_resumed_to_the_same_bytes() {
    let faces = faces_folder();
    let (expected, _) = whole(faces.path(), 600);
    let out = tempfile::tempdir().unwrap();
    let mut child = Command::new("env")
        .arg("--default-signal=INT")
        .arg(env!("CARGO_BIN_EXE_cv-pipeline"))
        .args(arguments(faces.path(), out.path(), 600, 1))
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let archive = out.path().join(".brigade/zipped_cvs.zip");
    wait_until("it packs", || {
        fs::metadata(&archive).is_ok_and(|found| found.len() > 300_000)
    });
    let _ = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    let partial = entries(&out.path().join("zipped_cvs.zip")).len();
    assert!(partial > 0 && partial < 600, "{partial}");
    let resumed = binary()
        .arg(format!("--resume={}", out.path().display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&resumed.stdout);
    assert_eq!(resumed.status.code(), Some(0), "{said}");
    assert!(
        said.contains("Made: 600 of 600") && said.contains("kept from an earlier run"),
        "{said}"
    );
    assert!(fs::read(out.path().join("zipped_cvs.zip")).unwrap() == expected);
}

/// People of whom every third has no photo at first.
fn people(folder: &Path) -> std::path::PathBuf {
    let mut csv = "name,email,phone,date of birth,address,bio,photo\n".to_owned();
    for row in 1..=12 {
        csv += &format!("Person {row},p{row}@example.org,1,1990-01-01,Street,Bio,{row}.jpg\n");
        if row % 3 != 0 {
            fs::write(folder.join(format!("{row}.jpg")), FACE).unwrap();
        }
    }
    let path = folder.join("people.csv");
    fs::write(&path, csv).unwrap();
    path
}

fn mend(folder: &Path) {
    for row in 1..=12 {
        fs::write(folder.join(format!("{row}.jpg")), FACE).unwrap();
    }
}

#[test]
fn only_the_failed_are_made_again_and_the_zip_is_as_if_they_had_not_failed() {
    let folder = tempfile::tempdir().unwrap();
    let data = format!("--data={}", people(folder.path()).display());
    let done = Run::new("--p2-type=threads --p2-max-workers=2")
        .arg(&data)
        .done()
        .expect(3);
    assert_eq!(done.pdfs().len(), 8);
    let table = done.out.path().join(".brigade/failures.csv");
    assert!(
        done.stdout.contains(&*table.to_string_lossy()),
        "{}",
        done.stdout
    );
    let table = fs::read_to_string(table).unwrap();
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 5, "{table}");
    assert!(
        rows[1].starts_with("3,") && rows[1].contains("line 4"),
        "{table}"
    );
    let json = fs::read(done.out.path().join(".brigade/failures.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(
        (json.as_array().unwrap().len(), &json[3]["row"]),
        (4, &12.into())
    );

    mend(folder.path());
    let resumed = binary()
        .arg(format!("--retry-failed={}", done.out.path().display()))
        .output()
        .unwrap();
    let resumed = Done::new(resumed, done.out).expect(0);
    let whole = Run::new("").arg(&data).done().expect(0);
    assert!(fs::read(resumed.zip()).unwrap() == fs::read(whole.zip()).unwrap());
    let record = resumed.record();
    assert_eq!(
        (&record["closing"]["made"], &record["closing"]["resumed"]),
        (&12.into(), &8.into())
    );
    assert!(!resumed.out.path().join(".brigade/failures.csv").exists());
    let again = binary()
        .arg(format!("--retry-failed={}", resumed.out.path().display()))
        .output()
        .unwrap();
    assert_eq!(again.status.code(), Some(4));
}

#[test]
fn too_many_failures_end_the_run_early_and_it_can_be_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let data = format!("--data={}", people(folder.path()).display());
    for limit in ["--fail-fast", "--max-failures=1", "--max-failures=10%"] {
        let done = Run::new(&format!("{limit} --overlap"))
            .arg(&data)
            .done()
            .expect(3);
        let record = done.record();
        assert!(
            record["closing"]["unfinished"].as_u64().unwrap() > 0,
            "{limit}"
        );
        assert!(done.stdout.contains("more than allowed"), "{}", done.stdout);
        let resumed = binary()
            .arg(format!("--resume={}", done.out.path().display()))
            .output()
            .unwrap();
        let resumed = Done::new(resumed, done.out).expect(3);
        assert_eq!(resumed.pdfs().len(), 8, "{limit}");
    }
}

#[test]
fn flags_need_not_be_given_again_however_often_a_run_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let data = format!("--data={}", people(folder.path()).display());
    let done = Run::new("-q --fail-fast --name -{index}.pdf --paper=letter")
        .arg(&data)
        .done()
        .expect(3);
    let go_on = |flag: &str, done: Done| {
        let mut command = binary();
        command.arg(format!("{flag}={}", done.out.path().display()));
        // Paths are relative to another folder every time.
        let elsewhere = tempfile::tempdir().unwrap();
        command.current_dir(elsewhere.path());
        Done::new(command.output().unwrap(), done.out)
    };
    let resumed = go_on("--resume", done).expect(3);
    assert_eq!(resumed.pdfs().len(), 8);
    mend(folder.path());
    let mended = go_on("--retry-failed", resumed).expect(0);
    let whole = Run::new("--paper=letter --name=-{index}.pdf")
        .arg(&data)
        .done()
        .expect(0);
    assert!(fs::read(mended.zip()).unwrap() == fs::read(whole.zip()).unwrap());
    // What was typed is the record's business, what is to be done the journal's.
    let command = mended.record()["command"].as_array().unwrap().len();
    assert_eq!(command, 2);
}

#[test]
fn several_zips_hold_together_what_one_would() {
    let faces = faces_folder();
    let split = |flag: &str| {
        Run::new(&format!("--cvs=10 --p2-type=threads {flag}"))
            .arg(format!("--faces={}", faces.path().display()))
            .done()
            .expect(0)
    };
    let one = split("").pdfs();
    let done = split("--split-every=4");
    let part =
        |done: &Done, number: u32| done.out.path().join(format!("zipped_cvs-{number:03}.zip"));
    let sizes: Vec<usize> = (1..=3)
        .map(|number| entries(&part(&done, number)).len())
        .collect();
    assert_eq!(sizes, [4, 4, 2]);
    let all: std::collections::BTreeMap<_, _> = (1..=3)
        .flat_map(|number| entries(&part(&done, number)))
        .collect();
    assert!(all == one);
    assert!(done.stdout.contains("zipped_cvs-003.zip"));

    let limit = 100_000;
    let done = split(&format!("--split-size={limit}"));
    let mut all = std::collections::BTreeMap::new();
    let mut number = 1;
    while part(&done, number).exists() {
        assert!(fs::metadata(part(&done, number)).unwrap().len() <= limit);
        all.extend(entries(&part(&done, number)));
        number += 1;
    }
    assert!(all == one && number > 2);
    // Fewer parts than before: the others are gone.
    let mut again =
        Run::new("--cvs=4 --split-every=4").arg(format!("--faces={}", faces.path().display()));
    again.out = done.out;
    let again = again.done().expect(0);
    assert!(part(&again, 1).exists() && !part(&again, 2).exists());
}
