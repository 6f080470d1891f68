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
use std::path::Path;
use std::process::Command;

use brigade_benches::{Peer, Steps, libjpeg};
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
    let mut libjpeg = libjpeg(folder.path()).and_then(|program| {
        let mut command = Command::new(program);
        command.arg(&file);
        Peer::start(command)
    });
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

    // As the renderer keeps it.
    let mut memory = brigade_thumbnail::Reader::new();
    let mut steps = Steps::default();
    for round in 0..ROUNDS {
        let person = &people[round % people.len()];
        if let Some(probe) = &mut libjpeg {
            steps.add("T: libjpeg-turbo, full decode", probe.seconds()?);
        }
        if let Some(probe) = article.as_mut().filter(|_| round % 8 == 0) {
            steps.add("the article's program, one CV", probe.seconds()?);
        }
        steps.time("decode at 1/4 (brigade-thumbnail)", REPEATS, || {
            let planes = memory.read_planes(&face, &reader)?;
            Ok(planes.map(|planes| planes.luma.width))
        })?;
        steps.time("full decode (image)", REPEATS, || {
            Ok(image::load_from_memory(&face)?)
        })?;
        steps.time("person, page and PDF around a dot", REPEATS, || {
            let person = Person::invent(1, round as u64, Locale::En);
            Ok(renderer.render(&person, &dot)?)
        })?;
        steps.time("classic PDF", REPEATS, || {
            Ok(renderer.render(person, &face)?)
        })?;
        steps.time("modern PDF", REPEATS, || Ok(modern.render(person, &face)?))?;
        let pdf = renderer.render(person, &face)?.pdf;
        let mut archive = ArchiveWriter::new(Vec::new());
        steps.time("ZIP entry", REPEATS, || Ok(archive.add("cv.pdf", &pdf)?))?;
        let mut archive = ArchiveWriter::new(Vec::new());
        steps.time("one CV: person, classic PDF, ZIP entry", REPEATS, || {
            let person = Person::invent(1, round as u64, Locale::En);
            Ok(archive.add("cv.pdf", &renderer.render(&person, &face)?.pdf)?)
        })?;
    }
    println!("CPU time, median of {ROUNDS} rounds");
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

fn article(face: &Path) -> Option<Peer> {
    let mut command = Command::new(std::env::var_os("BRIGADE_PYTHON")?);
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/peers/article_cv.py"))
        .arg(face);
    Peer::start(command)
}
