//! Interrupted, killed, left without a reader or without room: what was whole is delivered, nothing half-written
//! lies under a final name, and no process is left.

use std::time::Duration;

use crate::process::{Disk, Started, assert_whole, faces_folder, marked, signal, wait_until};
use crate::support::{Done, Run};

const MODES: [&str; 3] = ["sequential", "threads", "processes"];

#[test]
fn ctrl_c_in_phase_1_ends_with_130_in_every_mode() {
    for mode in MODES {
        let run = Run::new(&format!(
            "--cvs=6 --p1_type={mode} --p1_max_workers=3 --latency=60 --grace=200ms"
        ));
        let started = Started::new(run);
        let faces = started.out.path().join(".brigade/faces");
        wait_until("phase 1 runs", || {
            faces.exists() && (mode != "processes" || !started.workers().is_empty())
        });
        std::thread::sleep(Duration::from_millis(100));
        started.signal("INT");
        let done = started.done().expect(130);
        assert!(
            done.stdout.contains("interrupted"),
            "{mode}: {}",
            done.stdout
        );
        assert_eq!(done.record()["closing"]["unfinished"], 6, "{mode}");
        assert!(!done.zip().exists());
    }
}

#[test]
fn ctrl_c_while_portraits_are_drawn_does_not_wait_for_them() {
    let mut run = Run::new("--cvs=1000");
    let empty = tempfile::tempdir().unwrap();
    run.cache = empty.path().to_owned();
    let started = Started::new(run);
    wait_until("the service draws", || marked(&started.mark).len() == 2);
    std::thread::sleep(Duration::from_millis(100));
    started.signal("INT");
    let done = started.done().expect(130);
    assert!(!done.stderr.contains("drew"), "{}", done.stderr);
    assert_eq!(done.record()["closing"]["unfinished"], 1000);
}

#[test]
fn ctrl_c_in_phase_2_packs_what_is_whole_in_every_mode() {
    let faces = faces_folder();
    for mode in MODES {
        let run = Run::new(&format!(
            "--cvs=3000 --p1_type=threads --p2_type={mode} --p2_max_workers=2"
        ))
        .arg(format!("--faces={}", faces.path().display()));
        let started = Started::new(run);
        let folder = started.out.path().join(".brigade");
        let packing = || {
            std::fs::read_dir(&folder)
                .into_iter()
                .flatten()
                .flatten()
                .any(|entry| {
                    entry.file_name() == "zipped_cvs.zip"
                        && entry.metadata().is_ok_and(|m| m.len() > 1000)
                })
        };
        wait_until("phase 2 packs", packing);
        started.signal("INT");
        let done = started.done().expect(130);
        let made = assert_whole(&done.zip());
        assert!(made > 0 && made < 3000, "{mode}: {made}");
        assert_eq!(done.record()["closing"]["made"], made, "{mode}");
    }
}

#[test]
fn ctrl_c_while_phases_overlap_leaves_both_in_the_record() {
    let faces = faces_folder();
    // Faces come faster than CVs: phase 1 stands still before a full queue when the signal comes.
    let run = Run::new("--cvs=3000 --overlap --p1_type=threads --p2_type=common")
        .arg(format!("--faces={}", faces.path().display()));
    let started = Started::new(run);
    let events = started.out.path().join(".brigade/events.jsonl");
    wait_until("CVs are made", || {
        std::fs::read_to_string(&events).is_ok_and(|text| text.contains(r#""phase":"cvs","task""#))
    });
    started.signal("INT");
    let record = started.done().expect(130).record();
    let names: Vec<_> = record["phases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|phase| &phase["name"])
        .collect();
    assert_eq!(names, ["faces", "cvs"]);
}

#[test]
fn sigterm_ends_with_143() {
    let started = Started::new(Run::new(
        "--cvs=3 --p1_type=threads --latency=60 --grace=200ms",
    ));
    let faces = started.out.path().join(".brigade/faces");
    wait_until("phase 1 runs", || faces.exists());
    started.signal("TERM");
    started.done().expect(143);
}

#[test]
fn a_second_ctrl_c_ends_it_at_once_and_leaves_no_worker() {
    let started = Started::new(Run::new(
        "--cvs=3 --p1_type=processes --latency=60 --grace=600s",
    ));
    wait_until("workers run", || !started.workers().is_empty());
    started.signal("INT");
    std::thread::sleep(Duration::from_millis(200));
    started.signal("INT");
    started.done().expect(130);
}

#[test]
fn a_killed_parent_leaves_no_process() {
    let started = Started::new(Run::new("--cvs=6 --p1_type=processes --latency=60"));
    wait_until("workers run", || started.workers().len() >= 2);
    started.signal("KILL");
    assert_eq!(started.done().code, None);
}

#[test]
fn a_worker_killed_in_phase_1_costs_a_retry_and_no_cv() {
    let started = Started::new(Run::new(
        "--cvs=4 --p1_type=processes --p1_max_workers=2 --latency=2",
    ));
    wait_until("workers run", || started.workers().len() == 2);
    std::thread::sleep(Duration::from_millis(200));
    signal(started.workers()[0], "KILL");
    let done = started.done().expect(0);
    assert_eq!(done.pdfs().len(), 4);
    let crashed = done
        .tasks(0)
        .into_iter()
        .filter(|task| task["failure"]["kind"] == "crashed")
        .count();
    assert_eq!(crashed, 1, "the attempt that died is in the record");
    assert_eq!(done.record()["closing"]["retries"], 1);
}

#[test]
fn a_worker_killed_in_phase_2_costs_no_cv() {
    let faces = faces_folder();
    let run = Run::new("--cvs=600 --p1_type=sequential --p2_type=processes --p2_max_workers=2")
        .arg(format!("--faces={}", faces.path().display()));
    let started = Started::new(run);
    wait_until("workers run", || started.workers().len() == 2);
    signal(started.workers()[0], "KILL");
    let done = started.done().expect(0);
    assert_eq!(assert_whole(&done.zip()), 600);
}

#[test]
fn a_reader_that_goes_away_does_not_stop_the_run() {
    let mut started = Started::new(Run::new("--cvs=3 --details=Y"));
    drop(started.child.stdout.take());
    let done = started.done().expect(0);
    assert_eq!(assert_whole(&done.zip()), 3);
}

#[test]
fn a_full_or_closed_stderr_does_not_stop_the_run_or_change_its_code() {
    // Drawing portraits and a flag of a wrong value both say something there.
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full");
    let cache = tempfile::tempdir().unwrap();
    let mut run = Run::new("--cvs=3");
    run.cache = cache.path().to_owned();
    let output = run.command().stderr(full().unwrap()).output().unwrap();
    let done = Done::new(output, run.out).expect(0);
    assert_eq!(assert_whole(&done.zip()), 3);
    assert!(done.stdout.contains("Made: 3 of 3"), "{}", done.stdout);
    let run = Run::new("--cvs=x");
    let output = run.command().stderr(full().unwrap()).output().unwrap();
    Done::new(output, run.out).expect(2);

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut run = Run::new("--cvs=2");
    run.cache = cache.path().join("other");
    let output = run.command().stderr(writer).output().unwrap();
    let done = Done::new(output, run.out).expect(0);
    assert_eq!(assert_whole(&done.zip()), 2);
}

#[test]
fn a_full_disk_ends_with_1_and_the_zip_of_before_stays() {
    let Some(disk) = Disk::mount("size=2m") else {
        return;
    };
    let faces = faces_folder();
    let out = disk.path().join("out");
    let run = |cvs: u32| {
        Run::new(&format!("--cvs={cvs} --p1_type=threads --p2_type=threads"))
            .arg(format!("--faces={}", faces.path().display()))
            .arg(format!("--out={}", out.display()))
            .done()
    };
    run(2).expect(0);
    let before = std::fs::read(out.join("zipped_cvs.zip")).unwrap();
    let done = run(400).expect(1);
    assert!(done.stderr.contains("No space left"), "{}", done.stderr);
    assert!(
        done.stderr.contains("out"),
        "the path is named: {}",
        done.stderr
    );
    assert_eq!(std::fs::read(out.join("zipped_cvs.zip")).unwrap(), before);
}
