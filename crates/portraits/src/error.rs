//! What can go wrong before a portrait is served.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Why a server or a service did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The port is taken, or may not be bound.
    #[error("cannot listen on {address}")]
    Listen {
        /// The loopback address asked for.
        address: SocketAddr,
        /// The system's reason.
        source: io::Error,
    },
    /// The folder of pictures, or a file in it, cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The folder or file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A folder without a single picture.
    #[error("no JPEG, PNG or WebP picture lies in {}", path.display())]
    NoPictures {
        /// The folder.
        path: PathBuf,
    },
    /// A symbolic link in the folder leads out of it.
    #[error("{} leads out of the folder of pictures", path.display())]
    OutsideFolder {
        /// The link.
        path: PathBuf,
    },
    /// The mean latency is negative, not a number or longer than a minute.
    #[error("a mean latency of {mean_s} s is not between 0 and 60 s")]
    Latency {
        /// What was asked for, in seconds.
        mean_s: f64,
    },
    /// A fault that does not read as `NAME=RATE` or `NAME@INDEX[.ATTEMPT]`.
    #[error("fault {text:?}: {reason}")]
    Fault {
        /// What was asked for.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Whoever watched the service draw called it off.
    #[error("cancelled while portraits were drawn")]
    Cancelled,
    /// The service process could not be started.
    #[error("cannot start the portrait service")]
    Spawn {
        /// The system's reason.
        source: io::Error,
    },
    /// The executable was started again but did not become the service.
    #[error(
        "{} did not become the portrait service: call brigade_portraits::service::enter() first in main",
        executable.display()
    )]
    NotEntered {
        /// The executable.
        executable: PathBuf,
    },
    /// The service said why it cannot serve.
    #[error("the portrait service failed: {message}")]
    Service {
        /// The service's own words, causes included.
        message: String,
    },
}
