//! One answer: the picture, or the fault that is due, written to the connection.
//!
//! It knows what each fault looks like on the wire, and nothing of when it is due or where pictures come from.

use std::io::{self, IoSlice, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::fault::Fault;

/// What a client that asked too often should wait.
const RETRY_AFTER: &str = "Retry-After: 1\r\n";
const HTML: &[u8] =
    b"<!doctype html>\n<html><title>One moment</title><p>Checking that you are human.</html>\n";
static ZEROES: [u8; 64 << 10] = [0; 64 << 10];

/// What is to be answered.
pub(crate) struct Reply<'a> {
    pub(crate) picture: &'a [u8],
    pub(crate) fault: Option<Fault>,
    /// Where this answer can be had again: what a redirect loop leads to.
    pub(crate) location: String,
    pub(crate) head_only: bool,
    pub(crate) keep_alive: bool,
}

/// Writes the answer; `stall` waits for as long as a stall lasts. Says whether the connection may be used again.
pub(crate) fn send(
    mut stream: &TcpStream,
    reply: &Reply<'_>,
    stall: impl Fn(),
) -> io::Result<bool> {
    let picture = reply.picture;
    let half = &picture[..picture.len() / 2];
    let image = content_type(picture);
    match reply.fault {
        None | Some(Fault::OneASecond) => body(stream, image, picture, reply)?,
        Some(Fault::Error) => {
            plain(
                stream,
                "500 Internal Server Error",
                "",
                b"a fault, as requested\n",
                reply,
            )?;
        }
        Some(Fault::TooManyRequests) => {
            plain(
                stream,
                "429 Too Many Requests",
                RETRY_AFTER,
                b"one a second, please\n",
                reply,
            )?;
        }
        Some(Fault::RedirectLoop) => {
            let location = format!("Location: {}\r\n", reply.location);
            plain(stream, "302 Found", &location, b"", reply)?;
        }
        Some(Fault::HalfPicture) => body(stream, image, half, reply)?,
        Some(Fault::WrongType) => body(stream, "text/plain", picture, reply)?,
        Some(Fault::Html) => body(stream, "text/html; charset=utf-8", HTML, reply)?,
        Some(Fault::StallBefore) => {
            stall();
            return Ok(false);
        }
        Some(fault @ (Fault::Truncated | Fault::StallInside)) => {
            let head = head("200 OK", image, picture.len() as u64, "", false);
            write(stream, &head, half, reply)?;
            if fault == Fault::StallInside {
                stall();
            }
            return Ok(false);
        }
        Some(Fault::Oversize) => {
            let head = head("200 OK", image, Fault::OVERSIZE_BYTES, "", reply.keep_alive);
            write(stream, &head, half, reply)?;
            if !reply.head_only {
                let rest = Fault::OVERSIZE_BYTES - half.len() as u64;
                for _ in 0..rest / ZEROES.len() as u64 {
                    stream.write_all(&ZEROES)?;
                }
                stream.write_all(&ZEROES[..(rest % ZEROES.len() as u64) as usize])?;
            }
        }
    }
    Ok(reply.keep_alive)
}

/// Tells the client why there is no answer, and closes without losing that sentence: data still unread at the
/// close would make the system discard what was written.
pub(crate) fn refuse(mut stream: &TcpStream, status: u16, reason: &str) {
    let status = format!("{status} {reason}");
    let head = head(&status, "text/plain", 0, RETRY_AFTER, false);
    let told = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.shutdown(Shutdown::Write))
        .and_then(|()| stream.set_read_timeout(Some(Duration::from_millis(20))));
    if told.is_ok() {
        let mut unread = [0; 4096];
        // Sixteen reads bound what a chatty client can cost.
        for _ in 0..16 {
            if !matches!(stream.read(&mut unread), Ok(1..)) {
                break;
            }
        }
    }
}

/// A short answer that is no picture.
pub(crate) fn plain(
    stream: &TcpStream,
    status: &str,
    headers: &str,
    text: &[u8],
    reply: &Reply<'_>,
) -> io::Result<()> {
    let length = text.len() as u64;
    let head = head(status, "text/plain", length, headers, reply.keep_alive);
    write(stream, &head, text, reply)
}

fn body(stream: &TcpStream, content_type: &str, bytes: &[u8], reply: &Reply<'_>) -> io::Result<()> {
    let length = bytes.len() as u64;
    let head = head("200 OK", content_type, length, "", reply.keep_alive);
    write(stream, &head, bytes, reply)
}

/// Head and body in one call: the client wakes once, which is most of what a face costs the server.
fn write(mut stream: &TcpStream, head: &str, body: &[u8], reply: &Reply<'_>) -> io::Result<()> {
    let (head, body) = (head.as_bytes(), if reply.head_only { &[] } else { body });
    let written = stream.write_vectored(&[IoSlice::new(head), IoSlice::new(body)])?;
    stream.write_all(&head[written.min(head.len())..])?;
    stream.write_all(&body[written.saturating_sub(head.len())..])
}

fn head(status: &str, content_type: &str, length: u64, headers: &str, keep_alive: bool) -> String {
    let connection = if keep_alive { "keep-alive" } else { "close" };
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {length}\r\n\
         {headers}Cache-Control: no-store\r\nConnection: {connection}\r\n\r\n"
    )
}

/// What the bytes are, whatever their file was called.
fn content_type(picture: &[u8]) -> &'static str {
    match picture {
        [0xff, 0xd8, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'R', b'I', b'F', b'F', ..] => "image/webp",
        _ => "application/octet-stream",
    }
}
