//! A folder's pictures, served in the order of their names.
//!
//! No request ever names a file: clients send a number, and the folder was listed once. What is served is
//! nevertheless looked up again each time, so that a link changed after the start leads nowhere outside either.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::Error;

/// A file larger than this is no portrait and is refused.
const MAX_BYTES: u64 = 64 << 20;
const EXTENSIONS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

#[derive(Debug)]
pub(crate) struct Folder {
    /// Without links, so that it can be compared with.
    root: PathBuf,
    /// Never empty.
    files: Vec<PathBuf>,
}

impl Folder {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let unreadable = |source| Error::Read {
            path: path.to_owned(),
            source,
        };
        let root = path.canonicalize().map_err(unreadable)?;
        let mut files = Vec::new();
        for entry in fs::read_dir(&root).map_err(unreadable)? {
            let file = entry.map_err(unreadable)?.path();
            let is_picture = file.extension().is_some_and(|extension| {
                EXTENSIONS
                    .iter()
                    .any(|known| extension.eq_ignore_ascii_case(known))
            });
            if is_picture && !file.is_dir() {
                files.push(file);
            }
        }
        files.sort();
        let folder = Self { root, files };
        if folder.files.is_empty() {
            return Err(Error::NoPictures {
                path: path.to_owned(),
            });
        }
        for file in &folder.files {
            folder.resolve(file)?;
        }
        Ok(folder)
    }

    /// The picture for `index`: the files in turn.
    pub(crate) fn read(&self, index: u64) -> Result<Vec<u8>, Error> {
        let file = &self.files[(index % self.files.len() as u64) as usize];
        let path = self.resolve(file)?;
        let mut bytes = Vec::new();
        fs::File::open(&path)
            .and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|source| Error::Read {
                path: path.clone(),
                source,
            })?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(refused(path, "it is larger than 64 MiB"));
        }
        Ok(bytes)
    }

    /// Where the file really lies, provided that it is a regular file inside the folder.
    fn resolve(&self, file: &Path) -> Result<PathBuf, Error> {
        let unreadable = |source| Error::Read {
            path: file.to_owned(),
            source,
        };
        let path = file.canonicalize().map_err(unreadable)?;
        if !path.starts_with(&self.root) {
            return Err(Error::OutsideFolder {
                path: file.to_owned(),
            });
        }
        // Opening a named pipe would wait for its writer.
        if !path.metadata().map_err(unreadable)?.is_file() {
            return Err(refused(path, "it is not a regular file"));
        }
        Ok(path)
    }
}

fn refused(path: PathBuf, reason: &str) -> Error {
    Error::Read {
        path,
        source: io::Error::new(io::ErrorKind::InvalidInput, reason),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_come_by_name_in_turn_and_nothing_else_does() {
        let temporary = tempfile::tempdir().unwrap();
        for name in ["b.jpg", "a.PNG", "notes.txt", "c.webp"] {
            fs::write(temporary.path().join(name), name).unwrap();
        }
        fs::create_dir(temporary.path().join("d.jpg")).unwrap();
        let folder = Folder::open(temporary.path()).unwrap();
        let served: Vec<Vec<u8>> = (0..4).map(|index| folder.read(index).unwrap()).collect();
        assert_eq!(served, [&b"a.PNG"[..], b"b.jpg", b"c.webp", b"a.PNG"]);
    }

    #[test]
    fn a_folder_without_pictures_is_refused() {
        let temporary = tempfile::tempdir().unwrap();
        let refused = Folder::open(temporary.path()).unwrap_err();
        assert!(matches!(refused, Error::NoPictures { .. }));
        assert!(matches!(
            Folder::open(Path::new("/no/such/folder")).unwrap_err(),
            Error::Read { .. }
        ));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_is_refused_also_when_made_later() {
        use std::os::unix::fs::symlink;
        let temporary = tempfile::tempdir().unwrap();
        let secret = temporary.path().join("secret.jpg");
        fs::write(&secret, "secret").unwrap();
        let inside = temporary.path().join("inside");
        fs::create_dir(&inside).unwrap();
        fs::write(inside.join("a.jpg"), "a").unwrap();
        symlink("a.jpg", inside.join("b.jpg")).unwrap();
        let folder = Folder::open(&inside).unwrap();
        assert_eq!(folder.read(1).unwrap(), b"a");

        fs::remove_file(inside.join("b.jpg")).unwrap();
        symlink(&secret, inside.join("b.jpg")).unwrap();
        assert!(matches!(
            folder.read(1).unwrap_err(),
            Error::OutsideFolder { .. }
        ));
        assert!(matches!(
            Folder::open(&inside).unwrap_err(),
            Error::OutsideFolder { .. }
        ));
    }
}
