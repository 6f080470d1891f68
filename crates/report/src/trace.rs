//! The run as Chrome trace events, which Perfetto and `chrome://tracing` open.
//!
//! Format: "Trace Event Format" by the Chrome developers, JSON object form. Times are microseconds. Each real
//! process is a process of the trace, each real thread a thread: a complete event (`X`) is an attempt at a task,
//! an asynchronous pair (`b`, `e`) its wait in the queue. The phases and the counters (`C`: CPU, RAM, our own
//! processes) belong to a process of their own, whose pid no real one has.

use crate::lanes::{Kind, Lane};
use crate::phase::Phase;
use crate::run::{Run, Sample};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Above the highest pid of any Linux (`PID_MAX_LIMIT`, 2^22), so that it names no worker.
const RUN_PID: u32 = 4_194_305;

/// One event; the fields that its kind does not use are left out.
#[derive(Serialize)]
struct Event {
    name: String,
    ph: &'static str,
    pid: u32,
    tid: u32,
    ts: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    dur: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cat: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    args: Map<String, Value>,
}

/// The run as a trace file.
#[must_use]
pub fn trace(run: &Run) -> String {
    let mut events = vec![metadata(
        "process_name",
        RUN_PID,
        RUN_PID,
        json!({"name": run.program}),
    )];
    let mut named = BTreeSet::new();
    for (number, phase) in run.phases.iter().enumerate() {
        events.push(Event {
            dur: Some(micros(phase.finished_ns.saturating_sub(phase.started_ns))),
            cat: Some("phase"),
            args: arguments(json!({"mode": phase.mode.canonical, "workers": phase.workers})),
            ..event(&phase.name, "X", RUN_PID, RUN_PID, phase.started_ns)
        });
        tasks(&mut events, &mut named, number, phase);
    }
    for sample in &run.sampling.samples {
        counters(&mut events, sample);
    }
    let file = json!({
        "displayTimeUnit": "ms",
        "otherData": {"program": run.program, "started_at": run.started_at, "seed": run.seed.to_string()},
    });
    // The events take one line each, as in run.json.
    let lines: Vec<String> = events
        .iter()
        .map(|event| serde_json::to_string(event).expect("an event has string keys only"))
        .collect();
    let rest = file.to_string();
    format!(
        "{{\"traceEvents\":[\n{}\n],\n{}\n",
        lines.join(",\n"),
        rest.trim_start_matches('{')
    )
}

fn tasks(
    events: &mut Vec<Event>,
    named: &mut BTreeSet<(u32, Option<u32>)>,
    number: usize,
    phase: &Phase,
) {
    for lane in Lane::of(phase) {
        for bar in &lane.tasks {
            let pid = bar.task.pid.unwrap_or(RUN_PID);
            // A worker whose thread is unknown still gets a row of its own.
            let tid = bar.task.tid.or(bar.task.pid);
            let tid = tid.unwrap_or((RUN_PID + 1).saturating_add(lane.worker.unwrap_or(0)));
            if pid != RUN_PID && named.insert((pid, None)) {
                let name = format!("process {pid}");
                events.push(metadata("process_name", pid, tid, json!({"name": name})));
            }
            if named.insert((pid, Some(tid))) {
                let worker = lane
                    .worker
                    .map_or_else(|| "?".to_owned(), |w| w.to_string());
                let name = format!("{} worker {worker}", phase.name);
                events.push(metadata("thread_name", pid, tid, json!({"name": name})));
            }
            let task = bar.task;
            let name = format!("{} {}", phase.name, task.index);
            let id = format!("{number}.{}.{}", task.index, task.attempt);
            for (ph, at) in [("b", task.queued_ns), ("e", bar.started_ns)] {
                events.push(Event {
                    cat: Some("queue"),
                    id: Some(id.clone()),
                    ..event(&format!("{name} waits"), ph, pid, tid, at)
                });
            }
            events.push(Event {
                dur: Some(micros(bar.finished_ns - bar.started_ns)),
                cat: Some(category(bar.kind)),
                args: arguments(json!({
                    "label": task.label,
                    "attempt": task.attempt,
                    "retries": task.retries,
                    "wait_us": micros(task.wait_ns().unwrap_or(0)),
                    "cpu_us": task.cpu_ns.map(micros),
                    "rss_bytes": task.rss_bytes,
                    "outcome": bar.kind.word(),
                    "failure": task.failure.as_ref().map(|failure| &failure.message),
                })),
                ..event(&name, "X", pid, tid, bar.started_ns)
            });
        }
    }
}

fn category(kind: Kind) -> &'static str {
    match kind {
        Kind::Delivered => "task",
        Kind::Failed => "task,failed",
        Kind::Retried => "task,retried",
        Kind::Unfinished => "task,unfinished",
    }
}

fn counters(events: &mut Vec<Event>, sample: &Sample) {
    let mut counter = |name: &str, args: Value| {
        events.push(Event {
            args: arguments(args),
            ..event(name, "C", RUN_PID, RUN_PID, sample.at_ns)
        });
    };
    if let Some(percent) = sample.cpu_percent {
        counter("CPU %", json!({ "all cores": percent }));
        for (core, percent) in sample.cores_percent.iter().enumerate() {
            counter(&format!("CPU {core} %"), json!({ "busy": percent }));
        }
    }
    counter("RAM bytes", json!({"used": sample.ram_used_bytes()}));
    counter("own RSS bytes", json!({"sum": sample.tree_rss_bytes}));
    counter("own processes", json!({"processes": sample.tree_processes}));
}

fn event(name: &str, ph: &'static str, pid: u32, tid: u32, at_ns: u64) -> Event {
    Event {
        name: name.to_owned(),
        ph,
        pid,
        tid,
        ts: micros(at_ns),
        dur: None,
        cat: None,
        id: None,
        args: Map::new(),
    }
}

fn metadata(name: &str, pid: u32, tid: u32, args: Value) -> Event {
    Event {
        args: arguments(args),
        ..event(name, "M", pid, tid, 0)
    }
}

/// An event's arguments without those that are unknown.
fn arguments(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect(),
        _ => Map::new(),
    }
}

fn micros(ns: u64) -> f64 {
    ns as f64 / 1000.0
}
