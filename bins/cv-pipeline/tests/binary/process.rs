//! A run under way, watched and disturbed from outside, and what such runs need.

use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use crate::support::{Done, Run, entries};

/// How long anything here may take before it counts as hanging.
const PATIENCE: Duration = Duration::from_secs(120);

/// A started run that can be found again by a mark in its environment, which its workers and its service inherit.
pub(crate) struct Started {
    pub(crate) child: Child,
    pub(crate) out: tempfile::TempDir,
    pub(crate) mark: String,
}

impl Started {
    pub(crate) fn new(run: Run) -> Started {
        let mark = format!("BRIGADE_TEST_MARK={}", run.out.path().display());
        let (name, value) = mark.split_once('=').unwrap();
        let child = run.command().env(name, value).spawn().unwrap();
        Started {
            child,
            out: run.out,
            mark,
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(self.child.id(), name);
    }

    pub(crate) fn done(self) -> Done {
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
    pub(crate) fn workers(&self) -> Vec<u32> {
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

pub(crate) fn signal(pid: u32, name: &str) {
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

pub(crate) fn faces_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("0.jpg"),
        brigade_portraits::portrait_jpeg(3, 0),
    )
    .unwrap();
    folder
}

/// Every PDF in the ZIP, if there is one, is whole.
pub(crate) fn assert_whole(zip: &Path) -> usize {
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

/// A small disk of its own, as long as this lives.
pub(crate) struct Disk(tempfile::TempDir);

impl Disk {
    /// Mounts a disk in memory; none where that is not allowed.
    pub(crate) fn mount(options: &str) -> Option<Disk> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(folder.path())
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Disk(folder));
        }
        println!("skipped: a tmpfs cannot be mounted here");
        None
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}
