//! A comparison as text and as a page, of invented times.

use brigade_report::{
    Comparison, Setting, Sweep, WholeRun, comparison_html, comparison_text, example,
};

fn setting(mode: &str, workers: Option<u32>, seconds: [f64; 3]) -> Setting {
    Setting {
        mode: mode.to_owned(),
        workers,
        seconds: seconds.to_vec(),
        cpu_seconds: vec![1.0],
        peak_tree_rss_bytes: Some(20 << 20),
        ideal_seconds: None,
    }
}

fn comparison() -> Comparison {
    Comparison {
        program: "cv-compare 0.1.0".to_owned(),
        command: vec!["cv-compare".to_owned(), "</script><b>".to_owned()],
        started_at: "2026-11-23T22:18:00.000Z".to_owned(),
        seed: 42,
        requested: 100,
        warm_ups: 1,
        source: "the embedded service".to_owned(),
        machine: example::run(1).machine,
        phases: vec![Sweep {
            name: "cvs".to_owned(),
            settings: vec![
                setting("sequential", None, [1.0, 1.1, 1.2]),
                setting("threads", Some(2), [0.56, 0.55, 0.54]),
                setting("gil", Some(2), [1.2, 1.1, 1.15]),
            ],
        }],
        runs: vec![WholeRun {
            title: "10, a loop".to_owned(),
            command: "cv-pipeline --cvs=10".to_owned(),
            requested: 10,
            phases: [vec![4.0, 4.2], vec![0.05, 0.04]],
            theirs: [None, Some(24.0)],
        }],
    }
}

#[test]
fn the_tables_of_a_terminal() {
    let expected = "\
100 CVs, seed 42, 2 usable cores, faces from the embedded service

Phase 1 (cvs):
  setting      median    from      to  speed-up  per worker  serial part  of the best  of the ideal  peak memory
  sequential    1.1 s     1 s   1.2 s     1.00×       100 %            –        2.00×             –     20.0 MiB
  threads × 2  550 ms  540 ms  560 ms     2.00×       100 %          0 %        1.00×             –     20.0 MiB
  gil × 2      1.15 s   1.1 s   1.2 s     0.96×        48 %        109 %        2.09×             –     20.0 MiB
  Best: threads × 2 with 550 ms, 2.00 times as fast as sequential.
  Under a global interpreter lock, gil × 2 took 1.15 s where threads × 2 took 550 ms.

The article's runs:
  run         CVs  phase 1    from – to  the article's  phase 2      from – to  the article's
  10, a loop   10      4 s  4 s – 4.2 s              –    40 ms  40 ms – 50 ms           24 s
  The article's program is Python, on another machine and with its own downloads; – stands where its figure is not known here.
";
    assert_eq!(comparison_text(&comparison()), expected);
}

#[test]
fn the_page_holds_every_setting_and_nothing_breaks_out_of_it() {
    let page = comparison_html(&comparison());
    for part in [
        "threads × 2",
        "1.15 s",
        "24 s",
        "Content-Security-Policy",
        "&lt;/script&gt;",
    ] {
        assert!(page.contains(part), "{part}: {page:.500}");
    }
    assert!(
        !page.contains("<b>") && !page.contains("<script"),
        "{page:.500}"
    );
}
