//! A web server answers while a batch of CVs is made beside it: the article's hungry child, who does not wait until the
//! kitchen has cooked for the party.
//!
//! A client asks every 10 ms, at fixed moments, so that an answer that comes late is counted as late and not as a
//! question less. Each setting of the batch has its turn in each of three rounds.
//!
//! ```sh
//! cargo run --release --example serve_while_batch [SECONDS A TURN]
//! ```
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use brigade_documents::{Locale, Options, Person, Renderer};
use brigade_examples::{EndedEarly, seconds};
use brigade_executor::{BuildError, Builder, Context, Executor, Job, Mode};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const ROUNDS: usize = 3;
/// Between two requests.
const PAUSE: Duration = Duration::from_millis(10);
/// Until workers have started and drawn their portrait.
const WARM_UP: Duration = Duration::from_millis(700);

/// One CV of the batch.
#[derive(Serialize, Deserialize)]
struct Cv(u64);

/// What a worker keeps from job to job.
struct Kitchen {
    renderer: Renderer,
    face: Vec<u8>,
}

impl Job for Cv {
    const NAME: &'static str = "cv";
    type Output = usize;
    type Error = brigade_documents::Error;

    fn run(self, context: &Context) -> Result<usize, Self::Error> {
        let kitchen = match context.state::<Kitchen>() {
            Some(kitchen) => kitchen,
            None => {
                let renderer = Renderer::new(Options::default())?;
                let face = brigade_portraits::portrait_jpeg(1, 0);
                context.state_or_init(|| Kitchen { renderer, face })
            }
        };
        let person = Person::invent(1, self.0, Locale::En);
        Ok(kitchen.renderer.render(&person, &kitchen.face)?.pdf.len())
    }
}

/// How the batch is run; without a builder there is none.
type Setting = (&'static str, Option<fn() -> Builder>);

const SETTINGS: [Setting; 6] = [
    ("no batch", None),
    ("threads, a worker a core", Some(|| batch(Mode::Threads))),
    (
        "processes, a worker a core",
        Some(|| batch(Mode::Processes)),
    ),
    ("… and nice 19", Some(|| batch(Mode::Processes).nice(19))),
    ("processes, a core reserved", Some(reserved)),
    ("… and nice 19", Some(|| reserved().nice(19))),
];

fn batch(mode: Mode) -> Builder {
    Executor::builder().mode(mode)
}

fn reserved() -> Builder {
    batch(Mode::Processes).reserved_cores(1)
}

/// What one setting did in all rounds.
#[derive(Default)]
struct Tally {
    waits: Vec<Duration>,
    cvs: u64,
    time: Duration,
}

fn main() -> Result<(), EndedEarly> {
    brigade_executor::worker().job::<Cv>().enter();
    let turn = seconds(1, "SECONDS")?.unwrap_or(Duration::from_secs(4));
    let server = serve()?;

    let mut tallies: [Tally; SETTINGS.len()] = Default::default();
    for _ in 0..ROUNDS {
        for ((_, builder), tally) in SETTINGS.iter().zip(&mut tallies) {
            beside(*builder, turn, server, tally)?;
        }
    }
    println!(
        "{:<28}{:>12}  {:>9}{:>9}{:>9}",
        "batch", "CVs a second", "p50 ms", "p99 ms", "max ms"
    );
    for ((name, _), mut tally) in SETTINGS.iter().zip(tallies) {
        tally.waits.sort();
        let rate = tally.cvs as f64 / tally.time.as_secs_f64();
        let [p50, p99, max] = [50, 99, 100].map(|percent| {
            let at = (tally.waits.len() * percent / 100).min(tally.waits.len() - 1);
            tally.waits[at].as_secs_f64() * 1e3
        });
        println!("{name:<28}{rate:>12.0}  {p50:>9.2}{p99:>9.2}{max:>9.2}");
    }
    Ok(())
}

/// Asks for `turn` while the batch runs.
fn beside(
    builder: Option<fn() -> Builder>,
    turn: Duration,
    server: SocketAddr,
    tally: &mut Tally,
) -> Result<(), Box<dyn Error>> {
    let (is_over, cvs) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let batch = builder.map(|builder| {
            let (is_over, cvs) = (&is_over, &cvs);
            scope.spawn(move || cook(builder, is_over, cvs))
        });
        thread::sleep(WARM_UP.min(turn));
        let before = cvs.load(Ordering::Relaxed);
        let asked = ask(server, turn, &mut tally.waits);
        tally.cvs += cvs.load(Ordering::Relaxed) - before;
        tally.time += turn;
        is_over.store(true, Ordering::Relaxed);
        if let Some(batch) = batch {
            batch.join().expect("no panic")?;
        }
        Ok(asked?)
    })
}

/// The batch, which ends when it is told to.
fn cook(builder: fn() -> Builder, is_over: &AtomicBool, cvs: &AtomicU64) -> Result<(), BuildError> {
    let executor = builder().build()?;
    let jobs = (0..).take_while(|_| !is_over.load(Ordering::Relaxed));
    for finished in executor.stream(jobs.map(Cv)) {
        if finished.outcome.into_result().is_ok() {
            cvs.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}

/// Notes how long each answer took, from the moment when it should have been asked for.
fn ask(server: SocketAddr, turn: Duration, waits: &mut Vec<Duration>) -> io::Result<()> {
    let start = Instant::now();
    let mut due = Duration::ZERO;
    while due < turn {
        thread::sleep(due.saturating_sub(start.elapsed()));
        let mut stream = TcpStream::connect(server)?;
        stream.write_all(b"GET /menu HTTP/1.1\r\nHost: kitchen\r\nConnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        waits.push(start.elapsed().saturating_sub(due));
        due += PAUSE;
    }
    Ok(())
}

/// A server that computes a little for each answer, on a thread of this process.
fn serve() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that went away is no reason to stop serving.
            let _ = answer(&stream);
        }
    });
    Ok(address)
}

fn answer(mut stream: &TcpStream) -> io::Result<()> {
    let request = BufReader::new(stream).lines();
    for line in request {
        if line?.is_empty() {
            break;
        }
    }
    let guests = (0..20).map(|guest| Person::invent(2, guest, Locale::En).name + "\n");
    let body: String = guests.collect();
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
