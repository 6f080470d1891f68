//! What the charts share: a time axis, step lines, and the frame with its text and its table.
//!
//! A drawing is an SVG stretched to the page's width, so it holds no text; labels stand beside and below it at
//! percentages of the width. Colours and widths come from classes: the page's policy allows no style attributes.

pub(super) use crate::time::short as time;
use maud::{Markup, PreEscaped, html};
use std::fmt::Write as _;

/// The width of every drawing in its own units.
pub(super) const WIDTH: f64 = 10_000.0;

/// A span of time across a drawing.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    pub(super) start_ns: u64,
    pub(super) end_ns: u64,
}

impl Axis {
    pub(super) fn span_ns(self) -> u64 {
        self.end_ns.saturating_sub(self.start_ns).max(1)
    }

    /// Where a moment lies in a drawing, never outside it.
    pub(super) fn x(self, ns: u64) -> f64 {
        let part = ns.saturating_sub(self.start_ns) as f64 / self.span_ns() as f64;
        part.min(1.0) * WIDTH
    }

    /// Times below a drawing, counted from the axis's start.
    pub(super) fn ticks(self) -> Markup {
        let span = self.span_ns() as f64 / 1e9;
        let step = time_step(span / 4.0);
        let count = (span / step) as usize;
        let ticks: Vec<(f64, String)> = (0..=count)
            .map(|tick| {
                let seconds = tick as f64 * step;
                (100.0 * seconds / span, time(seconds))
            })
            .collect();
        labels_below(&ticks)
    }
}

/// Labels below a drawing, at percentages of its width; the first and last are kept inside.
pub(super) fn labels_below(labels: &[(f64, String)]) -> Markup {
    html! {
        svg.ticks width="100%" height="20" aria-hidden="true" {
            @for (percent, label) in labels {
                @let x = format!("{percent:.2}%");
                @let anchor = if *percent < 4.0 { "start" } else if *percent > 94.0 { "end" } else { "middle" };
                line x1=(x) x2=(x) y1="0" y2="4" {}
                text x=(x) y="16" text-anchor=(anchor) { (label) }
            }
        }
    }
}

/// The smallest round number of seconds that is not below the wish: 1, 2, 5 times a power of ten, from a minute on
/// what is round on a clock.
fn time_step(wish: f64) -> f64 {
    const CLOCK: [f64; 11] = [
        60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0, 14_400.0, 43_200.0, 86_400.0,
    ];
    if wish > 50.0
        && let Some(step) = CLOCK.into_iter().find(|step| *step >= wish)
    {
        return step;
    }
    let power = 10f64.powi(wish.log10().floor() as i32);
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .find(|step| step * power >= wish);
    step.unwrap_or(10.0) * power
}

/// A chart with everything around it: what it shows in words, labels on its left, its table.
pub(super) struct Figure<'a> {
    pub(super) id: String,
    pub(super) title: &'a str,
    /// What to see in it, for those who cannot see it too.
    pub(super) says: String,
    /// Labels left of the drawing: height in pixels, text.
    pub(super) left: Vec<(f64, String)>,
    pub(super) height: f64,
    /// What belongs between the words and the drawing, such as a legend.
    pub(super) above: Markup,
    pub(super) drawing: Markup,
    pub(super) below: Markup,
    pub(super) table: Markup,
}

impl Figure<'_> {
    pub(super) fn render(&self) -> Markup {
        let height = format!("{:.0}", self.height);
        html! {
            figure id=(self.id) {
                figcaption id={ (self.id) "-title" } { h3 { (self.title) } p { (self.says) } }
                (self.above)
                div.chart {
                    svg.left width="100%" height=(height) aria-hidden="true" {
                        @for (y, label) in &self.left {
                            text x="100%" y=(format!("{y:.1}")) text-anchor="end" { (label) }
                        }
                    }
                    svg.plot viewBox={ "0 0 " (WIDTH) " " (height) } preserveAspectRatio="none" width="100%"
                        height=(height) role="img" aria-labelledby={ (self.id) "-title" } { (self.drawing) }
                    span {}
                    (self.below)
                }
                details { summary { "Table: " (self.title) } (self.table) }
            }
        }
    }
}

/// A table that scrolls by itself on a narrow page, also with the keyboard.
pub(super) fn table(caption: &str, heads: &[&str], rows: &[Vec<String>]) -> Markup {
    table_of(false, caption, heads, rows)
}

/// The same for few rows of long texts: on a narrow page each row's cells stand below each other, named.
pub(super) fn stacking_table(caption: &str, heads: &[&str], rows: &[Vec<String>]) -> Markup {
    table_of(true, caption, heads, rows)
}

fn table_of(stacks: bool, caption: &str, heads: &[&str], rows: &[Vec<String>]) -> Markup {
    let head = |column: usize| heads.get(column).filter(|_| stacks);
    html! {
        div.scroll.stacking[stacks] tabindex="0" role="region" aria-label=(caption) {
            table {
                caption { (caption) }
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody {
                    @for row in rows {
                        tr {
                            @for (column, cell) in row.iter().enumerate() {
                                @if column == 0 { th scope="row" data-head=[head(column)] { (cell) } }
                                @else { td.long[cell.len() > 40] data-head=[head(column)] { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A path element with a class.
pub(super) fn path(class: &str, d: &str) -> Markup {
    html! { @if !d.is_empty() { path class=(class) d=(PreEscaped(d)) {} } }
}

/// The outline of an area under steps: each step ends at its `x` and has the height `y`, 0 to 1, since the step
/// before. Equal neighbours are one step.
pub(super) fn area(from: f64, steps: &[(f64, f64)], height: f64) -> String {
    let level = |part: f64| height - part.clamp(0.0, 1.0) * height;
    let Some(last) = steps.last() else {
        return String::new();
    };
    let mut d = format!("M{from:.0} {height:.0}");
    let mut at = None;
    for (index, (x, part)) in steps.iter().enumerate() {
        let y = format!("{:.1}", level(*part));
        if at.as_ref() != Some(&y) {
            let _infallible = write!(d, "V{y}");
            at = Some(y.clone());
        }
        let next = steps
            .get(index + 1)
            .map(|(_, part)| format!("{:.1}", level(*part)));
        if next.as_ref() != Some(&y) {
            let _infallible = write!(d, "H{x:.0}");
        }
    }
    let _infallible = write!(d, "V{height:.0}H{:.0}", last.0.min(from));
    d.push('Z');
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        for (wish, step) in [
            (0.07, 0.1),
            (1.0, 1.0),
            (1.1, 2.0),
            (30.0, 50.0),
            (60.0, 60.0),
            (130.0, 300.0),
            (1e6, 1e6),
        ] {
            assert!((time_step(wish) - step).abs() < 1e-9, "{wish}");
        }
    }

    #[test]
    fn an_area_merges_equal_steps() {
        let steps = [(10.0, 0.5), (20.0, 0.5), (30.0, 1.0)];
        assert_eq!(area(0.0, &steps, 100.0), "M0 100V50.0H20V0.0H30V100H0Z");
        assert_eq!(area(0.0, &[], 100.0), "");
    }
}
