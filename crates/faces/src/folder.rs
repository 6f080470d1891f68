//! A folder of pictures, used in turn.
//!
//! Sorted by name and told by extension, so that face *i* is the same in every worker without any of them
//! asking another; what is in a file is checked when it is used. The user chose the folder, so a symbolic
//! link in it is followed; what is no regular file (a pipe would block for ever) is passed over.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::{Fault, SourceError};

/// Most entries that are looked at; beyond it the value is more likely a mistake (`--faces /`).
const MAX_ENTRIES: usize = 1_000_000;

const EXTENSIONS: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

/// The pictures of a folder in the order of their names; never empty.
pub(crate) fn list(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let unreadable = |error: std::io::Error| SourceError::Unreadable {
        path: folder.into(),
        detail: error.to_string(),
    };
    let mut pictures = Vec::new();
    for (count, entry) in fs::read_dir(folder).map_err(unreadable)?.enumerate() {
        if count == MAX_ENTRIES {
            return Err(SourceError::TooMany {
                path: folder.into(),
                limit: MAX_ENTRIES,
            });
        }
        let path = entry.map_err(unreadable)?.path();
        if is_picture_name(&path) && fs::metadata(&path).is_ok_and(|found| found.is_file()) {
            pictures.push(path);
        }
    }
    pictures.sort_unstable();
    if pictures.is_empty() {
        let path = folder.into();
        return Err(SourceError::Empty { path });
    }
    Ok(pictures)
}

/// Hidden files are left out: macOS puts a `._face.jpg` that is no picture beside each on foreign disks.
fn is_picture_name(path: &Path) -> bool {
    let is_hidden = path
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    !is_hidden && extension.is_some_and(|e| EXTENSIONS.contains(&&*e))
}

/// A file's bytes, at most `limit` of them.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Fault> {
    let unreadable = |error: std::io::Error| Fault::Unreadable {
        detail: error.to_string(),
    };
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    if length > limit {
        return Err(Fault::TooLarge {
            limit,
            announced: Some(length),
        });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        // It has grown since its length was read.
        return Err(Fault::TooLarge {
            limit,
            announced: None,
        });
    }
    Ok(bytes)
}
