//! Every way in which a face may not come, as plain data: an error crosses from a worker process whole.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Format, Retry};

/// Why bytes are not the whole picture that they should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// No byte at all.
    #[error("it is empty")]
    Empty,
    /// None of the formats that count as a face.
    #[error("it is no JPEG, PNG or WebP picture but {looks_like}")]
    NotAPicture {
        /// A guess in words: "an HTML page".
        looks_like: String,
    },
    /// Cut short.
    #[error("a {format} cut short: {detail}")]
    Truncated {
        /// The format by its first bytes.
        format: Format,
        /// What is missing.
        detail: String,
    },
    /// Structure that no decoder should be trusted with.
    #[error("a broken {format}: {detail}")]
    Malformed {
        /// The format by its first bytes.
        format: Format,
        /// What is wrong.
        detail: String,
    },
    /// Whole, but of a variety that is not used here.
    #[error("a {format} that cannot be used: {what}")]
    Unsupported {
        /// The format by its first bytes.
        format: Format,
        /// The variety: "an animation".
        what: String,
    },
    /// Its header gives a size out of bounds.
    #[error(
        "{width}×{height} pixels, outside of {min_side} to {max_side} a side and {max_pixels} in all"
    )]
    Dimensions {
        /// From the header, in pixels.
        width: u32,
        /// From the header, in pixels.
        height: u32,
        /// The limit in force.
        min_side: u32,
        /// The limit in force.
        max_side: u32,
        /// The limit in force.
        max_pixels: u64,
    },
}

/// In which part of a request the time ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Looking up the host's address.
    Resolve,
    /// Opening the connection, TLS included.
    Connect,
    /// Sending the request.
    Send,
    /// Waiting for the answer's head.
    FirstByte,
    /// Reading the answer's body.
    Body,
    /// The attempt as a whole.
    Attempt,
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Resolve => "resolving the host",
            Self::Connect => "connecting",
            Self::Send => "sending the request",
            Self::FirstByte => "waiting for the first byte",
            Self::Body => "reading the body",
            Self::Attempt => "the whole attempt",
        })
    }
}

/// Why a host is not asked; one that is named by its address is its address.
pub(crate) fn not_public(host: &str, address: IpAddr) -> String {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if bare.parse() == Ok(address) {
        format!("{host} is not a public address")
    } else {
        format!("{host} is {address}, which is not a public address")
    }
}

/// What went wrong in one attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The host has no address.
    #[error("the host {host} cannot be resolved")]
    Unresolved {
        /// Host of the URL.
        host: String,
    },
    /// The host is not on the Internet, and only such hosts may be asked.
    #[error("{}", not_public(host, *address))]
    PrivateHost {
        /// Host of the URL, or of a redirect.
        host: String,
        /// What it resolved to.
        address: IpAddr,
    },
    /// Nothing accepts connections there.
    #[error("no connection: {detail}")]
    Connect {
        /// The operating system's words.
        detail: String,
    },
    /// The encrypted connection was not established.
    #[error("TLS failed: {detail}")]
    Tls {
        /// The TLS library's words.
        detail: String,
    },
    /// The time for a part of the request ran out.
    #[error("timed out after {} s: {phase}", limit.as_secs_f64())]
    Timeout {
        /// Which part.
        phase: Phase,
        /// Its limit.
        limit: Duration,
    },
    /// The connection was closed or reset before an answer.
    #[error("the connection broke: {detail}")]
    Broken {
        /// The operating system's words.
        detail: String,
    },
    /// The answer is not HTTP as it should be.
    #[error("not a valid HTTP answer: {detail}")]
    Protocol {
        /// The HTTP library's words, credentials redacted.
        detail: String,
    },
    /// A status other than 2xx.
    #[error("status {code}{}", retry_after.map(|d| format!(", retry after {} s", d.as_secs())).unwrap_or_default())]
    Status {
        /// The status code.
        code: u16,
        /// What `Retry-After` asked for.
        retry_after: Option<Duration>,
    },
    /// A chain of redirects longer than is followed: most likely a loop.
    #[error("more than {limit} redirects")]
    Redirects {
        /// How many are followed.
        limit: u32,
    },
    /// A redirect that cannot be followed: to a file, say, or without a word where to.
    #[error("redirected to no http or https address: {detail}")]
    RedirectTarget {
        /// Where to, or the HTTP library's words about it; credentials redacted.
        detail: String,
    },
    /// The body ended before the length that its head announced.
    #[error("the body broke off after {received} of {expected} bytes")]
    CutShort {
        /// Bytes that came.
        received: u64,
        /// Bytes that were announced.
        expected: u64,
    },
    /// The body, or the file, is longer than allowed.
    #[error("longer than {limit} bytes{}", announced.map(|n| format!(" ({n})")).unwrap_or_default())]
    TooLarge {
        /// Limit in force, in bytes.
        limit: u64,
        /// The length it has, where it was told beforehand.
        announced: Option<u64>,
    },
    /// The service itself says that this is no picture.
    #[error("its content type is {content_type}, no picture")]
    WrongType {
        /// The header's value, shortened.
        content_type: String,
    },
    /// The file could not be read.
    #[error("cannot be read: {detail}")]
    Unreadable {
        /// The operating system's words.
        detail: String,
    },
    /// The bytes are not a whole picture.
    #[error(transparent)]
    Picture(#[from] PictureError),
}

impl Fault {
    /// Whether another attempt may end better. A page of HTML, a wrong type or a redirect loop is an answer
    /// and stays one; a server in trouble and a broken transfer are not.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Status { code, .. } => matches!(code, 408 | 429 | 500..=599),
            Self::Unresolved { .. }
            | Self::Connect { .. }
            | Self::Timeout { .. }
            | Self::Broken { .. }
            | Self::CutShort { .. }
            | Self::Picture(PictureError::Empty | PictureError::Truncated { .. }) => true,
            Self::PrivateHost { .. }
            | Self::Tls { .. }
            | Self::Protocol { .. }
            | Self::Redirects { .. }
            | Self::RedirectTarget { .. }
            | Self::TooLarge { .. }
            | Self::WrongType { .. }
            | Self::Unreadable { .. }
            | Self::Picture(_) => false,
        }
    }

    /// Whether the attempt ended before anything answered at the address.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(
            self,
            Self::Unresolved { .. }
                | Self::Connect { .. }
                | Self::Timeout {
                    phase: Phase::Resolve | Phase::Connect,
                    ..
                }
        )
    }
}

/// Why a face did not come, after everything that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// In no attempt did anything answer at the address: the service is not there at all.
    #[error("the face service at {url} was never reached")]
    Unreachable {
        /// The address asked for, credentials redacted.
        url: String,
        /// What went wrong last.
        #[source]
        fault: Box<Fault>,
        /// The attempts before it.
        retries: Vec<Retry>,
    },
    /// The service answered, but with no face.
    #[error("no face from {url} in {}", attempts(retries.len() + 1))]
    Service {
        /// The address asked for, credentials redacted.
        url: String,
        /// What went wrong last.
        #[source]
        fault: Box<Fault>,
        /// The attempts before it.
        retries: Vec<Retry>,
    },
    /// A file, or bytes handed over, are no face.
    #[error("no face in {origin}")]
    Refused {
        /// Path of the file, or what the caller called the bytes.
        origin: String,
        /// What is wrong with it.
        #[source]
        fault: Box<Fault>,
    },
    /// The source itself cannot be used.
    #[error("the source of faces cannot be used")]
    Source(#[from] SourceError),
    /// The face could not be written where it should lie.
    #[error("{path} cannot be written: {detail}")]
    Write {
        /// Where the face should lie.
        path: PathBuf,
        /// The operating system's words.
        detail: String,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
}

fn attempts(count: usize) -> String {
    match count {
        1 => "one attempt".into(),
        count => format!("{count} attempts"),
    }
}

impl FetchError {
    /// Whether nothing ever answered: the reason to end a run early with one sentence.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }

    /// The attempts before the last one; empty where nothing was retried.
    #[must_use]
    pub fn retries(&self) -> &[Retry] {
        match self {
            Self::Unreachable { retries, .. } | Self::Service { retries, .. } => retries,
            _ => &[],
        }
    }
}

/// Why a value does not name a source of faces, or the folder that it names has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// Neither http nor https.
    #[error("faces come over http or https or from a folder, not over {scheme}")]
    Scheme {
        /// What stands before `://`.
        scheme: String,
    },
    /// Not a URL.
    #[error("{url} is not a URL: {detail}")]
    Url {
        /// The value, credentials redacted.
        url: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A placeholder that does not exist.
    #[error("{{{name}}} is no placeholder; there are {{seed}}, {{index}} and {{attempt}}")]
    Placeholder {
        /// What stands between the braces.
        name: String,
    },
    /// Nothing has that name.
    #[error("{path} is neither a folder nor a URL (http://… or https://…)")]
    Missing {
        /// The value as given.
        path: PathBuf,
    },
    /// It is there, but is no folder.
    #[error("{path} is not a folder")]
    NotAFolder {
        /// The value as given.
        path: PathBuf,
    },
    /// The folder cannot be listed.
    #[error("the folder {path} cannot be read: {detail}")]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// The operating system's words.
        detail: String,
    },
    /// The folder holds no file with a picture's extension.
    #[error("the folder {path} holds no picture (.jpg, .jpeg, .png or .webp)")]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds more entries than are listed.
    #[error("the folder {path} holds more than {limit} entries")]
    TooMany {
        /// The folder.
        path: PathBuf,
        /// How many are listed at most.
        limit: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_is_its_own_name_is_said_once() {
        for (host, address, said) in [
            (
                "127.0.0.1",
                "127.0.0.1",
                "127.0.0.1 is not a public address",
            ),
            ("[::1]", "::1", "[::1] is not a public address"),
            (
                "intranet.example",
                "10.0.0.1",
                "intranet.example is 10.0.0.1, which is not a public address",
            ),
        ] {
            let fault = Fault::PrivateHost {
                host: host.to_owned(),
                address: address.parse().unwrap(),
            };
            assert_eq!(fault.to_string(), said);
        }
    }
}
