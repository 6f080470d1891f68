//! `events.jsonl`: what happens in a run, a line each, while it happens.
//!
//! Whoever wants to follow a run reads along; a run that is killed leaves its last second there. The tasks of a run
//! that are too many to be kept in memory are read from it again. `docs/run-record.md` has the schema.

use std::fs::{File, OpenOptions};
use std::io::{
    self, BufRead as _, BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _,
};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use brigade_report::{Closing, Mode, Phase, Run, Stored, StoredTasks, Task, Totals};
use serde::{Deserialize, Serialize};

use crate::Error;

/// Who reads along is that much behind at most.
const LAG: Duration = Duration::from_millis(200);

/// The file, open for appending.
pub(crate) struct Events {
    path: PathBuf,
    /// `None` where nothing is to be written.
    file: Option<BufWriter<File>>,
    /// Where this run's lines begin: those of the runs that it goes on with come before.
    start: u64,
    flushed: Instant,
}

#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line<'a> {
    Run {
        schema: u32,
        program: &'a str,
        started_at: &'a str,
        requested: u64,
        seed: u64,
        source: &'a str,
    },
    PhaseStarted {
        phase: &'a str,
        mode: &'a Mode,
        workers: Option<u32>,
        at_ns: u64,
    },
    Task {
        phase: &'a str,
        task: &'a Task,
    },
    PhaseFinished {
        phase: &'a str,
        at_ns: u64,
    },
    Closed {
        wall_seconds: f64,
        closing: &'a Closing,
    },
}

impl Events {
    /// Opens the file at `path` for one more run: `later` adds to what is there.
    pub(crate) fn open(path: PathBuf, later: bool) -> Result<Events, Error> {
        let open = || {
            if !later {
                File::create(&path)?;
            }
            let mut file = OpenOptions::new()
                .create(true)
                .read(true)
                .append(true)
                .open(&path)?;
            // A run that was killed may have left half a line.
            let mut start = file.seek(SeekFrom::End(0))?;
            if start > 0 {
                let mut last = [0];
                file.seek(SeekFrom::Start(start - 1))?;
                file.read_exact(&mut last)?;
                if last != *b"\n" {
                    file.write_all(b"\n")?;
                    start += 1;
                }
            }
            Ok((file, start))
        };
        let (file, start) = open().map_err(|source| failed(&path, source))?;
        Ok(Events {
            path,
            file: Some(BufWriter::new(file)),
            start,
            flushed: Instant::now(),
        })
    }

    /// Writes nothing.
    pub(crate) fn unwritten(path: PathBuf) -> Events {
        Events {
            path,
            file: None,
            start: 0,
            flushed: Instant::now(),
        }
    }

    /// Whether tasks can be read from it again.
    pub(crate) fn are_written(&self) -> bool {
        self.file.is_some()
    }

    pub(crate) fn run(&mut self, run: &Run) -> Result<(), Error> {
        self.line(&Line::Run {
            schema: run.schema,
            program: &run.program,
            started_at: &run.started_at,
            requested: run.requested,
            seed: run.seed,
            source: &run.source,
        })
    }

    pub(crate) fn phase_started(&mut self, phase: &Phase) -> Result<(), Error> {
        self.line(&Line::PhaseStarted {
            phase: &phase.name,
            mode: &phase.mode,
            workers: phase.workers,
            at_ns: phase.started_ns,
        })
    }

    pub(crate) fn task(&mut self, phase: &str, task: &Task) -> Result<(), Error> {
        self.line(&Line::Task { phase, task })
    }

    pub(crate) fn phase_finished(&mut self, phase: &Phase) -> Result<(), Error> {
        self.line(&Line::PhaseFinished {
            phase: &phase.name,
            at_ns: phase.finished_ns,
        })
    }

    pub(crate) fn closed(&mut self, run: &Run) -> Result<(), Error> {
        self.line(&Line::Closed {
            wall_seconds: run.wall_seconds,
            closing: &run.closing,
        })?;
        self.flush()
    }

    fn line(&mut self, line: &Line<'_>) -> Result<(), Error> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let mut write = || {
            serde_json::to_writer(&mut *file, line)?;
            file.write_all(b"\n")?;
            if self.flushed.elapsed() > LAG {
                file.flush()?;
                self.flushed = Instant::now();
            }
            Ok(())
        };
        let written: io::Result<()> = write();
        written.map_err(|source| failed(&self.path, source))
    }

    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        file.flush().map_err(|source| failed(&self.path, source))
    }

    /// The tasks of this run's phase `name`, to be read again.
    pub(crate) fn stored(&self, name: &str, totals: Totals) -> Stored {
        let (path, start, name) = (self.path.clone(), self.start, name.to_owned());
        Stored::new(totals, move || tasks(&path, start, &name))
    }
}

fn tasks(path: &Path, start: u64, phase: &str) -> io::Result<StoredTasks> {
    #[derive(Deserialize)]
    struct Wanted {
        task: Task,
    }
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    // Lines of other kinds are passed over unread.
    let head = format!("{{\"event\":\"task\",\"phase\":\"{phase}\",");
    let lines = BufReader::new(file).lines();
    Ok(Box::new(lines.filter_map(move |line| match line {
        Ok(line) if line.starts_with(&head) => {
            let wanted: Result<Wanted, _> = serde_json::from_str(&line);
            Some(wanted.map(|wanted| wanted.task).map_err(Into::into))
        }
        Ok(_) => None,
        Err(error) => Some(Err(error)),
    })))
}

fn failed(path: &Path, source: io::Error) -> Error {
    let path = path.to_owned();
    Error::Folder { path, source }
}
