//! People from a file of the user's own: a row each, read as a stream.
//!
//! Opening a file reads it once, to count its rows and to know it again; every later pass reads it anew, so that a
//! million rows take no more memory than one. A bad row is named by line and column and stops nothing. It knows the
//! file's rows and nothing of CVs: which are wanted is [`Selection`](crate::Selection)'s business.

mod csv;
mod error;
mod fields;
mod jsonl;
mod photo;

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::SystemTime;

use brigade_documents::{Locale, Person};
use brigade_faces::Source;
use sha2::{Digest as _, Sha256};

pub use error::{BadRow, DataError};
use fields::Fields;
use photo::Photos;

/// The longest row, in bytes. What is longer is a quote left open, or no data.
const MAX_ROW_BYTES: usize = 1 << 20;

/// What to do about a field that the file does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Missing {
    /// Refuse the file, or the row.
    #[default]
    Refuse,
    /// Invent it.
    Invent,
}

impl Missing {
    /// Every word that names one.
    pub const NAMES: [&str; 2] = ["refuse", "invent"];
}

impl FromStr for Missing {
    type Err = String;

    fn from_str(name: &str) -> Result<Missing, String> {
        match name {
            "refuse" => Ok(Missing::Refuse),
            "invent" => Ok(Missing::Invent),
            _ => Err(format!("there is no `{name}`; choose refuse or invent")),
        }
    }
}

/// How a file is read.
#[derive(Clone, Debug, Default)]
pub struct DataOptions {
    /// Fields that are not there.
    pub missing: Missing,
    /// The folder that paths of photos are relative to and may not leave; without it, the file's own.
    pub photos: Option<PathBuf>,
    /// Whether a photo's URL may lead to a host that is not public.
    pub private_hosts: bool,
}

/// A file of people: `.csv` with a header, or `.jsonl` with an object a line, in UTF-8.
///
/// The fields are `name`, `date_of_birth`, `phone`, `email`, `address` and `bio`; `language` and `photo` (a path or a
/// URL) may be there too, and in `.jsonl` a `career`, as [`Person`] has it.
///
/// ```
/// use brigade_pipeline::{Data, DataOptions};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("people.csv");
/// std::fs::write(&path, "name,email,phone,date of birth,address,bio\nAda,ada@example.org,,1815-12-10,,\n")?;
/// let data = Data::open(&path, DataOptions::default())?;
/// assert_eq!(data.rows(), 1);
/// assert_eq!(data.unknown_columns(), [""; 0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Data {
    path: PathBuf,
    format: Format,
    options: DataOptions,
    photos: Photos,
    survey: Survey,
    stamp: (u64, SystemTime),
    sha256: String,
}

/// What the first pass saw.
#[derive(Clone, Debug, Default)]
struct Survey {
    rows: u64,
    /// Rows that name no photo of their own.
    without_photo: u64,
    unknown: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Csv,
    JsonLines,
}

/// One person of a file.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    fields: Fields,
    /// Where this person's picture is; without it, wherever faces come from.
    pub photo: Option<Source>,
}

impl Row {
    /// The person, with what the file lacks invented for CV `index`.
    pub(crate) fn person(self, seed: u64, index: u64, locale: Locale) -> Person {
        self.fields.person(seed, index, locale)
    }
}

/// The rows of one pass, the first one first; the iterator's n-th item is the file's n-th row, good or bad.
pub(crate) type Rows = Box<dyn Iterator<Item = Result<Row, BadRow>>>;

impl Data {
    /// Opens a file and reads it once: its rows are counted, the fields of its header or objects looked at.
    ///
    /// # Errors
    /// If it cannot be read, is neither `.csv` nor `.jsonl`, has no header, or lacks a field that is not to be
    /// invented.
    pub fn open(path: &Path, options: DataOptions) -> Result<Data, DataError> {
        let unreadable = |source| DataError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        let format = match extension.to_str() {
            Some("csv") => Format::Csv,
            Some("jsonl" | "ndjson") => Format::JsonLines,
            _ => {
                return Err(DataError::Format {
                    path: path.to_owned(),
                });
            }
        };
        let metadata = fs::metadata(path).map_err(unreadable)?;
        // A pipe could be read only once.
        if !metadata.is_file() {
            return Err(unreadable(io::Error::other("it is not a regular file")));
        }
        let stamp = (metadata.len(), metadata.modified().map_err(unreadable)?);
        let photos = Photos::new(path, &options)?;
        let mut data = Data {
            path: path.to_owned(),
            format,
            options,
            photos,
            survey: Survey::default(),
            stamp,
            sha256: String::new(),
        };
        let mut hash = Sha256::new();
        let mut file = BufReader::with_capacity(1 << 20, File::open(path).map_err(unreadable)?);
        loop {
            let bytes = file.fill_buf().map_err(unreadable)?;
            if bytes.is_empty() {
                break;
            }
            hash.update(bytes);
            let read = bytes.len();
            file.consume(read);
        }
        data.sha256 = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
        data.survey = match format {
            Format::Csv => csv::survey(&data)?,
            Format::JsonLines => jsonl::survey(&data)?,
        };
        Ok(data)
    }

    /// Where it lies, as it was named.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many rows it has, bad ones included.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.survey.rows
    }

    /// How many rows name no photo of their own.
    #[must_use]
    pub fn rows_without_photo(&self) -> u64 {
        self.survey.without_photo
    }

    /// Columns (of objects: fields) that mean nothing here, at most a hundred of them.
    #[must_use]
    pub fn unknown_columns(&self) -> &[String] {
        &self.survey.unknown
    }

    /// The file's SHA-256 when it was opened, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// How it is read, in words, as far as that decides what is made.
    pub(crate) fn reading(&self) -> String {
        let Data {
            photos, options, ..
        } = self;
        format!(
            "missing fields {}, photos from {}",
            match options.missing {
                Missing::Refuse => "refused",
                Missing::Invent => "invented",
            },
            photos.folder().display()
        )
    }

    /// A pass over the rows.
    pub(crate) fn pass(&self) -> Result<Rows, DataError> {
        Ok(match self.format {
            Format::Csv => Box::new(csv::rows(self)?),
            Format::JsonLines => Box::new(jsonl::rows(self)?),
        })
    }

    /// The file from its start, without a byte order mark; refused when it is not the one that was opened.
    fn reader(&self) -> Result<impl Read + use<>, DataError> {
        let unreadable = |source| DataError::Unreadable {
            path: self.path.clone(),
            source,
        };
        let mut file = File::open(&self.path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if (metadata.len(), metadata.modified().map_err(unreadable)?) != self.stamp {
            return Err(DataError::Changed {
                path: self.path.clone(),
            });
        }
        let mut start = Vec::with_capacity(3);
        file.by_ref()
            .take(3)
            .read_to_end(&mut start)
            .map_err(unreadable)?;
        if start == b"\xef\xbb\xbf" {
            start.clear();
        }
        Ok(io::Cursor::new(start).chain(file))
    }
}
