//! The text report and run.json of invented runs, compared with files of this folder.
//!
//! `BLESS=1 cargo test -p brigade-report --test snapshots` writes them anew; read the difference before committing.

use brigade_report::{Auto, AutoLimit, Run, example, html, json, parse, text};
use std::path::Path;

fn compare(name: &str, found: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/snapshots")
        .join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&file, found).expect("write the snapshot");
    }
    let expected = std::fs::read_to_string(&file).expect("read the snapshot");
    if let Some((line, (expected, found))) = (1..)
        .zip(expected.lines().zip(found.lines()))
        .find(|(_, (expected, found))| expected != found)
    {
        panic!("{name}:{line}\n  expected: {expected}\n  found:    {found}");
    }
    assert_eq!(
        expected.len(),
        found.len(),
        "{name} has other lines at its end"
    );
}

#[test]
fn the_text_report_of_a_run_that_went_well() {
    compare("complete.txt", &text(&example::run(3)));
}

#[test]
fn the_text_report_of_a_run_with_failures_names_each() {
    compare("failures.txt", &text(&example::run_with_failures(5)));
}

#[test]
fn the_text_report_of_an_interrupted_run() {
    let run = Run {
        details: false,
        ..example::run_interrupted(6)
    };
    compare("interrupted.txt", &text(&run));
}

#[test]
fn the_record_as_json() {
    compare("failures.json", &json(&example::run_with_failures(5)));
}

#[test]
fn a_record_written_and_read_is_the_same() {
    let mut chosen = example::run(2);
    chosen.phases[0].mode.auto = Some(Auto {
        at_most: 256,
        tasks: 64,
        task_seconds: 0.4,
        computing: 0.001,
        task_bytes: None,
        limit: AutoLimit::Asked,
    });
    assert!(text(&chosen).contains("\n  Mode auto chose a loop: the first 64 tasks ran 400 ms"));
    for run in [
        chosen,
        example::run(0),
        example::run(10),
        example::run_with_failures(5),
        example::run_interrupted(6),
    ] {
        let written = json(&run);
        let read = parse(&written).expect("a record");
        assert!(read == run, "{written}");
        assert!(json(&read) == written, "{written}");
    }
}

#[test]
fn the_details_are_a_json_array_with_a_line_for_each_start_and_end() {
    let run = example::run_with_failures(5);
    let report = text(&run);
    let arrays: Vec<Vec<String>> = report
        .split("\n[\n")
        .skip(1)
        .map(|rest| {
            let (array, _) = rest.split_once("\n]\n").expect("the array ends");
            serde_json::from_str(&format!("[{array}]")).expect("valid JSON")
        })
        .collect();
    let events = |phase: &brigade_report::Phase| -> usize {
        phase
            .tasks
            .iter()
            .map(|t| usize::from(t.started_ns.is_some()) + usize::from(t.finished_ns.is_some()))
            .sum()
    };
    let lengths: Vec<usize> = arrays.iter().map(Vec::len).collect();
    assert_eq!(lengths, run.phases.iter().map(events).collect::<Vec<_>>());
    assert!(arrays[0][0].starts_with("Task: 1 (start) - PID: 3100 CPU: "));
}

#[test]
fn nothing_delivered_and_nothing_known_still_makes_a_report() {
    let mut run = example::run(0);
    run.sampling.samples.clear();
    let report = text(&run);
    assert!(report.contains("Average time per task: nothing was delivered"));
    assert!(report.contains("Made: 0 of 0"));
    let mut run = example::run(1);
    run.sampling.samples.clear();
    run.phases[0].tasks[0].cpu_ns = None;
    run.phases[0].tasks[0].tid = Some(9);
    run.phases[0].tasks[0].pid = None;
    let report = text(&run);
    assert!(
        report.contains("Task: 1 (end) - PID: n/a TID: 9 CPU: n/a, RAM (GB): n/a"),
        "{report}"
    );
}

#[test]
fn foreign_text_cannot_steer_a_terminal_or_break_a_line() {
    let mut run = example::run_with_failures(5);
    run.phases[0].tasks[1].label = Some("\u{1b}[2Jgone\nFailed: 0".to_owned());
    let report = text(&run);
    assert!(!report.contains('\u{1b}'));
    assert!(report.contains(r"\u{1b}[2Jgone\nFailed: 0"));
}

#[test]
fn another_schema_and_broken_records_are_refused_by_name() {
    let written = json(&example::run(1)).replacen("\"schema\": 1", "\"schema\": 99", 1);
    let error = parse(&written).expect_err("another schema");
    assert_eq!(
        error.to_string(),
        "the run's record has schema 99, and this program reads 1"
    );
    assert!(parse("{}").is_err());
    assert!(parse("").is_err());
}

#[test]
fn a_page_says_of_failures_that_an_earlier_run_has_the_record_of() {
    let mut run = example::run_with_failures(5);
    let said = "more had failed before this run went on";
    assert!(!html(&run).contains(said));
    run.closing.failed += 6;
    assert!(html(&run).contains(&format!("6 {said}")));
}
