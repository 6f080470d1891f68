//! Font files reach the workers of every mode.
//!
//! Not a libtest harness: worker processes are this executable again.
#![expect(clippy::unwrap_used, reason = "it is a test")]

use std::path::{Path, PathBuf};

use brigade_pipeline::{Config, Error, Interrupt, Source, run};
use brigade_report::Run;
use libtest_mimic::{Arguments, Trial};

fn main() {
    brigade_pipeline::enter_worker();
    let trials = ["sequential", "threads", "processes"].map(|mode| {
        Trial::test(format!("fonts_reach_workers::{mode}"), move || {
            a_font_that_is_gone_is_told_by_its_path(mode);
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.into()).exit();
}

/// Invented people need no font but the built-in ones, so what shows that a file was asked for is its absence: it is
/// told before any work is done.
fn a_font_that_is_gone_is_told_by_its_path(mode: &str) {
    let folder = tempfile::tempdir().unwrap();
    let gone = folder.path().join("gone.ttf");
    let error = two_cvs(mode, vec![gone.clone()]).unwrap_err();
    assert!(
        error.to_string().contains(gone.to_str().unwrap()),
        "{error}"
    );

    let font = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../documents/fonts/NotoSans-Bold.ttf"
    );
    let record = two_cvs(mode, vec![font.into()]).unwrap();
    assert_eq!((record.closing.made, record.closing.failed), (2, 0));
}

fn two_cvs(mode: &str, fonts: Vec<PathBuf>) -> Result<Run, Error> {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(Source::folder(face_in(folder.path())).unwrap(), 42);
    config.cvs = 2;
    config.out = folder.path().join("out");
    config.render.mode = mode.parse().unwrap();
    config.render.workers = 2;
    config.fonts = fonts;
    run(&config, &Interrupt::default(), &|_| {})
}

/// A folder with one small face.
fn face_in(folder: &Path) -> PathBuf {
    let faces = folder.join("faces");
    std::fs::create_dir(&faces).unwrap();
    let mut jpeg = Vec::new();
    jpeg_encoder::Encoder::new(&mut jpeg, 90)
        .encode(&[200; 3 * 64 * 64], 64, 64, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    std::fs::write(faces.join("face.jpg"), jpeg).unwrap();
    faces
}
