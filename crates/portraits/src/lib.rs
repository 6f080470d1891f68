//! Draws a distinct portrait per seed and index, and serves them over loopback HTTP.
//!
//! A portrait is a function of its two numbers: 1024×1024 pixels, a progressive JPEG of at least 100 KB, of a
//! person who does not exist and was never photographed. All of it is drawn by the code in this crate.
//!
//! ```
//! let jpeg = brigade_portraits::portrait_jpeg(7, 0);
//! assert!(jpeg.starts_with(&[0xff, 0xd8]) && jpeg.len() >= 100_000);
//! assert_eq!(jpeg, brigade_portraits::portrait_jpeg(7, 0));
//! ```
//!
//! A [`Server`] plays a face service: waits like a real one, and faults on request.
//!
//! ```
//! use brigade_portraits::{Latency, Pictures, Server, ServerConfig};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let cache = Some(folder.path().to_owned());
//! let server = Server::start(ServerConfig {
//!     seed: 7,
//!     latency: Latency::with_mean(0.1)?,
//!     pictures: Pictures::Drawn { cache },
//!     faults: vec!["error=0.1".parse()?, "html@3.1".parse()?],
//!     ..ServerConfig::default()
//! })?;
//! println!("{}", server.url_template()); // http://127.0.0.1:PORT/{seed}/{index}.jpg?attempt={attempt}
//! # Ok(())
//! # }
//! ```
//!
//! So that drawing and serving are not counted among the work of the program that fetches, a
//! [`Service`](service::Service) is the same server in a process of its own: the same executable, started again,
//! which becomes the service at the line [`service::enter`] and ends with its parent.
//!
//! ```no_run
//! use brigade_portraits::{ServerConfig, service};
//!
//! fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     service::enter();
//!     let service = service::Service::start(&ServerConfig { prepare: 0..100, ..ServerConfig::default() })?;
//!     println!("{} drew {} in {:?}", service.pid(), service.drawn(), service.drawing());
//!     Ok(())
//! }
//! ```

mod cache;
mod error;
mod fault;
mod folder;
mod gallery;
mod latency;
mod portrait;
mod random;
mod reply;
mod request;
mod server;
pub mod service;

pub use error::Error;
pub use fault::{Fault, FaultRule, When};
pub use gallery::Pictures;
pub use latency::Latency;
pub use portrait::portrait_jpeg;
pub use server::{Server, ServerConfig};
