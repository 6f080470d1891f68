//! The figures of all phases side by side.

use super::chart::{table, time};
use crate::phase::Phase;
use crate::quantity::{count, size};
use crate::summary::{Durations, Summary};
use maud::{Markup, html};

/// The phases side by side, a column for each.
pub(super) fn tables(phases: &[Phase], summaries: &[Summary]) -> Markup {
    let unknown = || "–".to_owned();
    let duration = |summary: &Summary, of: fn(&Durations) -> f64| {
        let durations = summary.durations.as_ref();
        durations.map_or_else(unknown, |durations| time(of(durations)))
    };
    type Cell<'a> = &'a dyn Fn(&Phase, &Summary) -> String;
    let figures: [(&str, Cell<'_>); 16] = [
        ("mode", &|phase, _| match phase.mode.auto {
            Some(_) => format!("{}: {}", phase.mode.typed, phase.mode.canonical),
            None => phase.mode.typed.clone(),
        }),
        ("workers", &|phase, _| {
            phase
                .workers
                .map_or_else(|| "a loop".to_owned(), |workers| workers.to_string())
        }),
        ("took", &|_, of| time(of.wall_seconds)),
        ("delivered", &|_, of| count(of.delivered)),
        ("failed", &|_, of| count(of.failed)),
        ("retries", &|_, of| count(of.retries)),
        ("tasks per second", &|_, of| {
            format!("{:.1}", of.tasks_per_second)
        }),
        ("bytes delivered", &|_, of| size(of.bytes)),
        ("mean of a task", &|_, of| {
            duration(of, |durations| durations.mean)
        }),
        ("median", &|_, of| duration(of, |durations| durations.p50)),
        ("95 % took at most", &|_, of| {
            duration(of, |durations| durations.p95)
        }),
        ("99 % took at most", &|_, of| {
            duration(of, |durations| durations.p99)
        }),
        ("longest", &|_, of| duration(of, |durations| durations.max)),
        ("all tasks added up", &|_, of| time(of.task_seconds)),
        ("CPU time", &|_, of| {
            of.cpu_seconds.map_or_else(unknown, time)
        }),
        ("peak memory of our processes", &|_, of| {
            of.peak_tree_rss_bytes.map_or_else(unknown, size)
        }),
    ];
    let heads: Vec<String> = (1..)
        .zip(phases)
        .map(|(number, phase)| format!("{number}: {}", phase.name))
        .collect();
    let heads: Vec<&str> = std::iter::once("")
        .chain(heads.iter().map(String::as_str))
        .collect();
    let half = |caption: &str, figures: &[(&str, Cell<'_>)]| {
        let rows: Vec<Vec<String>> = figures
            .iter()
            .map(|(name, cell)| {
                let cells = phases.iter().zip(summaries);
                let cells = cells.map(|(phase, summary)| cell(phase, summary));
                std::iter::once((*name).to_owned()).chain(cells).collect()
            })
            .collect();
        table(caption, &heads, &rows)
    };
    html! {
        div.halves {
            (half("What was done", &figures[..8]))
            (half("What it took", &figures[8..]))
        }
    }
}
