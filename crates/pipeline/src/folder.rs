//! The run's own folder, `OUT/.brigade/`: private, locked while a run uses it, cleaned before and after.
//!
//! It holds what must not lie under a final name yet (faces being fetched, the archive being written) and the
//! record of the last run. What a killed run left behind is removed when the next one opens the folder. It knows
//! nothing of jobs or modes.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use crate::error::Error;

const NAME: &str = ".brigade";
const JOURNAL: &str = "journal";
const RECORD: &str = "run.json";
const FAILURES: &str = "failures.csv";

/// An open, locked run folder. The lock is the kernel's: it goes with the process, however that ends.
#[derive(Debug)]
pub(crate) struct RunFolder {
    out: PathBuf,
    path: PathBuf,
    _lock: File,
}

/// Creates `out` and the run's folder in it if need be, and takes the lock: both paths, and what holds it.
fn lock(out: &Path) -> Result<(PathBuf, PathBuf, File), Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Folder { path, source }
    };
    fs::create_dir_all(out)
        .map_err(|error| match out.metadata() {
            Ok(found) if !found.is_dir() => io::ErrorKind::NotADirectory.into(),
            _ => error,
        })
        .map_err(failed(out))?;
    // Absolute, so that a worker process finds the files whatever its working directory is.
    let out = out.canonicalize().map_err(failed(out))?;
    if out.to_str().is_none() {
        let reason = "its path is not UTF-8, as the journal and worker processes need it";
        return Err(failed(&out)(io::Error::new(
            io::ErrorKind::InvalidInput,
            reason,
        )));
    }
    let path = out.join(NAME);
    create_private(&path).map_err(failed(&path))?;

    let lock_path = path.join("lock");
    let lock = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock_path)
        .map_err(failed(&lock_path))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(Error::Locked { path }),
        Err(TryLockError::Error(source)) => return Err(failed(&lock_path)(source)),
    }
    Ok((out, path, lock))
}

/// The table of whom the last run in `out` could not make; there when somebody failed.
#[must_use]
pub fn failures_table(out: &Path) -> PathBuf {
    out.join(NAME).join(FAILURES)
}

impl RunFolder {
    /// Creates `out` and the folder in it if need be, and takes the lock.
    pub(crate) fn open(out: &Path) -> Result<RunFolder, Error> {
        let (out, path, lock) = lock(out)?;
        let folder = RunFolder {
            out,
            path,
            _lock: lock,
        };
        let faces = folder.faces();
        create_private(&faces).map_err(|source| Error::Folder {
            path: faces,
            source,
        })?;
        Ok(folder)
    }

    /// Where the faces of phase 1 lie until they are rendered.
    pub(crate) fn faces(&self) -> PathBuf {
        self.path.join("faces")
    }

    /// Where an archive grows until it is whole.
    pub(crate) fn part(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// What is done.
    pub(crate) fn journal(&self) -> PathBuf {
        self.path.join(JOURNAL)
    }

    /// The same of the run in `out`, for whoever only looks.
    pub(crate) fn journal_in(out: &Path) -> PathBuf {
        out.join(NAME).join(JOURNAL)
    }

    /// The record of the last run in `out`.
    pub(crate) fn record_in(out: &Path) -> PathBuf {
        out.join(NAME).join(RECORD)
    }

    /// Whom the last run could not make, as a table and as JSON.
    pub(crate) fn failures(&self) -> [PathBuf; 2] {
        [FAILURES, "failures.json"].map(|name| self.path.join(name))
    }

    /// The names under which the last run delivered.
    fn delivered(&self) -> PathBuf {
        self.path.join("delivered")
    }

    /// Where finished CVs wait for their turn.
    pub(crate) fn spool(&self) -> PathBuf {
        self.path.join("spool")
    }

    /// What happened in the last run.
    pub(crate) fn events(&self) -> PathBuf {
        self.path.join("events.jsonl")
    }

    /// Where workers agree on whose turn it is to ask.
    pub(crate) fn rate(&self) -> PathBuf {
        self.path.join("rate")
    }

    /// Where results are delivered: the folder the user named.
    pub(crate) fn out(&self) -> &Path {
        &self.out
    }

    /// The machine-readable record of the last run.
    pub(crate) fn record(&self) -> PathBuf {
        self.path.join(RECORD)
    }

    /// Writes `path` so that the name always holds either the old content or all of the new.
    pub(crate) fn write_whole(
        &self,
        path: &Path,
        content: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
    ) -> Result<(), Error> {
        let partial = path.with_extension("part");
        let write = || {
            let mut file = BufWriter::new(File::create(&partial)?);
            content(&mut file)?;
            file.into_inner()?.sync_all()?;
            fs::rename(&partial, path)
        };
        write().map_err(|source| {
            // Best effort: the error that matters is the one being returned.
            let _ = fs::remove_file(&partial);
            Error::Folder {
                path: path.to_owned(),
                source,
            }
        })
    }

    /// Notes what was delivered, and removes what an earlier run had delivered besides.
    pub(crate) fn note_delivered(&self, zips: &[String]) -> Result<(), Error> {
        let before = fs::read_to_string(self.delivered()).unwrap_or_default();
        for name in before
            .lines()
            .filter(|name| !zips.iter().any(|zip| zip == name))
        {
            // A name of ours, in the folder where it was delivered; who has taken it away has done so.
            let _ = fs::remove_file(
                self.out
                    .join(Path::new(name).file_name().unwrap_or_default()),
            );
        }
        self.write_whole(&self.delivered(), |file| {
            zips.iter().try_for_each(|name| writeln!(file, "{name}"))
        })
    }

    /// Removes everything that an earlier run left, but for its record until there is another.
    pub(crate) fn clear(&self) -> Result<(), Error> {
        self.remove(&[self.lock_path(), self.record(), self.delivered()])?;
        let faces = self.faces();
        create_private(&faces).map_err(|source| Error::Folder {
            path: faces,
            source,
        })
    }

    /// Removes the working files of a run that is over. What it needs to make the failed once more stays, if
    /// some have failed.
    pub(crate) fn tidy(&self, has_failed: bool) -> Result<(), Error> {
        let [table, json] = self.failures();
        let mut kept = vec![
            self.lock_path(),
            self.record(),
            self.delivered(),
            self.events(),
        ];
        kept.extend([table, json]);
        if has_failed {
            kept.push(self.journal());
        }
        self.remove(&kept)
    }

    fn remove(&self, kept: &[PathBuf]) -> Result<(), Error> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| Error::Folder { path, source }
        };
        for entry in fs::read_dir(&self.path).map_err(failed(&self.path))? {
            let entry = entry.map_err(failed(&self.path))?;
            let path = entry.path();
            if kept.contains(&path) {
                continue;
            }
            // A link is removed, not followed.
            let is_folder = entry.file_type().map_err(failed(&path))?.is_dir();
            let removed = if is_folder {
                fs::remove_dir_all(&path)
            } else {
                fs::remove_file(&path)
            };
            removed.map_err(failed(&path))?;
        }
        Ok(())
    }

    fn lock_path(&self) -> PathBuf {
        self.path.join("lock")
    }
}

/// A new name is durable only once its folder is. Some file systems refuse to synchronise a folder; what was named is
/// whole all the same.
pub(crate) fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// A folder that only its owner may enter; one that is there already is kept, unless it is a link or no folder.
fn create_private(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            if fs::symlink_metadata(path)?.is_dir() {
                Ok(())
            } else {
                Err(io::Error::new(
                    io::ErrorKind::NotADirectory,
                    "something that is not a folder lies where the run's folder belongs",
                ))
            }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_run_in_the_same_folder_is_refused_until_the_first_ends() {
        let out = tempfile::tempdir().unwrap();
        let first = RunFolder::open(out.path()).unwrap();
        assert!(matches!(
            RunFolder::open(out.path()),
            Err(Error::Locked { .. })
        ));
        drop(first);
        RunFolder::open(out.path()).unwrap();
    }

    #[test]
    fn what_a_killed_run_left_is_gone_and_the_record_stays() {
        let out = tempfile::tempdir().unwrap();
        let folder = RunFolder::open(out.path()).unwrap();
        fs::write(folder.faces().join("00000.jpg"), b"half").unwrap();
        folder
            .write_whole(&folder.record(), |file| file.write_all(b"{}"))
            .unwrap();
        drop(folder);
        let folder = RunFolder::open(out.path()).unwrap();
        folder.clear().unwrap();
        assert_eq!(fs::read_dir(folder.faces()).unwrap().count(), 0);
        assert_eq!(fs::read(folder.record()).unwrap(), b"{}");
    }

    #[cfg(unix)]
    #[test]
    fn the_folder_is_private_and_a_link_in_its_place_is_refused() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let out = tempfile::tempdir().unwrap();
        drop(RunFolder::open(out.path()).unwrap());
        let mode = fs::metadata(out.path().join(NAME))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700);

        let elsewhere = tempfile::tempdir().unwrap();
        let out = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), out.path().join(NAME)).unwrap();
        assert!(matches!(
            RunFolder::open(out.path()),
            Err(Error::Folder { .. })
        ));
    }

    #[test]
    fn a_write_that_fails_names_the_path_and_leaves_no_partial_file() {
        let out = tempfile::tempdir().unwrap();
        let folder = RunFolder::open(out.path()).unwrap();
        fs::create_dir(folder.record()).unwrap();
        let error = folder
            .write_whole(&folder.record(), |file| file.write_all(b"{}"))
            .unwrap_err();
        assert!(error.to_string().contains("run.json"), "{error}");
        assert!(!folder.record().with_extension("part").exists());
    }
}
