//! Mode auto: what it chose and why is in the record and in the report, and the result is the same.

use crate::support::Run;

#[test]
fn what_auto_chose_and_why_is_told() {
    let done = Run::new("--cvs=40 --p1-type=auto --p2-type=auto --latency=0.1")
        .done()
        .expect(0);
    let record = done.record();
    let [faces, cvs] = [0, 1].map(|phase| record["phases"][phase].clone());
    assert_eq!(faces["mode"]["typed"], "auto");
    assert_eq!(faces["mode"]["canonical"], "threads");
    // They wait: as many workers as there are tasks.
    assert_eq!(
        (&faces["workers"], &faces["mode"]["auto"]["at_most"]),
        (&40.into(), &40.into()),
        "{}",
        faces["mode"]
    );
    assert_eq!(faces["mode"]["auto"]["limit"], "asked");
    let computing =
        |phase: &serde_json::Value| phase["mode"]["auto"]["computing"].as_f64().unwrap();
    assert!(
        computing(&faces) < 0.5 && computing(&cvs) > 0.5,
        "{} {}",
        faces["mode"],
        cvs["mode"]
    );
    assert!(
        done.stdout
            .contains("\n  Mode auto chose threads × 40: the first 40 tasks ran "),
        "{}",
        done.stdout
    );
    assert_eq!(
        done.stdout.matches("  Mode auto chose ").count(),
        2,
        "{}",
        done.stdout
    );

    let plain = Run::new("--cvs=40").done().expect(0);
    assert_eq!(done.pdfs(), plain.pdfs());
}

#[test]
fn auto_takes_no_more_workers_than_it_may() {
    let done = Run::new("--cvs=12 --p1-type=auto --p1-max-workers=3")
        .done()
        .expect(0);
    let faces = done.record()["phases"][0].clone();
    assert!(faces["workers"].as_u64().unwrap() <= 3, "{}", faces["mode"]);
    assert_eq!(faces["mode"]["auto"]["at_most"], 3);
    for task in done.tasks(0) {
        assert!(task["worker"].as_u64().unwrap() < 3, "{task}");
    }
}
