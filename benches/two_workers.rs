//! 400 CVs by one worker and by two, on threads and in worker processes: how many times as fast two are.
//!
//! ```sh
//! cargo bench --bench two_workers -- FACE.jpg
//! ```
//!
//! Wall time from building the executor to the finished archive, the face read from its file for each CV, as a run
//! of the pipeline does. One worker and two take turns. What else the machine does costs two workers more than one,
//! so two ratios are printed: of the medians, and of the shortest times, which come closest to an idle machine.
//! Without `FACE.jpg` a drawn portrait is taken.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;

use brigade_documents::{ArchiveWriter, Locale, Options, Person, Renderer};
use brigade_executor::{Context, Executor, Job, Mode};
use serde::{Deserialize, Serialize};

const CVS: u64 = 400;
const ROUNDS: usize = 9;

#[derive(Serialize, Deserialize)]
struct Render {
    face: PathBuf,
    index: u64,
}

impl Job for Render {
    const NAME: &'static str = "render";
    type Output = serde_bytes::ByteBuf;
    type Error = Box<dyn Error + Send + Sync>;

    fn run(self, context: &Context) -> Result<Self::Output, Self::Error> {
        let renderer = context.state_or_init(|| {
            Renderer::new(Options::default()).expect("the built-in fonts can be used")
        });
        let face = std::fs::read(self.face)?;
        let person = Person::invent(1, self.index, Locale::En);
        Ok(renderer.render(&person, &face)?.pdf.into())
    }
}

fn main() -> Result<(), Box<dyn Error>> {
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
    let modes = [("threads", Mode::Threads), ("processes", Mode::Processes)];
    for (name, mode) in modes {
        let (mut one, mut two) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            one.push(seconds(mode, 1, &face)?);
            two.push(seconds(mode, 2, &face)?);
        }
        for times in [&mut one, &mut two] {
            times.sort_by(f64::total_cmp);
        }
        let middle = ROUNDS / 2;
        println!(
            "{name:9}  one {:.3} s, two {:.3} s: {:.2} times as fast by medians, {:.2} by the shortest of {ROUNDS}",
            one[middle],
            two[middle],
            one[middle] / two[middle],
            one[0] / two[0],
        );
    }
    Ok(())
}

/// Wall time of all CVs into one archive.
fn seconds(mode: Mode, workers: usize, face: &Path) -> Result<f64, Box<dyn Error>> {
    let started = Instant::now();
    let executor = Executor::builder().mode(mode).workers(workers).build()?;
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
