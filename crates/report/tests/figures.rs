//! The figures that reports show, against records small enough to add up by hand.

use brigade_report::{
    Durations, Failure, FailureKind, Summary, Task, advice, example, json, percentile,
};

#[test]
fn percentiles_are_values_by_nearest_rank() {
    let values: Vec<f64> = (1..=100).map(f64::from).collect();
    for (percent, expected) in [
        (0.0, 1.0),
        (1.0, 1.0),
        (50.0, 50.0),
        (95.0, 95.0),
        (99.5, 100.0),
    ] {
        assert_eq!(percentile(&values, percent), Some(expected), "{percent} %");
    }
    assert_eq!(percentile(&[], 50.0), None);
    assert_eq!(percentile(&[7.0], 99.0), Some(7.0));
    assert_eq!(Durations::of_sorted(&[]), None);
}

#[test]
fn a_summary_adds_up_delivered_tasks_only() {
    let mut run = example::run(0);
    let phase = &mut run.phases[1];
    (phase.started_ns, phase.finished_ns) = (1_000_000_000, 5_000_000_000);
    let failed = || Failure {
        kind: FailureKind::Failed,
        message: "no".to_owned(),
        causes: Vec::new(),
    };
    let task = |started: u64, finished: u64| Task {
        attempt: 1,
        queued_ns: 1_000_000_000,
        started_ns: Some(started * 1_000_000_000),
        finished_ns: Some(finished * 1_000_000_000),
        cpu_ns: Some(500_000_000),
        bytes: Some(10),
        ..Task::default()
    };
    phase.tasks = vec![
        task(1, 2),
        Task {
            retries: 3,
            ..task(2, 5)
        },
        Task {
            failure: Some(failed()),
            retried: true,
            ..task(1, 3)
        },
        Task {
            failure: Some(failed()),
            attempt: 2,
            ..task(3, 4)
        },
        Task {
            started_ns: None,
            finished_ns: None,
            cpu_ns: None,
            ..task(0, 0)
        },
    ];
    let mut samples = vec![example::run(1).sampling.samples[0].clone(); 3];
    for (sample, (at, rss)) in samples.iter_mut().zip([(0, 900), (2, 50), (4, 70)]) {
        (sample.at_ns, sample.tree_rss_bytes) = (at * 1_000_000_000, rss);
        sample.cpu_percent = Some(at as f32 * 15.0);
    }
    let summary = Summary::new(phase, &samples);
    assert_eq!(
        (summary.delivered, summary.failed, summary.retries),
        (2, 1, 4)
    );
    assert_eq!((summary.wall_seconds, summary.tasks_per_second), (4.0, 0.5));
    assert_eq!((summary.task_seconds, summary.wait_seconds), (4.0, 1.0));
    assert_eq!(summary.cpu_share, Some(0.25));
    // A second of the first span at 30 % and the whole second span, two seconds, at 60 %.
    assert_eq!(summary.machine_cpu_percent, Some(50.0));
    assert_eq!((summary.cpu_seconds, summary.bytes), (Some(2.0), 20));
    assert_eq!(
        summary.peak_tree_rss_bytes,
        Some(70),
        "samples outside the phase do not count"
    );
    let durations = summary.durations.expect("two delivered");
    assert_eq!(
        (durations.mean, durations.p50, durations.p99, durations.max),
        (2.0, 1.0, 3.0, 3.0)
    );
}

#[test]
fn every_number_of_the_recommendation_stands_in_the_record() {
    for run in [
        example::run(10),
        example::run_with_failures(12),
        example::run_interrupted(10),
    ] {
        let record: serde_json::Value = serde_json::from_str(&json(&run)).expect("JSON");
        let advice = advice(&run);
        assert_eq!(advice.len(), run.phases.len());
        for fact in advice.iter().flat_map(|advice| &advice.facts) {
            let pointer = fact
                .place
                .replace('[', "/")
                .replace(']', "")
                .replace('.', "/");
            let found = record.pointer(&format!("/{pointer}"));
            assert_eq!(
                found.and_then(serde_json::Value::as_f64),
                Some(fact.value),
                "{}",
                fact.place
            );
        }
    }
}

#[test]
fn stored_tasks_add_up_and_are_written_as_kept_ones() {
    let kept = example::run_with_failures(9);
    let mut stored = kept.clone();
    for phase in &mut stored.phases {
        let tasks = std::mem::take(&mut phase.tasks);
        let totals = {
            let mut totals = brigade_report::Totals::default();
            tasks.iter().for_each(|task| totals.add(task));
            totals
        };
        phase.stored = Some(brigade_report::Stored::new(totals, move || {
            Ok(Box::new(tasks.clone().into_iter().map(Ok)))
        }));
    }
    assert_eq!(json(&stored), json(&kept));
    for phase in &mut stored.phases {
        phase.load().unwrap();
    }
    assert_eq!(stored, kept);
}
