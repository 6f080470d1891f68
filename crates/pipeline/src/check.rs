//! A dry run: every row is looked at, nothing is made.

use brigade_documents::Renderer;

use crate::work::{BadItem, Item};
use crate::{Config, Error};

/// What a dry run found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// CVs that would be tried.
    pub good: u64,
    /// CVs that could not be made.
    pub bad: u64,
}

/// Looks at every CV that [`run`](crate::run) would make: whether its row can be read, its photo is there, and its
/// text can be printed. `bad` is told of each that cannot be made, by its number from 1, and ends the check by
/// returning false. No face is fetched and nothing is written.
///
/// # Errors
/// When the data as a whole, or a font, cannot be read.
pub fn check(
    config: &Config,
    bad: &mut dyn FnMut(u64, &dyn std::error::Error) -> bool,
) -> Result<Checked, Error> {
    let renderer = Renderer::new(config.document_options()).map_err(Error::Fonts)?;
    let mut checked = Checked::default();
    for item in config.work()? {
        let go_on = match item {
            Ok(Item { index, who, .. }) => match renderer.check(&who.person()) {
                Ok(()) => {
                    checked.good += 1;
                    continue;
                }
                Err(error) => bad(index + 1, &error),
            },
            Err(BadItem { index, bad: row }) => bad(index + 1, &row),
        };
        checked.bad += 1;
        if !go_on {
            break;
        }
    }
    Ok(checked)
}
