//! Every attempt in a few bytes, for the script to zoom into and tell about.
//!
//! Per phase, in order of start, each attempt is five base-128 numbers (least significant group first, the top bit
//! saying that more follows): start since the attempt before in µs, running time in µs, wait in the queue in µs,
//! `lane * 8 + kind` (and 4 more where something inside was tried again), and the difference of the task's index from the one before (zigzag: sign in the lowest bit).
//! Base64 of that is about 16 bytes an attempt, where JSON would take 60.

use super::gantt::MOST_LANES;
use crate::lanes::{Bar, Kind, Lane};
use crate::run::Run;
use base64::Engine as _;
use serde::Serialize;

/// Bytes of names that still travel along; a bigger run's are in its CSV.
const MOST_NAME_BYTES: usize = 1 << 20;
/// Attempts that still travel along; of a bigger run only the drawing does, and there is no zoom.
const MOST_ATTEMPTS: usize = 250_000;

#[derive(Serialize)]
struct Data<'a> {
    /// Names by task index; empty when they are too many.
    names: Vec<&'a str>,
    phases: Vec<PhaseData>,
}

#[derive(Serialize)]
struct PhaseData {
    start_us: u64,
    end_us: u64,
    lanes: Vec<String>,
    attempts: String,
}

/// The block as JSON that can stand inside a `script` element: no `<` is left in it.
pub(super) fn block(run: &Run, lanes: &[Vec<Lane<'_>>]) -> Option<String> {
    let attempts: usize = run.phases.iter().map(|phase| phase.tasks.len()).sum();
    if attempts > MOST_ATTEMPTS {
        return None;
    }
    let phases = run.phases.iter().zip(lanes);
    let data = Data {
        names: names(run),
        phases: phases
            .map(|(phase, lanes)| PhaseData {
                start_us: phase.started_ns / 1000,
                end_us: phase.finished_ns / 1000,
                lanes: labels(lanes),
                attempts: encode(lanes, phase.started_ns),
            })
            .collect(),
    };
    let json = serde_json::to_string(&data).expect("strings and numbers are JSON");
    Some(json.replace('<', "\\u003c"))
}

fn labels(lanes: &[Lane<'_>]) -> Vec<String> {
    let common = Lane::common_pid(lanes);
    lanes.iter().map(|lane| lane.label(common)).collect()
}

fn names(run: &Run) -> Vec<&str> {
    let mut names = Vec::new();
    let mut bytes = 0;
    for task in run.phases.iter().flat_map(|phase| &phase.tasks) {
        let Some(label) = &task.label else { continue };
        let Ok(index) = usize::try_from(task.index) else {
            return Vec::new();
        };
        // An index far beyond the number of tasks would make a list of gaps.
        if index > 2 * MOST_ATTEMPTS {
            return Vec::new();
        }
        if names.len() <= index {
            names.resize(index + 1, "");
        }
        if names[index].is_empty() {
            names[index] = label.as_str();
            bytes += label.len() + 3;
        }
        if bytes > MOST_NAME_BYTES {
            return Vec::new();
        }
    }
    names
}

fn encode(lanes: &[Lane<'_>], phase_start_ns: u64) -> String {
    let mut attempts: Vec<(u64, &Bar<'_>)> = (0..)
        .zip(lanes.iter().take(MOST_LANES))
        .flat_map(|(lane, of)| of.tasks.iter().map(move |bar| (lane, bar)))
        .collect();
    attempts.sort_by_key(|(lane, bar)| (bar.started_ns, *lane));
    let mut bytes = Vec::with_capacity(attempts.len() * 12);
    let (mut last_start, mut last_index) = (phase_start_ns / 1000, 0i64);
    for (lane, bar) in attempts {
        let start = (bar.started_ns / 1000).max(last_start);
        let index = i64::try_from(bar.task.index).unwrap_or(i64::MAX);
        let step = index.wrapping_sub(last_index);
        push(&mut bytes, start - last_start);
        push(&mut bytes, (bar.finished_ns / 1000).saturating_sub(start));
        push(&mut bytes, bar.task.wait_ns().unwrap_or(0) / 1000);
        push(&mut bytes, lane * 8 + code(bar));
        push(&mut bytes, ((step << 1) ^ (step >> 63)).cast_unsigned());
        (last_start, last_index) = (start, index);
    }
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The script's number for a kind: its place in [`Kind::ALL`], and whether something inside was tried again.
fn code(bar: &Bar<'_>) -> u64 {
    let kind = match bar.kind {
        Kind::Delivered => 0,
        Kind::Retried => 1,
        Kind::Failed => 2,
        Kind::Unfinished => 3,
    };
    kind + 4 * u64::from(bar.task.retries > 0)
}

fn push(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 128 {
        bytes.push((number & 127) as u8 | 128);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    /// Reads a block back as the script does.
    fn decode(text: &str) -> Vec<u64> {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(text)
            .expect("base64");
        let mut numbers = Vec::new();
        let (mut number, mut shift) = (0u64, 0);
        for byte in bytes {
            number |= u64::from(byte & 127) << shift;
            shift += 7;
            if byte < 128 {
                numbers.push(number);
                (number, shift) = (0, 0);
            }
        }
        numbers
    }

    #[test]
    fn attempts_are_read_back_as_written() {
        let run = example::run_with_failures(6);
        let phase = &run.phases[0];
        let lanes = Lane::of(phase);
        let numbers = decode(&encode(&lanes, phase.started_ns));
        assert_eq!(numbers.len(), 5 * phase.tasks.len());
        let (mut at, mut index) = (phase.started_ns / 1000, 0i64);
        let mut bars: Vec<&Bar<'_>> = lanes[0].tasks.iter().collect();
        bars.sort_by_key(|bar| bar.started_ns);
        for (record, bar) in numbers.chunks(5).zip(bars) {
            at += record[0];
            index += (record[4] >> 1).cast_signed() ^ -(record[4] & 1).cast_signed();
            assert_eq!(at, bar.started_ns / 1000);
            assert_eq!(record[1], (bar.finished_ns - bar.started_ns) / 1000);
            assert_eq!(record[2], bar.task.wait_ns().expect("started") / 1000);
            assert_eq!(record[3], code(bar));
            assert_eq!(index, bar.task.index.cast_signed());
        }
    }

    #[test]
    fn a_name_cannot_end_the_block() {
        let mut run = example::run(2);
        run.phases[0].tasks[0].label = Some("</script><script>alert(1)".to_owned());
        let lanes: Vec<_> = run.phases.iter().map(Lane::of).collect();
        let block = block(&run, &lanes).expect("few attempts");
        assert!(!block.contains('<'));
        let data: serde_json::Value = serde_json::from_str(&block).expect("JSON");
        assert_eq!(data["names"][0], "</script><script>alert(1)");
    }
}
