//! The article's five commands, word for word, and what a newcomer sees of them.

use crate::support::{Run, distinct};

/// Banner, both phases and summary, in the article's order.
#[track_caller]
fn has_the_articles_form(stdout: &str) {
    let mut rest = stdout;
    for part in [
        "Number of CV's: ",
        "Test type for phase 1: ",
        "Test type for phase 2: ",
        "Detailed report: ",
        "Max workers for phase 1: ",
        "Max workers for phase 2: ",
        "Phase 1",
        "Average time per task: 0:0",
        "Total time: 0:0",
        "Phase 2",
        "Average time per task: 0:0",
        "Total time: 0:0",
        "Summary:",
        "Made: ",
        "Seed: ",
        "ZIP: ",
    ] {
        let at = rest
            .find(part)
            .unwrap_or_else(|| panic!("`{part}` is missing or too early in:\n{stdout}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn ten_in_a_loop() {
    let done = Run::new("--cvs=10 --details=Y --p1_type=common --p2_type=common")
        .done()
        .expect(0);
    has_the_articles_form(&done.stdout);
    assert!(done.stdout.contains("Test type for phase 1: common"));
    assert!(
        done.stdout
            .contains("Max workers for phase 1: Not considered")
    );
    assert!(done.stdout.contains("Detailed report: Y"));
    assert_eq!(done.pdfs().len(), 10);
    for phase in [0, 1] {
        let tasks = done.tasks(phase);
        assert_eq!((distinct(&tasks, "pid"), distinct(&tasks, "tid")), (1, 1));
    }
    assert_eq!(done.record()["closing"]["distinct_faces"], 10);
}

#[test]
fn ten_on_eight_threads() {
    let done = Run::new(
        "--cvs=10 --details=Y --p1_type=multithreading --p2_type=multithreading --p1_max_workers=8 --p2_max_workers=8 --latency=0.2",
    )
    .done()
    .expect(0);
    has_the_articles_form(&done.stdout);
    let tasks = done.tasks(0);
    assert_eq!(
        (distinct(&tasks, "pid"), distinct(&tasks, "tid")),
        (1, 8),
        "one process, eight threads"
    );
    assert_eq!(done.pdfs().len(), 10);
}

#[test]
fn ten_in_eight_processes() {
    let done = Run::new(
        "--cvs=10 --details=Y --p1_type=multiprocessing --p2_type=multiprocessing --p1_max_workers=8 --p2_max_workers=8 --latency=0.2",
    )
    .done()
    .expect(0);
    has_the_articles_form(&done.stdout);
    assert_eq!(distinct(&done.tasks(0), "pid"), 8, "eight worker processes");
    assert_eq!(done.pdfs().len(), 10);
}

#[test]
fn a_hundred_in_a_hundred_processes() {
    let done = Run::new(
        "--cvs=100 --p1_type=multiprocessing --p2_type=multiprocessing --p1_max_workers=100 --p2_max_workers=100",
    )
    .done()
    .expect(0);
    has_the_articles_form(&done.stdout);
    assert!(done.stdout.contains("Detailed report: N"));
    assert_eq!(done.pdfs().len(), 100);
}

#[test]
fn a_hundred_fetched_on_threads_and_rendered_in_processes() {
    let done = Run::new(
        "--cvs=100 --p1_type=multithreading --p2_type=multiprocessing --p1_max_workers=100 --p2_max_workers=100",
    )
    .done()
    .expect(0);
    has_the_articles_form(&done.stdout);
    assert_eq!(distinct(&done.tasks(0), "pid"), 1);
    assert_eq!(done.pdfs().len(), 100);
}

#[test]
fn gil_waits_on_many_threads_and_computes_on_one() {
    let done = Run::new(
        "--cvs=10 --p1_type=gil --p2_type=gil --p1_max_workers=8 --p2_max_workers=8 --latency=0.2",
    )
    .done()
    .expect(0);
    assert!(done.stdout.contains("Test type for phase 1: gil"));
    let fetched = done.tasks(0);
    assert_eq!(
        (distinct(&fetched, "pid"), distinct(&fetched, "tid")),
        (1, 8),
        "eight threads wait at once"
    );
    assert_eq!(done.pdfs().len(), 10);
    assert_eq!(done.pdfs(), Run::new("--cvs=10").done().expect(0).pdfs());
}

#[test]
fn details_are_a_json_array_of_true_lines() {
    let done = Run::new("--cvs=3 --details=Y --p1_type=threads --p2_type=processes")
        .done()
        .expect(0);
    let start = done.stdout.find("\n[").expect("an array") + 1;
    let mut values =
        serde_json::Deserializer::from_str(&done.stdout[start..]).into_iter::<Vec<String>>();
    let lines = values.next().expect("one array").expect("strings");
    assert_eq!(lines.len(), 6);
    for line in &lines {
        assert!(
            line.contains("PID: ") && line.contains("RAM (GB): avl: "),
            "{line}"
        );
    }
    let lines = lines.concat();
    assert_eq!(
        (
            lines.matches("(start)").count(),
            lines.matches("(end)").count()
        ),
        (3, 3)
    );
}
