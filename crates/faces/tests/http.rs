//! The fetcher against a service that misbehaves in every way we know of.

mod service;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use brigade_faces::{
    Backoff, Face, Fault, FetchError, Fetcher, Limits, Options, Phase, PictureError, Rate, Source,
    Timeouts,
};
use service::{Answer, PICTURE, Service};
use tempfile::TempDir;

/// Waits short enough for a test; everything else as it is.
fn options() -> Options {
    Options {
        backoff: Backoff {
            first: Duration::from_millis(2),
            ..Backoff::default()
        },
        ..Options::default()
    }
}

fn fetch_with(options: Options, url: &str, folder: &Path) -> Result<Face, FetchError> {
    let source = Source::service(url).expect("a URL");
    let destination = folder.join("face.jpg");
    Fetcher::new(options).fetch(&source, 1, 0, &destination, &|| false)
}

/// Fetches from a service that gives these answers in order; when that fails, nothing may lie around.
fn fetch(answers: Vec<Answer>) -> (Result<Face, FetchError>, usize) {
    let folder = TempDir::new().expect("a folder");
    let service = Service::start(answers);
    let result = fetch_with(options(), &service.url("/face"), folder.path());
    let files = fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(files, usize::from(result.is_ok()), "one file or none");
    (result, service.requests().len())
}

/// The fault that ended a fetch from the service.
fn fault(answers: Vec<Answer>) -> (Fault, usize) {
    match fetch(answers) {
        (Err(FetchError::Service { fault, retries, .. }), requests) => {
            assert_eq!(retries.len() + 1, requests, "each attempt is told");
            (*fault, requests)
        }
        (other, _) => panic!("not a fault of the service: {other:?}"),
    }
}

#[test]
fn a_whole_picture_becomes_a_face() {
    let folder = TempDir::new().expect("a folder");
    let service = Service::start(vec![Answer::ok(PICTURE)]);
    let face = fetch_with(options(), &service.url("/face"), folder.path()).expect("a face");
    assert_eq!(fs::read(&face.path).expect("the file"), PICTURE);
    assert_eq!(
        (face.width, face.height, face.bytes),
        (96, 64, PICTURE.len() as u64)
    );
    assert_eq!(face.sha256.len(), 64);
    assert!(face.retries.is_empty() && face.is_intact().expect("readable"));
    fs::write(&face.path, b"other").expect("writable");
    assert!(!face.is_intact().expect("readable"));
}

#[test]
fn a_template_is_filled_in_and_says_which_attempt_it_is() {
    let folder = TempDir::new().expect("a folder");
    let service = Service::start(vec![Answer::status(500), Answer::ok(PICTURE)]);
    let source = Source::service(service.url("/{seed}/{index}?try={attempt}")).expect("a URL");
    let fetcher = Fetcher::new(options());
    let destination = folder.path().join("face");
    fetcher
        .fetch(&source, 7, 12, &destination, &|| false)
        .expect("a face");
    let paths: Vec<String> = service.requests().iter().map(|r| r.path.clone()).collect();
    assert_eq!(paths, ["/7/12?try=1", "/7/12?try=2"]);
}

#[test]
fn trouble_that_passes_is_tried_again() {
    for trouble in [
        Answer::status(503),
        Answer::status(408),
        Answer::status(429).header("Retry-After: 0"),
        Answer::status(429).header("Retry-After: Sun, 06 Nov 1994 08:49:37 GMT"),
        Answer::reset(),
        Answer::ok(PICTURE).cut(PICTURE.len() / 2),
        Answer::ok(&PICTURE[..PICTURE.len() / 2]),
        Answer::ok(b""),
    ] {
        let (result, requests) = fetch(vec![trouble.clone(), Answer::ok(PICTURE)]);
        let face = result.unwrap_or_else(|error| panic!("{trouble:?}: {error:?}"));
        assert_eq!((face.retries.len(), requests), (1, 2));
        assert_eq!(face.retries[0].attempt, 1);
    }
}

#[test]
fn answers_that_stay_are_named_and_not_asked_for_again() {
    type IsExpected = fn(&Fault) -> bool;
    let html = b"<!doctype html><title>hello</title>";
    let large = vec![0; Limits::default().max_bytes as usize + 1];
    let cases: Vec<(Answer, IsExpected)> = vec![
        (Answer::status(404), |f| {
            matches!(f, Fault::Status { code: 404, .. })
        }),
        (Answer::ok(html).content_type("text/html"), |f| is_html(f)),
        (Answer::ok(html).content_type("image/jpeg"), |f| is_html(f)),
        (
            Answer::ok(PICTURE).content_type("text/plain; charset=x"),
            |f| matches!(f, Fault::WrongType { content_type } if content_type == "text/plain; charset=x"),
        ),
        (Answer::ok(b"GIF89a"), |f| {
            matches!(f, Fault::Picture(PictureError::NotAPicture { .. }))
        }),
        (Answer::ok(&large), |f| {
            matches!(
                f,
                Fault::TooLarge {
                    announced: Some(_),
                    ..
                }
            )
        }),
        (Answer::ok(&large).without_length(), |f| {
            matches!(
                f,
                Fault::TooLarge {
                    announced: None,
                    ..
                }
            )
        }),
        (
            Answer::status(429).header("Retry-After: 86400"),
            |f| matches!(f, Fault::Status { code: 429, retry_after: Some(day) } if day.as_secs() == 86_400),
        ),
        (Answer::garbage(), |f| matches!(f, Fault::Protocol { .. })),
    ];
    for (answer, is_expected) in cases {
        let (fault, requests) = fault(vec![answer]);
        assert!(is_expected(&fault), "{fault:?}");
        assert_eq!(requests, 1, "{fault}");
    }
}

fn is_html(fault: &Fault) -> bool {
    matches!(fault, Fault::Picture(PictureError::NotAPicture { looks_like }) if looks_like == "an HTML page")
}

#[test]
fn a_body_that_breaks_off_tells_how_far_it_came() {
    let half = PICTURE.len() / 2;
    let (fault, requests) = fault(vec![Answer::ok(PICTURE).cut(half)]);
    let expected = PICTURE.len() as u64;
    assert_eq!(
        fault,
        Fault::CutShort {
            received: half as u64,
            expected
        }
    );
    assert_eq!(requests, 5);
}

#[test]
fn half_a_picture_of_the_announced_length_is_named() {
    let (fault, _) = fault(vec![Answer::ok(&PICTURE[..PICTURE.len() / 2])]);
    assert!(
        matches!(fault, Fault::Picture(PictureError::Truncated { .. })),
        "{fault:?}"
    );
}

#[test]
fn a_redirect_is_followed_and_a_loop_is_not() {
    let (result, requests) = fetch(vec![Answer::redirect("/elsewhere"), Answer::ok(PICTURE)]);
    assert!(result.is_ok());
    assert_eq!(requests, 2);
    let folder = TempDir::new().expect("a folder");
    let service = Service::start(vec![Answer::redirect("/face")]);
    let error = fetch_with(options(), &service.url("/face"), folder.path()).expect_err("a loop");
    assert!(
        matches!(&error, FetchError::Service { fault, .. } if **fault == Fault::Redirects { limit: 5 }),
        "{error:?}"
    );
}

#[test]
fn a_redirect_to_what_cannot_be_asked_is_told_as_that() {
    for (location, detail) in [
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("data:image/png;base64,AAAA", "data:image/png;base64,AAAA"),
        ("ftp://example.org/face", "unknown scheme: ftp"),
    ] {
        let (result, _) = fetch(vec![Answer::redirect(location)]);
        let error = result.expect_err("nowhere to go");
        let expected = Fault::RedirectTarget {
            detail: detail.to_owned(),
        };
        assert!(
            matches!(&error, FetchError::Service { fault, .. } if **fault == expected),
            "{location}: {error:?}"
        );
    }
    let (result, _) = fetch(vec![Answer::status(302)]);
    let error = result.expect_err("nowhere to go");
    assert!(
        matches!(&error, FetchError::Service { fault, .. }
            if matches!(**fault, Fault::RedirectTarget { .. })),
        "{error:?}"
    );
}

#[test]
fn a_stall_ends_at_its_limit_with_a_name() {
    let short = Duration::from_millis(150);
    let cases = [
        (Answer::ok(PICTURE).stall_before(), Phase::FirstByte),
        (Answer::ok(PICTURE).cut(100).stall_inside(), Phase::Body),
    ];
    for (answer, expected) in cases {
        let folder = TempDir::new().expect("a folder");
        let service = Service::start(vec![answer]);
        let options = Options {
            timeouts: Timeouts {
                first_byte: short,
                body: short,
                ..Timeouts::default()
            },
            backoff: Backoff {
                attempts: 2,
                ..options().backoff
            },
            ..Options::default()
        };
        let error = fetch_with(options, &service.url("/"), folder.path()).expect_err("a stall");
        let FetchError::Service { fault, retries, .. } = &error else {
            panic!("it was reached: {error:?}")
        };
        let timed_out = Fault::Timeout {
            phase: expected,
            limit: short,
        };
        assert_eq!((&**fault, retries.len()), (&timed_out, 1));
    }
}

#[test]
fn a_service_that_is_not_there_was_never_reached() {
    let folder = TempDir::new().expect("a folder");
    let url = Service::start(vec![]).into_dead_url();
    let error = fetch_with(options(), &url, folder.path()).expect_err("nobody listens");
    assert!(error.is_unreachable(), "{error:?}");
    assert_eq!(error.retries().len(), 4);
    assert!(
        error
            .to_string()
            .starts_with("the face service at http://127.0.0.1:")
    );
}

#[test]
fn fetchers_that_share_a_rate_keep_it_together_retries_included() {
    let folder = tempfile::tempdir().unwrap();
    let interval = Duration::from_millis(20);
    let rate = Rate::new(interval, folder.path().join("rate")).unwrap();
    let answers = (0..12).map(|turn| match turn % 3 {
        0 => Answer::status(503),
        _ => Answer::ok(PICTURE),
    });
    let service = Service::start(answers.collect());
    let start = Instant::now();
    std::thread::scope(|scope| {
        for worker in 0..4 {
            let rate = Some(rate.clone());
            let (service, folder) = (&service, folder.path());
            scope.spawn(move || {
                let fetcher = Fetcher::new(Options { rate, ..options() });
                let source = Source::service(service.url("/")).unwrap();
                for turn in 0..2 {
                    let destination = folder.join(format!("{worker}-{turn}"));
                    fetcher
                        .fetch(&source, 1, turn, &destination, &|| false)
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(service.requests().len(), 12);
    assert!(start.elapsed() >= interval * 11, "{:?}", start.elapsed());
}

#[test]
fn a_wait_can_be_cancelled() {
    let folder = TempDir::new().expect("a folder");
    let service = Service::start(vec![Answer::status(429).header("Retry-After: 30")]);
    let source = Source::service(service.url("/")).expect("a URL");
    let destination = folder.path().join("face");
    let start = Instant::now();
    let cancel = || start.elapsed() > Duration::from_millis(100);
    let result = Fetcher::new(Options::default()).fetch(&source, 0, 0, &destination, &cancel);
    assert_eq!(result, Err(FetchError::Cancelled));
}

#[test]
fn a_request_under_way_can_be_interrupted() {
    let folder = TempDir::new().expect("a folder");
    let service = Service::start(vec![Answer::ok(PICTURE).stall_before()]);
    let source = Source::service(service.url("/")).expect("a URL");
    let destination = folder.path().join("face");
    let fetcher = Fetcher::new(Options::default());
    let result = std::thread::scope(|scope| {
        let fetch = scope.spawn(|| {
            let stopped = || !service.requests().is_empty();
            fetcher.fetch(&source, 0, 0, &destination, &stopped)
        });
        while service.requests().is_empty() {
            std::thread::sleep(Duration::from_millis(5));
        }
        fetcher.interrupt();
        fetch.join().expect("no panic")
    });
    assert_eq!(result, Err(FetchError::Cancelled));
}

#[test]
fn connections_are_kept_and_say_who_asks() {
    let folder = TempDir::new().expect("a folder");
    let service = Service::start(vec![Answer::ok(PICTURE)]);
    let source = Source::service(service.url("/{index}")).expect("a URL");
    let fetcher = Fetcher::new(options());
    for index in 0..5 {
        let destination = folder.path().join(index.to_string());
        fetcher
            .fetch(&source, 0, index, &destination, &|| false)
            .expect("a face");
    }
    assert_eq!(service.connections(), 1);
    let head = &service.requests()[0].head;
    assert!(head.contains("user-agent: brigade-faces/"), "{head}");
    assert!(head.contains("accept-encoding: identity"), "{head}");
}

#[test]
fn credentials_are_sent_and_never_shown() {
    let folder = TempDir::new().expect("a folder");
    let service = Service::start(vec![Answer::status(401)]);
    let url = service
        .url("/face?token=hunter3")
        .replace("http://", "http://eva:hunter2@");
    let error = fetch_with(options(), &url, folder.path()).expect_err("401");
    assert!(
        service.requests()[0]
            .head
            .contains("Basic ZXZhOmh1bnRlcjI=")
    );
    let source = Source::service(&url).expect("a URL");
    for shown in [format!("{error} {error:?}"), format!("{source} {source:?}")] {
        assert!(
            shown.contains("***") && !shown.contains("hunter"),
            "{shown}"
        );
    }
}

#[test]
fn credentials_do_not_follow_a_redirect() {
    let folder = TempDir::new().expect("a folder");
    let elsewhere = Service::start(vec![Answer::ok(PICTURE)]);
    let service = Service::start(vec![Answer::redirect(&elsewhere.url("/face"))]);
    let url = service.url("/").replace("http://", "http://eva:hunter2@");
    fetch_with(options(), &url, folder.path()).expect("a face");
    assert!(service.requests()[0].head.contains("authorization:"));
    let head = &elsewhere.requests()[0].head;
    assert!(!head.to_lowercase().contains("authorization"), "{head}");
}

#[test]
fn a_service_that_does_not_speak_tls_is_named() {
    let folder = TempDir::new().expect("a folder");
    let service = Service::start(vec![Answer::ok(PICTURE)]);
    let url = service.url("/").replace("http://", "https://");
    let error = fetch_with(options(), &url, folder.path()).expect_err("no TLS");
    assert!(
        matches!(&error, FetchError::Service { fault, .. } if matches!(**fault, Fault::Tls { .. })),
        "{error:?}"
    );
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = TempDir::new().expect("a folder");
    let service = Service::start(vec![Answer::ok(PICTURE)]);
    let nowhere = folder.path().join("missing");
    let error = fetch_with(options(), &service.url("/"), &nowhere).expect_err("no such folder");
    assert!(error.to_string().contains("missing/face.jpg"), "{error}");
    assert!(matches!(error, FetchError::Write { .. }));
}

#[test]
fn errors_and_faces_cross_a_process_boundary_whole() {
    let (error, _) = fetch(vec![Answer::status(503)]);
    let error = error.expect_err("a fault");
    let encoded = serde_json::to_string(&error).expect("plain data");
    assert_eq!(
        serde_json::from_str::<FetchError>(&encoded).expect("plain data"),
        error
    );
}

#[test]
fn an_address_that_somebody_else_wrote_does_not_reach_this_machine() {
    let folder = TempDir::new().expect("a folder");
    let service = Service::start(vec![Answer::ok(PICTURE)]);
    let fetch = |private_hosts| {
        let source = Source::url(service.url("/{index}"), private_hosts).expect("a URL");
        let fetcher = Fetcher::new(Options::default());
        fetcher.fetch_once(&source, 0, 5, folder.path(), &|| false)
    };
    let refused = fetch(false).expect_err("a loopback address");
    let FetchError::Service { fault, .. } = refused else {
        panic!("{refused}");
    };
    assert!(matches!(*fault, Fault::PrivateHost { .. }), "{fault}");
    assert!(service.requests().is_empty());
    assert_eq!(fetch(true).expect("a picture").bytes, PICTURE.len() as u64);
}

#[test]
fn a_host_that_does_not_exist_was_never_reached() {
    let folder = TempDir::new().expect("a folder");
    // RFC 6761: no resolver knows a name under .invalid.
    let source = Source::service("http://faces.invalid/{index}").expect("a URL");
    let fetcher = Fetcher::new(Options {
        backoff: Backoff {
            attempts: 2,
            first: Duration::from_millis(1),
            ..Backoff::default()
        },
        ..Options::default()
    });
    let destination = folder.path().join("face");
    let error = fetcher.fetch(&source, 0, 0, &destination, &|| false);
    let error = error.expect_err("no such host");
    assert!(error.is_unreachable(), "{error:?}");
}
