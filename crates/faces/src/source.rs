//! Where faces come from, as plain data that travels with a job.

use std::path::PathBuf;
use std::str::FromStr;
use std::{fmt, fs};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{SourceError, address, folder, redact};

/// A source of faces.
///
/// `Display` and `Debug` never show credentials; the serialised form holds them, because a worker process
/// needs them, and so belongs in no record and no log.
///
/// ```
/// use brigade_faces::Source;
///
/// let by_index: Source = "http://127.0.0.1:8000/face/{seed}/{index}".parse()?;
/// assert!(by_index.is_indexed());
/// let by_arrival: Source = "https://eva:secret@faces.example/".parse()?;
/// assert!(!by_arrival.is_indexed());
/// assert_eq!(by_arrival.to_string(), "https://***@faces.example/");
/// # Ok::<(), brigade_faces::SourceError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// An HTTP service.
    Service {
        /// Its URL; `{seed}`, `{index}` and `{attempt}` (1 for the first) are filled in for each request.
        template: String,
    },
    /// A folder whose pictures are used in turn, sorted by name.
    Folder {
        /// The folder. A serialised source needs a path that is UTF-8.
        path: PathBuf,
    },
    /// One picture file, whatever the index.
    File {
        /// The file. A serialised source needs a path that is UTF-8.
        path: PathBuf,
    },
    /// One address, whatever the index.
    Url {
        /// Where the picture is; nothing is filled in.
        url: String,
        /// Whether the host may have an address that is not public: in this network, on this machine. No for an
        /// address that somebody else wrote.
        private_hosts: bool,
    },
}

impl Source {
    /// The service at a URL, which may hold placeholders.
    ///
    /// # Errors
    /// [`SourceError`] when it is no http or https URL or holds an unknown placeholder.
    pub fn service(template: impl Into<String>) -> Result<Self, SourceError> {
        let template = template.into();
        check_scheme(&template)?;
        address::check_placeholders(&template)?;
        address::Address::parse(&address::expand(&template, 0, 0, 1))?;
        Ok(Self::Service { template })
    }

    /// The picture at one address.
    ///
    /// # Errors
    /// [`SourceError`] when it is no http or https URL.
    pub fn url(url: impl Into<String>, private_hosts: bool) -> Result<Self, SourceError> {
        let url = url.into();
        check_scheme(&url)?;
        address::Address::parse(&url)?;
        Ok(Self::Url { url, private_hosts })
    }

    /// The pictures of a folder.
    ///
    /// # Errors
    /// [`SourceError`] when it is not there, is no folder, cannot be read, or holds no picture.
    pub fn folder(path: impl Into<PathBuf>) -> Result<Self, SourceError> {
        let path = path.into();
        match fs::metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(SourceError::Missing { path });
            }
            Ok(metadata) if !metadata.is_dir() => return Err(SourceError::NotAFolder { path }),
            _ => {}
        }
        folder::list(&path)?;
        Ok(Self::Folder { path })
    }

    /// Whether face *i* depends on (seed, i) alone, and not on who asks when: the condition for two runs
    /// with one seed to deliver the same bytes.
    #[must_use]
    pub fn is_indexed(&self) -> bool {
        match self {
            Self::Service { template } => template.contains("{index}"),
            Self::Folder { .. } | Self::File { .. } | Self::Url { .. } => true,
        }
    }
}

impl Source {
    /// What tells whether a folder or a file still offers the same pictures: a hash of names, lengths and times. None
    /// for what is asked over the network.
    ///
    /// # Errors
    /// [`SourceError`] when it is not there any more, or cannot be read.
    pub fn fingerprint(&self) -> Result<Option<String>, SourceError> {
        let pictures = match self {
            Self::Service { .. } | Self::Url { .. } => return Ok(None),
            Self::Folder { path } => folder::list(path)?,
            Self::File { path } => vec![path.clone()],
        };
        let mut hash = Sha256::new();
        for path in pictures {
            let metadata = fs::metadata(&path).map_err(|error| SourceError::Unreadable {
                path: path.clone(),
                detail: error.to_string(),
            })?;
            let changed = metadata.modified().ok();
            let name = path.file_name().unwrap_or_default();
            hash.update(format!("{name:?} {} {changed:?}\n", metadata.len()));
        }
        let digest = hash.finalize();
        Ok(Some(
            digest[..8]
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        ))
    }
}

fn check_scheme(url: &str) -> Result<(), SourceError> {
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    let known = ["http", "https"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known));
    if known {
        Ok(())
    } else {
        let scheme = scheme.to_owned();
        Err(SourceError::Scheme { scheme })
    }
}

impl FromStr for Source {
    type Err = SourceError;

    /// A value of `--faces`: what holds `://` is a URL, everything else a folder.
    fn from_str(value: &str) -> Result<Self, SourceError> {
        if value.contains("://") {
            Self::service(value)
        } else {
            Self::folder(value)
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Service { template } => f.pad(&redact(template)),
            Self::Url { url, .. } => f.pad(&redact(url)),
            Self::Folder { path } | Self::File { path } => path.display().fmt(f),
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Source({self})")
    }
}
