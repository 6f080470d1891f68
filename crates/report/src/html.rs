//! The report as one HTML file that asks for nothing.
//!
//! Everything is in the page: drawings are SVG, styles and script are inline and named by hash in a policy that
//! allows nothing else, so a browser would refuse any request, style or script that data could smuggle in. Every
//! chart says in words what it shows and has its table; the script only zooms, tells about the bar under the
//! pointer, and filters. Charts stay small whatever the number of tasks: what cannot be seen apart is merged.

mod chart;
mod comparison;
mod data;
mod gantt;
mod machine;
mod overview;
mod phases;

use crate::lanes::Lane;
use crate::phase::{Failure, Task};
use crate::quantity::{count, size};
use crate::run::{Machine, Outcome, Run};
use crate::summary::Summary;
use base64::Engine as _;
use chart::{Axis, stacking_table, table, time};
pub use comparison::comparison_html;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

const STYLE: &str = include_str!("html/report.css");
const SCRIPT: &str = include_str!("html/report.js");
/// Failures listed one by one at most; more are counted by kind and found in the CSV.
const MOST_FAILURES: usize = 500;

/// The report as a page.
#[must_use]
pub fn html(run: &Run) -> String {
    let summaries = Summary::of_run(run);
    let lanes: Vec<Vec<Lane<'_>>> = run.phases.iter().map(Lane::of).collect();
    let title = format!("{}: {} of {}", run.program, run.closing.made, run.requested);
    let body = html! {
        (header(run))
        section aria-labelledby="overview" {
            h2 id="overview" { "Phases" }
            (overview::tables(&run.phases, &summaries))
        }
        (failures(run))
        @for (index, phase) in run.phases.iter().enumerate() {
            (phases::section(index + 1, phase, &summaries[index], &lanes[index]))
        }
        section aria-labelledby="machine" {
            h2 id="machine" { "Machine" }
            (machine_facts(run))
            (machine::section(run, Axis { start_ns: 0, end_ns: end_ns(run) }))
        }
        (recommendation(run))
    };
    let script = html! {
        @if let Some(block) = data::block(run, &lanes) {
            script type="application/json" id="data" { (PreEscaped(block)) }
            script { (PreEscaped(SCRIPT)) }
        }
    };
    frame(&title, &body, &script)
}

/// A page around its parts, with a policy that allows our style and our script and nothing else.
fn frame(title: &str, body: &Markup, script: &Markup) -> String {
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    );
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                // Without it a browser asks the server for one.
                link rel="icon" href="data:,";
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#main" { "To the report" }
                main id="main" { (body) }
                div id="tip" role="status" hidden {}
                (script)
            }
        }
    };
    page.into_string()
}

/// A source's hash as a content security policy names it.
fn hash(source: &str) -> String {
    let digest = Sha256::digest(source.as_bytes());
    format!(
        "sha256-{}",
        base64::engine::general_purpose::STANDARD.encode(digest)
    )
}

fn end_ns(run: &Run) -> u64 {
    let phases = run.phases.iter().map(|phase| phase.finished_ns);
    phases
        .chain([(run.wall_seconds.max(0.0) * 1e9) as u64])
        .max()
        .unwrap_or(0)
}

fn header(run: &Run) -> Markup {
    let closing = &run.closing;
    let (class, word) = match closing.outcome {
        Outcome::Complete => ("good", "✔ Complete"),
        Outcome::Failures => ("bad", "✘ Finished with failures"),
        Outcome::NothingToDo => ("good", "Nothing to do"),
        Outcome::Interrupted => ("bad", "✘ Interrupted"),
        Outcome::Fatal => ("bad", "✘ Failed"),
    };
    let mut facts = vec![
        ("Started", run.started_at.clone()),
        ("Took", time(run.wall_seconds)),
        ("Command", run.command.join(" ")),
        ("Seed", run.seed.to_string()),
        ("Faces from", run.source.clone()),
        ("Locale, layout", format!("{}, {}", run.locale, run.layout)),
        ("Retries", count(closing.retries)),
    ];
    if let Some(distinct) = closing.distinct_faces {
        facts.push(("Distinct faces", count(distinct)));
    }
    facts.push((
        "ZIP",
        closing.archive.as_ref().map_or_else(
            || "none".to_owned(),
            |zip| {
                format!(
                    "{} ({}, packed in {})",
                    zip.path,
                    size(zip.bytes),
                    time(zip.pack_seconds)
                )
            },
        ),
    ));
    html! {
        header {
            p.program { (run.program) }
            h1 {
                span class={ "outcome " (class) } { (word) }
                " " (count(closing.made)) " of " (count(run.requested)) " made"
                @if closing.failed > 0 { ", " (count(closing.failed)) " failed" }
                @if closing.unfinished > 0 { ", " (count(closing.unfinished)) " not finished" }
                @if closing.resumed > 0 { ", " (count(closing.resumed)) " kept from an earlier run" }
            }
            @if let Some(reason) = &closing.reason { p { (reason) ", exit code " (closing.exit_code) } }
            @else if closing.exit_code != 0 { p { "Exit code " (closing.exit_code) } }
            dl { @for (name, value) in &facts { div.wide[value.len() > 60] { dt { (name) } dd { (value) } } } }
        }
    }
}

fn failures(run: &Run) -> Markup {
    let mut failed: Vec<(usize, &Task, &Failure)> = Vec::new();
    for (number, phase) in (1..).zip(&run.phases) {
        failed.extend(
            phase
                .failed()
                .map(|(task, failure)| (number, task, failure)),
        );
    }
    failed.sort_by_key(|(number, task, _)| (*number, task.index));
    let mut kinds: BTreeMap<(usize, crate::FailureKind), u64> = BTreeMap::new();
    for (number, _, failure) in &failed {
        *kinds.entry((*number, failure.kind)).or_default() += 1;
    }
    let by_kind: Vec<String> = kinds
        .iter()
        .map(|((phase, kind), number)| {
            format!("{} {} in phase {phase}", count(*number), kind.describe())
        })
        .collect();
    let rows: Vec<Vec<String>> = failed
        .iter()
        .take(MOST_FAILURES)
        .map(|(number, task, failure)| {
            vec![
                task.number().to_string(),
                failure.kind.describe().to_owned(),
                failure.message.clone(),
                failure.causes.join(" ← "),
                task.label.clone().unwrap_or_default(),
                number.to_string(),
                task.attempts().to_string(),
            ]
        })
        .collect();
    // A run that goes on with another counts what that one gave up, and has no record of it.
    let before = run.closing.failed.saturating_sub(failed.len() as u64);
    html! {
        @if !failed.is_empty() || before > 0 {
            section aria-labelledby="failures" {
                h2 id="failures" { "Failures" }
                @if !failed.is_empty() {
                    p { (by_kind.join(", ")) "." }
                    (stacking_table(
                        "Tasks given up, each with why",
                        &["task", "what happened", "message", "caused by", "name", "phase", "attempts"],
                        &rows,
                    ))
                }
                @if before > 0 {
                    p { (count(before)) " more had failed before this run went on; failures.csv lists all." }
                }
                @if failed.len() > MOST_FAILURES {
                    p { "The first " (MOST_FAILURES) " of " (count(failed.len() as u64)) "; all are in the record and the CSV." }
                }
            }
        }
    }
}

fn recommendation(run: &Run) -> Markup {
    let advice = crate::advice(run);
    let rows: Vec<Vec<String>> = advice
        .iter()
        .flat_map(|advice| &advice.facts)
        .map(|fact| vec![fact.place.clone(), fact.value.to_string()])
        .collect();
    html! {
        @if !advice.is_empty() {
            section aria-labelledby="recommendation" {
                h2 id="recommendation" { "Recommendation" }
                ul { @for advice in &advice { li { (advice.text) } } }
                details {
                    summary { "Table: the numbers it rests on" }
                    (table("Where the numbers stand in run.json", &["place", "value"], &rows))
                }
            }
        }
    }
}

fn machine_facts(run: &Run) -> Markup {
    let sampling = format!(
        "{} readings cost {} of CPU time",
        count(run.sampling.taken),
        time(run.sampling.cpu_seconds)
    );
    machine_list(&run.machine, vec![("Sampling", sampling)])
}

/// What the machine offered, and more facts after it.
fn machine_list(machine: &Machine, more: Vec<(&'static str, String)>) -> Markup {
    let mut facts = vec![
        ("System", machine.os.clone()),
        (
            "Cores",
            format!(
                "{} usable of {} logical{}",
                machine.cores_effective,
                machine.cores_logical,
                machine
                    .cores_physical
                    .map_or_else(String::new, |cores| format!(", {cores} physical"))
            ),
        ),
        ("RAM", size(machine.ram_bytes)),
    ];
    if let Some(brand) = &machine.cpu_brand {
        facts.insert(1, ("Processor", brand.clone()));
    }
    if let Some(quota) = machine.cpu_quota_cores {
        facts.push(("CPU quota", format!("{quota:.2} cores")));
    }
    if let Some(limit) = machine.memory_limit_bytes {
        facts.push(("Memory limit", size(limit)));
    }
    if let Some(limit) = machine.open_files_limit {
        facts.push(("Open files", format!("at most {}", count(limit))));
    }
    facts.extend(more);
    html! { dl { @for (name, value) in &facts { div { dt { (name) } dd { (value) } } } } }
}
