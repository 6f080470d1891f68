//! A comparison as tables for a terminal.

use crate::comparison::{Comparison, Figures, Setting, Sweep, WholeRun};
use crate::quantity::size;
use crate::time::short;

/// The columns of a sweep, each with what it means.
pub(crate) const SWEEP_HEADS: [&str; 10] = [
    "setting",
    "median",
    "from",
    "to",
    "speed-up",
    "per worker",
    "serial part",
    "of the best",
    "of the ideal",
    "peak memory",
];
/// The columns of whole runs.
pub(crate) const RUN_HEADS: [&str; 8] = [
    "run",
    "CVs",
    "phase 1",
    "from – to",
    "the article's",
    "phase 2",
    "from – to",
    "the article's",
];

/// The comparison as text.
#[must_use]
pub fn comparison_text(comparison: &Comparison) -> String {
    let mut out = format!(
        "{} CVs, seed {}, {} usable cores, faces from {}\n",
        comparison.requested,
        comparison.seed,
        comparison.machine.cores_effective,
        comparison.source
    );
    for sweep in &comparison.phases {
        out += &format!("\nPhase {} ({}):\n", sweep.number, sweep.name);
        out += &table(&SWEEP_HEADS, &sweep_rows(sweep));
        for line in conclusions(sweep) {
            out += &format!("  {line}\n");
        }
    }
    if !comparison.runs.is_empty() {
        let rows: Vec<Vec<String>> = comparison.runs.iter().map(run_row).collect();
        out += "\nThe article's runs:\n";
        out += &table(&RUN_HEADS, &rows);
        out += &format!("  {ABOUT_THEIRS}\n");
    }
    out
}

/// What stands under the article's figures.
pub(crate) const ABOUT_THEIRS: &str = "The article's program is Python, on another machine and with its own downloads, 0.4 s each on average; – stands \
     where its figure is not known here.";

/// A row for each setting of a sweep.
pub(crate) fn sweep_rows(sweep: &Sweep) -> Vec<Vec<String>> {
    let rows = sweep.settings.iter().zip(sweep.figures());
    rows.map(|(setting, figures)| sweep_row(setting, figures))
        .collect()
}

fn sweep_row(setting: &Setting, figures: Option<Figures>) -> Vec<String> {
    let unknown = || "–".to_owned();
    let times = |times: Option<f64>| times.map_or_else(unknown, |times| format!("{times:.2}×"));
    let percent = |part: Option<f64>| {
        part.map_or_else(unknown, |part| {
            // A rounded zero has no sign.
            format!("{:.0} %", (100.0 * part).round() + 0.0)
        })
    };
    let seconds = |of: fn(&Figures) -> f64| {
        figures
            .as_ref()
            .map_or_else(unknown, |figures| short(of(figures)))
    };
    vec![
        setting.title(),
        seconds(|figures| figures.median),
        seconds(|figures| figures.least),
        seconds(|figures| figures.most),
        times(figures.and_then(|figures| figures.speedup)),
        percent(figures.and_then(|figures| figures.efficiency)),
        percent(figures.and_then(|figures| figures.serial_fraction)),
        times(figures.map(|figures| figures.over_best)),
        times(figures.and_then(|figures| figures.over_ideal)),
        setting.peak_tree_rss_bytes.map_or_else(unknown, size),
    ]
}

/// What a sweep comes to, in sentences.
pub(crate) fn conclusions(sweep: &Sweep) -> Vec<String> {
    let (Some(best), Some(base)) = (sweep.best(), sweep.base()) else {
        return Vec::new();
    };
    let figures = sweep.figures();
    let figure = |setting: &Setting| {
        let at = sweep.settings.iter().position(|other| other == setting);
        at.and_then(|at| figures[at])
    };
    let mut lines = Vec::new();
    if let Some(of_best) = figure(best) {
        let over = match of_best.speedup {
            Some(speedup) if best != base => {
                format!(", {speedup:.2} times as fast as {}", base.title())
            }
            _ => String::new(),
        };
        lines.push(format!(
            "Best: {} with {}{over}.",
            best.title(),
            short(of_best.median)
        ));
    }
    let gil = sweep
        .settings
        .iter()
        .filter(|setting| setting.mode == "gil");
    let most = gil.max_by_key(|setting| setting.workers);
    if let Some((gil, of_gil)) = most.and_then(|gil| Some((gil, figure(gil)?)))
        && let Some(threads) = sweep
            .settings
            .iter()
            .find(|setting| setting.mode == "threads" && setting.workers == gil.workers)
        && let Some(of_threads) = figure(threads)
    {
        lines.push(format!(
            "Under a global interpreter lock, {} took {} where {} took {}.",
            gil.title(),
            short(of_gil.median),
            threads.title(),
            short(of_threads.median)
        ));
    }
    lines
}

/// A row for a whole run.
pub(crate) fn run_row(run: &WholeRun) -> Vec<String> {
    let mut row = vec![run.title.clone(), run.requested.to_string()];
    for (seconds, theirs) in run.phases.iter().zip(run.theirs) {
        let mut ascending = seconds.clone();
        ascending.sort_by(f64::total_cmp);
        let unknown = || "–".to_owned();
        row.push(crate::percentile(&ascending, 50.0).map_or_else(unknown, short));
        row.push(match (ascending.first(), ascending.last()) {
            (Some(least), Some(most)) => format!("{} – {}", short(*least), short(*most)),
            _ => unknown(),
        });
        row.push(theirs.map_or_else(unknown, short));
    }
    row
}

/// Columns as wide as they need to be: the first to the left, the others to the right.
fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let cells = cells.map(|cell| cell.chars().count());
        cells
            .chain([heads[column].chars().count()])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let mut line = String::from(" ");
        for (column, cell) in cells.enumerate() {
            line += &match column {
                0 => format!(" {cell:<width$}", width = widths[0]),
                _ => format!("  {cell:>width$}", width = widths[column]),
            };
        }
        line.truncate(line.trim_end().len());
        line + "\n"
    };
    let mut out = line(&mut heads.iter().copied());
    for row in rows {
        out += &line(&mut row.iter().map(String::as_str));
    }
    out
}
