//! Records are files, and files can hold anything: whatever is in one, the reports are made, and what is written is
//! read back the same.

use brigade_report::{
    Failure, FailureKind, Outcome, Phase, Run, Sample, Task, advice, example, html, json, parse,
    tasks_csv, text, trace,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

/// Times of every size, the extremes often.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), Just(u64::MAX), 0..2_000_000_000u64, any::<u64>()]
}

fn real() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(f64::MAX), Just(f64::MIN), -1e3..1e9f64]
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "\\PC{0,12}", any::<String>()]
}

fn failure() -> impl Strategy<Value = Failure> {
    (words(), vec(words(), 0..3)).prop_map(|(message, causes)| Failure {
        kind: FailureKind::Crashed,
        message,
        causes,
    })
}

fn task() -> impl Strategy<Value = Task> {
    let who = (
        option::of(words()),
        option::of(any::<u32>()),
        option::of(any::<u32>()),
        option::of(any::<u32>()),
    );
    let when = (
        number(),
        option::of(number()),
        option::of(number()),
        option::of(number()),
    );
    let what = (
        option::of(number()),
        any::<u32>(),
        option::of(failure()),
        any::<bool>(),
    );
    (number(), any::<u32>(), who, when, what).prop_map(
        |(
            index,
            attempt,
            (label, worker, pid, tid),
            (queued_ns, started_ns, finished_ns, cpu_ns),
            what,
        )| Task {
            index,
            label,
            attempt,
            worker,
            pid,
            tid,
            queued_ns,
            started_ns,
            finished_ns,
            cpu_ns,
            in_line_ns: cpu_ns,
            rss_bytes: what.0,
            bytes: what.0,
            reader: what
                .2
                .as_ref()
                .map(|failure: &Failure| failure.message.clone()),
            retries: what.1,
            failure: what.2,
            retried: what.3,
        },
    )
}

fn sample() -> impl Strategy<Value = Sample> {
    (
        number(),
        option::of(any::<f32>()),
        vec(any::<f32>(), 0..4),
        number(),
        number(),
        real(),
        any::<u32>(),
    )
        .prop_map(
            |(at_ns, cpu_percent, cores_percent, total, available, cpu, count)| Sample {
                at_ns,
                cpu_percent: cpu_percent.filter(|percent| percent.is_finite()),
                cores_percent: cores_percent
                    .into_iter()
                    .filter(|percent| percent.is_finite())
                    .collect(),
                ram_total_bytes: total,
                ram_available_bytes: available,
                tree_rss_bytes: total,
                tree_cpu_seconds: cpu,
                tree_processes: count,
                tree_threads: count,
            },
        )
}

fn run() -> impl Strategy<Value = Run> {
    let phase = (
        vec(task(), 0..12),
        number(),
        number(),
        option::of(any::<u32>()),
        words(),
    );
    (
        vec(phase, 0..3),
        vec(sample(), 0..8),
        number(),
        real(),
        words(),
    )
        .prop_map(|(phases, samples, count, wall_seconds, word)| {
            let mut run = example::run(0);
            let mode = run.phases[0].mode.clone();
            run.phases = phases
                .into_iter()
                .map(|(tasks, started_ns, finished_ns, workers, name)| Phase {
                    name,
                    mode: mode.clone(),
                    workers,
                    started_ns,
                    finished_ns,
                    tasks,
                    stored: None,
                })
                .collect();
            run.sampling.samples = samples;
            run.wall_seconds = wall_seconds;
            (run.requested, run.seed, run.closing.made) = (count, count, count);
            run.closing.outcome = Outcome::Fatal;
            run.closing.reason = Some(word.clone());
            run.source = word;
            run
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_record_makes_every_report_and_is_read_back_the_same(run in run()) {
        let written = json(&run);
        prop_assert!(parse(&written).expect("what was written") == run);
        prop_assert!(text(&run).starts_with("Number of CV's: "));
        prop_assert!(html(&run).ends_with("</html>"));
        prop_assert_eq!(advice(&run).len(), run.phases.len());
        let trace: serde_json::Value = serde_json::from_str(&trace(&run)).expect("JSON");
        prop_assert!(trace["traceEvents"].is_array());
        let attempts: usize = run.phases.iter().map(|phase| phase.tasks.len()).sum();
        prop_assert!(tasks_csv(&run).matches("\r\n").count() > attempts);
    }

    #[test]
    fn a_text_that_is_no_record_is_refused(text in any::<String>()) {
        prop_assert!(parse(&text).is_err());
    }
}
