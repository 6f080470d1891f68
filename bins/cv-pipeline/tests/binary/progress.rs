//! How far a run has come, as its users see it: on a pipe, on a terminal, or not at all.

use std::process::{Command, Stdio};

use crate::support::{Run, has_tool};

#[test]
fn on_a_pipe_a_line_every_few_seconds_and_one_at_each_phases_end() {
    // A loop over two answers of 3.5 s on average: longer than the time between two lines.
    let done = Run::new("--cvs=2 --latency=3.5 --p1_type=common")
        .done()
        .expect(0);
    let lines: Vec<&str> = done.stderr.lines().collect();
    let on_the_way = |line: &&&str| line.starts_with("faces: ") && line.contains(" of 2 in ");
    let on_the_way: Vec<_> = lines.iter().filter(on_the_way).collect();
    assert!(on_the_way.len() >= 2, "{}", done.stderr);
    let first = on_the_way[0];
    assert!(
        first.contains("/s, ") || first.starts_with("faces: 0 of 2"),
        "the rate and the time left: {first}"
    );
    for last in ["faces: 2 of 2 in ", "cvs: 2 of 2 in "] {
        assert!(
            lines.iter().any(|line| line.starts_with(last)),
            "{last}: {}",
            done.stderr
        );
    }
    assert!(
        !done.stderr.contains(['\r', '\u{1b}']),
        "a log has no bars: {:?}",
        done.stderr
    );
    assert!(
        !done.stdout.contains(" of 2 in "),
        "never mixed into the report: {}",
        done.stdout
    );
}

#[test]
fn failures_are_counted_on_the_way() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("broken.jpg"), b"no picture").unwrap();
    let done = Run::new("--cvs=3")
        .arg(format!("--faces={}", folder.path().display()))
        .done()
        .expect(3);
    assert!(
        done.stderr.contains("faces: 3 of 3, 3 failed, in "),
        "{}",
        done.stderr
    );
}

#[test]
fn quiet_says_nothing() {
    let done = Run::new("--cvs=3 --quiet").done().expect(0);
    assert_eq!(done.stderr, "");
    assert!(done.stdout.contains("Made: 3 of 3"));
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_a_bar_that_goes_away_again() {
    if !has_tool("script") {
        return;
    }
    let run = Run::new("--cvs=6 --latency=0.4 --p1_type=threads --p1_max_workers=2");
    let report = run.out.path().join("report.txt");
    // util-linux's script gives it a terminal; its report goes to a file, so that only the progress is seen there.
    let typed = run.command();
    let words = [typed.get_program()].into_iter().chain(typed.get_args());
    let words: Vec<String> = words
        .map(|word| format!("'{}'", word.to_str().unwrap()))
        .collect();
    let line = format!("{} >'{}'", words.join(" "), report.display());
    let output = Command::new("script")
        .args(["--quiet", "--return", "--command", &line, "/dev/null"])
        .env("XDG_CACHE_HOME", &run.cache)
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let seen = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{seen}");
    assert!(
        seen.contains("faces [") && seen.contains("/6 in ") && seen.contains("1 running"),
        "{seen:?}"
    );
    // Erased in the end, and no plain line besides.
    assert!(!seen.contains("faces: "), "{seen:?}");
    assert!(seen.contains("\u{1b}[2K"), "{seen:?}");
    let report = std::fs::read_to_string(report).unwrap();
    assert!(
        report.contains("Made: 6 of 6") && !report.contains("faces ["),
        "{report}"
    );
}
