//! A dry run: every row is looked at, nothing is made.

use std::collections::HashSet;
use std::path::PathBuf;

use brigade_documents::Renderer;
use brigade_faces::{FetchError, Source};

use crate::work::{BadItem, Item};
use crate::{Config, Error};

/// Photos known to be whole. Where many share one, it need not be read for each.
const MAX_SEEN: usize = 10_000;

/// What a dry run found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// CVs that would be tried.
    pub good: u64,
    /// CVs that could not be made.
    pub bad: u64,
}

/// Looks at every CV that [`run`](crate::run) would make: whether its row can be read, its photo's file is a
/// whole picture, and its text can be printed. `bad` is told of each that cannot be made, by its number from 1, and ends the check by
/// returning false. No URL is asked and nothing is written.
///
/// # Errors
/// When the data as a whole, or a font, cannot be read.
pub fn check(
    config: &Config,
    bad: &mut dyn FnMut(u64, &dyn std::error::Error) -> bool,
) -> Result<Checked, Error> {
    let renderer = Renderer::new(config.document_options()).map_err(Error::Fonts)?;
    let mut checked = Checked::default();
    let mut whole: HashSet<PathBuf> = HashSet::new();
    let mut check_photo = |photo: Option<Source>| -> Result<(), FetchError> {
        let Some(Source::File { path }) = photo else {
            return Ok(());
        };
        if !whole.contains(&path) {
            brigade_faces::check(&path, &config.fetching.limits)?;
            if whole.len() >= MAX_SEEN {
                whole.clear();
            }
            whole.insert(path);
        }
        Ok(())
    };
    for item in config.work()? {
        let go_on = match item {
            Ok(Item { index, who, photo }) => {
                if let Err(error) = check_photo(photo) {
                    bad(index + 1, &error)
                } else if let Err(error) = renderer.check(&who.person()) {
                    bad(index + 1, &error)
                } else {
                    checked.good += 1;
                    continue;
                }
            }
            Err(BadItem { index, bad: row }) => bad(index + 1, &row),
        };
        checked.bad += 1;
        if !go_on {
            break;
        }
    }
    Ok(checked)
}
