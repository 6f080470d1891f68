//! The run as Chrome trace events, which Perfetto and `chrome://tracing` open.
//!
//! Format: "Trace Event Format" by the Chrome developers, JSON object form. Times are microseconds. Each real
//! process is a process of the trace, each real thread a thread: a complete event (`X`) is an attempt at a task,
//! an asynchronous pair (`b`, `e`) its wait in the queue. The phases and the counters (`C`: CPU, RAM, our own
//! processes) belong to a process of their own, whose pid no real one has.

use crate::lanes::{Bar, Kind, Lane};
use crate::phase::Phase;
use crate::run::{Run, Sample};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::io::{self, Write};

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
    let mut text = Vec::new();
    write_trace(run, &mut text).expect("a Vec takes every byte");
    String::from_utf8(text).expect("serde_json writes UTF-8")
}

/// Writes what [`trace`] gives, one event a line: 100,000 tasks make 50 MB that need not be in memory. `out` should
/// be buffered.
///
/// # Errors
/// When `out` fails.
pub fn write_trace(run: &Run, mut out: impl Write) -> io::Result<()> {
    let about =
        json!({"program": run.program, "started_at": run.started_at, "seed": run.seed.to_string()});
    write!(
        out,
        "{{\"displayTimeUnit\":\"ms\",\n\"otherData\":{about},\n\"traceEvents\":[\n"
    )?;
    serde_json::to_writer(
        &mut out,
        &metadata(
            "process_name",
            RUN_PID,
            RUN_PID,
            json!({"name": run.program}),
        ),
    )?;
    let mut events = Events {
        out: &mut out,
        named: BTreeSet::new(),
    };
    for (number, phase) in run.phases.iter().enumerate() {
        events.write(Event {
            dur: Some(micros(phase.finished_ns.saturating_sub(phase.started_ns))),
            cat: Some("phase"),
            args: arguments(json!({"mode": phase.mode.canonical, "workers": phase.workers})),
            ..event(&phase.name, "X", RUN_PID, RUN_PID, phase.started_ns)
        })?;
        for lane in Lane::of(phase) {
            for bar in &lane.tasks {
                events.attempt(number, phase, lane.worker, bar)?;
            }
        }
    }
    for sample in &run.sampling.samples {
        events.counters(sample)?;
    }
    out.write_all(b"\n]}\n")
}

/// Where events go, each but the first after a comma.
struct Events<'a, W> {
    out: &'a mut W,
    /// Processes, and their threads, that have been given a name.
    named: BTreeSet<(u32, Option<u32>)>,
}

impl<W: Write> Events<'_, W> {
    fn write(&mut self, event: Event) -> io::Result<()> {
        self.out.write_all(b",\n")?;
        Ok(serde_json::to_writer(&mut *self.out, &event)?)
    }

    fn attempt(
        &mut self,
        number: usize,
        phase: &Phase,
        worker: Option<u32>,
        bar: &Bar<'_>,
    ) -> io::Result<()> {
        let task = bar.task;
        let pid = task.pid.unwrap_or(RUN_PID);
        // A worker whose thread is unknown still gets a row of its own.
        let tid = task.tid.or(task.pid);
        let tid = tid.unwrap_or((RUN_PID + 1).saturating_add(worker.unwrap_or(0)));
        if pid != RUN_PID && self.named.insert((pid, None)) {
            let name = format!("process {pid}");
            self.write(metadata("process_name", pid, tid, json!({"name": name})))?;
        }
        if self.named.insert((pid, Some(tid))) {
            let worker = worker.map_or_else(|| "?".to_owned(), |worker| worker.to_string());
            let name = format!("{} worker {worker}", phase.name);
            self.write(metadata("thread_name", pid, tid, json!({"name": name})))?;
        }
        let name = format!("{} {}", phase.name, task.number());
        let id = format!("{number}.{}.{}", task.index, task.attempt);
        for (ph, at) in [("b", task.queued_ns), ("e", bar.started_ns)] {
            self.write(Event {
                cat: Some("queue"),
                id: Some(id.clone()),
                ..event(&format!("{name} waits"), ph, pid, tid, at)
            })?;
        }
        self.write(Event {
            dur: Some(micros(bar.finished_ns - bar.started_ns)),
            cat: Some(category(bar.kind)),
            args: arguments(json!({
                "label": task.label,
                "attempt": task.attempt,
                "retries": task.retries,
                "wait_us": micros(task.wait_ns().unwrap_or(0)),
                "cpu_us": task.cpu_ns.map(micros),
                "in_line_us": task.in_line_ns.map(micros),
                "rss_bytes": task.rss_bytes,
                "outcome": bar.kind.word(),
                "failure": task.failure.as_ref().map(|failure| &failure.message),
            })),
            ..event(&name, "X", pid, tid, bar.started_ns)
        })
    }

    fn counters(&mut self, sample: &Sample) -> io::Result<()> {
        let mut counter = |name: &str, args: Value| {
            self.write(Event {
                args: arguments(args),
                ..event(name, "C", RUN_PID, RUN_PID, sample.at_ns)
            })
        };
        if let Some(percent) = sample.cpu_percent {
            counter("CPU %", json!({ "all cores": percent }))?;
            for (core, percent) in sample.cores_percent.iter().enumerate() {
                counter(&format!("CPU {core} %"), json!({ "busy": percent }))?;
            }
        }
        counter("RAM bytes", json!({"used": sample.ram_used_bytes()}))?;
        counter("own RSS bytes", json!({"sum": sample.tree_rss_bytes}))?;
        counter("own processes", json!({"processes": sample.tree_processes}))
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
