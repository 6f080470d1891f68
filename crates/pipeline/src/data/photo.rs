//! A photo as a row names it: a URL, or a path that stays in its folder.

use std::fs;
use std::path::{Path, PathBuf};

use brigade_faces::Source;

use super::{DataError, DataOptions};

/// The longest path or URL.
const MAX_PHOTO_BYTES: usize = 4096;

/// Where photos may lie.
#[derive(Clone, Debug)]
pub(super) struct Photos {
    /// Without links, so that it can be compared with.
    folder: PathBuf,
    private_hosts: bool,
}

impl Photos {
    /// Paths are relative to the folder of `data`, unless the options name another.
    pub(super) fn new(data: &Path, options: &DataOptions) -> Result<Photos, DataError> {
        let beside = data.parent().filter(|folder| *folder != Path::new(""));
        let folder = options
            .photos
            .as_deref()
            .or(beside)
            .unwrap_or(Path::new("."));
        let unreadable = |source| DataError::Unreadable {
            path: folder.to_owned(),
            source,
        };
        Ok(Photos {
            folder: folder.canonicalize().map_err(unreadable)?,
            private_hosts: options.private_hosts,
        })
    }

    /// The folder that no path leads out of.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The source that `photo` names, or what is wrong with it.
    pub(super) fn source(&self, photo: &str) -> Result<Source, String> {
        // No system takes a longer path, and nobody wants to read it in a message.
        if photo.len() > MAX_PHOTO_BYTES {
            return Err(format!("it is longer than {MAX_PHOTO_BYTES} bytes"));
        }
        if photo.contains("://") {
            return Source::url(photo, self.private_hosts).map_err(|error| error.to_string());
        }
        let path = self
            .folder
            .join(photo)
            .canonicalize()
            .map_err(|error| format!("{photo} cannot be read: {error}"))?;
        if !path.starts_with(&self.folder) {
            let folder = self.folder.display();
            return Err(format!("{photo} leads out of {folder}"));
        }
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_file() => Ok(Source::File { path }),
            Ok(_) => Err(format!("{photo} is not a file")),
            Err(error) => Err(format!("{photo} cannot be read: {error}")),
        }
    }
}
