//! An HTTP service that answers as it is told, right or wrong: raw sockets, because a proper HTTP library
//! would refuse to misbehave.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

/// What a good answer holds.
pub(crate) const PICTURE: &[u8] = include_bytes!("../pictures/progressive.jpg");

/// One answer; the builder methods spoil it.
#[derive(Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<String>,
    body: Vec<u8>,
    content_type: &'static str,
    sends_length: bool,
    sends_body_up_to: usize,
    /// Sends nothing at all and hangs up.
    resets: bool,
    garbage: bool,
    stalls_before: bool,
    stalls_inside: bool,
}

impl Answer {
    pub(crate) fn ok(body: &[u8]) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: body.to_vec(),
            content_type: "image/jpeg",
            sends_length: true,
            sends_body_up_to: usize::MAX,
            resets: false,
            garbage: false,
            stalls_before: false,
            stalls_inside: false,
        }
    }

    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            content_type: "text/plain",
            ..Self::ok(b"no")
        }
    }

    pub(crate) fn redirect(location: &str) -> Self {
        Self::status(302).header(&format!("Location: {location}"))
    }

    pub(crate) fn reset() -> Self {
        Self {
            resets: true,
            ..Self::ok(b"")
        }
    }

    pub(crate) fn garbage() -> Self {
        Self {
            garbage: true,
            ..Self::ok(b"")
        }
    }

    pub(crate) fn header(mut self, line: &str) -> Self {
        self.headers.push(line.into());
        self
    }

    pub(crate) fn content_type(self, content_type: &'static str) -> Self {
        Self {
            content_type,
            ..self
        }
    }

    /// The body ends where the connection does.
    pub(crate) fn without_length(self) -> Self {
        Self {
            sends_length: false,
            ..self
        }
    }

    /// Announces the whole body and sends only this much.
    pub(crate) fn cut(self, length: usize) -> Self {
        Self {
            sends_body_up_to: length,
            ..self
        }
    }

    pub(crate) fn stall_before(self) -> Self {
        Self {
            stalls_before: true,
            ..self
        }
    }

    pub(crate) fn stall_inside(self) -> Self {
        Self {
            stalls_inside: true,
            ..self
        }
    }

    /// Whether the connection can be used again.
    fn send(&self, stream: &mut TcpStream) -> std::io::Result<bool> {
        if self.resets {
            return Ok(false);
        }
        if self.garbage {
            stream.write_all(b"\x16\x03\x01 what is this\r\n\r\n")?;
            return Ok(false);
        }
        if self.stalls_before {
            wait_for_hang_up(stream);
            return Ok(false);
        }
        let mut head = format!(
            "HTTP/1.1 {} Status\r\nContent-Type: {}\r\n",
            self.status, self.content_type
        );
        for header in &self.headers {
            head += &format!("{header}\r\n");
        }
        if self.sends_length {
            head += &format!("Content-Length: {}\r\n", self.body.len());
        } else {
            head += "Connection: close\r\n";
        }
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        let sent = self.body.len().min(self.sends_body_up_to);
        stream.write_all(&self.body[..sent])?;
        if self.stalls_inside {
            wait_for_hang_up(stream);
        }
        Ok(self.sends_length && sent == self.body.len())
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Answer({} {:?}, {} bytes)",
            self.status,
            self.headers,
            self.body.len()
        )
    }
}

/// A stall without a clock: until the client gives up.
fn wait_for_hang_up(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    while reader.fill_buf().is_ok_and(|bytes| !bytes.is_empty()) {
        let read = reader.buffer().len();
        reader.consume(read);
    }
}

#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) path: String,
    /// All lines, names in lower case.
    pub(crate) head: String,
}

#[derive(Default)]
struct Seen {
    requests: Vec<Request>,
    connections: usize,
}

/// Listens until the test ends; answers in order and repeats the last one.
pub(crate) struct Service {
    address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

impl Service {
    pub(crate) fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let seen = Arc::new(Mutex::new(Seen::default()));
        let service = Self {
            address,
            seen: seen.clone(),
        };
        if !answers.is_empty() {
            let answers = Arc::new(answers);
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    lock(&seen).connections += 1;
                    let (answers, seen) = (answers.clone(), seen.clone());
                    thread::spawn(move || serve(stream, &answers, &seen));
                }
            });
        }
        service
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A port where nobody listens: that of a service without answers, which is gone.
    pub(crate) fn into_dead_url(self) -> String {
        self.url("/")
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.seen).requests.clone()
    }

    pub(crate) fn connections(&self) -> usize {
        lock(&self.seen).connections
    }
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().expect("no thread of the service panics")
}

fn serve(mut stream: TcpStream, answers: &[Answer], seen: &Mutex<Seen>) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second handle"));
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            match reader.read_line(&mut head) {
                Ok(0) => return,
                Ok(_) => {}
                // Not text: somebody speaks TLS to us, and gets what a plain server says to that.
                Err(_) => {
                    let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
                    return;
                }
            }
        }
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let number = {
            let mut seen = lock(seen);
            seen.requests.push(Request { path, head });
            seen.requests.len() - 1
        };
        let answer = &answers[number.min(answers.len() - 1)];
        if !answer.send(&mut stream).unwrap_or(false) {
            let _ = stream.shutdown(Shutdown::Both);
            return;
        }
    }
}
