//! The user's own people, as the command line names them.

use std::error::Error;

use brigade_cli::Output;
use brigade_pipeline::{Data, DataOptions, Missing};

use crate::args::Args;

/// Flags that cannot both be meant.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Contradiction(&'static str);

/// Opens what `--data` names, and says which of its columns are not used.
pub(crate) fn open_data(args: &Args) -> Result<Option<Data>, Box<dyn Error>> {
    let Some(path) = &args.data else {
        let only_with_data = [
            (
                args.photos.is_some(),
                "--photos means nothing without --data",
            ),
            (
                args.private_photos,
                "--private-photos means nothing without --data",
            ),
            (
                args.missing != Missing::default(),
                "--missing means nothing without --data",
            ),
        ];
        return match only_with_data.into_iter().find(|(is_given, _)| *is_given) {
            Some((_, sentence)) => Err(Contradiction(sentence).into()),
            None => Ok(None),
        };
    };
    if args.cvs.is_some() {
        let sentence =
            "--data and --cvs cannot both be given: --limit makes fewer CVs than there are rows";
        return Err(Contradiction(sentence).into());
    }
    let data = Data::open(
        path,
        DataOptions {
            missing: args.missing,
            photos: args.photos.clone(),
            private_hosts: args.private_photos,
        },
    )?;
    let unknown = data.unknown_columns();
    if !unknown.is_empty() && !args.quiet {
        let (path, unknown) = (path.display(), unknown.join(", "));
        Output::stderr().line(&format!("{path}: not used: {unknown}"))?;
    }
    Ok(Some(data))
}
