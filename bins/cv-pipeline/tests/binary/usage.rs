//! What the command line refuses, and in which words.

use crate::support::Run;

#[test]
fn mistakes_end_with_2_and_a_sentence_that_names_the_flag() {
    for (arguments, expected) in [
        ("--cvs=-3", "--cvs"),
        ("--cvs=abc", "--cvs"),
        ("--p1_max_workers=0", "--p1-max-workers"),
        ("--p2-max-workers=many", "--p2-max-workers"),
        ("--p1_type=octopus", "octopus"),
        ("--details=maybe", "--details"),
        ("--p1-max-worker=3", "--p1-max-workers"),
        ("--latency=2m", "--latency"),
        ("--sed=3", "--seed"),
        ("--faces=/does/not/exist", "/does/not/exist"),
        ("--faces=gopher://faces.example/", "gopher"),
        ("--faces=http://faces.example/{indx}", "{index}"),
        ("--duplicates=maybe", "--duplicates"),
        ("--locale=tlh", "--locale"),
        ("--grace=soon", "--grace"),
        ("--max-rate=0", "--max-rate"),
        ("--max-rate=1e-300", "--max-rate"),
        ("--split-size=0", "--split-size"),
        ("--accept-changes", "--accept-changes"),
        ("--dry-run --report=x.html", "--report"),
        ("--timeout=0", "--timeout"),
        ("--reserve-cores=4096", "--reserve-cores"),
        ("--nice=20", "--nice"),
        (
            "--font=/does/not/exist.ttf",
            "--font: '/does/not/exist.ttf' is not valid: cannot read the font",
        ),
        (
            "--font=/dev/null",
            "--font: '/dev/null' is not valid: cannot read the font",
        ),
        (
            "--font=Cargo.toml",
            "--font: 'Cargo.toml' is not valid: cannot use the font",
        ),
    ] {
        let done = Run::new(arguments).done().expect(2);
        assert!(
            done.stderr.contains(expected),
            "{arguments}: {}",
            done.stderr
        );
        assert_eq!(done.stdout, "", "{arguments}");
        assert!(
            !done.out.path().join(".brigade").exists(),
            "{arguments} left something behind"
        );
    }
}

#[test]
fn credentials_in_a_wrong_url_are_not_repeated() {
    for url in ["ftp://eva:hunter2@x", "http://eva:hunter2@["] {
        let done = Run::new("").arg(format!("--faces={url}")).done().expect(2);
        assert!(!done.stderr.contains("hunter2"), "{}", done.stderr);
        assert!(done.stderr.contains("***@"), "{}", done.stderr);
    }
}

#[test]
fn fonts_are_given_more_than_once_and_change_nothing_that_needs_none() {
    let font = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../crates/documents/fonts/NotoSans-Bold.ttf"
    );
    let with = Run::new("--cvs=2 --p2-type=processes")
        .arg(format!("--font={font}"))
        .arg("--font")
        .arg(font)
        .done()
        .expect(0);
    let without = Run::new("--cvs=2").done().expect(0);
    assert_eq!(with.pdfs(), without.pdfs());
}

#[test]
fn nothing_to_do_ends_with_4() {
    let done = Run::new("--cvs=0").done().expect(4);
    assert!(done.stdout.contains("nothing to do"), "{}", done.stdout);
}

#[test]
fn help_fits_eighty_columns_and_shows_choices_and_defaults() {
    let done = Run::new("--help").done().expect(0);
    for part in ["--p1-type", "multiprocessing", "--seed", "default", "--cvs"] {
        assert!(
            done.stdout.contains(part),
            "{part} is missing:\n{}",
            done.stdout
        );
    }
    assert!(!done.stdout.contains("{{"), "{}", done.stdout);
    for line in done.stdout.lines() {
        assert!(line.chars().count() <= 80, "too long: {line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_whose_name_is_no_utf8_is_worked_from_and_not_delivered_to() {
    use std::os::unix::ffi::OsStrExt as _;
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path().join(std::ffi::OsStr::from_bytes(b"x\xff"));
    std::fs::create_dir(&here).unwrap();
    let run = Run::new("--cvs=1");
    let output = run.command().current_dir(&here).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let run = Run::new("--cvs=1 --out=.");
    let output = run.command().current_dir(&here).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("not UTF-8"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_program_name_that_is_no_utf8_is_shown_as_well_as_it_can_be() {
    use std::os::unix::{ffi::OsStrExt as _, process::CommandExt as _};
    let out = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_cv-pipeline"))
        .arg0(std::ffi::OsStr::from_bytes(b"cv\xff"))
        .args(["--cvs=0", "--out"])
        .arg(out.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4), "{output:?}");
}

#[test]
fn json_is_the_record_and_nothing_else() {
    let done = Run::new("--cvs=2 --json").done().expect(0);
    let printed: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(printed, done.record());
    assert_eq!(printed["closing"]["made"], 2);
}

#[test]
fn the_doctor_tells_of_the_machine_and_makes_nothing() {
    let done = Run::new("--doctor").done().expect(0);
    for part in ["Cores", "Open files", "--p1-max-workers", "Without flags"] {
        assert!(done.stdout.contains(part), "{part}: {}", done.stdout);
    }
    let done = Run::new("--doctor --json").done().expect(0);
    let told: serde_json::Value = serde_json::from_str(&done.stdout).unwrap();
    assert_eq!(
        told["limits"]["computing"], told["machine"]["cores_effective"],
        "{told}"
    );
    assert!(!done.out.path().join(".brigade").exists());
}

#[test]
fn quiet_leaves_stderr_empty() {
    let done = Run::new("--cvs=2 --quiet").done().expect(0);
    assert_eq!(done.stderr, "");
}

#[test]
fn the_run_as_a_page_a_trace_and_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let done = Run::new("--cvs=3 --p2_type=processes")
        .arg(format!("--report={}", path("run.html").display()))
        .arg(format!("--trace={}", path("trace.json").display()))
        .arg(format!("--tasks-csv={}", path("tasks.csv").display()))
        .done()
        .expect(0);
    let read = |name| std::fs::read_to_string(path(name)).unwrap();
    let page = read("run.html");
    assert!(
        page.starts_with("<!DOCTYPE html>") && page.contains("cv-pipeline"),
        "{page:.200}"
    );
    let trace: serde_json::Value = serde_json::from_str(&read("trace.json")).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    assert_eq!(
        events
            .iter()
            .filter(|event| event["ph"] == "X" && event["cat"] == "task")
            .count(),
        6,
        "{trace}"
    );
    let rows = read("tasks.csv").lines().count();
    assert_eq!(rows, 1 + done.tasks(0).len() + done.tasks(1).len());
    assert_eq!(
        std::fs::read_dir(folder.path()).unwrap().count(),
        3,
        "nothing else is left"
    );
}

#[test]
fn more_workers_than_there_is_memory_for_are_no_more_than_there_are_tasks() {
    for mode in ["threads", "processes", "gil"] {
        let workers = "--p1-max-workers=4294967295 --p2-max-workers=4294967295";
        let modes = format!("--p1-type={mode} --p2-type={mode}");
        Run::new(&format!("--cvs=2 {modes} {workers}"))
            .done()
            .expect(0);
    }
}

#[test]
fn a_report_may_lie_in_the_folder_that_the_run_makes() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("new");
    let page = out.join("run.html");
    Run::new("--cvs=1")
        .arg(format!("--out={}", out.display()))
        .arg(format!("--report={}", page.display()))
        .done()
        .expect(0);
    assert!(page.exists());
}

#[test]
fn a_report_never_takes_the_place_of_what_is_read_or_delivered() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let people = "name,date_of_birth,phone,email,address,bio\nAda,,,,,\n";
    std::fs::write(path("people.csv"), people).unwrap();
    std::fs::create_dir(path("sub")).unwrap();
    for (flags, said) in [
        (
            [
                format!("--report={}", path("x")),
                format!("--trace={}", path("sub/../x")),
            ],
            "--trace and --report name the same file",
        ),
        (
            [
                format!("--data={}", path("people.csv")),
                format!("--report={}", path("people.csv")),
            ],
            "--report and --data name the same file",
        ),
        (
            [
                format!("--out={}", path("")),
                format!("--report={}", path("zipped_cvs.zip")),
            ],
            "zipped_cvs.zip is a file that the run itself writes",
        ),
        (
            [
                format!("--out={}", path("")),
                format!("--tasks-csv={}", path(".brigade/run.json")),
            ],
            "run.json is a file that the run itself writes",
        ),
    ] {
        let done = flags
            .into_iter()
            .fold(Run::new(""), Run::arg)
            .done()
            .expect(2);
        assert!(done.stderr.contains(said), "{}", done.stderr);
    }
    assert_eq!(std::fs::read_to_string(path("people.csv")).unwrap(), people);
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_the_work() {
    let done = Run::new("--cvs=1 --report=/does/not/exist/run.html")
        .done()
        .expect(1);
    assert!(
        done.stderr.contains("/does/not/exist/run.html"),
        "{}",
        done.stderr
    );
    assert!(!done.zip().exists());
}
