//! The server over real connections: every route, every fault, and what it refuses.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use brigade_portraits::{Error, Fault, Latency, Pictures, Server, ServerConfig};

/// What came back: the head's lines and whatever body there was before the connection closed or the length was reached.
#[derive(Debug)]
struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn status(&self) -> u16 {
        self.head.split(' ').nth(1).unwrap().parse().unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    fn length(&self) -> u64 {
        self.header("content-length").unwrap().parse().unwrap()
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .unwrap();
    stream
}

/// Sends a request and reads its answer; the connection stays open when the server leaves it so.
fn ask(stream: &mut TcpStream, request: &str) -> io::Result<Answer> {
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    let mut chunk = [0; 64 << 10];
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        match stream.read(&mut chunk)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => bytes.extend_from_slice(&chunk[..read]),
        }
    };
    let body = bytes.split_off(head_end);
    let head = String::from_utf8(bytes).unwrap();
    let mut answer = Answer { head, body };
    let expected = if request.starts_with("HEAD") {
        0
    } else {
        answer.length()
    };
    while (answer.body.len() as u64) < expected {
        match stream.read(&mut chunk)? {
            0 => break,
            read => answer.body.extend_from_slice(&chunk[..read]),
        }
    }
    Ok(answer)
}

fn get(address: SocketAddr, path: &str) -> Answer {
    ask(
        &mut connect(address),
        &format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n"),
    )
    .unwrap()
}

/// Bytes that start like a JPEG and are large enough not to fit into a socket's buffers unnoticed.
fn picture(fill: u8) -> Vec<u8> {
    let mut picture = vec![fill; 300_000];
    picture[..2].copy_from_slice(&[0xff, 0xd8]);
    picture
}

/// A server of three pictures without latency.
fn serve(folder: &Path, change: impl FnOnce(&mut ServerConfig)) -> Server {
    for (name, fill) in [("a.jpg", 1), ("b.jpg", 2), ("c.jpg", 3)] {
        std::fs::write(folder.join(name), picture(fill)).unwrap();
    }
    let mut config = ServerConfig {
        seed: 7,
        pictures: Pictures::Folder(folder.to_owned()),
        latency: Latency::NONE,
        ..ServerConfig::default()
    };
    change(&mut config);
    Server::start(config).unwrap()
}

fn serve_faults(folder: &Path, faults: &[&str]) -> Server {
    serve(folder, |config| {
        config.faults = faults.iter().map(|fault| fault.parse().unwrap()).collect();
        config.stall = Duration::from_millis(300);
    })
}

#[test]
fn faces_come_by_index_and_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), |_| {});
    let address = server.address();
    assert!(address.ip().is_loopback());
    assert_eq!(get(address, "/7/1.jpg").body, picture(2));
    assert_eq!(get(address, "/9/5.jpg?attempt=3").body, picture(3));
    let turns: Vec<u8> = (0..4).map(|_| get(address, "/").body[2]).collect();
    assert_eq!(turns, [1, 2, 3, 1]);
    assert_eq!(get(address, "/image").body[2], 2);
    let answer = get(address, "/7/0.jpg");
    assert_eq!(answer.header("content-type"), Some("image/jpeg"));
    assert_eq!(
        server.url_template(),
        format!("http://{address}/{{seed}}/{{index}}.jpg?attempt={{attempt}}")
    );
}

#[test]
fn drawn_portraits_are_those_of_the_library() {
    let cache = tempfile::tempdir().unwrap();
    let server = Server::start(ServerConfig {
        seed: 21,
        prepare: 0..1,
        latency: Latency::NONE,
        pictures: Pictures::Drawn {
            cache: Some(cache.path().to_owned()),
        },
        ..ServerConfig::default()
    })
    .unwrap();
    assert_eq!(server.drawn(), 1);
    let prepared = brigade_portraits::portrait_jpeg(21, 0);
    assert_eq!(get(server.address(), "/21/0.jpg").body, prepared);
    assert_eq!(get(server.address(), "/").body, prepared);
    let on_demand = brigade_portraits::portrait_jpeg(22, 9);
    assert_eq!(get(server.address(), "/22/9.jpg").body, on_demand);
}

#[test]
fn a_connection_serves_one_request_after_another() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), |_| {});
    let mut stream = connect(server.address());
    for index in 0..3u8 {
        let request = format!("GET /7/{index}.jpg HTTP/1.1\r\n\r\n");
        let answer = ask(&mut stream, &request).unwrap();
        assert_eq!(answer.header("connection"), Some("keep-alive"));
        assert_eq!(answer.body, picture(index + 1));
    }
    let head = ask(&mut stream, "HEAD /7/0.jpg HTTP/1.1\r\n\r\n").unwrap();
    assert_eq!((head.status(), head.length()), (200, 300_000));
    let last = ask(
        &mut stream,
        "GET /nowhere HTTP/1.1\r\nConnection: close\r\n\r\n",
    )
    .unwrap();
    assert_eq!(last.status(), 404);
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0, "closed, as asked");
}

#[test]
fn no_path_leads_to_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("inside");
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(folder.path().join("0.jpg"), "outside").unwrap();
    let server = serve(&inside, |_| {});
    for path in [
        "/a.jpg",
        "/../0.jpg",
        "/..%2f0.jpg",
        "//etc/passwd",
        "/7/../../0.jpg",
        "/etc/passwd",
        "/7/%00.jpg",
        "/.",
        "/7/0.jpg/..",
    ] {
        let answer = get(server.address(), path);
        assert_eq!(answer.status(), 404, "{path}");
        assert!(answer.body.len() < 100, "{path}");
    }
}

#[test]
fn what_is_no_plain_request_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), |_| {});
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    for (request, status) in [
        ("POST / HTTP/1.1\r\n\r\n", 405),
        ("nonsense\r\n\r\n", 400),
        (long.as_str(), 431),
        ("GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", 413),
    ] {
        let answer = ask(&mut connect(server.address()), request).unwrap();
        assert_eq!(answer.status(), status, "{request:.40}");
    }
}

#[test]
fn answers_are_late_as_configured() {
    let folder = tempfile::tempdir().unwrap();
    let latency = Latency::with_mean(0.2).unwrap();
    let server = serve(folder.path(), |config| config.latency = latency);
    let before = Instant::now();
    get(server.address(), "/7/0.jpg?attempt=1");
    assert!(before.elapsed() >= latency.of(7, 0, 1));
}

#[test]
fn an_error_and_a_rate_limit_end_after_their_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve_faults(folder.path(), &["error@0.1", "too-many-requests@0.2"]);
    let address = server.address();
    // Without `attempt` the server counts.
    assert_eq!(get(address, "/7/0.jpg").status(), 500);
    let limited = get(address, "/7/0.jpg");
    assert_eq!(
        (limited.status(), limited.header("retry-after")),
        (429, Some("1"))
    );
    assert_eq!(get(address, "/7/0.jpg").body, picture(1));
    // With it the client says.
    assert_eq!(get(address, "/7/0.jpg?attempt=1").status(), 500);
    assert_eq!(get(address, "/7/1.jpg").status(), 200);
}

#[test]
fn a_truncated_body_is_shorter_than_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve_faults(folder.path(), &["truncated=1"]);
    let answer = get(server.address(), "/7/0.jpg");
    assert_eq!((answer.length(), answer.body.len()), (300_000, 150_000));
}

#[test]
fn half_a_picture_has_the_length_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve_faults(folder.path(), &["half-picture=1"]);
    let answer = get(server.address(), "/7/0.jpg");
    assert_eq!((answer.length(), answer.body.len()), (150_000, 150_000));
    assert_eq!(answer.body, picture(1)[..150_000]);
}

#[test]
fn stalls_last_as_configured_before_and_inside_the_body() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve_faults(folder.path(), &["stall-before@0", "stall-inside@1"]);
    let before = Instant::now();
    let nothing = ask(
        &mut connect(server.address()),
        "GET /7/0.jpg HTTP/1.1\r\n\r\n",
    );
    assert_eq!(nothing.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    assert!(before.elapsed() >= Duration::from_millis(300));
    let before = Instant::now();
    let half = get(server.address(), "/7/1.jpg");
    assert!(before.elapsed() >= Duration::from_millis(300));
    assert_eq!((half.length(), half.body.len()), (300_000, 150_000));
}

#[test]
fn a_wrong_type_and_a_page_of_html_come_with_status_200() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve_faults(folder.path(), &["wrong-type@0", "html@1"]);
    let wrong = get(server.address(), "/7/0.jpg");
    assert_eq!(
        (wrong.status(), wrong.header("content-type")),
        (200, Some("text/plain"))
    );
    assert_eq!(wrong.body, picture(1));
    let html = get(server.address(), "/7/1.jpg");
    assert_eq!(
        (html.status(), html.header("content-type")),
        (200, Some("text/html; charset=utf-8"))
    );
    assert!(html.body.starts_with(b"<!doctype html>"));
}

#[test]
fn an_oversize_body_really_is() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve_faults(folder.path(), &["oversize=1"]);
    let answer = get(server.address(), "/7/0.jpg");
    assert_eq!(answer.length(), Fault::OVERSIZE_BYTES);
    assert_eq!(answer.body.len() as u64, Fault::OVERSIZE_BYTES);
    assert!(answer.body.starts_with(&[0xff, 0xd8]));
}

#[test]
fn a_redirect_loop_leads_to_itself() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve_faults(folder.path(), &["redirect-loop=1"]);
    let mut path = "/".to_owned();
    for hop in 0..5 {
        let answer = get(server.address(), &path);
        assert_eq!(answer.status(), 302, "hop {hop}");
        path = answer.header("location").unwrap().to_owned();
        assert_eq!(path, "/7/0.jpg?attempt=1");
    }
}

#[test]
fn one_a_second_gives_everybody_the_same_face() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve_faults(folder.path(), &["one-a-second=1"]);
    // Six faces within less than a second see at most two seconds of the server's clock.
    let faces: std::collections::BTreeSet<u8> = (0..6)
        .map(|index| get(server.address(), &format!("/7/{index}.jpg")).body[2])
        .collect();
    assert!(faces.len() <= 2, "{faces:?}");
    std::thread::sleep(Duration::from_millis(1_100));
    let later = get(server.address(), "/7/0.jpg").body[2];
    assert_ne!(Some(&later), faces.first());
}

#[test]
fn a_hundred_clients_are_served_at_once_and_more_than_allowed_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), |config| {
        config.max_connections = 100;
        config.latency = Latency::with_mean(0.05).unwrap();
    });
    let address = server.address();
    let mut clients: Vec<TcpStream> = (0..100).map(|_| connect(address)).collect();
    std::thread::scope(|scope| {
        for (index, stream) in clients.iter_mut().enumerate() {
            scope.spawn(move || {
                for _ in 0..3 {
                    let request = format!("GET /7/{index}.jpg HTTP/1.1\r\n\r\n");
                    let answer = ask(stream, &request).unwrap();
                    assert_eq!(answer.body, picture((index % 3) as u8 + 1));
                }
            });
        }
    });
    let refused = get(address, "/7/0.jpg");
    assert_eq!(
        (refused.status(), refused.header("retry-after")),
        (503, Some("1"))
    );
    drop(clients);
    // The places come back.
    let deadline = Instant::now() + Duration::from_secs(10);
    while get(address, "/7/0.jpg").status() != 200 {
        assert!(Instant::now() < deadline, "no place came back");
    }
}

#[test]
fn dropping_the_server_ends_waits_and_connections() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), |config| {
        config.latency = Latency::with_mean(60.0).unwrap()
    });
    let address = server.address();
    let mut idle = connect(address);
    let mut waiting = connect(address);
    waiting.write_all(b"GET /7/0.jpg HTTP/1.1\r\n\r\n").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let before = Instant::now();
    drop(server);
    assert!(
        before.elapsed() < Duration::from_secs(5),
        "the wait of a minute was not ended"
    );
    assert!(!matches!(idle.read(&mut [0; 1]), Ok(1..)));
    assert!(!matches!(waiting.read(&mut [0; 1]), Ok(1..)));
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn what_cannot_be_served_is_refused_at_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let config = ServerConfig {
        port: taken.local_addr().unwrap().port(),
        ..ServerConfig::default()
    };
    assert!(matches!(
        Server::start(config).unwrap_err(),
        Error::Listen { .. }
    ));
    let faults = ["error=0.6", "html=0.6"]
        .map(|fault| fault.parse().unwrap())
        .to_vec();
    let config = ServerConfig {
        faults,
        ..ServerConfig::default()
    };
    let refused = Server::start(config).unwrap_err().to_string();
    assert!(refused.contains("sum to more than 1"), "{refused}");
}
