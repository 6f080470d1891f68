//! The report as text, in the form and order of the article's program, made true.
//!
//! A banner that echoes the modes as typed, the phases with their averages (over delivered tasks) and totals, with
//! details a JSON array of one line for each task's start and end, a summary, and a closing block that says what
//! became of everything asked for.

use crate::advice::advice;
use crate::auto::auto_sentence;
use crate::phase::{Failure, Phase, Task, seconds};
use crate::quantity::size;
use crate::run::{Outcome, Run, Sample};
use crate::summary::Summary;
use crate::time::timedelta;
use std::fmt::{self, Write as _};

/// The report as text.
#[must_use]
pub fn text(run: &Run) -> String {
    let mut out = String::new();
    write(&mut out, run).expect("a String takes every character");
    out
}

fn write(out: &mut String, run: &Run) -> fmt::Result {
    banner(out, run)?;
    for (number, phase) in (1..).zip(&run.phases) {
        let summary = Summary::new(phase, &run.sampling.samples);
        writeln!(out, "\nPhase {number} ({}):", plain(&phase.name))?;
        match summary.durations {
            Some(durations) => {
                writeln!(
                    out,
                    "  Average time per task: {}",
                    timedelta(durations.mean)
                )?;
            }
            None => writeln!(out, "  Average time per task: nothing was delivered")?,
        }
        writeln!(out, "  Total time: {}", timedelta(summary.wall_seconds))?;
        if let Some(sentence) = auto_sentence(phase) {
            writeln!(out, "  Mode {sentence}")?;
        }
        if run.details {
            writeln!(out, "{}", details(phase, &run.sampling.samples))?;
        }
    }
    writeln!(out, "\nSummary:")?;
    for (number, phase) in (1..).zip(&run.phases) {
        writeln!(out, "  Phase {number}: {}", timedelta(phase.wall_seconds()))?;
    }
    writeln!(out, "  Total: {}", timedelta(run.wall_seconds))?;
    closing(out, run)?;
    recommendation(out, run)
}

fn banner(out: &mut String, run: &Run) -> fmt::Result {
    writeln!(out, "Number of CV's: {}", run.requested)?;
    for (number, phase) in (1..).zip(&run.phases) {
        writeln!(
            out,
            "Test type for phase {number}: {}",
            plain(&phase.mode.typed)
        )?;
    }
    writeln!(
        out,
        "Detailed report: {}",
        if run.details { "Y" } else { "N" }
    )?;
    for (number, phase) in (1..).zip(&run.phases) {
        write!(out, "Max workers for phase {number}: ")?;
        match phase.workers {
            Some(workers) => writeln!(out, "{workers}")?,
            None => writeln!(out, "Not considered")?,
        }
    }
    Ok(())
}

/// The starts and ends of a phase's tasks in the order they happened, as a JSON array of strings.
fn details(phase: &Phase, samples: &[Sample]) -> String {
    let mut lines: Vec<(u64, String)> = Vec::with_capacity(2 * phase.tasks.len());
    for task in &phase.tasks {
        if let Some(at) = task.started_ns {
            let cpu = cpu_around(samples, at);
            lines.push((at, line(task, "start", cpu, sample_before(samples, at))));
        }
        if let Some(at) = task.finished_ns {
            let own = match (task.cpu_ns, task.wall_ns()) {
                (Some(cpu), Some(wall)) if wall > 0 => {
                    Some((100.0 * cpu as f64 / wall as f64) as f32)
                }
                _ => None,
            };
            lines.push((at, line(task, "end", own, sample_before(samples, at))));
        }
    }
    // Stable: a task that took no time still starts before it ends.
    lines.sort_by_key(|(at, _)| *at);
    let lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
    serde_json::to_string_pretty(&lines).expect("strings are JSON")
}

/// `Task: 1 (start) - PID: 1 CPU: 9.5%, RAM (GB): avl: 23.54, used: 6.87, 25.0%`, the thread named where it is not
/// the process's first, `n/a` for what was not measured.
fn line(task: &Task, event: &str, cpu: Option<f32>, sample: Option<&Sample>) -> String {
    let number = |value: Option<u32>| value.map_or_else(|| "n/a".to_owned(), |v| v.to_string());
    let thread = match task.tid {
        Some(tid) if task.tid != task.pid => format!(" TID: {tid}"),
        _ => String::new(),
    };
    let attempt = if task.attempt > 1 {
        format!(", attempt {}", task.attempt)
    } else {
        String::new()
    };
    let cpu = cpu.map_or_else(|| "n/a".to_owned(), |percent| format!("{percent:.1}%"));
    let ram = sample.map_or_else(
        || "n/a".to_owned(),
        |sample| {
            let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
            format!(
                "avl: {:.2}, used: {:.2}, {:.1}%",
                gib(sample.ram_available_bytes),
                gib(sample.ram_used_bytes()),
                100.0 * sample.ram_used_bytes() as f64 / sample.ram_total_bytes.max(1) as f64,
            )
        },
    );
    format!(
        "Task: {} ({event}{attempt}) - PID: {}{thread} CPU: {cpu}, RAM (GB): {ram}",
        task.number(),
        number(task.pid),
    )
}

/// The newest sample taken before that moment. Samples are in order of time.
fn sample_before(samples: &[Sample], at_ns: u64) -> Option<&Sample> {
    let after = samples.partition_point(|sample| sample.at_ns <= at_ns);
    samples.get(after.checked_sub(1)?)
}

/// How busy the cores were while a moment passed: a sample tells of the time since the one before, so the first after the
/// moment does. At the end of a run there may be none.
fn cpu_around(samples: &[Sample], at_ns: u64) -> Option<f32> {
    let after = samples.partition_point(|sample| sample.at_ns <= at_ns);
    let covering = samples.get(after).and_then(|sample| sample.cpu_percent);
    covering.or_else(|| sample_before(samples, at_ns)?.cpu_percent)
}

fn closing(out: &mut String, run: &Run) -> fmt::Result {
    let closing = &run.closing;
    writeln!(out, "\nMade: {} of {}", closing.made, run.requested)?;
    if closing.resumed > 0 {
        writeln!(
            out,
            "  of them kept from an earlier run: {}",
            closing.resumed
        )?;
    }
    writeln!(out, "Failed: {}", closing.failed)?;
    let mut listed = 0;
    for (number, phase) in (1..).zip(&run.phases) {
        let mut failed: Vec<(&Task, &Failure)> = phase.failed().collect();
        failed.sort_by_key(|(task, _)| task.index);
        for (task, failure) in failed {
            listed += 1;
            failed_line(out, number, task, failure)?;
        }
    }
    // Of very many failures only some are at hand, and those of a run that was gone on with are that run's.
    if listed < closing.failed {
        writeln!(out, "  … and {} more", closing.failed - listed)?;
    }
    if closing.unfinished > 0 {
        writeln!(out, "Not finished: {}", closing.unfinished)?;
    }
    if let Some(distinct) = closing.distinct_faces {
        writeln!(out, "Distinct faces: {distinct}")?;
    }
    writeln!(out, "Retries: {}", closing.retries)?;
    writeln!(out, "Seed: {}", run.seed)?;
    match &closing.archive {
        Some(archive) => {
            writeln!(
                out,
                "ZIP: {} ({}, packed in {})",
                plain(&archive.path),
                size(archive.bytes),
                timedelta(archive.pack_seconds)
            )?;
            for other in &archive.others {
                writeln!(out, "     {}", plain(other))?;
            }
        }
        None => writeln!(out, "ZIP: none")?,
    }
    let outcome = match closing.outcome {
        Outcome::Complete => "complete",
        Outcome::Failures => "finished with failures",
        Outcome::NothingToDo => "nothing to do",
        Outcome::Interrupted => "interrupted",
        Outcome::Fatal => "failed",
    };
    let reason = match &closing.reason {
        Some(reason) => format!(": {}", plain(reason)),
        None => String::new(),
    };
    writeln!(
        out,
        "Outcome: {outcome}{reason} (exit code {})",
        closing.exit_code
    )
}

/// A sentence for each phase; the numbers it rests on stand in run.json.
fn recommendation(out: &mut String, run: &Run) -> fmt::Result {
    let advice = advice(run);
    if advice.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nRecommendation (from the record's summaries):")?;
    for advice in advice {
        writeln!(out, "  {}", plain(&advice.text))?;
    }
    Ok(())
}

fn failed_line(out: &mut String, phase: u32, task: &Task, failure: &Failure) -> fmt::Result {
    let label = match &task.label {
        Some(label) => format!(" ({})", plain(label)),
        None => String::new(),
    };
    let after = match (task.attempt, task.wall_ns()) {
        (attempt, Some(wall)) if attempt > 1 => {
            format!(" in attempt {attempt}, after {:.3} s", seconds(wall))
        }
        (_, Some(wall)) => format!(" after {:.3} s", seconds(wall)),
        (_, None) => " before it started".to_owned(),
    };
    writeln!(
        out,
        "  Task {}{label}, phase {phase}: {}{after}: {}",
        task.number(),
        failure.kind.describe(),
        plain(&failure.message),
    )?;
    for cause in &failure.causes {
        writeln!(out, "    caused by: {}", plain(cause))?;
    }
    Ok(())
}

/// Foreign text on one line, unable to steer a terminal or to turn its text round: such characters are written as escapes.
fn plain(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let mut escaped = None;
            let mut itself = None;
            let turns = matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if turns || character.is_control() {
                escaped = Some(character.escape_default());
            } else {
                itself = Some(character);
            }
            escaped.into_iter().flatten().chain(itself)
        })
        .collect()
}
