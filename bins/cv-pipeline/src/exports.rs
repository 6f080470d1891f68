//! Files made from the record on request. They are opened before the run, so that a name that cannot be written is
//! told before any work is done, and appear under their names only when whole.

use brigade_cli::{WholeFile, WriteError};
use brigade_report::{Run, html, write_tasks_csv, write_trace};

use crate::args::Args;

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
    pub(crate) fn open(args: &Args) -> Result<Exports, WriteError> {
        let asked = [
            (Kind::Page, &args.report),
            (Kind::Trace, &args.trace),
            (Kind::Tasks, &args.tasks_csv),
        ];
        let opened = asked.into_iter().filter_map(|(kind, path)| {
            Some(WholeFile::open(path.as_ref()?).map(|file| (kind, file)))
        });
        Ok(Exports(opened.collect::<Result<_, _>>()?))
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
