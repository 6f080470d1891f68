//! CPU, memory and the run's own processes over the whole run.

use super::chart::{Axis, Figure, WIDTH, area, path, table, time};
use crate::quantity::size;
use crate::run::{Run, Sample};
use maud::{Markup, html};
use std::fmt::Write as _;

/// Steps of a line at most; of more samples the highest in each span is drawn.
const MOST_STEPS: usize = 800;
/// Cells of the cores' strips at most.
const MOST_CELLS: usize = 12_000;
/// Rows of a series' table at most.
const MOST_ROWS: usize = 40;
/// Shades of a core's strip.
const SHADES: usize = 10;

/// The machine's charts, or a sentence where nothing was sampled.
pub(super) fn section(run: &Run, axis: Axis) -> Markup {
    let samples = &run.sampling.samples;
    if samples.len() < 2 {
        return html! { p { "The run was too short for the sampler: it takes a reading every 200 ms at most." } };
    }
    html! {
        (cpu(run, axis))
        @if samples.iter().any(|sample| !sample.cores_percent.is_empty()) { (cores(run, axis)) }
        (memory(run, axis))
        (tree(run, axis))
    }
}

fn cpu(run: &Run, axis: Axis) -> Markup {
    let samples = &run.sampling.samples;
    let total = |sample: &Sample| sample.cpu_percent.map(|percent| f64::from(percent) / 100.0);
    let own = own_share(run);
    let own_at = |at: u64| {
        own.iter()
            .find(|(moment, _)| *moment == at)
            .map(|(_, share)| *share)
    };
    let highest = samples.iter().filter_map(total).fold(0.0, f64::max);
    let rows = rows(samples, |sample| {
        vec![
            total(sample).map_or_else(unknown, percent),
            own_at(sample.at_ns).map_or_else(unknown, percent),
        ]
    });
    Figure {
        id: "cpu".to_owned(),
        title: "CPU, all cores",
        says: format!(
            "How busy all {} cores were together (at most {}), and the part of this run's own processes (the \
             stronger colour).",
            run.machine.cores_logical,
            percent(highest)
        ),
        left: percent_labels(),
        height: HEIGHT,
        above: html! {},
        drawing: html! {
            (path("total", &line(axis, samples.iter().filter_map(|s| Some((s.at_ns, total(s)?))))))
            (path("own", &line(axis, own.iter().copied())))
            (phase_marks(run, axis))
        },
        below: axis.ticks(),
        table: table("CPU, all cores", &["time", "all cores", "own processes"], &rows),
    }
    .render()
}

/// The tree's CPU time between two samples, as a part of what all cores could have given.
fn own_share(run: &Run) -> Vec<(u64, f64)> {
    let cores = f64::from(run.machine.cores_logical.max(1));
    let pairs = run.sampling.samples.windows(2);
    pairs
        .filter_map(|pair| {
            let wall = pair[1]
                .at_ns
                .checked_sub(pair[0].at_ns)
                .filter(|ns| *ns > 0)? as f64
                / 1e9;
            let cpu = pair[1].tree_cpu_seconds - pair[0].tree_cpu_seconds;
            Some((pair[1].at_ns, cpu / wall / cores))
        })
        .collect()
}

/// A strip for each core, darker where busier.
fn cores(run: &Run, axis: Axis) -> Markup {
    let samples = &run.sampling.samples;
    let count = samples
        .iter()
        .map(|sample| sample.cores_percent.len())
        .max()
        .unwrap_or(0);
    let height = if count <= 16 { 16.0 } else { 5.0 };
    let columns = (MOST_CELLS / count.max(1)).clamp(10, MOST_STEPS);
    let mut shades = vec![String::new(); SHADES + 1];
    for core in 0..count {
        let of_core = samples.iter().filter_map(|sample| {
            Some((
                sample.at_ns,
                f64::from(*sample.cores_percent.get(core)?) / 100.0,
            ))
        });
        let y = height * (core as f64 + 0.5);
        let mut from = 0.0;
        for (x, busy) in thin(axis, of_core, columns) {
            let shade = (busy.clamp(0.0, 1.0) * SHADES as f64).round() as usize;
            let _infallible = write!(shades[shade], "M{from:.0} {y}H{x:.0}");
            from = x;
        }
    }
    let every = (14.0 / height).ceil() as usize;
    let rows = rows(samples, |sample| {
        let cores = (0..count).map(|core| sample.cores_percent.get(core));
        cores
            .map(|busy| busy.map_or_else(unknown, |busy| percent(f64::from(*busy) / 100.0)))
            .collect()
    });
    let heads: Vec<String> = (0..count).map(|core| format!("core {core}")).collect();
    let heads: Vec<&str> = std::iter::once("time")
        .chain(heads.iter().map(String::as_str))
        .collect();
    Figure {
        id: "cores".to_owned(),
        title: "CPU, core by core",
        says: "A strip for each core, the stronger the busier.".to_owned(),
        left: (0..count)
            .step_by(every.max(1))
            .map(|core| {
                (
                    height * core as f64 + height.max(14.0) / 2.0 + 4.0,
                    format!("core {core}"),
                )
            })
            .collect(),
        height: height * count as f64,
        above: html! {},
        drawing: html! {
            g class={ "cores lane" (height) } {
                @for (shade, d) in shades.iter().enumerate() { (path(&format!("shade{shade}"), d)) }
            }
        },
        below: axis.ticks(),
        table: table("CPU, core by core", &heads, &rows),
    }
    .render()
}

fn memory(run: &Run, axis: Axis) -> Markup {
    let samples = &run.sampling.samples;
    let total = samples
        .iter()
        .map(|sample| sample.ram_total_bytes)
        .max()
        .unwrap_or(1)
        .max(1);
    let highest = samples
        .iter()
        .map(Sample::ram_used_bytes)
        .max()
        .unwrap_or(0);
    let part = |bytes: u64| bytes as f64 / total as f64;
    let rows = rows(samples, |sample| {
        vec![
            size(sample.ram_used_bytes()),
            size(sample.ram_available_bytes),
            percent(part(sample.ram_used_bytes())),
        ]
    });
    Figure {
        id: "ram".to_owned(),
        title: "RAM",
        says: format!(
            "In use on the whole machine, of {}{}; at most {} ({}).",
            size(total),
            if run.machine.memory_limit_bytes.is_some_and(|limit| limit == total) {
                " that the cgroup allows"
            } else {
                ""
            },
            size(highest),
            percent(part(highest)),
        ),
        left: percent_labels(),
        height: HEIGHT,
        above: html! {},
        drawing: html! {
            (path("total", &line(axis, samples.iter().map(|s| (s.at_ns, part(s.ram_used_bytes()))))))
            (phase_marks(run, axis))
        },
        below: axis.ticks(),
        table: table("RAM", &["time", "used", "available", "used"], &rows),
    }
    .render()
}

fn tree(run: &Run, axis: Axis) -> Markup {
    let samples = &run.sampling.samples;
    let highest = samples
        .iter()
        .map(|sample| sample.tree_rss_bytes)
        .max()
        .unwrap_or(0);
    let top = highest.max(1) as f64 * 1.05;
    let processes = samples
        .iter()
        .map(|sample| sample.tree_processes)
        .max()
        .unwrap_or(0);
    let rows = rows(samples, |sample| {
        vec![
            size(sample.tree_rss_bytes),
            sample.tree_processes.to_string(),
            sample.tree_threads.to_string(),
            time(sample.tree_cpu_seconds),
        ]
    });
    Figure {
        id: "tree".to_owned(),
        title: "This run's own processes",
        says: format!(
            "Resident memory of its processes added up (pages they share count in each): at most {} in {processes} \
             {}.",
            size(highest),
            if processes == 1 { "process" } else { "processes" },
        ),
        left: vec![(14.0, size(highest)), (HEIGHT, "0".to_owned())],
        height: HEIGHT,
        above: html! {},
        drawing: html! {
            (path("own", &line(axis, samples.iter().map(|s| (s.at_ns, s.tree_rss_bytes as f64 / top)))))
            (phase_marks(run, axis))
        },
        below: axis.ticks(),
        table: table(
            "This run's own processes",
            &["time", "resident memory", "processes", "threads", "CPU time so far"],
            &rows,
        ),
    }
    .render()
}

const HEIGHT: f64 = 90.0;

fn percent_labels() -> Vec<(f64, String)> {
    vec![
        (12.0, "100 %".to_owned()),
        (HEIGHT / 2.0 + 4.0, "50 %".to_owned()),
        (HEIGHT, "0".to_owned()),
    ]
}

fn percent(part: f64) -> String {
    format!("{:.0} %", part * 100.0)
}

fn unknown() -> String {
    "–".to_owned()
}

/// A thin upright line where each phase but the first begins.
fn phase_marks(run: &Run, axis: Axis) -> Markup {
    let starts = run
        .phases
        .iter()
        .skip(1)
        .map(|phase| axis.x(phase.started_ns));
    let d: String = starts.map(|x| format!("M{x:.0} 0V{HEIGHT:.0}")).collect();
    path("mark", &d)
}

fn line(axis: Axis, values: impl Iterator<Item = (u64, f64)>) -> String {
    let values: Vec<(u64, f64)> = values.collect();
    area(0.0, &thin(axis, values.into_iter(), MOST_STEPS), HEIGHT)
}

/// The values as steps across the axis; where several fall into one of `columns` spans, the highest stays.
fn thin(axis: Axis, values: impl Iterator<Item = (u64, f64)>, columns: usize) -> Vec<(f64, f64)> {
    let mut steps: Vec<(f64, f64)> = Vec::new();
    let mut last_column = None;
    for (at, value) in values {
        let x = axis.x(at);
        let column = (x / WIDTH * columns as f64) as usize;
        match steps.last_mut() {
            Some((end, highest)) if last_column == Some(column) => {
                *end = x;
                *highest = highest.max(value);
            }
            _ => steps.push((x, value)),
        }
        last_column = Some(column);
    }
    steps
}

/// Evenly chosen samples as a table's rows, time first.
fn rows(samples: &[Sample], cells: impl Fn(&Sample) -> Vec<String>) -> Vec<Vec<String>> {
    let every = samples.len().div_ceil(MOST_ROWS).max(1);
    let chosen = samples.iter().step_by(every);
    chosen
        .map(|sample| {
            let mut row = vec![time(sample.at_ns as f64 / 1e9)];
            row.extend(cells(sample));
            row
        })
        .collect()
}
