//! Files made from the record on request. They are opened before the run, so that a name that cannot be written is
//! told before any work is done, and appear under their names only when whole.

use std::error::Error;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use brigade_report::{Run, html, write_tasks_csv, write_trace};
use tempfile::NamedTempFile;

use crate::args::Args;

/// What a file is made of.
#[derive(Clone, Copy)]
enum Kind {
    Page,
    Trace,
    Tasks,
}

/// The files that were asked for.
pub(crate) struct Exports(Vec<(Kind, PathBuf, NamedTempFile)>);

impl Exports {
    pub(crate) fn open(args: &Args) -> Result<Exports, Box<dyn Error>> {
        let asked = [
            (Kind::Page, &args.report),
            (Kind::Trace, &args.trace),
            (Kind::Tasks, &args.tasks_csv),
        ];
        let opened = asked.into_iter().filter_map(|(kind, path)| {
            let path = path.as_ref()?;
            Some(open(path).map(|file| (kind, path.clone(), file)))
        });
        Ok(Exports(opened.collect::<Result<_, _>>()?))
    }

    pub(crate) fn write(self, run: &Run) -> Result<(), Box<dyn Error>> {
        for (kind, path, file) in self.0 {
            let mut out = BufWriter::new(file);
            let written = match kind {
                Kind::Page => out.write_all(html(run).as_bytes()),
                Kind::Trace => write_trace(run, &mut out),
                Kind::Tasks => write_tasks_csv(run, &mut out),
            };
            written
                .and_then(|()| out.into_inner().map_err(Into::into))
                .and_then(|file| Ok(file.persist(&path)?))
                .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        }
        Ok(())
    }
}

/// A file without a name yet, in the folder where it will get one, as readable as any other file there.
fn open(path: &Path) -> Result<NamedTempFile, Box<dyn Error>> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".brigade-").suffix(".part");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let opened = if path.is_dir() {
        Err(std::io::ErrorKind::IsADirectory.into())
    } else {
        builder.tempfile_in(folder)
    };
    opened.map_err(|error| format!("cannot write {}: {error}", path.display()).into())
}
