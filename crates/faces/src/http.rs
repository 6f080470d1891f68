//! One HTTP request for one face: bounded in time, length and redirects, with every failure named.
//!
//! It knows nothing of retries, files or templates.

use std::io::Read as _;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use ureq::config::{Config, ConfigBuilder};
use ureq::http::{Response, header};
use ureq::typestate::AgentScope;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};

use crate::address::Address;
use crate::lookup::{Lookup, PrivateHost};
use crate::picture::looks_like;
use crate::{Fault, Phase, PictureError, redact, retry};

/// Says who asks, so that the people who run a service can tell and complain.
const USER_AGENT: &str = concat!(
    "brigade-faces/",
    env!("CARGO_PKG_VERSION"),
    " (+",
    env!("CARGO_PKG_REPOSITORY"),
    ")"
);

/// A face behind more redirects than this is a loop or a maze.
const MAX_REDIRECTS: u32 = 5;

/// Enough for every worker that shares a fetcher; an idle connection exists only once it was used.
const MAX_IDLE_CONNECTIONS: usize = 256;

/// Longest head of an answer, in bytes.
const MAX_HEAD: usize = 32 * 1024;

/// Longest content type that a message repeats, in characters.
const MAX_SHOWN: usize = 60;

/// Limits of the parts of one attempt. The HTTP library's own default is to wait for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeouts {
    /// Looking up the host. 5 s.
    pub resolve: Duration,
    /// Connecting, TLS included. 5 s.
    pub connect: Duration,
    /// From the request's end to the end of the answer's head. 15 s.
    pub first_byte: Duration,
    /// The body. 20 s.
    pub body: Duration,
    /// The whole attempt, redirects included. 30 s.
    pub attempt: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            resolve: Duration::from_secs(5),
            connect: Duration::from_secs(5),
            first_byte: Duration::from_secs(15),
            body: Duration::from_secs(20),
            attempt: Duration::from_secs(30),
        }
    }
}

impl Timeouts {
    /// An attempt, and each part of it, may take `limit`: what a user means who gives one figure. Finding and
    /// reaching the host keeps its own, shorter limits.
    #[must_use]
    pub fn within(limit: Duration) -> Self {
        let default = Self::default();
        Self {
            resolve: default.resolve.min(limit),
            connect: default.connect.min(limit),
            first_byte: limit,
            body: limit,
            attempt: limit,
        }
    }

    fn of(&self, phase: Phase) -> Duration {
        match phase {
            Phase::Resolve => self.resolve,
            Phase::Connect => self.connect,
            Phase::Send | Phase::FirstByte => self.first_byte,
            Phase::Body => self.body,
            Phase::Attempt => self.attempt,
        }
    }
}

/// An agent with its pool of connections; the limits in time are set on each request.
pub(crate) fn agent() -> Agent {
    with_lookup(config().build(), false)
}

/// An agent that asks public addresses only. It uses no proxy: a proxy would resolve the host again, out of sight.
pub(crate) fn public_agent() -> Agent {
    with_lookup(config().proxy(None).build(), true)
}

fn with_lookup(config: Config, public_only: bool) -> Agent {
    Agent::with_parts(
        config,
        DefaultConnector::default(),
        Lookup::new(public_only),
    )
}

fn config() -> ConfigBuilder<AgentScope> {
    Agent::config_builder()
        .http_status_as_error(false)
        .user_agent(USER_AGENT)
        .accept("image/jpeg, image/png, image/webp, image/*;q=0.5")
        .accept_encoding("identity")
        .max_redirects(MAX_REDIRECTS)
        // The answer itself tells more: see `too_far`.
        .max_redirects_will_error(false)
        .max_response_header_size(MAX_HEAD)
        .max_idle_connections(MAX_IDLE_CONNECTIONS)
        .max_idle_connections_per_host(MAX_IDLE_CONNECTIONS)
}

/// The body of a 2xx answer, at most `max_bytes` long; what is in it is not looked at beyond its type.
pub(crate) fn get(
    agent: &Agent,
    address: &Address,
    timeouts: &Timeouts,
    max_bytes: u64,
) -> Result<Vec<u8>, Fault> {
    let named = |error: ureq::Error| name(error, address, timeouts, max_bytes);
    let request = agent.get(&address.url);
    let request = match &address.authorization {
        Some(value) => request.header(header::AUTHORIZATION, value),
        None => request,
    };
    let mut config = request
        .config()
        .timeout_global(Some(timeouts.attempt))
        .timeout_resolve(Some(timeouts.resolve))
        .timeout_connect(Some(timeouts.connect))
        .timeout_send_request(Some(timeouts.first_byte))
        .timeout_recv_response(Some(timeouts.first_byte))
        .timeout_recv_body(Some(timeouts.body));
    if address.is_loopback {
        config = config.proxy(None);
    }
    let response = config.build().call().map_err(named)?;
    if let Some(fault) = too_far(&response) {
        return Err(fault);
    }
    if !response.status().is_success() {
        return Err(Fault::Status {
            code: response.status().as_u16(),
            retry_after: header_text(&response, header::RETRY_AFTER)
                .and_then(|value| retry::retry_after(value, SystemTime::now())),
        });
    }
    let content_type = foreign_type(&response);
    let bytes = read_body(response, max_bytes, named)?;
    match (content_type, looks_like(&bytes)) {
        // What it says and what it is agree: the more telling name wins.
        (Some(_), what @ ("an HTML page" | "JSON")) => {
            let looks_like = what.into();
            Err(PictureError::NotAPicture { looks_like }.into())
        }
        (Some(content_type), _) => Err(Fault::WrongType { content_type }),
        (None, _) => Ok(bytes),
    }
}

/// What is wrong when the last redirect that is followed leads to another one. What is no URL in the library's eyes, such as
/// `file:///x`, is a path to it: it asks the same host for that, and gets the same answer until it gives up.
fn too_far<B>(response: &Response<B>) -> Option<Fault> {
    let location = header_text(response, header::LOCATION)?;
    if !response.status().is_redirection() {
        return None;
    }
    let scheme = location.split_once(':').map(|(scheme, _)| scheme);
    let is_path = scheme.is_none_or(|scheme| scheme.contains(['/', '?', '#']));
    let is_http = |scheme: &str| ["http", "https"].contains(&&*scheme.to_ascii_lowercase());
    Some(if is_path || scheme.is_some_and(is_http) {
        Fault::Redirects {
            limit: MAX_REDIRECTS,
        }
    } else {
        Fault::RedirectTarget {
            detail: redact(location).chars().take(MAX_SHOWN).collect(),
        }
    })
}

fn read_body(
    mut response: Response<Body>,
    max_bytes: u64,
    named: impl FnOnce(ureq::Error) -> Fault,
) -> Result<Vec<u8>, Fault> {
    let expected = response.body().content_length();
    if let Some(announced) = expected.filter(|&length| length > max_bytes) {
        return Err(Fault::TooLarge {
            limit: max_bytes,
            announced: Some(announced),
        });
    }
    let mut bytes = Vec::with_capacity(usize::try_from(expected.unwrap_or(0)).unwrap_or(0));
    // One byte more than allowed tells a body of exactly the limit from a longer one.
    let read = response
        .body_mut()
        .as_reader()
        .take(max_bytes + 1)
        .read_to_end(&mut bytes);
    let received = bytes.len() as u64;
    match (read, expected) {
        (Ok(_), _) if received > max_bytes => Err(Fault::TooLarge {
            limit: max_bytes,
            announced: None,
        }),
        (Ok(_), _) => Ok(bytes),
        (Err(error), Some(expected)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Err(Fault::CutShort { received, expected })
        }
        (Err(error), _) => Err(named(error.into())),
    }
}

fn header_text<B>(response: &Response<B>, name: header::HeaderName) -> Option<&str> {
    response.headers().get(name)?.to_str().ok()
}

/// The content type, when it declares something that is no picture.
fn foreign_type<B>(response: &Response<B>) -> Option<String> {
    let value = header_text(response, header::CONTENT_TYPE)?;
    let essence = value.split(';').next()?.trim().to_ascii_lowercase();
    let may_be_a_picture =
        essence.is_empty() || essence.starts_with("image/") || essence.ends_with("/octet-stream");
    (!may_be_a_picture).then(|| value.chars().take(MAX_SHOWN).collect())
}

/// The library's error in our words. None of its own text may carry a secret: the URL went in without
/// credentials, and what is repeated is redacted (a redirect may bring an address of its own).
fn name(error: ureq::Error, address: &Address, timeouts: &Timeouts, max_bytes: u64) -> Fault {
    let detail = redact(&error.to_string());
    match error {
        ureq::Error::HostNotFound => Fault::Unresolved {
            host: address.host.clone(),
        },
        ureq::Error::ConnectionFailed | ureq::Error::ConnectProxyFailed(_) => {
            Fault::Connect { detail }
        }
        ureq::Error::Timeout(timeout) => {
            let phase = phase_of(timeout);
            let limit = timeouts.of(phase);
            Fault::Timeout { phase, limit }
        }
        ureq::Error::Io(error) => name_io(&error),
        ureq::Error::Tls(_)
        | ureq::Error::TlsRequired
        | ureq::Error::Pem(_)
        | ureq::Error::Rustls(_) => Fault::Tls { detail },
        // The address asked first has been looked at, so this is one that it led to.
        ureq::Error::BadUri(detail) => Fault::RedirectTarget {
            detail: redact(&detail),
        },
        ureq::Error::RedirectFailed => Fault::RedirectTarget { detail },
        // The library gives its own kinds of protocol errors no name outside.
        ureq::Error::Protocol(error) if error.to_string().contains("location header") => {
            Fault::RedirectTarget {
                detail: "its location header is missing or malformed".to_owned(),
            }
        }
        ureq::Error::BodyExceedsLimit(_) => Fault::TooLarge {
            limit: max_bytes,
            announced: None,
        },
        ureq::Error::Other(other) => match other.downcast::<PrivateHost>() {
            Ok(refused) => Fault::PrivateHost {
                host: refused.host,
                address: refused.address,
            },
            Err(_) => Fault::Protocol { detail },
        },
        _ => Fault::Protocol { detail },
    }
}

fn name_io(error: &std::io::Error) -> Fault {
    use std::io::ErrorKind as Kind;
    let detail = error.to_string();
    match error.kind() {
        Kind::ConnectionRefused
        | Kind::HostUnreachable
        | Kind::NetworkUnreachable
        | Kind::NetworkDown
        | Kind::AddrNotAvailable
        | Kind::PermissionDenied => Fault::Connect { detail },
        Kind::InvalidData => Fault::Tls { detail },
        _ => Fault::Broken { detail },
    }
}

fn phase_of(timeout: ureq::Timeout) -> Phase {
    match timeout {
        ureq::Timeout::Resolve => Phase::Resolve,
        ureq::Timeout::Connect => Phase::Connect,
        ureq::Timeout::SendRequest | ureq::Timeout::SendBody => Phase::Send,
        ureq::Timeout::RecvResponse => Phase::FirstByte,
        ureq::Timeout::RecvBody => Phase::Body,
        _ => Phase::Attempt,
    }
}
