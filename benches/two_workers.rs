//! 400 CVs by one worker and by two, on threads and in worker processes: how many times as fast two are.
//!
//! ```sh
//! cargo bench --bench two_workers -- FACE.jpg
//! ```
//!
//! Wall time from building the executor to the finished archive, the face read from its file for each CV, as a run
//! of the pipeline does. Everybody takes turns, the floor too: bare threads that render as many CVs each and keep
//! none, with nothing between them but the machine. What else the machine does costs two workers more than one, so
//! two ratios are printed, of the medians and of the shortest times, and how far the floor got shows which part of a miss is
//! the machine's. Without `FACE.jpg` a drawn portrait is taken.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use brigade_documents::{ArchiveWriter, Locale, Options, Person, Renderer};
use brigade_executor::{Context, Executor, Job, Mode};
use serde::{Deserialize, Serialize};

const CVS: u64 = 400;
const ROUNDS: usize = 9;

type Failure = Box<dyn Error + Send + Sync>;
/// What all CVs take so many workers, in seconds.
type Way<'a> = &'a dyn Fn(u64) -> Result<f64, Failure>;

#[derive(Serialize, Deserialize)]
struct Render {
    face: PathBuf,
    index: u64,
}

impl Job for Render {
    const NAME: &'static str = "render";
    type Output = serde_bytes::ByteBuf;
    type Error = Failure;

    fn run(self, context: &Context) -> Result<Self::Output, Self::Error> {
        let renderer = context.state_or_init(|| {
            Renderer::new(Options::default()).expect("the built-in fonts can be used")
        });
        Ok(render(&renderer, self.index, &self.face)?.into())
    }
}

fn render(renderer: &Renderer, index: u64, face: &Path) -> Result<Vec<u8>, Failure> {
    let person = Person::invent(1, index, Locale::En);
    Ok(renderer.render(&person, &std::fs::read(face)?)?.pdf)
}

fn main() -> Result<(), Failure> {
    brigade_executor::worker().job::<Render>().enter();
    let folder = tempfile::tempdir()?;
    let face = match std::env::args().skip(1).find(|word| !word.starts_with('-')) {
        Some(path) => PathBuf::from(path),
        None => {
            let face = folder.path().join("face.jpg");
            std::fs::write(&face, brigade_portraits::portrait_jpeg(1, 0))?;
            face
        }
    };
    let ways: [(&str, Way<'_>); 3] = [
        ("bare threads", &|workers| floor(workers, &face)),
        ("threads", &|workers| seconds(Mode::Threads, workers, &face)),
        ("processes", &|workers| {
            seconds(Mode::Processes, workers, &face)
        }),
    ];
    let mut times = ways.map(|_| [Vec::new(), Vec::new()]);
    for _ in 0..ROUNDS {
        for ((_, run), [one, two]) in ways.iter().zip(&mut times) {
            one.push(run(1)?);
            two.push(run(2)?);
        }
    }
    for ((name, _), [one, two]) in ways.iter().zip(&mut times) {
        one.sort_by(f64::total_cmp);
        two.sort_by(f64::total_cmp);
        let middle = ROUNDS / 2;
        println!(
            "{name:12}  one {:.3} s, two {:.3} s: {:.2} times as fast by medians, {:.2} by the shortest of {ROUNDS}",
            one[middle],
            two[middle],
            one[middle] / two[middle],
            one[0] / two[0],
        );
    }
    Ok(())
}

/// Wall time of all CVs on threads that know nothing of each other.
fn floor(workers: u64, face: &Path) -> Result<f64, Failure> {
    let started = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|worker| {
                scope.spawn(move || {
                    let renderer = Renderer::new(Options::default())?;
                    for index in (worker..CVS).step_by(workers as usize) {
                        render(&renderer, index, face)?;
                    }
                    Ok::<_, Failure>(())
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("rendering does not panic")?;
        }
        Ok::<_, Failure>(())
    })?;
    Ok(started.elapsed().as_secs_f64())
}

/// Wall time of all CVs into one archive.
fn seconds(mode: Mode, workers: u64, face: &Path) -> Result<f64, Failure> {
    let started = Instant::now();
    let executor = Executor::builder()
        .mode(mode)
        .workers(workers as usize)
        .build()?;
    let mut archive = ArchiveWriter::new(std::io::sink());
    let jobs = (0..CVS).map(|index| Render {
        face: face.to_owned(),
        index,
    });
    for outcome in executor.map(jobs) {
        archive.add("cv.pdf", &outcome.into_result()?)?;
    }
    archive.finish()?;
    Ok(started.elapsed().as_secs_f64())
}
