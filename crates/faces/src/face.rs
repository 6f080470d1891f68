//! A face that has arrived: checked, hashed, and under its final name only when whole.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::folder;
use crate::{FetchError, Format, Limits, Picture, PictureError, Retry};

/// A face that lies on disk as a whole picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Face {
    /// Where it lies: the destination that was asked for.
    pub path: PathBuf,
    /// Where it came from: a URL without credentials, or a path.
    pub origin: String,
    /// Length of the file.
    pub bytes: u64,
    /// SHA-256 of the file in hexadecimal: two faces with the same one are the same picture.
    pub sha256: String,
    /// The format, told from its bytes.
    pub format: Format,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The attempts that failed before the one that succeeded.
    pub retries: Vec<Retry>,
}

/// Checks bytes from a source of one's own and keeps them at `destination`, as [`Fetcher::fetch`] does.
///
/// `origin` is what messages call the bytes. The folder of `destination` must exist. What lay there before is
/// replaced in one step; nothing else is ever seen there, and no temporary file stays behind an error.
///
/// # Errors
/// [`FetchError::Refused`] when the bytes are no whole picture, [`FetchError::Write`] when they cannot be kept.
///
/// [`Fetcher::fetch`]: crate::Fetcher::fetch
pub fn keep(
    bytes: &[u8],
    limits: &Limits,
    origin: &str,
    destination: &Path,
) -> Result<Face, FetchError> {
    let picture = inspect(bytes, limits).map_err(|fault| FetchError::Refused {
        origin: origin.into(),
        fault: Box::new(fault),
    })?;
    write(bytes, picture, origin, destination, Vec::new())
}

/// Whether the file at `path` is a picture that would be fetched; nothing is kept.
///
/// # Errors
/// [`FetchError::Refused`] when it cannot be read or is no whole picture.
pub fn check(path: &Path, limits: &Limits) -> Result<Picture, FetchError> {
    folder::read(path, limits.max_bytes)
        .and_then(|bytes| inspect(&bytes, limits))
        .map_err(|fault| FetchError::Refused {
            origin: path.display().to_string(),
            fault: Box::new(fault),
        })
}

/// The picture check with the length limit before it.
pub(crate) fn inspect(bytes: &[u8], limits: &Limits) -> Result<Picture, crate::Fault> {
    let length = bytes.len() as u64;
    if length > limits.max_bytes {
        return Err(crate::Fault::TooLarge {
            limit: limits.max_bytes,
            announced: Some(length),
        });
    }
    Picture::inspect(bytes, limits).map_err(|error: PictureError| error.into())
}

/// Writes what was inspected. The temporary file lies in the same folder, because a rename is atomic only
/// within one file system; dropping it on any error removes it.
pub(crate) fn write(
    bytes: &[u8],
    picture: Picture,
    origin: &str,
    destination: &Path,
    retries: Vec<Retry>,
) -> Result<Face, FetchError> {
    let failed = |error: std::io::Error| FetchError::Write {
        path: destination.into(),
        detail: error.to_string(),
    };
    let folder = match destination.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".face-")
        .suffix(".part")
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.persist(destination)
        .map_err(|error| failed(error.error))?;
    Ok(Face {
        path: destination.into(),
        origin: origin.into(),
        bytes: bytes.len() as u64,
        sha256: Sha256::digest(bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
        format: picture.format,
        width: picture.width,
        height: picture.height,
        retries,
    })
}

impl Face {
    /// Whether the file still is what it was: for a run that goes on where another one stopped.
    ///
    /// # Errors
    /// Those of reading the file.
    pub fn is_intact(&self) -> std::io::Result<bool> {
        let bytes = fs::read(&self.path)?;
        let sha256: String = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(sha256 == self.sha256)
    }
}
