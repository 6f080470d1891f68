//! The tasks as comma-separated values (RFC 4180), safe to open in a spreadsheet.
//!
//! A cell that starts with `=`, `+`, `-`, `@`, a tab or a carriage return would be run as a formula, so it gets an
//! apostrophe in front, as OWASP advises against "CSV injection".

use crate::phase::Task;
use crate::run::Run;
use std::io::{self, Write};

const COLUMNS: &str = "phase,task,label,attempt,worker,pid,tid,queued_ns,started_ns,finished_ns,wait_ns,wall_ns,\
                       cpu_ns,in_line_ns,rss_bytes,bytes,retries,outcome,failure,message,causes";

/// One line for each attempt at each task, in the phases' order and by task and attempt, under a line of names.
#[must_use]
pub fn tasks_csv(run: &Run) -> String {
    let mut text = Vec::new();
    write_tasks_csv(run, &mut text).expect("a Vec takes every byte");
    String::from_utf8(text).expect("cells are UTF-8")
}

/// Writes what [`tasks_csv`] gives, line by line. `out` should be buffered.
///
/// # Errors
/// When `out` fails.
pub fn write_tasks_csv(run: &Run, mut out: impl Write) -> io::Result<()> {
    write!(out, "{COLUMNS}\r\n")?;
    for phase in &run.phases {
        let mut tasks: Vec<&Task> = phase.tasks.iter().collect();
        tasks.sort_by_key(|task| (task.index, task.attempt));
        for task in tasks {
            write!(out, "{}\r\n", cells(&phase.name, task).join(","))?;
        }
    }
    Ok(())
}

fn cells(phase: &str, task: &Task) -> [String; 21] {
    fn number<N: ToString>(value: Option<N>) -> String {
        value.map(|value| value.to_string()).unwrap_or_default()
    }
    let failure = task.failure.as_ref();
    [
        cell(phase),
        task.number().to_string(),
        cell(task.label.as_deref().unwrap_or_default()),
        task.attempt.to_string(),
        number(task.worker),
        number(task.pid),
        number(task.tid),
        task.queued_ns.to_string(),
        number(task.started_ns),
        number(task.finished_ns),
        number(task.wait_ns()),
        number(task.wall_ns()),
        number(task.cpu_ns),
        number(task.in_line_ns),
        number(task.rss_bytes),
        number(task.bytes),
        task.retries.to_string(),
        crate::lanes::Kind::of(task).word().to_owned(),
        cell(failure.map_or("", |failure| failure.kind.describe())),
        cell(failure.map_or("", |failure| &failure.message)),
        cell(&failure.map_or_else(String::new, |failure| failure.causes.join("; "))),
    ]
}

/// Text as a cell: no formula, and in quotes where it holds a comma, a quote or a line break.
pub(crate) fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guarded = if formula {
        format!("'{text}")
    } else {
        text.to_owned()
    };
    if guarded.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_a_formula_or_break_out_of_its_cell() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        for start in ["+1", "-1", "@SUM(1)", "\tx", "=1"] {
            assert!(
                cell(start).trim_start_matches('"').starts_with('\''),
                "{start:?}"
            );
        }
        assert_eq!(cell("\rx"), "\"'\rx\"");
        assert_eq!(cell("Núñez, José"), "\"Núñez, José\"");
        assert_eq!(cell("two\nlines"), "\"two\nlines\"");
        assert_eq!(cell("plain"), "plain");
    }
}
