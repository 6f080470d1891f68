//! The binary as a shell uses it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};

fn face_server(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_face-server"));
    command.args(arguments);
    command
}

fn run(arguments: &[&str]) -> Output {
    face_server(arguments).output().unwrap()
}

/// A server that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn one_line_says_where_and_then_it_serves() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.png"), b"\x89PNG and so on").unwrap();
    let dir = folder.path().to_str().unwrap();
    let mut server = Running(
        face_server(&["--dir", dir, "--latency", "0", "--fault", "error@0.1"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut line = String::new();
    BufReader::new(server.0.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line
        .strip_prefix("http://")
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    assert!(
        line.ends_with("/{seed}/{index}.jpg?attempt={attempt}\n"),
        "{line}"
    );
    let get = |path: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    };
    assert!(get("/1/0.jpg?attempt=1").starts_with("HTTP/1.1 500 "));
    let answer = get("/1/0.jpg?attempt=2");
    assert!(
        answer.contains("Content-Type: image/png\r\n") && answer.ends_with("PNG and so on"),
        "{answer}"
    );
}

#[test]
fn what_it_does_not_understand_is_named_and_exits_with_2() {
    for (arguments, named) in [
        (&["--port", "99999"][..], "--port"),
        (&["--latency", "soon"], "--latency"),
        (&["--latency=-1"], "--latency"),
        (&["--fault", "nonsense=0.5"], "--fault"),
        (&["--stall", "-3"], "--stall"),
        (&["--prot", "1"], "--prot"),
    ] {
        let output = run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(named), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty());
    }
}

#[test]
fn what_it_cannot_serve_exits_with_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let empty = tempfile::tempdir().unwrap();
    for (arguments, named) in [
        (&["--port", port.as_str()][..], port.as_str()),
        (&["--dir", "/no/such/folder"], "/no/such/folder"),
        (
            &["--dir", empty.path().to_str().unwrap()],
            empty.path().to_str().unwrap(),
        ),
        (
            &["--fault", "error=0.7", "--fault", "html=0.7"],
            "sum to more than 1",
        ),
    ] {
        let output = run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains(named), "{arguments:?}: {said}");
    }
}

#[test]
fn help_lists_every_fault() {
    let output = run(&["--help"]);
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    let words: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for (name, _) in brigade_portraits::Fault::ALL {
        assert!(words.contains(name), "{name} is not in\n{said}");
    }
}
