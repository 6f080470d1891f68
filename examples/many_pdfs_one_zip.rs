//! Many invented people with the pictures of a folder, used in turn, into one ZIP that appears when it is whole.
//!
//! ```sh
//! cargo run --release --example many_pdfs_one_zip -- FOLDER cvs.zip 100
//! ```
#![expect(clippy::print_stdout, reason = "an example tells what it did")]

use std::path::PathBuf;
use std::time::Instant;

use brigade_documents::{Archive, Locale, Options, Person, Renderer};
use brigade_examples::{EndedEarly, read};

fn main() -> Result<(), EndedEarly> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, out, count] = arguments.as_slice() else {
        return Err("usage: many_pdfs_one_zip FOLDER OUT.zip COUNT".into());
    };
    let count: usize = read(count, "COUNT")?;
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(|error| format!("{folder}: {error}"))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    let face = |path: &PathBuf| {
        std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let faces: Vec<Vec<u8>> = paths.iter().map(face).collect::<Result<_, _>>()?;
    if faces.is_empty() {
        return Err(format!("no pictures in {folder}").into());
    }

    let renderer = Renderer::new(Options::default())?;
    let mut archive = Archive::create(out)?;
    let started = Instant::now();
    for index in 0..count {
        let locale = Locale::ALL[index % Locale::ALL.len()];
        let person = Person::invent(2026, index as u64, locale);
        let document = renderer.render(&person, &faces[index % faces.len()])?;
        archive.add(
            &format!("{:04} {}.pdf", index + 1, person.name),
            &document.pdf,
        )?;
    }
    archive.finish()?;
    println!(
        "{out}: {count} CVs in {:.3} s",
        started.elapsed().as_secs_f64()
    );
    Ok(())
}
