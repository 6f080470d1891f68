//! The user's own people, as the command line names them.

use std::error::Error;

use brigade_cli::{Output, plain};
use brigade_pipeline::{Data, DataOptions, Missing};

use crate::args::Args;

/// Flags that cannot both be meant.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Contradiction(pub(crate) String);

/// Refuses flags of which each says something else.
pub(crate) fn contradictions(args: &Args) -> Result<(), Contradiction> {
    let goes_on = args.resume.is_some() || args.retry_failed.is_some();
    let both = [
        (
            args.resume.is_some() && args.retry_failed.is_some(),
            "--resume and --retry-failed cannot both be given: an unfinished run is resumed first",
        ),
        (
            goes_on && args.fresh,
            "--fresh throws away what --resume and --retry-failed go on with",
        ),
        (
            goes_on && args.no_journal,
            "--no-journal leaves nothing that --resume and --retry-failed could go on with",
        ),
        (
            args.accept_changes && !goes_on,
            "--accept-changes means nothing without --resume or --retry-failed",
        ),
        (
            args.dry_run
                && [&args.report, &args.trace, &args.tasks_csv]
                    .iter()
                    .any(|file| file.is_some()),
            "--dry-run makes nothing that --report, --trace or --tasks-csv could tell of",
        ),
        (
            args.split_every.is_some() && args.split_size.is_some(),
            "--split-every and --split-size cannot both be given",
        ),
        (
            args.fail_fast && args.max_failures.is_some(),
            "--fail-fast and --max-failures cannot both be given",
        ),
    ];
    match both.into_iter().find(|(is_given, _)| *is_given) {
        Some((_, sentence)) => Err(Contradiction(sentence.to_owned())),
        None => Ok(()),
    }
}

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
            Some((_, sentence)) => Err(Contradiction(sentence.to_owned()).into()),
            None => Ok(None),
        };
    };
    if args.cvs.is_some() {
        let sentence =
            "--data and --cvs cannot both be given: --limit makes fewer CVs than there are rows";
        return Err(Contradiction(sentence.to_owned()).into());
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
        let (path, unknown) = (path.display(), plain(&unknown.join(", ")));
        Output::stderr().line(&format!("{path}: not used: {unknown}"))?;
    }
    Ok(Some(data))
}
