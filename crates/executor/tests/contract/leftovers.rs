//! What a case must not leave behind.

use std::{
    collections::BTreeSet,
    env, fs,
    path::PathBuf,
    process::Command,
    time::{Duration, Instant},
};

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Left {
    children: BTreeSet<u32>,
    descriptors: BTreeSet<String>,
    files: BTreeSet<PathBuf>,
}

const OWN: &str = "CONTRACT_TMPDIR";

/// Whether the folder for temporary files belongs to this test alone, so that what lies there is its own.
pub(crate) fn has_own_temporary_folder() -> bool {
    env::var_os(OWN).is_some_and(|own| own == env::temp_dir())
}

/// Runs this test again with such a folder; gives its exit code.
pub(crate) fn run_with_own_temporary_folder() -> i32 {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let status = Command::new(env::current_exe().expect("a test has a path"))
        .args(env::args_os().skip(1))
        .env("TMPDIR", folder.path())
        .env(OWN, folder.path())
        .status()
        .expect("the test can start itself");
    status.code().unwrap_or(101)
}

/// The children of this process, its open descriptors, and the temporary files.
pub(crate) fn count() -> Left {
    let tasks = fs::read_dir("/proc/self/task").expect("a process sees itself");
    let children = tasks
        .flatten()
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|list| {
            list.split_ascii_whitespace()
                .map(|pid| pid.parse().expect("a number"))
                .collect::<Vec<u32>>()
        })
        .collect();
    let fds = fs::read_dir("/proc/self/fd").expect("a process sees itself");
    let descriptors = fds
        .flatten()
        .filter_map(|fd| {
            let target = fs::read_link(fd.path()).ok()?;
            let own = target.to_string_lossy().starts_with("/proc/");
            (!own).then(|| format!("{} {}", fd.file_name().display(), target.display()))
        })
        .collect();
    let files = fs::read_dir(env::temp_dir()).expect("it is ours");
    Left {
        children,
        descriptors,
        files: files.flatten().map(|file| file.path()).collect(),
    }
}

/// Compares with what was there before. Threads and processes that are about to end get a moment.
pub(crate) fn check(before: &Left) -> Result<(), String> {
    let deadline = Instant::now() + Duration::from_secs(2);
    loop {
        let now = count();
        if now == *before {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(format!("left behind: {now:?}, before: {before:?}"));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a process lives. A zombie that waits for its parent does not.
pub(crate) fn lives(pid: u64) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        stat.rsplit(')')
            .next()
            .is_some_and(|rest| !rest.trim_start().starts_with(['Z', 'X']))
    })
}

/// Waits for something to become true.
pub(crate) fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(10);
    while !holds() {
        assert!(Instant::now() < deadline, "{what} did not come true");
        std::thread::sleep(Duration::from_millis(1));
    }
}
