//! Two phases of jobs composed into CVs in a ZIP.
//!
//! Phase 1 fetches a face for every CV: it waits. Phase 2 renders each face with an invented person onto a PDF page
//! and packs the pages: it computes. Each phase runs in a mode of its own: in a loop, on threads, in worker
//! processes. [`run`] does both and returns the record of what it cost, with every failure named.
//!
//! ```
//! use brigade_pipeline::{Config, Interrupt, Source, run};
//!
//! // Worker processes are this program again; here they become workers instead of running it a second time.
//! brigade_pipeline::enter_worker();
//!
//! # let faces = tempfile::tempdir()?;
//! # let out = tempfile::tempdir()?;
//! # let mut face = Vec::new();
//! # jpeg_encoder::Encoder::new(&mut face, 90).encode(&[200; 3 * 64 * 64], 64, 64, jpeg_encoder::ColorType::Rgb)?;
//! # std::fs::write(faces.path().join("face.jpg"), face)?;
//! let mut config = Config::new(Source::folder(faces.path())?, 42);
//! config.cvs = 3;
//! config.out = out.path().to_owned();
//! config.render.mode = "threads".parse()?;
//! config.render.workers = 2;
//! let record = run(&config, &Interrupt::default(), &|_progress| {})?;
//! assert_eq!((record.closing.made, record.closing.exit_code), (3, 0));
//! assert!(out.path().join("zipped_cvs.zip").exists());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crate knows nothing of command lines and terminals: it prints nothing, and is told when to stop by an
//! [`Interrupt`].

mod before;
mod check;
mod config;
mod data;
mod duplicates;
mod error;
mod events;
mod faces;
mod failures;
mod fetch;
mod flow;
mod folder;
mod identity;
mod interrupt;
mod jobs;
mod journal;
mod lane;
mod limits;
mod line;
mod measured;
mod mode;
mod name;
mod pack;
mod parts;
mod progress;
mod recorder;
mod render;
mod resume;
mod run;
mod selection;
mod sink;
mod spool;
mod stage;
mod take_over;
mod work;

pub use brigade_documents::{Layout, Locale, Paper, Person, check_font};
pub use brigade_faces::{Source, SourceError, Timeouts};
pub use check::{Checked, check};
pub use config::{Backend, Config, PhaseConfig};
pub use data::{BadRow, Data, DataError, DataOptions, Missing};
pub use duplicates::{Duplicates, UnknownDuplicates};
pub use error::Error;
pub use failures::{MaxFailures, UnknownMaximum};
pub use folder::failures_table;
pub use interrupt::Interrupt;
pub use jobs::enter_worker;
pub use limits::Limits;
pub use measured::machine;
pub use mode::{Mode, UnknownMode};
pub use name::{Name, NameError};
pub use parts::Split;
pub use progress::Progress;
pub use resume::{Recalled, Start, recall};
pub use run::run;
pub use selection::{Selection, SelectionError};
