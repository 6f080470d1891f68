//! A run's record, and what can be made of it: text, JSON, an HTML page, a trace, CSV.
//!
//! [`Run`] says what was asked, where it ran, what each task and the machine did, and how it ended. Everything else
//! is a pure function of it, so a report can be made again, years later, from `run.json` alone. The crate knows
//! nothing of downloads, PDFs or executors, and reads no clock and no file: whoever runs the work fills the record.
//!
//! ```
//! use brigade_report::{json, parse, text, Run};
//!
//! let run: Run = brigade_report::example::run(3);
//! assert!(text(&run).starts_with("Number of CV's: 3\n"));
//! assert_eq!(parse(&json(&run))?, run);
//! # Ok::<(), brigade_report::Error>(())
//! ```

mod advice;
mod auto;
mod comparison;
mod comparison_text;
mod concurrency;
mod csv;
mod error;
pub mod example;
mod failures;
mod histogram;
mod html;
mod json;
mod lanes;
mod phase;
mod quantity;
mod run;
mod scaling;
mod stored;
mod summary;
mod text;
mod time;
mod totals;
mod trace;

pub use advice::{Advice, Fact, advice};
pub use comparison::{Comparison, Figures, Setting, Sweep, WholeRun, comparison_json};
pub use comparison_text::comparison_text;
pub use csv::{tasks_csv, write_tasks_csv};
pub use error::Error;
pub use failures::{FailedTask, write_failures_csv, write_failures_json};
pub use html::{comparison_html, html};
pub use json::{json, parse, write_json};
pub use phase::{Auto, AutoLimit, Failure, FailureKind, Mode, Phase, Task};
pub use run::{Archive, Closing, Machine, Outcome, Run, SCHEMA, Sample, Sampling};
pub use scaling::{amdahl, efficiency, karp_flatt, speedup};
pub use stored::{Stored, StoredTasks};
pub use summary::{Durations, Summary, percentile};
pub use text::text;
pub use time::rfc3339;
pub use totals::Totals;
pub use trace::{trace, write_trace};
