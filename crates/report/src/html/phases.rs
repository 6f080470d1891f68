//! One phase: its workers' lanes, how many tasks ran and waited, how long they took, the tasks themselves.

use super::chart::{Axis, Figure, WIDTH, area, labels_below, path, table, time};
use super::gantt::{self, MOST_LANES};
use crate::auto::auto_sentence;
use crate::concurrency::{Load, load, peak};
use crate::histogram::{Bin, bins};
use crate::lanes::{Kind, Lane};
use crate::phase::{Phase, Task, seconds};
use crate::quantity::count;
use crate::summary::Summary;
use maud::{Markup, html};

/// Rows of a phase's task table at most; of more tasks the slowest are shown.
const MOST_TASKS: usize = 300;
/// Rows of the workers' table at most.
const MOST_WORKERS: usize = 200;

pub(super) fn section(
    number: usize,
    phase: &Phase,
    summary: &Summary,
    lanes: &[Lane<'_>],
) -> Markup {
    let axis = Axis {
        start_ns: phase.started_ns,
        end_ns: phase.finished_ns,
    };
    html! {
        section aria-labelledby={ "phase" (number) } {
            h2 id={ "phase" (number) } { "Phase " (number) ": " (phase.name) }
            p {
                (phase.mode.typed)
                @if phase.mode.typed != phase.mode.canonical { " (" (phase.mode.canonical) ")" }
                @match phase.workers {
                    Some(1) => ", 1 worker",
                    Some(workers) => { ", " (workers) " workers" },
                    None => ", a loop",
                }
                ", " (time(summary.wall_seconds)) "."
            }
            @if let Some(sentence) = auto_sentence(phase) { p { "Mode " (sentence) "." } }
            @if lanes.is_empty() {
                p { "No task of this phase was started." }
            } @else {
                (tasks_chart(number, phase, lanes, axis))
                (load_chart(number, phase, axis))
                (durations_chart(number, phase, summary))
                (tasks_table(number, phase))
            }
        }
    }
}

fn tasks_chart(number: usize, phase: &Phase, lanes: &[Lane<'_>], axis: Axis) -> Markup {
    let started: usize = lanes.iter().map(|lane| lane.tasks.len()).sum();
    let never = phase.tasks.len() - started;
    let common = Lane::common_pid(lanes);
    let head = match common {
        Some(pid) => format!("worker · thread, all of process {pid}"),
        None => "worker · process".to_owned(),
    };
    let mut says = format!(
        "A lane for each worker ({head}): {} bars, one for each attempt at a task.",
        count(started as u64)
    );
    says.push_str(" Shaded: the worker's next task was already waiting in the queue.");
    if never > 0 {
        says.push_str(&format!(" {} never started.", count(never as u64)));
    }
    if lanes.len() > MOST_LANES {
        says.push_str(&format!(
            " Drawn are the first {MOST_LANES} of {} workers.",
            count(lanes.len() as u64)
        ));
    }
    let rows: Vec<Vec<String>> = lanes
        .iter()
        .take(MOST_WORKERS)
        .map(|lane| worker_row(lane, axis, common))
        .collect();
    let figure = Figure {
        id: format!("tasks{number}"),
        title: "Tasks by worker",
        says,
        left: gantt::labels(lanes),
        height: gantt::lane_height(lanes.len()) * lanes.len().min(MOST_LANES) as f64,
        above: html! { (legend(lanes)) (controls()) },
        drawing: gantt::drawing(lanes, axis),
        below: axis.ticks(),
        table: table(
            "Tasks by worker",
            &[
                if common.is_some() {
                    "worker · thread"
                } else {
                    "worker · process"
                },
                "attempts",
                "busy",
                "of the phase",
                "longest",
                "failed",
                "tried again",
            ],
            &rows,
        ),
    };
    html! {
        div.gantt data-phase=(number - 1) { (figure.render()) }
    }
}

/// What the script needs to zoom and filter; hidden until it runs.
fn controls() -> Markup {
    html! {
        div.controls hidden {
            label { "Find " input type="search" placeholder="name or number"; }
            label { "Show "
                select {
                    option value="all" { "all" }
                    option value="0" { "delivered" }
                    option value="2" { "failed" }
                    option value="1" { "tried again" }
                    option value="3" { "unfinished" }
                }
            }
            span.buttons role="group" aria-label="Zoom" {
                button type="button" data-do="in" { "Zoom in" }
                button type="button" data-do="out" { "Zoom out" }
                button type="button" data-do="left" { "Earlier" }
                button type="button" data-do="right" { "Later" }
                button type="button" data-do="all" { "Whole phase" }
            }
            output aria-live="polite" {}
        }
    }
}

fn worker_row(lane: &Lane<'_>, axis: Axis, common_pid: Option<u32>) -> Vec<String> {
    let of = |kind: Kind| lane.tasks.iter().filter(|bar| bar.kind == kind).count() as u64;
    let longest = lane
        .tasks
        .iter()
        .map(|bar| bar.finished_ns - bar.started_ns)
        .max();
    vec![
        lane.label(common_pid),
        count(lane.tasks.len() as u64),
        time(seconds(lane.busy_ns())),
        format!(
            "{:.0} %",
            100.0 * lane.busy_ns() as f64 / axis.span_ns() as f64
        ),
        time(seconds(longest.unwrap_or(0))),
        count(of(Kind::Failed)),
        count(of(Kind::Retried)),
    ]
}

/// The kinds of bars there are, each with its word.
fn legend(lanes: &[Lane<'_>]) -> Markup {
    let kinds = Kind::ALL.into_iter().filter(|kind| {
        lanes
            .iter()
            .any(|lane| lane.tasks.iter().any(|bar| bar.kind == *kind))
    });
    let swatch = |class: &str, word: &str| {
        html! {
            li {
                svg.plot width="28" height="20" viewBox="0 0 28 20" aria-hidden="true" {
                    g class="bars lane20" {
                        @if class == "again" { (path("delivered", "M0 10h28")) }
                        (path(class, match class { "retried" => "M0 15h28", "again" => "M0 18.4h28", _ => "M0 10h28" }))
                        @if class == "failed" { (path("hollow", "M0 10h28")) }
                    }
                }
                " " (word)
            }
        }
    };
    html! {
        ul.legend {
            @for kind in kinds { (swatch(gantt::class(kind), kind.word())) }
            @if lanes.iter().any(|lane| lane.tasks.iter().any(|bar| bar.task.retries > 0)) {
                (swatch("again", "asked again inside"))
            }
            (swatch("wait", "next task waits"))
        }
    }
}

fn load_chart(number: usize, phase: &Phase, axis: Axis) -> Markup {
    const COLUMNS: usize = 1000;
    const HEIGHT: f64 = 60.0;
    let loads = load(phase, COLUMNS);
    let (running, waiting) = peak(phase);
    let steps = |of: fn(&Load) -> f64, top: u64| -> Vec<(f64, f64)> {
        let parts = loads.iter().enumerate();
        parts
            .map(|(column, load)| {
                (
                    (column + 1) as f64 * WIDTH / COLUMNS as f64,
                    of(load) / top.max(1) as f64,
                )
            })
            .collect()
    };
    let rows: Vec<Vec<String>> = load(phase, 20)
        .iter()
        .enumerate()
        .map(|(column, load)| {
            let from = seconds(axis.span_ns()) * column as f64 / 20.0;
            vec![
                time(from),
                format!("{:.1}", load.running),
                format!("{:.1}", load.waiting),
            ]
        })
        .collect();
    let mean = loads.iter().map(|load| load.running).sum::<f64>() / loads.len().max(1) as f64;
    // Not "0.0" of what did run.
    let digits = if mean < 0.95 { 2 } else { 1 };
    Figure {
        id: format!("load{number}"),
        title: "Running and waiting",
        says: format!(
            "Above, tasks running: {mean:.digits$} on average, at most {}. Below, tasks waiting in the queue: at most {}.",
            count(running),
            count(waiting)
        ),
        left: vec![
            (12.0, count(running)),
            (HEIGHT, "0".to_owned()),
            (HEIGHT + 22.0, count(waiting)),
            (2.0 * HEIGHT + 10.0, "0".to_owned()),
        ],
        height: 2.0 * HEIGHT + 10.0,
        above: html! {},
        drawing: html! {
            (path("own", &area(0.0, &steps(|load| load.running, running), HEIGHT)))
            g transform={ "translate(0 " (HEIGHT + 10.0) ")" } {
                (path("waiting", &area(0.0, &steps(|load| load.waiting, waiting), HEIGHT)))
            }
        },
        below: axis.ticks(),
        table: table(
            "Running and waiting: means of twentieths of the phase",
            &["from", "running", "waiting"],
            &rows,
        ),
    }
    .render()
}

fn durations_chart(number: usize, phase: &Phase, summary: &Summary) -> Markup {
    const HEIGHT: f64 = 110.0;
    let Some(durations) = summary.durations else {
        return html! { p { "Nothing was delivered, so there are no durations to show." } };
    };
    let mut values: Vec<f64> = phase
        .delivered()
        .filter_map(|task| Some(seconds(task.wall_ns()?)))
        .collect();
    values.sort_by(f64::total_cmp);
    let bins = bins(&values);
    let highest = bins.iter().map(|bin| bin.count).max().unwrap_or(1).max(1);
    let width = WIDTH / bins.len().max(1) as f64;
    // As many edges as fit under a drawing on a phone.
    let every = bins.len().div_ceil(3).max(1);
    let mut edges: Vec<(f64, String)> = bins
        .iter()
        .enumerate()
        .step_by(every)
        .filter(|(index, _)| bins.len() - index >= every)
        .map(|(index, bin)| (100.0 * index as f64 / bins.len() as f64, time(bin.from)))
        .collect();
    edges.extend(bins.last().map(|bin| (100.0, time(bin.to))));
    let rows: Vec<Vec<String>> = bins
        .iter()
        .map(|bin: &Bin| vec![time(bin.from), time(bin.to), bin.count.to_string()])
        .collect();
    Figure {
        id: format!("durations{number}"),
        title: "How long tasks took",
        says: format!(
            "Running times of {} delivered tasks: median {}, 95 % took at most {}, 99 % {}, the longest {}.{}",
            count(values.len() as u64),
            time(durations.p50),
            time(durations.p95),
            time(durations.p99),
            time(durations.max),
            if is_by_ratio(&bins) { " Each bar is a fixed ratio wide, not a fixed time." } else { "" },
        ),
        left: vec![(12.0, count(highest)), (HEIGHT, "0".to_owned())],
        height: HEIGHT,
        above: html! {},
        drawing: html! {
            @for (index, bin) in bins.iter().enumerate() {
                @let height = HEIGHT * bin.count as f64 / highest as f64;
                @let height = if bin.count > 0 { height.max(1.5) } else { 0.0 };
                rect.own x=(format!("{:.0}", width * index as f64)) width=(format!("{:.0}", width * 0.94))
                    y=(format!("{:.1}", HEIGHT - height)) height=(format!("{height:.1}")) {}
            }
        },
        below: labels_below(&edges),
        table: table("How long tasks took", &["from", "to", "tasks"], &rows),
    }
    .render()
}

/// Whether the bins grow.
fn is_by_ratio(bins: &[Bin]) -> bool {
    match bins {
        [first, .., last] => (last.to - last.from) > 1.5 * (first.to - first.from),
        _ => false,
    }
}

fn tasks_table(number: usize, phase: &Phase) -> Markup {
    let mut tasks: Vec<&Task> = phase.tasks.iter().collect();
    let title = if tasks.len() > MOST_TASKS {
        tasks.sort_by_key(|task| std::cmp::Reverse(task.wall_ns()));
        tasks.truncate(MOST_TASKS);
        format!(
            "The {MOST_TASKS} slowest of {} attempts",
            count(phase.tasks.len() as u64)
        )
    } else {
        tasks.sort_by_key(|task| (task.index, task.attempt));
        format!("All {} attempts", count(tasks.len() as u64))
    };
    let rows: Vec<Vec<String>> = tasks.iter().map(|task| task_row(task)).collect();
    html! {
        details.tasks data-phase=(number - 1) {
            summary { "Table: " (title) }
            (table(
                &title,
                &["task", "name", "attempt", "worker", "process", "waited", "ran", "CPU time", "retries inside",
                  "outcome"],
                &rows,
            ))
        }
    }
}

fn task_row(task: &Task) -> Vec<String> {
    let number =
        |value: Option<u32>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
    let span = |ns: Option<u64>| ns.map_or_else(|| "–".to_owned(), |ns| time(seconds(ns)));
    vec![
        task.number().to_string(),
        task.label.clone().unwrap_or_default(),
        task.attempt.to_string(),
        number(task.worker),
        number(task.pid),
        span(task.wait_ns()),
        span(task.wall_ns()),
        span(task.cpu_ns),
        task.retries.to_string(),
        Kind::of(task).word().to_owned(),
    ]
}
