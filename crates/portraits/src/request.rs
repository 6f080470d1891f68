//! One request: its head read within bounds, its path understood. It knows nothing of pictures.

use std::io::{self, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A longer request head is answered with 431.
const MAX_HEAD_BYTES: usize = 8 << 10;
const MAX_HEADERS: usize = 64;
/// How long a connection may lie idle between requests.
pub(crate) const IDLE: Duration = Duration::from_secs(60);
/// How long a head may take from its first byte, so that a trickle cannot hold a connection for ever.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) route: Route,
    /// A `HEAD` request: the answer has no body.
    pub(crate) head_only: bool,
    /// The connection stays open for the next request.
    pub(crate) keep_alive: bool,
}

/// What a path asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// `/` or `/image`: the next face, as on the public site.
    InTurn,
    /// `/{seed}/{index}.jpg?attempt=N`; without `attempt` the server counts.
    Face {
        seed: u64,
        index: u64,
        attempt: Option<u32>,
    },
    NotFound,
}

/// Why there is no request to answer.
#[derive(Debug)]
pub(crate) enum NoRequest {
    /// The client is done, gone, or too slow.
    Closed,
    /// The client must be told: status and reason.
    Refused(u16, &'static str),
}

/// Reads the next request. `pending` holds what was read beyond the last one.
pub(crate) fn read(stream: &TcpStream, pending: &mut Vec<u8>) -> Result<Request, NoRequest> {
    let mut started = (!pending.is_empty()).then(Instant::now);
    loop {
        if !pending.is_empty()
            && let Some((request, consumed)) = parse(pending)?
        {
            pending.drain(..consumed);
            return Ok(request);
        }
        if pending.len() >= MAX_HEAD_BYTES {
            return Err(NoRequest::Refused(431, "Request Header Fields Too Large"));
        }
        let patience = match started {
            None => IDLE,
            Some(started) => HEAD_DEADLINE
                .checked_sub(started.elapsed())
                .filter(|left| !left.is_zero())
                .ok_or(NoRequest::Closed)?,
        };
        let mut chunk = [0; 2048];
        let read = stream
            .set_read_timeout(Some(patience))
            .and_then(|()| read_some(stream, &mut chunk))
            .map_err(|_| NoRequest::Closed)?;
        if read == 0 {
            return Err(NoRequest::Closed);
        }
        started.get_or_insert_with(Instant::now);
        pending.extend_from_slice(&chunk[..read]);
    }
}

fn read_some(mut stream: &TcpStream, chunk: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(chunk) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}

/// The request at the start of `bytes` and its length, or `None` while it is incomplete.
fn parse(bytes: &[u8]) -> Result<Option<(Request, usize)>, NoRequest> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut head = httparse::Request::new(&mut headers);
    let consumed = match head.parse(bytes) {
        Ok(httparse::Status::Complete(consumed)) => consumed,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(_) => return Err(NoRequest::Refused(400, "Bad Request")),
    };
    let head_only = match head.method {
        Some("GET") => false,
        Some("HEAD") => true,
        _ => return Err(NoRequest::Refused(405, "Method Not Allowed")),
    };
    let header = |name: &str| {
        head.headers
            .iter()
            .find(|header| header.name.eq_ignore_ascii_case(name))
            .map(|header| header.value)
    };
    // A body would be taken for the next request.
    if header("transfer-encoding").is_some()
        || header("content-length").is_some_and(|len| len != b"0")
    {
        return Err(NoRequest::Refused(413, "Content Too Large"));
    }
    let wishes = |wish: &str| {
        header("connection").is_some_and(|value| {
            value
                .split(|byte| *byte == b',')
                .any(|part| part.trim_ascii().eq_ignore_ascii_case(wish.as_bytes()))
        })
    };
    let keep_alive = match head.version {
        Some(1) => !wishes("close"),
        _ => wishes("keep-alive"),
    };
    let request = Request {
        route: route(head.path.unwrap_or("")),
        head_only,
        keep_alive,
    };
    Ok(Some((request, consumed)))
}

/// Paths are numbers, so no path leads to a file: whatever is not one of ours is not found.
fn route(target: &str) -> Route {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if matches!(path, "/" | "/image") {
        return Route::InTurn;
    }
    let face = path
        .strip_prefix('/')
        .and_then(|path| path.strip_suffix(".jpg"))
        .and_then(|path| path.split_once('/'))
        .and_then(|(seed, index)| Some((number(seed)?, number(index)?)));
    let Some((seed, index)) = face else {
        return Route::NotFound;
    };
    let attempt = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("attempt="));
    match attempt.map(|attempt| number(attempt)?.try_into().ok()) {
        Some(None) => Route::NotFound,
        attempt => Route::Face {
            seed,
            index,
            attempt: attempt.flatten(),
        },
    }
}

/// Digits only: `u64::from_str` would take a plus sign too.
fn number(digits: &str) -> Option<u64> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_numbers_and_nothing_else() {
        let face = |seed, index, attempt| Route::Face {
            seed,
            index,
            attempt,
        };
        assert_eq!(route("/"), Route::InTurn);
        assert_eq!(route("/image?x=1"), Route::InTurn);
        assert_eq!(route("/7/3.jpg"), face(7, 3, None));
        assert_eq!(route("/7/3.jpg?a=b&attempt=2"), face(7, 3, Some(2)));
        assert_eq!(
            route("/18446744073709551615/0.jpg"),
            face(u64::MAX, 0, None)
        );
        for path in [
            "",
            "7/3.jpg",
            "/7/3",
            "/7/+3.jpg",
            "/-7/3.jpg",
            "/7/3.jpg/",
            "//3.jpg",
            "/7/.jpg",
            "/../etc/passwd",
            "/7/../3.jpg",
            "/%2e%2e/3.jpg",
            "/7/18446744073709551616.jpg",
            "/7/3.jpg?attempt=x",
            "/7/3.jpg?attempt=4294967296",
            "http://elsewhere/7/3.jpg",
        ] {
            assert_eq!(route(path), Route::NotFound, "{path}");
        }
    }

    #[test]
    fn keep_alive_follows_version_and_header() {
        let keeps = |head: &str| parse(head.as_bytes()).unwrap().unwrap().0.keep_alive;
        assert!(keeps("GET / HTTP/1.1\r\n\r\n"));
        assert!(!keeps("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n"));
        assert!(!keeps("GET / HTTP/1.0\r\n\r\n"));
        assert!(keeps(
            "GET / HTTP/1.0\r\nconnection: te, keep-alive\r\n\r\n"
        ));
    }

    #[test]
    fn what_is_no_plain_get_or_head_is_refused() {
        let status = |head: &str| match parse(head.as_bytes()) {
            Err(NoRequest::Refused(status, _)) => status,
            other => panic!("{head:?}: {other:?}"),
        };
        assert_eq!(status("POST / HTTP/1.1\r\n\r\n"), 405);
        assert_eq!(
            status("GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"),
            413
        );
        assert_eq!(
            status("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"),
            413
        );
        assert_eq!(status("\x16\x03\x01 tls\r\n\r\n"), 400);
        assert!(parse(b"GET / HTTP/1.1\r\nHost").unwrap().is_none());
    }
}
