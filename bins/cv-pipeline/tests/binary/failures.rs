//! A face service that misbehaves: every CV is delivered or named, in every mode, and no face is blank.

use crate::support::{Done, Run};
use brigade_portraits::{Latency, Pictures, Server, ServerConfig};
use std::time::Duration;

const MODES: [&str; 3] = ["sequential", "threads", "processes"];

fn server(faults: &[&str]) -> Server {
    Server::start(ServerConfig {
        seed: 7,
        pictures: Pictures::Drawn {
            cache: Some(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("served")),
        },
        latency: Latency::with_mean(0.005).unwrap(),
        faults: faults.iter().map(|fault| fault.parse().unwrap()).collect(),
        stall: Duration::from_secs(600),
        ..ServerConfig::default()
    })
    .unwrap()
}

fn run(server: &Server, arguments: &str) -> Done {
    Run::new(arguments)
        .arg(format!("--faces={}", server.url_template()))
        .done()
}

/// The indexes of the CVs that were delivered, by the names in the ZIP.
fn delivered(done: &Done) -> Vec<u64> {
    done.pdfs()
        .keys()
        .map(|name| name[..5].parse().unwrap())
        .collect()
}

#[test]
fn a_tenth_of_500s_is_retried_until_everything_is_delivered() {
    let server = server(&["error=0.1"]);
    let done = run(&server, "--cvs=30 --p1_type=threads --p2_type=threads").expect(0);
    assert_eq!(delivered(&done).len(), 30);
    assert!(
        done.record()["closing"]["retries"].as_u64().unwrap() > 0,
        "no retry was needed"
    );
}

/// Faults that come again with every attempt fail the CV they hit, and only that one, in each mode.
#[test]
fn what_is_no_whole_picture_is_named_and_never_drawn() {
    for mode in MODES {
        let server = server(&[
            "half-picture@1",
            "html@2",
            "oversize@3",
            "wrong-type@4",
            "redirect-loop@5",
        ]);
        let done = run(
            &server,
            &format!("--cvs=7 --p1_type={mode} --p2_type={mode}"),
        )
        .expect(3);
        assert_eq!(delivered(&done), [0, 6], "{mode}");
        for (index, reason) in [
            (1, "cut short"),
            (2, "HTML"),
            (3, "longer than"),
            (4, "content type"),
            (5, "redirects"),
        ] {
            let task = done
                .tasks(0)
                .into_iter()
                .find(|task| task["index"] == index)
                .unwrap();
            let why = task["failure"].to_string();
            assert!(
                why.to_lowercase().contains(&reason.to_lowercase()),
                "{mode}, {index}: {why}"
            );
            assert!(
                done.stdout.contains(&format!("Task {} (", index + 1)),
                "{mode}: {}",
                done.stdout
            );
        }
    }
}

/// Before the answer and inside of it; the others are not held up.
#[test]
fn a_service_that_stalls_fails_those_that_it_stalls_within_the_limit() {
    for mode in ["threads", "processes"] {
        let server = server(&["stall-before@1", "stall-inside@2"]);
        let arguments = format!("--cvs=4 --p1_type={mode} --timeout=500ms");
        let done = run(&server, &arguments).expect(3);
        assert_eq!(delivered(&done), [0, 3], "{mode}");
        let named = done.stdout.matches("timed out after 0.5 s: ").count();
        assert_eq!(named, 2, "{mode}: {}", done.stdout);
    }
}

#[test]
fn a_rate_is_kept_by_all_workers_together() {
    for mode in ["threads", "processes"] {
        let server = server(&["error@1.1", "error@2.1"]);
        let arguments = format!("--cvs=8 --p1_type={mode} --max-rate=50");
        let done = run(&server, &arguments).expect(0);
        let phase = &done.record()["phases"][0];
        let took = phase["finished_ns"].as_u64().unwrap() - phase["started_ns"].as_u64().unwrap();
        // Ten requests have nine pauses between them.
        assert!(took >= 180_000_000, "{mode}: {took} ns");
    }
}

#[test]
fn when_everything_fails_the_earlier_zip_stays_and_the_exit_code_is_3() {
    let good = server(&[]);
    let first = run(&good, "--cvs=2").expect(0);
    let before = std::fs::read(first.zip()).unwrap();
    let bad = server(&["html=1"]);
    let mut second = Run::new("--cvs=2").arg(format!("--faces={}", bad.url_template()));
    second.out = first.out;
    let second = second.done().expect(3);
    assert_eq!(std::fs::read(second.zip()).unwrap(), before);
    assert!(second.stdout.contains("ZIP: none"), "{}", second.stdout);
}

#[test]
fn no_server_at_all_is_one_clear_error() {
    let gone = {
        let server = server(&[]);
        server.url_template()
    };
    for mode in MODES {
        let done = Run::new(&format!("--cvs=3 --p1_type={mode}"))
            .arg(format!("--faces={gone}"))
            .done()
            .expect(1);
        assert!(
            done.stderr.contains("never reached"),
            "{mode}: {}",
            done.stderr
        );
    }
}

#[test]
fn a_folder_used_in_turn_may_repeat_and_may_be_told_not_to() {
    let folder = tempfile::tempdir().unwrap();
    for index in 0..2 {
        let portrait = brigade_portraits::portrait_jpeg(3, index);
        std::fs::write(folder.path().join(format!("{index}.jpg")), portrait).unwrap();
    }
    let faces = format!("--faces={}", folder.path().display());
    let done = Run::new("--cvs=4").arg(&faces).done().expect(0);
    assert_eq!(done.record()["closing"]["distinct_faces"], 2);
    let done = Run::new("--cvs=4 --duplicates=fail")
        .arg(&faces)
        .done()
        .expect(3);
    assert_eq!(delivered(&done), [0, 1]);
    assert!(
        done.stdout.contains("the same face as task 1"),
        "{}",
        done.stdout
    );
}

/// The public site shows everybody the same face for a second.
#[test]
fn a_service_that_shows_the_same_face_for_a_second_is_asked_again() {
    let server = server(&["one-a-second=1"]);
    let url = format!("http://{}/", server.address());
    let done = Run::new("--cvs=3 --p1_type=threads")
        .arg(format!("--faces={url}"))
        .done()
        .expect(0);
    assert_eq!(done.record()["closing"]["distinct_faces"], 3);
    assert_eq!(done.pdfs().len(), 3);
}

#[test]
fn an_unusable_out_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let done = Run::new("--cvs=1")
        .arg(format!("--out={}", file.join("below").display()))
        .done()
        .expect(1);
    assert!(done.stderr.contains("below"), "{}", done.stderr);
    assert!(
        !done.stderr.contains("portrait"),
        "told before any is drawn: {}",
        done.stderr
    );
}

#[test]
fn credentials_in_a_url_are_printed_nowhere() {
    let server = server(&["html@1"]);
    let url = server
        .url_template()
        .replace("http://", "http://eva:hunter2@");
    let done = Run::new("--cvs=2")
        .arg(format!("--faces={url}"))
        .done()
        .expect(3);
    let everything = format!("{}{}{}", done.stdout, done.stderr, done.record());
    assert!(!everything.contains("hunter2"), "{everything}");
}
