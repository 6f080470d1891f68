//! A comparison as a page in the style of a run's: a bar for each setting, its spread, and the table behind it.

use super::chart::{Axis, Figure, WIDTH, path, table};
use super::{frame, machine_list};
use crate::comparison::{Comparison, Sweep};
use crate::comparison_text::{
    ABOUT_THEIRS, RUN_HEADS, SWEEP_HEADS, conclusions, run_row, sweep_rows,
};
use crate::quantity::count;
use maud::{Markup, html};

/// Between two bars.
const LANE: f64 = 22.0;

/// The comparison as a page that asks for nothing.
#[must_use]
pub fn comparison_html(comparison: &Comparison) -> String {
    let title = format!("{}: {} CVs", comparison.program, comparison.requested);
    let facts = [
        ("Started", comparison.started_at.clone()),
        ("Command", comparison.command.join(" ")),
        ("Seed", comparison.seed.to_string()),
        ("Faces from", comparison.source.clone()),
        ("Warm-up runs", comparison.warm_ups.to_string()),
    ];
    let body = html! {
        header {
            p.program { (comparison.program) }
            h1 {
                @if comparison.runs.is_empty() { (count(comparison.requested)) " CVs in every mode" }
                @else { "The article's runs" }
            }
            dl { @for (name, value) in &facts { div.wide[value.len() > 60] { dt { (name) } dd { (value) } } } }
        }
        @for sweep in &comparison.phases { (section(sweep)) }
        @if !comparison.runs.is_empty() {
            section aria-labelledby="runs" {
                h2 id="runs" { "Runs" }
                (table(
                    "Medians of each phase, and the article's own",
                    &RUN_HEADS,
                    &comparison.runs.iter().map(run_row).collect::<Vec<_>>(),
                ))
                p { (ABOUT_THEIRS) }
                details {
                    summary { "Table: the commands" }
                    (table(
                        "What each run was",
                        &["run", "command"],
                        &comparison.runs.iter().map(|run| vec![run.title.clone(), run.command.clone()])
                            .collect::<Vec<_>>(),
                    ))
                }
            }
        }
        section aria-labelledby="machine" {
            h2 id="machine" { "Machine" }
            (machine_list(&comparison.machine, Vec::new()))
        }
    };
    frame(&title, &body, &html! {})
}

fn section(sweep: &Sweep) -> Markup {
    let id = format!("phase{}", sweep.number);
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { "Phase " (sweep.number) ": " (sweep.name) }
            ul { @for line in conclusions(sweep) { li { (line) } } }
            div.settings { (chart(sweep)) }
        }
    }
}

fn chart(sweep: &Sweep) -> Markup {
    let figures = sweep.figures();
    let longest = figures.iter().flatten().map(|figures| figures.most);
    let longest = longest.fold(0.0, f64::max).max(1e-6);
    let axis = Axis {
        start_ns: 0,
        end_ns: (longest * 1e9) as u64,
    };
    let x = |seconds: f64| seconds / longest * WIDTH;
    let middle = |lane: usize| lane as f64 * LANE + LANE / 2.0;
    let left = sweep.settings.iter().enumerate();
    let left = left.map(|(lane, setting)| (middle(lane) + 4.0, setting.title()));
    Figure {
        id: format!("sweep{}", sweep.number),
        title: "How long the phase took",
        says: "A bar for each setting, as long as the median of its runs; the dashed line goes from the shortest to \
               the longest. Of speed-up: how many times as fast as the loop; the serial part is what the speed-up \
               betrays (Karp and Flatt); the ideal is what the waits alone take with so many workers."
            .to_owned(),
        left: left.collect(),
        height: LANE * sweep.settings.len() as f64,
        above: html! {},
        drawing: html! {
            @for (lane, figures) in figures.iter().enumerate() {
                @if let Some(figures) = figures {
                    rect x="0" width=(format!("{:.0}", x(figures.median).max(10.0)))
                        y=(format!("{:.1}", middle(lane) - 7.0)) height="14" {}
                    (path("mark", &format!("M{:.0} {y}H{:.0}", x(figures.least), x(figures.most), y = middle(lane))))
                }
            }
        },
        below: axis.ticks(),
        table: table("Every setting", &SWEEP_HEADS, &sweep_rows(sweep)),
    }
    .render()
}
