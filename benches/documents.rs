//! One classic CV from JPEG bytes to ZIP entry, by step, against libjpeg-turbo's full decode of the same file.
//!
//! ```sh
//! cargo bench --bench documents -- FACE.jpg
//! BRIGADE_PYTHON=venv/bin/python cargo bench --bench documents -- FACE.jpg   # the article's program as well
//! ```
//!
//! All times are CPU time of one thread, and peers take turns with us within one run, so that the ratios hold on
//! a busy machine. Without `FACE.jpg` a drawn portrait is taken. The probe of libjpeg needs a C compiler and
//! libjpeg-turbo's header, and is left out with a word where they are missing.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use brigade_documents::{ArchiveWriter, Layout, Locale, Options, Person, Renderer};
use brigade_thumbnail::Size;

const ROUNDS: usize = 31;
/// Runs of a step within a round, as single ones are short against the clock.
const REPEATS: u32 = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let face = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("face.jpg");
    match face {
        Some(path) => std::fs::copy(&path, &file).map(drop)?,
        None => std::fs::write(&file, brigade_portraits::portrait_jpeg(1, 0))?,
    }
    let face = std::fs::read(&file)?;
    let mut libjpeg = libjpeg(folder.path(), &file);
    let mut article = article(&file);

    let renderer = Renderer::new(Options::default())?;
    let modern = Renderer::new(Options {
        layout: Layout::Modern,
        ..Options::default()
    })?;
    let people: Vec<Person> = (0..8)
        .map(|index| Person::invent(1, index, Locale::En))
        .collect();
    let dot = dot();
    let reader = brigade_thumbnail::Options::new(Size::AtLeast(256, 256));

    let mut steps = Steps::default();
    for round in 0..ROUNDS {
        let person = &people[round % people.len()];
        if let Some(probe) = &mut libjpeg {
            steps.add("T: libjpeg-turbo, full decode", probe.seconds()?);
        }
        if let Some(probe) = article.as_mut().filter(|_| round % 8 == 0) {
            steps.add("the article's program, one CV", probe.seconds()?);
        }
        steps.time("decode at 1/4 (brigade-thumbnail)", || {
            Ok(brigade_thumbnail::read(&face, &reader)?)
        })?;
        steps.time("full decode (image)", || {
            Ok(image::load_from_memory(&face)?)
        })?;
        steps.time("person, page and PDF around a dot", || {
            let person = Person::invent(1, round as u64, Locale::En);
            Ok(renderer.render(&person, &dot)?)
        })?;
        steps.time("classic PDF", || Ok(renderer.render(person, &face)?))?;
        steps.time("modern PDF", || Ok(modern.render(person, &face)?))?;
        let pdf = renderer.render(person, &face)?.pdf;
        let mut archive = ArchiveWriter::new(Vec::new());
        steps.time("ZIP entry", || Ok(archive.add("cv.pdf", &pdf)?))?;
        let mut archive = ArchiveWriter::new(Vec::new());
        steps.time("one CV: person, classic PDF, ZIP entry", || {
            let person = Person::invent(1, round as u64, Locale::En);
            Ok(archive.add("cv.pdf", &renderer.render(&person, &face)?.pdf)?)
        })?;
    }
    steps.print();
    let [decode, whole] = [
        "decode at 1/4 (brigade-thumbnail)",
        "one CV: person, classic PDF, ZIP entry",
    ]
    .map(|step| steps.median(step));
    if let (Some(decode), Some(whole)) = (decode, whole) {
        println!(
            "\neverything after decode: {:.3} ms",
            (whole - decode) * 1e3
        );
        if let Some(t) = steps.median("T: libjpeg-turbo, full decode") {
            println!("  one CV:           {:.3} T", whole / t);
            println!("  everything after: {:.3} T", (whole - decode) / t);
        }
        if let Some(article) = steps.median("the article's program, one CV") {
            println!(
                "  the article's program takes {:.0} times as long",
                article / whole
            );
        }
    }
    Ok(())
}

/// A JPEG of one colour that costs next to nothing to decode.
fn dot() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(8, 8)
        .write_to(&mut bytes, image::ImageFormat::Jpeg)
        .expect("memory takes every byte");
    bytes.into_inner()
}

/// Seconds by step, in the order in which the steps came first.
#[derive(Default)]
struct Steps {
    names: Vec<&'static str>,
    seconds: Vec<Vec<f64>>,
}

impl Steps {
    fn add(&mut self, name: &'static str, seconds: f64) {
        let index = self
            .names
            .iter()
            .position(|known| *known == name)
            .unwrap_or_else(|| {
                self.names.push(name);
                self.seconds.push(Vec::new());
                self.names.len() - 1
            });
        self.seconds[index].push(seconds);
    }

    fn time<T>(
        &mut self,
        name: &'static str,
        mut step: impl FnMut() -> Result<T, Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        let start = cpu_time();
        for _ in 0..REPEATS {
            black_box(step()?);
        }
        self.add(
            name,
            (cpu_time() - start).as_secs_f64() / f64::from(REPEATS),
        );
        Ok(())
    }

    fn median(&self, name: &str) -> Option<f64> {
        let index = self.names.iter().position(|known| *known == name)?;
        let mut seconds = self.seconds[index].clone();
        seconds.sort_by(f64::total_cmp);
        Some(seconds[seconds.len() / 2])
    }

    fn print(&self) {
        println!("CPU time, median of {ROUNDS} rounds");
        for name in &self.names {
            println!(
                "{:>10.3} ms  {name}",
                self.median(name).unwrap_or(f64::NAN) * 1e3
            );
        }
    }
}

fn cpu_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// A peer in a process of its own that does one round for each line it gets.
struct Probe {
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Probe {
    fn start(mut command: Command) -> Option<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let answers = BufReader::new(child.stdout.take()?);
        Some(Self { child, answers })
    }

    fn seconds(&mut self) -> Result<f64, Box<dyn Error>> {
        self.child
            .stdin
            .as_mut()
            .ok_or("the probe has no input")?
            .write_all(b"\n")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(line.trim().parse()?)
    }
}

impl Drop for Probe {
    fn drop(&mut self) {
        // It ends at the end of its input.
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn libjpeg(folder: &Path, face: &Path) -> Option<Probe> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/libjpeg_turbo.c");
    let program = folder.join("probe");
    let built = Command::new("cc")
        .args(["-O2", "-o"])
        .arg(&program)
        .args([source, "-ljpeg"])
        .status();
    if !built.is_ok_and(|status| status.success()) {
        println!("no libjpeg-turbo to compare with: its probe cannot be compiled");
        return None;
    }
    let mut command = Command::new(program);
    command.arg(face);
    Probe::start(command)
}

fn article(face: &Path) -> Option<Probe> {
    let mut command = Command::new(std::env::var_os("BRIGADE_PYTHON")?);
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/article_cv.py"))
        .arg(face);
    Probe::start(command)
}
