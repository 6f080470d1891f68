//! What decides the bytes of a run's archive. A run is gone on with only as the run it was.

use std::fs;
use std::io;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::faces::hexadecimal;
use crate::{Config, Error};

/// The form of the journal and of what lies beside it.
const FORMAT: u32 = 2;
/// The fact that decides where an entry of the archive lies.
const SPLIT: &str = "how it is split";

/// Everything that decides what is made, by the name a user knows it by. Modes, workers and the like decide nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Identity(Vec<(String, String)>);

impl Identity {
    /// What decides the bytes of a run with this configuration. Reads fonts, and the names in a folder of faces.
    pub(crate) fn of(config: &Config) -> Result<Identity, Error> {
        let or_none = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
        let people = match &config.data {
            Some(data) => format!("a file with SHA-256 {}, {}", data.sha256(), data.reading()),
            None => format!("{} invented", config.cvs),
        };
        let mut fonts = Vec::new();
        for path in &config.fonts {
            let bytes = fs::read(path).map_err(|source| Error::Folder {
                path: path.clone(),
                source,
            })?;
            let name = path.file_name().unwrap_or_default().display();
            let hash = hexadecimal(&Sha256::digest(bytes));
            fonts.push(format!("{name} with SHA-256 {hash}"));
        }
        let faces = match (&config.source_name, config.source.fingerprint()) {
            (Some(name), _) => name.clone(),
            (None, Ok(None)) => config.source.to_string(),
            (None, Ok(Some(fingerprint))) => format!("{} as of {fingerprint}", config.source),
            (None, Err(source)) => {
                let path = config.source.to_string().into();
                let source = io::Error::other(source);
                return Err(Error::Folder { path, source });
            }
        };
        let facts = [
            ("format of the journal", FORMAT.to_string()),
            (
                "version of the program",
                env!("CARGO_PKG_VERSION").to_owned(),
            ),
            ("people", people),
            ("--seed", config.seed.to_string()),
            ("--locale", config.locale.name().to_owned()),
            (
                "--select",
                or_none(
                    config
                        .select
                        .as_ref()
                        .map(|select| select.typed().to_owned()),
                ),
            ),
            (
                "--limit",
                or_none(config.limit.map(|limit| limit.to_string())),
            ),
            ("--faces", faces),
            (
                "--duplicates",
                format!("{:?}", config.duplicates).to_lowercase(),
            ),
            ("--layout", config.layout.name().to_owned()),
            ("--paper", format!("{:?}", config.paper).to_lowercase()),
            (
                "--font",
                or_none((!fonts.is_empty()).then(|| fonts.join(", "))),
            ),
            ("--name", config.name.typed().to_owned()),
            (SPLIT, format!("{:?}", config.split).to_lowercase()),
        ];
        let owned = facts.map(|(name, value)| (name.to_owned(), value));
        Ok(Identity(owned.into()))
    }

    /// Where the other differs, in words.
    pub(crate) fn differences(&self, now: &Identity) -> Vec<String> {
        let value = |identity: &Identity, name: &str| {
            let found = identity.0.iter().find(|(known, _)| known == name);
            found.map_or_else(|| "nothing".to_owned(), |(_, value)| value.clone())
        };
        let mut names: Vec<&String> = self.0.iter().chain(&now.0).map(|(name, _)| name).collect();
        names.dedup();
        let mut told = Vec::new();
        for name in names {
            let (then, now) = (value(self, name), value(now, name));
            let difference = format!("{name} was {then} and is {now}");
            if then != now && !told.contains(&difference) {
                told.push(difference);
            }
        }
        told
    }

    /// Whether the other's archive has its entries in the same places.
    pub(crate) fn splits_like(&self, other: &Identity) -> bool {
        self.get(SPLIT) == other.get(SPLIT)
    }

    /// A fact by its name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}
