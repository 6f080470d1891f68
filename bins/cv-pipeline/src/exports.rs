//! Files made from the record on request. They are opened before the run, so that a name that cannot be written is
//! told before any work is done, and appear under their names only when whole.

use std::error::Error;
use std::path::{Path, PathBuf};

use brigade_cli::{WholeFile, WriteError};
use brigade_report::{Run, html, write_tasks_csv, write_trace};

use crate::args::Args;
use crate::people::Contradiction;

/// What a file is made of.
#[derive(Clone, Copy)]
enum Kind {
    Page,
    Trace,
    Tasks,
}

/// The files that were asked for.
pub(crate) struct Exports(Vec<(Kind, WholeFile)>);

impl Exports {
    pub(crate) fn open(args: &Args) -> Result<Exports, Box<dyn Error>> {
        let asked = [
            (Kind::Page, "--report", &args.report),
            (Kind::Trace, "--trace", &args.trace),
            (Kind::Tasks, "--tasks-csv", &args.tasks_csv),
        ];
        let (mut taken, mut files) = (taken(args), Vec::new());
        for (kind, flag, path) in asked {
            let Some(path) = path else { continue };
            let place = place(path);
            let out = place_of_folder(&args.out);
            let is_ours = place.starts_with(out.join(".brigade")) || is_zip(&place, &out);
            if let Some((other, _)) = taken.iter().find(|(_, taken)| *taken == place) {
                let sentence = format!("{flag} and {other} name the same file");
                return Err(Contradiction(sentence).into());
            }
            if is_ours {
                let path = path.display();
                let sentence = format!("{flag}: {path} is a file that the run itself writes");
                return Err(Contradiction(sentence).into());
            }
            files.push((kind, WholeFile::open(path)?));
            taken.push((flag, place));
        }
        Ok(Exports(files))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn write(self, run: &Run) -> Result<(), WriteError> {
        for (kind, file) in self.0 {
            file.write(|mut out| match kind {
                Kind::Page => out.write_all(html(run).as_bytes()),
                Kind::Trace => write_trace(run, &mut out),
                Kind::Tasks => write_tasks_csv(run, &mut out),
            })?;
        }
        Ok(())
    }
}

/// Files that a run reads and that cannot be made again.
fn taken(args: &Args) -> Vec<(&'static str, PathBuf)> {
    let data = args.data.iter().map(|path| ("--data", place(path)));
    data.chain(args.font.iter().map(|path| ("--font", place(path))))
        .collect()
}

/// Where a file lies or would lie, whatever leads there.
fn place(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let folder = path.parent().unwrap_or(Path::new(""));
        place_of_folder(folder).join(path.file_name().unwrap_or_default())
    })
}

fn place_of_folder(folder: &Path) -> PathBuf {
    let folder = if folder == Path::new("") {
        Path::new(".")
    } else {
        folder
    };
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

/// Whether a run delivers under that name: `zipped_cvs.zip`, or with a number where there are several.
fn is_zip(place: &Path, out: &Path) -> bool {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    place.parent() == Some(out) && name.starts_with("zipped_cvs") && name.ends_with(".zip")
}
