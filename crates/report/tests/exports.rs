//! The page, the trace and the CSV as text. What a browser makes of the page is another test's business.

use brigade_report::{Failure, FailureKind, Run, example, html, tasks_csv, trace};
use serde_json::Value;

fn hostile() -> Run {
    let mut run = example::run_with_failures(5);
    let attack = "</script></style><img src=x onerror=alert(1)>\"'&".to_owned();
    run.source = attack.clone();
    run.command.push(attack.clone());
    run.phases[0].name = attack.clone();
    for task in run.phases.iter_mut().flat_map(|phase| &mut phase.tasks) {
        task.label = Some(attack.clone());
    }
    run
}

#[test]
fn text_from_data_cannot_break_out_of_the_page() {
    let page = html(&hostile());
    assert!(!page.contains("<img"));
    assert_eq!(page.matches("<script").count(), 2, "the data and ours");
    assert_eq!(page.matches("</script").count(), 2);
    assert_eq!(page.matches("</style").count(), 1);
}

#[test]
fn the_page_names_nothing_to_load_and_has_no_style_or_event_attributes() {
    let page = html(&hostile());
    let head = page.split("<main").next().expect("a head");
    assert!(head.contains("default-src &#39;none&#39;") || head.contains("default-src 'none'"));
    for wanted in [
        " src=",
        "@import",
        "url(",
        "<iframe",
        "<object",
        " style=",
        " onload=",
        "<link rel=\"stylesheet\"",
    ] {
        let body = page.replace(" src=x onerror", "");
        assert!(!body.contains(wanted), "{wanted} in the page");
    }
}

#[test]
fn ten_and_a_hundred_thousand_tasks_fit_below_5_mb() {
    for tasks in [0, 1, 10, 100_000] {
        let mut run = example::run(tasks);
        for (index, task) in run
            .phases
            .iter_mut()
            .flat_map(|phase| &mut phase.tasks)
            .enumerate()
        {
            task.worker = Some(index as u32 % 200);
        }
        let page = html(&run);
        assert!(
            page.len() < 5_000_000,
            "{tasks} tasks: {} bytes",
            page.len()
        );
        assert!(page.ends_with("</html>"));
    }
}

#[test]
fn records_with_gaps_still_make_a_page_a_trace_and_a_csv() {
    let mut run = example::run_interrupted(5);
    run.sampling.samples.clear();
    run.closing.archive = None;
    for task in run.phases.iter_mut().flat_map(|phase| &mut phase.tasks) {
        (task.label, task.worker, task.pid, task.tid, task.cpu_ns) = (None, None, None, None, None);
        task.index = u64::MAX - task.index;
    }
    run.phases[0].finished_ns = run.phases[0].started_ns;
    assert!(html(&run).contains("too short for the sampler"));
    assert!(serde_json::from_str::<Value>(&trace(&run)).is_ok());
    assert_eq!(tasks_csv(&run).lines().count(), 1 + 10);
}

#[test]
fn the_csv_has_a_line_for_each_attempt_with_as_many_cells_as_names() {
    let run = example::run_with_failures(5);
    let csv = tasks_csv(&run);
    let lines: Vec<&str> = csv.trim_end().split("\r\n").collect();
    let attempts: usize = run.phases.iter().map(|phase| phase.tasks.len()).sum();
    assert_eq!(lines.len(), 1 + attempts);
    assert!(
        lines[2].starts_with("faces,2,Zoë Łukasz,1,0,3100,3100,"),
        "{}",
        lines[2]
    );
    assert!(lines[2].contains(",tried again,failed,face 1: HTTP status 503,"));
    for line in &lines {
        assert_eq!(line.matches(',').count(), 20, "{line}");
    }
}

#[test]
fn a_task_that_was_called_off_is_unfinished_and_no_failure() {
    let mut run = example::run_interrupted(5);
    run.phases[0].tasks[0].failure = Some(Failure {
        kind: FailureKind::Cancelled,
        message: "cancelled".to_owned(),
        causes: Vec::new(),
    });
    let csv = tasks_csv(&run);
    let line = csv.lines().nth(1).expect("the first task");
    assert!(line.contains(",unfinished,was cancelled,"), "{line}");
    assert!(
        !html(&run).contains("class=\"failed\""),
        "no bar of a failure"
    );
}

/// Every event against the "Trace Event Format": the fields each kind must have, no others, and no kind we do not mean.
#[test]
fn every_trace_event_has_the_fields_of_its_kind() {
    let run = example::run_with_failures(5);
    let file: Value = serde_json::from_str(&trace(&run)).expect("JSON");
    let fields = |value: &Value| -> Vec<String> {
        let fields = value.as_object().expect("an object").keys();
        fields.cloned().collect()
    };
    assert_eq!(
        fields(&file),
        ["displayTimeUnit", "otherData", "traceEvents"]
    );
    assert_eq!(file["displayTimeUnit"], "ms");
    let events = file["traceEvents"].as_array().expect("events");
    let allowed = |kind: &str| match kind {
        "M" | "C" => vec!["args", "name", "ph", "pid", "tid", "ts"],
        "X" => vec!["args", "cat", "dur", "name", "ph", "pid", "tid", "ts"],
        _ => vec!["cat", "id", "name", "ph", "pid", "tid", "ts"],
    };
    let mut open_waits = std::collections::BTreeMap::new();
    for event in events {
        let kind = event["ph"].as_str().expect("ph");
        assert_eq!(fields(event), allowed(kind), "{event}");
        assert!(
            event["name"].is_string() && event["pid"].is_u64() && event["tid"].is_u64(),
            "{event}"
        );
        assert!(event["ts"].as_f64().is_some_and(|ts| ts >= 0.0), "{event}");
        match kind {
            "M" => {
                assert!(matches!(
                    event["name"].as_str(),
                    Some("process_name" | "thread_name")
                ));
                assert!(event["args"]["name"].is_string(), "{event}");
            }
            "X" => assert!(
                event["dur"].as_f64().is_some_and(|dur| dur >= 0.0) && event["cat"].is_string()
            ),
            "b" | "e" => {
                assert!(
                    event["id"].is_string() && event["cat"] == "queue",
                    "{event}"
                );
                // A pair is known by category, id and name; it begins before it ends.
                let key = (event["id"].to_string(), event["name"].to_string());
                let wait = open_waits.entry(key).or_insert((0, f64::NEG_INFINITY));
                let ts = event["ts"].as_f64().expect("a number");
                assert!(ts >= wait.1, "{event}");
                *wait = (wait.0 + if kind == "b" { 1 } else { -1 }, ts);
            }
            "C" => {
                let counters = event["args"].as_object().expect("args");
                assert!(
                    !counters.is_empty() && counters.values().all(Value::is_number),
                    "{event}"
                );
            }
            other => panic!("an event of kind {other}"),
        }
    }
    assert!(
        open_waits.values().all(|(open, _)| *open == 0),
        "every wait that begins ends"
    );
    let of = |kind: &str| events.iter().filter(|event| event["ph"] == kind).count();
    let attempts: usize = run.phases.iter().map(|phase| phase.tasks.len()).sum();
    assert_eq!(of("X"), attempts + run.phases.len());
    assert_eq!(of("b"), attempts);
}

#[test]
fn tasks_of_one_thread_never_overlap_in_the_trace_and_keep_their_times() {
    let run = example::run_with_failures(6);
    let file: Value = serde_json::from_str(&trace(&run)).expect("JSON");
    let mut spans: Vec<(u64, f64, f64)> = file["traceEvents"]
        .as_array()
        .expect("events")
        .iter()
        .filter(|event| event["ph"] == "X" && event["cat"] != "phase")
        .map(|event| {
            let number = |field: &str| event[field].as_f64().expect("a number");
            (
                event["tid"].as_u64().expect("tid"),
                number("ts"),
                number("ts") + number("dur"),
            )
        })
        .collect();
    spans.sort_by(|one, other| one.partial_cmp(other).expect("no NaN"));
    for pair in spans.windows(2) {
        assert!(
            pair[0].0 != pair[1].0 || pair[0].2 <= pair[1].1 + 0.001,
            "{pair:?}"
        );
    }
    let first = run.phases[0].tasks[0].started_ns.expect("started");
    assert!(
        spans
            .iter()
            .any(|span| (span.1 * 1000.0 - first as f64).abs() < 1.0)
    );
}
