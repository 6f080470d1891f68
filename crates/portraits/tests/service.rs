//! The service process, with this very test binary as its executable.

use std::io::{Read, Write};
use std::net::TcpStream;

use brigade_portraits::{Latency, Pictures, ServerConfig, service};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() {
    service::enter();
    let arguments = Arguments::from_args();
    let trials = vec![Trial::test(
        "a_service_draws_then_serves_then_ends_when_dropped",
        draws_serves_ends,
    )];
    libtest_mimic::run(&arguments, trials).exit();
}

fn config(cache: &std::path::Path) -> Result<ServerConfig, Failed> {
    Ok(ServerConfig {
        seed: 5,
        prepare: 2,
        latency: Latency::with_mean(0.0)?,
        pictures: Pictures::Drawn {
            cache: Some(cache.to_owned()),
        },
        ..ServerConfig::default()
    })
}

fn draws_serves_ends() -> Result<(), Failed> {
    let cache = tempfile::tempdir()?;
    let config = config(cache.path())?;
    let service = service::Service::start(&config)?;
    assert_eq!(service.drawn(), 2);
    let (address, pid) = (service.address(), service.pid());
    assert_ne!(pid, std::process::id());

    let mut stream = TcpStream::connect(address)?;
    stream.write_all(b"GET /5/1.jpg HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    assert!(answer.ends_with(&brigade_portraits::portrait_jpeg(5, 1)));

    drop(service);
    assert!(TcpStream::connect(address).is_err());
    let again = service::Service::start(&config)?;
    assert_eq!(again.drawn(), 0, "both portraits were in the cache");
    Ok(())
}
