//! Interrupted, killed, left without a reader or without room: what was whole is delivered, nothing half-written
//! lies under a final name, and no process is left.

use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::support::{Done, Run, entries};

/// How long anything here may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(120);

/// A started run that can be found again by a mark in its environment, which its workers and its service inherit.
struct Started {
    child: Child,
    out: tempfile::TempDir,
    mark: String,
}

impl Started {
    fn new(run: Run) -> Started {
        let mark = format!("BRIGADE_TEST_MARK={}", run.out.path().display());
        let (name, value) = mark.split_once('=').unwrap();
        let child = run.command().env(name, value).spawn().unwrap();
        Started {
            child,
            out: run.out,
            mark,
        }
    }

    fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    fn done(self) -> Done {
        let Started {
            mut child,
            out,
            mark,
        } = self;
        wait_until("the run has ended", || child.try_wait().unwrap().is_some());
        wait_until("no process is left", || marked(&mark).is_empty());
        Done::new(child.wait_with_output().unwrap(), out)
    }

    /// Worker processes of the run: its children, but for the face service.
    fn workers(&self) -> Vec<u32> {
        let is_worker = |pid: &u32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let parent = stat
                .rsplit(')')
                .next()
                .unwrap_or("")
                .split_whitespace()
                .nth(1)
                .map(str::to_owned);
            let name = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            parent == Some(self.child.id().to_string()) && !name.contains("portrait-service")
        };
        marked(&self.mark).into_iter().filter(is_worker).collect()
    }
}

/// Living processes (zombies have no environment) that carry the mark.
pub(crate) fn marked(mark: &str) -> Vec<u32> {
    let pids = std::fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let carries = |pid: &u32| {
        let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|variable| variable == mark.as_bytes())
    };
    pids.filter(carries).collect()
}

fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(pid.to_string())
        .status()
        .unwrap();
    assert!(sent.success());
}

#[track_caller]
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn faces_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("0.jpg"),
        brigade_portraits::portrait_jpeg(3, 0),
    )
    .unwrap();
    folder
}

/// Every PDF in the ZIP, if there is one, is whole.
fn assert_whole(zip: &Path) -> usize {
    if !zip.exists() {
        return 0;
    }
    let entries = entries(zip);
    for (name, pdf) in &entries {
        assert!(
            pdf.starts_with(b"%PDF-1.7") && pdf.trim_ascii_end().ends_with(b"%%EOF"),
            "{name} is not whole"
        );
    }
    entries.len()
}

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
fn a_full_disk_ends_with_1_and_the_zip_of_before_stays() {
    let disk = tempfile::tempdir().unwrap();
    let mounted = Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"])
        .arg(disk.path())
        .output();
    if !mounted.is_ok_and(|output| output.status.success()) {
        println!("skipped: a tmpfs cannot be mounted here");
        return;
    }
    let _unmount = Unmount(disk.path());
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

struct Unmount<'a>(&'a Path);

impl Drop for Unmount<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}
