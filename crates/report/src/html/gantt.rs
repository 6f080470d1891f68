//! A lane for each worker: its tasks as bars, the time its next task waited in the queue shaded.
//!
//! Bars are strokes along their lane, one path for each kind. What would be narrower than a fraction of a pixel is
//! merged with its neighbours of the same kind, so the drawing stays small whatever the number of tasks; the
//! script draws the same bars anew, unmerged, when one zooms in.

use super::chart::{Axis, WIDTH, path};
use crate::lanes::{Kind, Lane};
use maud::{Markup, html};
use std::fmt::Write as _;

/// Lanes drawn at most; more would be thinner than a line.
pub(super) const MOST_LANES: usize = 300;
/// Strokes drawn at most, all lanes and kinds together: what a drawing may weigh.
const MOST_STROKES: f64 = 60_000.0;

/// The height of a lane in pixels.
pub(super) fn lane_height(lanes: usize) -> f64 {
    match lanes {
        0..=24 => 20.0,
        25..=60 => 10.0,
        61..=150 => 5.0,
        _ => 3.0,
    }
}

/// Labels of the lanes, as many as there is room for.
pub(super) fn labels(lanes: &[Lane<'_>]) -> Vec<(f64, String)> {
    let height = lane_height(lanes.len());
    let every = (14.0 / height).ceil() as usize;
    let shown = lanes
        .iter()
        .take(MOST_LANES)
        .enumerate()
        .step_by(every.max(1));
    let common = Lane::common_pid(lanes);
    shown
        .map(|(index, lane)| {
            (
                height * index as f64 + height.max(14.0) / 2.0 + 4.0,
                lane.label(common),
            )
        })
        .collect()
}

/// The bars of all lanes.
pub(super) fn drawing(lanes: &[Lane<'_>], axis: Axis) -> Markup {
    let drawn = &lanes[..lanes.len().min(MOST_LANES)];
    let merge_below = (WIDTH * drawn.len() as f64 / MOST_STROKES).max(5.0);
    let mut waits = Strokes::new(merge_below, LEAST);
    let mut again = Strokes::new(merge_below, LEAST);
    let mut bars = Kind::ALL.map(|kind| {
        // A failure among a hundred thousand tasks must not be too thin to see.
        let least = if kind == Kind::Failed {
            5.0 * LEAST
        } else {
            LEAST
        };
        (kind, Strokes::new(merge_below, least))
    });
    let height = lane_height(lanes.len());
    for (index, lane) in drawn.iter().enumerate() {
        let top = height * index as f64;
        let mut free_from = axis.start_ns;
        for bar in &lane.tasks {
            let queued = bar.task.queued_ns.max(free_from);
            if queued < bar.started_ns {
                waits.add(axis.x(queued), axis.x(bar.started_ns), top + height * 0.5);
            }
            free_from = free_from.max(bar.finished_ns);
            for (kind, strokes) in &mut bars {
                if *kind == bar.kind {
                    strokes.add(
                        axis.x(bar.started_ns),
                        axis.x(bar.finished_ns),
                        top + middle(*kind) * height,
                    );
                }
            }
            if bar.task.retries > 0 {
                let (from, to) = (axis.x(bar.started_ns), axis.x(bar.finished_ns));
                again.add(from, to, top + AGAIN * height);
            }
        }
        waits.end();
        again.end();
        bars.iter_mut().for_each(|(_, strokes)| strokes.end());
    }
    html! {
        g class={ "bars lane" (height) } {
            (path("wait", &waits.d))
            @for (kind, strokes) in &bars {
                @let class = class(*kind);
                (path(class, &strokes.d))
                // A second, thinner stroke hollows failed bars out: told apart without colour.
                @if *kind == Kind::Failed { (path("hollow", &strokes.d)) }
            }
            (path("again", &again.d))
        }
    }
}

/// Where in its lane the line runs that underlines a task in which something was tried again.
pub(super) const AGAIN: f64 = 0.92;
/// A stroke's width at least, in a drawing's own units: about half a pixel.
const LEAST: f64 = 4.0;

/// Where in its lane a bar's stroke runs: those tried again lie low and thin.
fn middle(kind: Kind) -> f64 {
    if kind == Kind::Retried { 0.75 } else { 0.5 }
}

pub(super) fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Delivered => "delivered",
        Kind::Failed => "failed",
        Kind::Retried => "retried",
        Kind::Unfinished => "unfinished",
    }
}

/// Horizontal strokes of one kind, neighbours merged.
struct Strokes {
    d: String,
    merge_below: f64,
    least: f64,
    /// The stroke under way: from, to, height.
    open: Option<(f64, f64, f64)>,
}

impl Strokes {
    fn new(merge_below: f64, least: f64) -> Self {
        Self {
            d: String::new(),
            merge_below,
            least,
            open: None,
        }
    }

    fn add(&mut self, from: f64, to: f64, y: f64) {
        if let Some((open_from, open_to, open_y)) = &mut self.open
            && *open_y == y
            && from - *open_to < self.merge_below
            && (to - from < self.merge_below || *open_to - *open_from < self.merge_below)
        {
            *open_to = open_to.max(to);
            return;
        }
        self.end();
        self.open = Some((from, to, y));
    }

    fn end(&mut self) {
        if let Some((from, to, y)) = self.open.take() {
            // Wide bars end a little early, so that one can see where the next begins.
            let width = to - from;
            let width = if width > 50.0 {
                width - 10.0
            } else {
                width.max(self.least)
            };
            let _infallible = write!(self.d, "M{from:.0} {y}h{width:.0}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_neighbours_merge_and_wide_ones_do_not() {
        let mut strokes = Strokes::new(5.0, LEAST);
        for (from, to) in [
            (0.0, 1.0),
            (2.0, 3.0),
            (4.0, 5.0),
            (100.0, 200.0),
            (203.0, 300.0),
        ] {
            strokes.add(from, to, 10.0);
        }
        strokes.end();
        assert_eq!(strokes.d, "M0 10h5M100 10h90M203 10h87");
    }
}
