//! Every example, run as its reader would run it: it ends well, and what it prints means what it should.
//!
//! The programs are those that cargo built beside this test (`cargo test` builds the examples of a package).

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("this test is a file");
    let folder = test.ancestors().nth(2).expect("it lies in target/…/deps");
    let program = folder.join("examples").join(name);
    assert!(
        program.exists(),
        "{} is not there: `cargo build -p brigade-examples --examples` makes it",
        program.display()
    );
    program
}

fn command(name: &str, arguments: &[&OsStr]) -> Command {
    let mut command = Command::new(program(name));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env_remove("CLICOLOR_FORCE");
    command
}

/// What it prints; it has to end well.
fn run<A: AsRef<OsStr>>(name: &str, arguments: &[A]) -> String {
    let arguments: Vec<&OsStr> = arguments.iter().map(AsRef::as_ref).collect();
    said(&command(name, &arguments).output().expect("it starts"))
}

fn said(output: &Output) -> String {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{}\n{out}\n{err}", output.status);
    out.into_owned()
}

const NONE: [&str; 0] = [];

#[test]
fn an_argument_that_is_wrong_is_named_in_a_sentence() {
    for (name, arguments, expected) in [
        ("ten_million_jobs", &["x"][..], "Error: how many: 'x': "),
        (
            "ten_million_jobs",
            &["1", "fast"],
            "Error: the mode: 'fast': ",
        ),
        ("hungry_child", &["-1"], "Error: SECONDS: '-1': "),
        ("sample_own_process", &["1", "x"], "Error: CHILDREN: 'x': "),
        ("make_pdf", &["none.jpg", "x.pdf"], "Error: none.jpg: "),
        ("mixed_modes", &[], "Error: usage: mixed_modes "),
        ("mixed_modes", &["x", "y"], "Error: COUNT: 'y': "),
    ] {
        let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
        let output = command(name, &arguments).output().expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.starts_with(expected), "{name}: {said}");
        assert_eq!(output.status.code(), Some(1), "{name}");
    }
}

/// A folder with two pictures.
fn pictures() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for index in 0..2 {
        let jpeg = brigade_portraits::portrait_jpeg(1, index);
        std::fs::write(folder.path().join(format!("{index}.jpg")), jpeg).expect("a picture");
    }
    folder
}

/// The minutes and the minutes waited in the line of the kitchen's table that ends so.
fn minutes(said: &str, scene: &str) -> (f64, f64) {
    let line = said
        .lines()
        .rfind(|line| line.contains(scene))
        .unwrap_or_else(|| panic!("no line of {scene:?} in\n{said}"));
    let mut figures = line.split_whitespace().rev().map(str::parse);
    let waited = figures.next().expect("a figure").expect("a number");
    let minutes = figures.next().expect("a figure").expect("a number");
    (minutes, waited)
}

#[test]
fn the_kitchen_takes_what_its_bowls_and_ovens_allow() {
    let folder = TempDir::new().expect("a folder");
    let page = folder.path().join("kitchen.html");
    let said = run(
        "kitchen",
        &[
            OsStr::new("--minute=4ms"),
            OsStr::new("--report"),
            page.as_os_str(),
        ],
    );
    // Nothing can be faster than the bowl allows; a busy machine may make it slower.
    let hand = minutes(&said, "one hand");
    let octopus = minutes(&said, "an octopus");
    let threads = minutes(&said, "10 cooks in one kitchen");
    let processes = minutes(&said, "10 kitchens");
    assert!((11.0..100.0).contains(&hand.0), "{said}");
    assert!(
        (5.0..hand.0).contains(&octopus.0),
        "five eggs on one shelf\n{said}"
    );
    assert!((800.0..2400.0).contains(&threads.0), "{said}");
    assert!((80.0..threads.0 / 2.0).contains(&processes.0), "{said}");
    assert_eq!(
        (hand.1, processes.1),
        (0.0, 0.0),
        "nobody waits who has all for himself"
    );
    assert!(octopus.1 > 5.0 && threads.1 > 3000.0, "{said}");
    assert!(said.contains("waits for the bowl of cook"), "{said}");
    let page = std::fs::read_to_string(page).expect("the page");
    assert!(page.contains("10 cakes, 10 kitchens") && page.contains("<svg"));
}

#[test]
fn with_a_tin_only_the_oven_is_waited_for() {
    let said = run(
        "kitchen",
        &[
            "--minute=2ms",
            "--cakes=3",
            "--cooks=3",
            "--kitchens=1",
            "--tin",
        ],
    );
    // Mixing 20, then three times 60 in the oven; the one kitchen alone mixes each time.
    let (threads, _) = minutes(&said, "3 cooks in one kitchen");
    let (alone, _) = minutes(&said, "3 cakes, 1 kitchen");
    assert!(threads >= 200.0 && threads < alone, "{said}");
    assert!(alone >= 240.0, "{said}");
    assert!(said.contains("waits for the oven of cook"), "{said}");
}

#[test]
fn the_kitchen_draws_in_place_on_a_terminal_without_colour_where_none_is_wanted() {
    if Command::new("script").arg("--version").output().is_err() {
        assert!(
            std::env::var_os("BRIGADE_REQUIRE_TOOLS").is_none(),
            "script is not installed"
        );
        return println!("skipped: script is not installed");
    }
    let line = format!("{} --minute=1ms --cakes=2", program("kitchen").display());
    for (no_colour, has_colour) in [("", true), ("1", false)] {
        let output = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .env("TERM", "xterm")
            .env("NO_COLOR", no_colour)
            .stdin(Stdio::null())
            .output()
            .expect("script starts");
        let said = said(&output);
        assert!(
            said.contains("\x1b[2A") || said.contains("\x1b[3A"),
            "{said:?}"
        );
        assert_eq!(said.contains("\x1b[33m"), has_colour, "{said:?}");
    }
}

#[test]
fn a_kitchen_that_cannot_be_refuses_by_flag() {
    let zero = command("kitchen", &[OsStr::new("--cakes=0")])
        .output()
        .expect("it starts");
    assert_eq!(zero.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&zero.stderr).contains("--cakes"));
    let nowhere = command(
        "kitchen",
        &[
            "--cakes=1",
            "--minute=1ms",
            "--report=/nonexistent/page.html",
        ]
        .map(OsStr::new),
    );
    let nowhere = { nowhere }.output().expect("it starts");
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nowhere.stderr).contains("/nonexistent/page.html"));
}

#[test]
fn the_hungry_child_is_served_with_and_without_a_reserve() {
    let said = run("hungry_child", &["0.3"]);
    assert_eq!(said.matches("times as long as alone").count(), 2, "{said}");
}

#[test]
fn threads_share_and_processes_do_not() {
    let said = run("sharing", &NONE);
    assert!(
        said.contains("here the counter is 1000 and the total 500500"),
        "{said}"
    );
    assert!(
        said.contains("here the counter is 0 and the total 0"),
        "{said}"
    );
    assert_eq!(said.matches("the total is 500500").count(), 2, "{said}");
    assert_eq!(said.matches("1 MiB in and out").count(), 2, "{said}");
}

#[test]
fn the_modes_count_the_same_primes() {
    let said = run("executor_modes", &NONE);
    let counts: BTreeSet<&str> = said
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert_eq!((said.lines().count(), counts.len()), (3, 1), "{said}");
}

#[test]
fn each_phase_has_its_mode() {
    let folder = TempDir::new().expect("a folder");
    let cache = TempDir::new().expect("a folder");
    let mut command = command("mixed_modes", &[folder.path().as_os_str(), OsStr::new("4")]);
    let said = said(
        &command
            .env("XDG_CACHE_HOME", cache.path())
            .output()
            .expect("it starts"),
    );
    assert!(
        said.contains("50 threads: 4 done") && said.contains("processes: 4 done"),
        "{said}"
    );
    assert!(said.contains("4 of 4 CVs made"), "{said}");
    assert!(folder.path().join("zipped_cvs.zip").exists());
}

#[test]
fn a_crash_costs_one_job() {
    let said = run("crash_isolation", &NONE);
    for (job, word) in [
        (3, "panicked"),
        (5, "crashed"),
        (7, "crashed"),
        (9, "crashed"),
        (11, "110"),
    ] {
        assert!(said.contains(&format!("job {job:>2}: {word}")), "{said}");
    }
}

#[test]
fn what_never_ends_is_ended() {
    let said = run("timeouts", &NONE);
    for line in ["task 0: ok", "task 3: ok"] {
        assert!(said.contains(line), "{said}");
    }
    assert_eq!(
        said.lines()
            .filter(|line| line.contains("100 ms") || line.contains("100ms"))
            .count(),
        2,
        "{said}"
    );
}

#[test]
fn a_crash_is_tried_again_and_an_error_is_not() {
    let said = run("retries", &NONE);
    assert!(said.contains("job 1: done in attempt 2"), "{said}");
    assert!(said.contains("job 2: crashed"), "{said}");
    assert!(said.contains("job 3: failed"), "{said}");
    assert_eq!(said.matches(", attempt ").count(), 3, "{said}");
}

#[test]
fn a_handle_is_waited_for_or_called_off() {
    let said = run("handles", &NONE);
    assert!(said.contains("task 0: ok, in 1 attempt"), "{said}");
    assert!(said.contains("the long one is finished: false"), "{said}");
    assert!(said.contains("so it is called off"), "{said}");
    assert!(said.contains("job 0: ok\njob 1: ok\njob 2: ok\n"), "{said}");
}

#[test]
fn a_server_answers_beside_every_kind_of_batch() {
    let said = run("serve_while_batch", &["0.1"]);
    let rows: Vec<&str> = said.lines().skip(1).collect();
    assert_eq!(rows.len(), 6, "{said}");
    for row in rows {
        let mut waits = row.split_whitespace().rev().take(3);
        assert!(
            waits.all(|wait| wait.parse::<f64>().is_ok_and(|ms| ms > 0.0)),
            "{row}"
        );
    }
}

#[test]
fn every_option_does_something() {
    let said = run("every_option", &NONE);
    assert!(
        said.contains("the sum of the squares below 100 is 328350"),
        "{said}"
    );
    assert!(
        said.contains("job 110: the table ends before that"),
        "{said}"
    );
    assert!(said.contains("has done its share"), "{said}");
    assert!(said.contains("everything had ended: true"), "{said}");
}

#[test]
fn many_jobs_take_no_more_memory_than_few() {
    for mode in ["threads", "processes"] {
        let said = run("ten_million_jobs", &["300000", mode]);
        let memory: Vec<f64> = said
            .lines()
            .filter_map(|line| {
                line.strip_suffix(" MiB")?
                    .split_whitespace()
                    .next_back()?
                    .parse()
                    .ok()
            })
            .collect();
        assert_eq!(memory.len(), 10, "{said}");
        assert!(memory[9] < memory[0] + 32.0, "{said}");
    }
}

#[test]
fn megabytes_go_there_and_back() {
    let said = run("large_payloads", &NONE);
    assert_eq!(said.matches("8 right").count(), 3, "{said}");
}

#[test]
fn a_backend_of_ones_own_runs_jobs() {
    assert_eq!(
        run("own_backend", &NONE),
        "hello, Ada\nhello, Grace\nhello, Barbara\n"
    );
}

#[test]
fn a_face_becomes_a_pdf_and_many_become_a_zip() {
    let (faces, folder) = (pictures(), TempDir::new().expect("a folder"));
    let at = |name: &str| folder.path().join(name);
    let face = at("face.jpg");
    let said = run("fetch_one_face", &[faces.path(), &face]);
    assert!(
        said.contains("1024×1024") && said.contains("SHA-256"),
        "{said}"
    );

    let output = command("own_face_source", &[at("own.jpg").as_os_str()])
        .stdin(std::fs::File::open(&face).expect("the face"))
        .output()
        .expect("it starts");
    assert!(self::said(&output).contains("1024×1024"));

    let said = run("make_pdf", &[&face, &at("one.pdf")]);
    assert!(said.contains("1 page(s)"), "{said}");
    assert!(
        std::fs::read(at("one.pdf"))
            .expect("a PDF")
            .starts_with(b"%PDF-")
    );

    let said = run("awkward_names", &[face.as_path(), folder.path()]);
    assert_eq!(said.matches("page(s)").count(), 9, "{said}");
    assert!(said.contains("is not printed"), "{said}");

    let said = run(
        "many_pdfs_one_zip",
        &[faces.path(), &at("cvs.zip"), Path::new("5")],
    );
    assert!(said.contains("5 CVs"), "{said}");
    let zip = std::fs::read(at("cvs.zip")).expect("a ZIP");
    assert!(zip.starts_with(b"PK") && zip.len() > 5 * 10_000);

    run(
        "portrait_gallery",
        &[at("gallery.jpg").as_path(), Path::new("1"), Path::new("1")],
    );
    assert!(
        std::fs::read(at("gallery.jpg"))
            .expect("a picture")
            .starts_with(&[0xff, 0xd8])
    );
}

#[test]
fn a_process_sees_itself_and_a_run_of_ones_own_has_its_reports() {
    let said = run("sample_own_process", &["1", "1"]);
    assert!(
        said.contains("tree: 2 processes") && said.contains("samples cost"),
        "{said}"
    );

    let folder = TempDir::new().expect("a folder");
    run("own_report", &[folder.path()]);
    for name in [
        "report.txt",
        "run.json",
        "report.html",
        "trace.json",
        "tasks.csv",
    ] {
        assert!(folder.path().join(name).exists(), "{name}");
    }
    let again = TempDir::new().expect("a folder");
    let record = folder.path().join("run.json");
    run(
        "own_report",
        &[
            again.path().as_os_str(),
            OsStr::new("--from"),
            record.as_os_str(),
        ],
    );
    let text =
        |folder: &TempDir| std::fs::read(folder.path().join("report.html")).expect("the page");
    assert!(
        text(&folder) == text(&again),
        "a page is a function of its record"
    );
}

#[test]
fn no_example_is_left_out() {
    let manifest = include_str!("../Cargo.toml");
    let tests = include_str!("run.rs");
    let mut lines = manifest.lines();
    while lines.any(|line| line == "[[example]]") {
        let name = lines.next().and_then(|line| line.strip_prefix("name = "));
        let name = name.expect("an example's first line is its name");
        assert!(tests.contains(name), "no test runs {name}");
    }
}
