//! The real binary, run as its users run it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::PathBuf;
use std::process::{Command, Output};

fn cv_compare(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cv-compare"))
        .args(["--latency=5ms", "--warm-up=0"])
        .args(arguments)
        .env(
            "XDG_CACHE_HOME",
            PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("portraits"),
        )
        .output()
        .unwrap()
}

#[track_caller]
fn stdout(output: &Output, code: i32) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{stderr}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn every_setting_of_both_phases_is_measured_as_often_as_asked() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("compare.html");
    let report = format!("--report={}", page.display());
    let output = cv_compare(&[
        "--cvs=3",
        "--repeat=2",
        "--workers=1,2",
        "--json",
        "--quiet",
        &report,
    ]);
    let json: serde_json::Value = serde_json::from_str(&stdout(&output, 0)).unwrap();
    assert_eq!(output.stderr, b"");
    for phase in [0, 1] {
        let settings = json["phases"][phase]["settings"].as_array().unwrap();
        let titles: Vec<_> = settings
            .iter()
            .map(|setting| {
                (
                    setting["mode"].as_str().unwrap(),
                    setting["workers"].as_u64(),
                )
            })
            .collect();
        let expected = [
            ("sequential", None),
            ("threads", Some(1)),
            ("threads", Some(2)),
            ("processes", Some(1)),
            ("processes", Some(2)),
            ("gil", Some(1)),
            ("gil", Some(2)),
            ("auto", None),
        ];
        assert_eq!(titles, expected);
        assert_eq!(json["phases"][phase]["number"], phase + 1);
        for setting in settings {
            assert_eq!(setting["seconds"].as_array().unwrap().len(), 2, "{setting}");
            assert_eq!(setting["ideal_seconds"].is_null(), phase == 1, "{setting}");
        }
    }
    assert_eq!(json["figures"][0][0]["speedup"], 1.0, "{json}");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains("processes × 2") && !page.contains("http://"),
        "{page:.300}"
    );
}

#[test]
fn one_phase_in_the_modes_that_were_named() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("compare.html");
    let report = format!("--report={}", page.display());
    let output = cv_compare(&[
        "--cvs=3",
        "--phase=2",
        "--modes=common,threads",
        "--workers=2",
        &report,
    ]);
    let text = stdout(&output, 0);
    assert!(
        text.contains("Phase 2 (cvs)") && !text.contains("Phase 1"),
        "{text}"
    );
    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains("Phase 2: cvs") && !page.contains("Phase 1"),
        "{page:.500}"
    );
    assert!(
        text.contains("threads × 2") && text.contains("Best: "),
        "{text}"
    );
}

#[test]
fn the_articles_runs_stand_beside_its_own_figures() {
    let output = cv_compare(&["--article", "--repeat=1"]);
    let text = stdout(&output, 0);
    let row = |title: &str| text.lines().find(|line| line.contains(title)).unwrap();
    assert!(row("10, a loop").ends_with("24 s"), "{text}");
    assert!(row("10, 8 threads  ").ends_with("30 s"), "{text}");
    assert!(row("100, 100 processes").ends_with('–'), "{text}");
}

#[test]
fn mistakes_end_with_2_and_name_the_flag() {
    for wrong in ["--workers=1,0", "--modes=octopus", "--cvs=0", "--phase=3"] {
        let output = cv_compare(&[wrong]);
        assert_eq!(stdout(&output, 2), "");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            stderr.contains(wrong.split('=').next().unwrap()),
            "{stderr}"
        );
    }
}

#[test]
fn what_the_articles_runs_would_not_heed_is_refused() {
    for flag in ["--cvs=5", "--modes=gil", "--workers=3", "--phase=1"] {
        let output = cv_compare(&["--article", flag]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        let name = flag.split('=').next().unwrap();
        assert!(
            said.contains(&format!("{name} means nothing with --article")),
            "{said}"
        );
    }
}
