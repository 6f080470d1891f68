//! Many CVs in one run: does a CV cost at the end what it cost at the start, and what does the journal cost?
//!
//! ```sh
//! cargo bench --bench bulk -- --cvs 100000 --faces DIR   # time, memory, and every PDF read again
//! cargo bench --bench bulk -- --journal --faces DIR      # pairs of runs with and without a journal
//! ```
//!
//! Phase 1 on threads, phase 2 on as many threads as there are cores, faces from a folder in turn; without `--faces`
//! two drawn portraits. The first form also measures a loop over 300 CVs, and 1,000 CVs, in the same run.
#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::error::Error;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::Instant;

use brigade_documents::read_entry;
use brigade_pipeline::{Config, Interrupt, Source, machine, run};
use brigade_report::Run;

const PAIRS: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    brigade_pipeline::enter_worker();
    let words: Vec<String> = std::env::args().skip(1).collect();
    let value = |flag: &str| {
        let at = words.iter().position(|word| word == flag)?;
        words.get(at + 1).cloned()
    };
    let folder = tempfile::tempdir_in(".")?;
    let faces = match value("--faces") {
        Some(faces) => PathBuf::from(faces),
        None => drawn(folder.path())?,
    };
    let out = folder.path().join("out");
    if words.iter().any(|word| word == "--journal") {
        return journal(&faces, &out);
    }
    let cvs: u64 = value("--cvs").map_or(Ok(10_000), |cvs| cvs.parse())?;
    let cores = machine()?.cores_effective;
    let one = per_cv(&once(&faces, &out, 300, "sequential", true)?);
    let few = once(&faces, &out, 1000, "threads", true)?;
    let many = once(&faces, &out, cvs, "threads", true)?;
    let (at_first, at_last) = (per_cv(&few), per_cv(&many));
    let peak = many
        .sampling
        .samples
        .iter()
        .map(|sample| sample.tree_rss_bytes)
        .max();
    println!("a CV in a loop: {:.3} ms", 1e3 * one);
    println!("a CV of 1,000 on {cores} cores: {:.3} ms", 1e3 * at_first);
    println!(
        "a CV of {cvs}: {:.3} ms, {:.3} times that",
        1e3 * at_last,
        at_last / at_first
    );
    println!(
        "{cvs} CVs in {:.1} s, {:.3} times a loop's time over {cores}",
        many.wall_seconds,
        at_last * f64::from(cores) / one
    );
    println!(
        "peak memory of the tree: {:.1} MiB",
        peak.unwrap_or(0) as f64 / f64::from(1 << 20)
    );
    let archive = many.closing.archive.ok_or("nothing was delivered")?;
    let start = Instant::now();
    let whole = whole_pdfs(Path::new(&archive.path))?;
    println!(
        "{whole} of {cvs} PDFs read by lopdf in {:.1} s, {:.1} MiB",
        start.elapsed().as_secs_f64(),
        archive.bytes as f64 / f64::from(1 << 20)
    );
    Ok(())
}

/// A run, everything delivered.
fn once(
    faces: &Path,
    out: &Path,
    cvs: u64,
    mode: &str,
    journal: bool,
) -> Result<Run, Box<dyn Error>> {
    let mut config = Config::new(Source::folder(faces)?, 42);
    config.cvs = cvs;
    config.out = out.to_owned();
    config.fetch.mode = mode.parse()?;
    config.render.mode = mode.parse()?;
    config.render.workers = machine()?.cores_effective;
    config.overlap = true;
    config.journal = journal;
    let record = run(&config, &Interrupt::default(), &|_| {})?;
    assert_eq!((record.closing.made, record.closing.exit_code), (cvs, 0));
    Ok(record)
}

fn per_cv(run: &Run) -> f64 {
    run.wall_seconds / run.requested as f64
}

/// Runs with and without a journal take turns; the order within a pair changes.
fn journal(faces: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let cost = |journal| -> Result<f64, Box<dyn Error>> {
        Ok(once(faces, out, 1000, "threads", journal)?.wall_seconds)
    };
    cost(true)?;
    let mut ratios = Vec::new();
    for pair in 0..PAIRS {
        let (with, without) = if pair % 2 == 0 {
            let with = cost(true)?;
            (with, cost(false)?)
        } else {
            let without = cost(false)?;
            (cost(true)?, without)
        };
        ratios.push(with / without);
    }
    ratios.sort_by(f64::total_cmp);
    let median = f64::midpoint(ratios[PAIRS / 2 - 1], ratios[PAIRS / 2]);
    // Of 20 values, the 6th and the 15th enclose the median with 95.9 %.
    println!(
        "with a journal over without: median {median:.4} of {PAIRS} pairs, 95 % interval {:.4} to {:.4}",
        ratios[5], ratios[14]
    );
    Ok(())
}

/// How many entries are PDFs that lopdf reads, with at least a page.
fn whole_pdfs(zip: &Path) -> Result<u64, Box<dyn Error>> {
    let mut zip = BufReader::with_capacity(1 << 20, File::open(zip)?);
    let mut whole = 0;
    while let Some((_, pdf)) = read_entry(&mut zip)? {
        let document = lopdf::Document::load_mem(&pdf)?;
        whole += u64::from(!document.get_pages().is_empty());
    }
    Ok(whole)
}

fn drawn(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let faces = folder.join("faces");
    std::fs::create_dir(&faces)?;
    for index in 0..2 {
        let portrait = brigade_portraits::portrait_jpeg(1, index);
        std::fs::write(faces.join(format!("{index}.jpg")), portrait)?;
    }
    Ok(faces)
}
