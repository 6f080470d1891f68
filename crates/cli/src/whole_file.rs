//! A file that a flag names, such as `--report FILE`.
//!
//! It is opened before the work, so that a name that cannot be written is told while nothing is lost by it, and appears under
//! its name only when whole.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// A file without a name yet, in the folder where it will get one. Dropped unwritten, it leaves nothing behind.
#[must_use = "the file exists only once it is written"]
#[derive(Debug)]
pub struct WholeFile {
    /// As it was named, for messages.
    path: PathBuf,
    /// Where the content goes.
    target: PathBuf,
    file: NamedTempFile,
}

/// A file that cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", path.display())]
pub struct WriteError {
    path: PathBuf,
    source: io::Error,
}

impl WholeFile {
    /// Makes sure that `path` can be written; what has the name stays as it is.
    ///
    /// # Errors
    /// If its folder is not there or cannot be written, or `path` is a folder, a device or a pipe.
    pub fn open(path: &Path) -> Result<Self, WriteError> {
        // A link keeps its name, and what it leads to gets the content.
        let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".brigade-").suffix(".part");
        // As readable as any other file there; tempfile's own default hides it from everybody else.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let opened = match target.metadata() {
            Ok(found) if found.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            // What gets the name takes the place of what had it: /dev/null would be gone.
            Ok(found) if !found.is_file() => Err(io::Error::other("it is not a regular file")),
            _ if !folder.is_dir() => {
                let reason = format!("there is no folder {}", folder.display());
                Err(io::Error::new(io::ErrorKind::NotFound, reason))
            }
            _ => builder.tempfile_in(folder).map_err(of_the_system),
        };
        let path = path.to_owned();
        match opened {
            Ok(file) => Ok(Self { path, target, file }),
            Err(source) => Err(WriteError { path, source }),
        }
    }

    /// Lets `write` fill it and gives it its name, replacing what had it.
    ///
    /// # Errors
    /// If one of these fails; then nothing has changed under the name.
    pub fn write(
        self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), WriteError> {
        let Self { path, target, file } = self;
        let mut out = BufWriter::new(file);
        let written = write(&mut out)
            .and_then(|()| out.into_inner().map_err(Into::into))
            .and_then(|file| Ok(file.persist(&target)?));
        match written {
            Ok(_) => Ok(()),
            Err(source) => Err(WriteError { path, source }),
        }
    }
}

/// What the system said, without the name that the file has only for now, where its kind says it all.
fn of_the_system(error: io::Error) -> io::Error {
    use io::ErrorKind as Kind;
    match error.kind() {
        kind @ (Kind::NotADirectory
        | Kind::PermissionDenied
        | Kind::QuotaExceeded
        | Kind::ReadOnlyFilesystem
        | Kind::StorageFull) => kind.into(),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_has_its_name_only_when_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("page.html");
        fs::write(&path, "before").unwrap();
        let file = WholeFile::open(&path).unwrap();
        let error = file
            .write(|out| {
                out.write_all(b"half")?;
                Err(io::ErrorKind::StorageFull.into())
            })
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot write {}", path.display())
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");

        let file = WholeFile::open(&path).unwrap();
        file.write(|out| out.write_all(b"whole")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "whole");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_and_a_device_or_socket_keeps_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("page.html"), "before").unwrap();
        std::os::unix::fs::symlink("page.html", path("link")).unwrap();
        let file = WholeFile::open(&path("link")).unwrap();
        file.write(|out| out.write_all(b"after")).unwrap();
        assert_eq!(fs::read_to_string(path("page.html")).unwrap(), "after");
        assert!(fs::symlink_metadata(path("link")).unwrap().is_symlink());

        let _socket = std::os::unix::net::UnixListener::bind(path("socket")).unwrap();
        assert!(WholeFile::open(&path("socket")).is_err());
        assert!(WholeFile::open(Path::new("/dev/null")).is_err());
    }

    #[test]
    fn a_folder_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        assert!(WholeFile::open(folder.path()).is_err());
        let missing = WholeFile::open(&folder.path().join("missing/page.html")).unwrap_err();
        assert!(
            missing
                .source
                .to_string()
                .starts_with("there is no folder ")
        );
    }
}
