//! The record as JSON, and back.
//!
//! Indented for people down to the level of single tasks and samples, each of which takes one line: a hundred
//! thousand tasks stay readable, searchable by line, and a third of the size.

use crate::error::Error;
use crate::run::{Run, SCHEMA};
use crate::summary::Summary;
use serde::{Deserialize, Serialize};
use serde_json::ser::{Formatter, PrettyFormatter};
use std::io;

/// The record as JSON, with the [`Summary`] of each phase in front and a newline at the end. The same record gives
/// the same bytes.
#[must_use]
pub fn json(run: &Run) -> String {
    let mut text = Vec::new();
    write_json(run, &mut text).expect("a Vec takes every byte");
    String::from_utf8(text).expect("serde_json writes UTF-8")
}

/// Writes what [`json`] gives, piece by piece: a record of 100,000 tasks makes 24 MB that need not be in memory.
/// `out` should be buffered.
///
/// # Errors
/// When `out` fails.
pub fn write_json(run: &Run, mut out: impl io::Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        summaries: Vec<Summary>,
        #[serde(flatten)]
        run: &'a Run,
    }
    let document = Document {
        summaries: Summary::of_run(run),
        run,
    };
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, OneLine::default());
    document.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// Reads a record that [`json`] wrote.
///
/// # Errors
/// When the text is no JSON, lacks a field, or has another schema than [`SCHEMA`].
pub fn parse(text: &str) -> Result<Run, Error> {
    #[derive(Deserialize)]
    struct Version {
        schema: u32,
    }
    let version: Version = serde_json::from_str(text).map_err(|source| Error::Json { source })?;
    if version.schema != SCHEMA {
        return Err(Error::Schema {
            found: version.schema,
        });
    }
    serde_json::from_str(text).map_err(|source| Error::Json { source })
}

/// Objects from this depth on take one line: tasks are at 5, samples at 4.
const ONE_LINE_FROM: usize = 4;

/// serde_json's pretty form, but compact inside tasks and samples.
#[derive(Default)]
struct OneLine {
    pretty: PrettyFormatter<'static>,
    depth: usize,
    /// The depth of the outermost object that is on one line.
    compact_since: Option<usize>,
}

/// Writes compactly inside one-line objects and as [`PrettyFormatter`] does elsewhere.
macro_rules! either {
    ($self:ident.$method:ident($writer:ident $(, $argument:ident)*)) => {
        if $self.compact_since.is_some() {
            serde_json::ser::CompactFormatter.$method($writer $(, $argument)*)
        } else {
            $self.pretty.$method($writer $(, $argument)*)
        }
    };
}

impl Formatter for OneLine {
    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        either!(self.begin_array(writer))
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth -= 1;
        either!(self.end_array(writer))
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        either!(self.begin_array_value(writer, first))
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        either!(self.end_array_value(writer))
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.depth += 1;
        if self.depth >= ONE_LINE_FROM && self.compact_since.is_none() {
            self.compact_since = Some(self.depth);
        }
        either!(self.begin_object(writer))
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        either!(self.end_object(writer))?;
        if self.compact_since == Some(self.depth) {
            self.compact_since = None;
        }
        self.depth -= 1;
        Ok(())
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        either!(self.begin_object_key(writer, first))
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        either!(self.begin_object_value(writer))
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        either!(self.end_object_value(writer))
    }
}
