//! The service process, with this very test binary as its executable.
//!
//! The binary plays three parts besides the tests: the service itself (through `enter`), a parent that will be killed,
//! and a program that forgot to call `enter`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]
#![expect(clippy::print_stdout, reason = "the parts it plays report on stdout")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use brigade_portraits::service::{self, Service};
use brigade_portraits::{Error, Latency, Pictures, ServerConfig};
use libtest_mimic::{Arguments, Failed, Trial};

/// Set for the parent that will be killed, to its cache folder.
const DOOMED: &str = "BRIGADE_TEST_DOOMED_PARENT";
/// Set for the program that forgets the entry line, to its cache folder.
const FORGETFUL: &str = "BRIGADE_TEST_FORGETFUL";

fn main() {
    if let Some(cache) = std::env::var_os(FORGETFUL) {
        let refused = Service::start(&config(Path::new(&cache))).unwrap_err();
        println!("{refused}");
        return;
    }
    service::enter();
    if let Some(cache) = std::env::var_os(DOOMED) {
        let service = Service::start(&config(Path::new(&cache))).unwrap();
        println!("{} {}", service.pid(), service.address());
        std::thread::sleep(Duration::from_secs(60));
        return;
    }
    let arguments = Arguments::from_args();
    let trials = vec![
        Trial::test(
            "a_service_draws_then_serves_then_ends_when_dropped",
            draws_serves_ends,
        ),
        Trial::test("a_service_dies_with_a_killed_parent", dies_with_its_parent),
        Trial::test(
            "whoever_watches_it_draw_may_call_it_off",
            called_off_while_drawing,
        ),
        Trial::test("a_service_says_why_it_cannot_serve", says_why_not),
        Trial::test(
            "a_main_without_the_entry_line_is_told_so",
            missing_line_is_named,
        ),
        Trial::test(
            "a_damaged_cache_entry_is_drawn_again",
            damaged_entry_is_redrawn,
        ),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

fn config(cache: &Path) -> ServerConfig {
    ServerConfig {
        seed: 5,
        prepare: 0..2,
        latency: Latency::NONE,
        pictures: Pictures::Drawn {
            cache: Some(cache.to_owned()),
        },
        ..ServerConfig::default()
    }
}

fn get(address: SocketAddr, path: &str) -> Result<Vec<u8>, Failed> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

fn draws_serves_ends() -> Result<(), Failed> {
    let cache = tempfile::tempdir()?;
    let config = config(cache.path());
    let service = Service::start(&config)?;
    assert_eq!(service.drawn(), 2);
    assert!(service.drawing() > Duration::ZERO);
    assert_ne!(service.pid(), std::process::id());
    let address = service.address();
    let portrait = brigade_portraits::portrait_jpeg(5, 1);
    assert!(get(address, "/5/1.jpg")?.ends_with(&portrait));
    if cfg!(target_os = "linux") {
        // Its own process group: a Ctrl-C on the terminal is not for it.
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", service.pid()))?;
        let group = stat
            .rsplit(") ")
            .next()
            .and_then(|rest| rest.split(' ').nth(2));
        assert_eq!(group, Some(service.pid().to_string().as_str()));
    }
    drop(service);
    assert!(TcpStream::connect(address).is_err());

    let again = Service::start(&config)?;
    assert_eq!(again.drawn(), 0, "both portraits were in the cache");
    assert!(get(again.address(), "/5/1.jpg")?.ends_with(&portrait));
    Ok(())
}

fn dies_with_its_parent() -> Result<(), Failed> {
    let cache = tempfile::tempdir()?;
    let mut parent = Command::new(std::env::current_exe()?)
        .env(DOOMED, cache.path())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(parent.stdout.take().ok_or("no stdout")?).read_line(&mut line)?;
    let (_, address) = line.trim().split_once(' ').ok_or("no pid and address")?;
    let address: SocketAddr = address.parse()?;
    assert!(TcpStream::connect(address).is_ok());
    parent.kill()?; // SIGKILL: no destructor runs
    parent.wait()?;
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < deadline, "the service outlived its parent");
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

fn called_off_while_drawing() -> Result<(), Failed> {
    let cache = tempfile::tempdir()?;
    let many = ServerConfig {
        prepare: 0..1_000_000,
        ..config(cache.path())
    };
    let mut asked = 0;
    let started = Service::start_watched(&many, &mut |_| {
        asked += 1;
        match asked {
            3 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    });
    assert!(matches!(started, Err(Error::Cancelled)));

    let mut last = 0;
    let _service = Service::start_watched(&config(cache.path()), &mut |ready| {
        last = ready;
        ControlFlow::Continue(())
    })?;
    assert_eq!(last, 2);
    Ok(())
}

fn says_why_not() -> Result<(), Failed> {
    let taken = TcpListener::bind("127.0.0.1:0")?;
    let port = taken.local_addr()?.port();
    let config = ServerConfig {
        port,
        ..ServerConfig::default()
    };
    let refused = Service::start(&config)
        .err()
        .ok_or("two on one port")?
        .to_string();
    assert!(
        refused.contains(&format!("cannot listen on 127.0.0.1:{port}: ")),
        "{refused}"
    );
    Ok(())
}

fn missing_line_is_named() -> Result<(), Failed> {
    let cache = tempfile::tempdir()?;
    let output = Command::new(std::env::current_exe()?)
        .env(FORGETFUL, cache.path())
        .output()?;
    let said = String::from_utf8(output.stdout)?;
    assert!(
        said.contains("call brigade_portraits::service::enter() first in main"),
        "{said}"
    );
    Ok(())
}

fn damaged_entry_is_redrawn() -> Result<(), Failed> {
    let cache = tempfile::tempdir()?;
    let config = config(cache.path());
    drop(Service::start(&config)?);
    let entry = std::fs::read_dir(cache.path())?
        .next()
        .ok_or("nothing was kept")??;
    let kept = std::fs::read(entry.path())?;
    std::fs::write(entry.path(), &kept[..kept.len() / 2])?;
    let service = Service::start(&config)?;
    assert_eq!(service.drawn(), 1);
    for index in 0..2 {
        let portrait = brigade_portraits::portrait_jpeg(5, index);
        assert!(get(service.address(), &format!("/5/{index}.jpg"))?.ends_with(&portrait));
    }
    Ok(())
}
