//! The same seed gives the same bytes, whatever runs the work.

use crate::support::Run;

const MODES: [&str; 3] = ["sequential", "threads", "processes"];

/// The ZIP's bytes for each of the nine combinations of modes, each with other numbers of workers.
fn all_nine(faces: Option<&std::path::Path>) -> Vec<(String, Vec<u8>)> {
    let mut zips = Vec::new();
    for (i, p1) in MODES.iter().enumerate() {
        for (j, p2) in MODES.iter().enumerate() {
            let (w1, w2) = (1 + 3 * i + j, 1 + 3 * j + i);
            let arguments = format!(
                "--cvs=6 --p1-type={p1} --p2-type={p2} --p1-max-workers={w1} --p2-max-workers={w2}"
            );
            let mut run = Run::new(&arguments);
            if let Some(folder) = faces {
                run = run.arg(format!("--faces={}", folder.display()));
            }
            let done = run.done().expect(0);
            assert_eq!(done.pdfs().len(), 6);
            zips.push((arguments, std::fs::read(done.zip()).unwrap()));
        }
    }
    zips
}

#[track_caller]
fn are_identical(zips: &[(String, Vec<u8>)]) {
    for (arguments, zip) in zips {
        assert!(
            *zip == zips[0].1,
            "{arguments} gave other bytes than {}",
            zips[0].0
        );
    }
}

#[test]
fn nine_combinations_of_modes_with_the_embedded_service() {
    are_identical(&all_nine(None));
}

#[test]
fn nine_combinations_of_modes_with_a_folder_used_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    for index in 0..2 {
        let portrait = brigade_portraits::portrait_jpeg(1, index);
        std::fs::write(folder.path().join(format!("{index}.jpg")), portrait).unwrap();
    }
    are_identical(&all_nine(Some(folder.path())));
}

#[test]
fn overlapping_phases_give_the_same_bytes_in_every_mode() {
    let plain = Run::new("--cvs=6").done().expect(0);
    let mut zips = vec![("plain".to_owned(), std::fs::read(plain.zip()).unwrap())];
    for (p1, p2) in [
        ("sequential", "sequential"),
        ("sequential", "processes"),
        ("threads", "threads"),
        ("processes", "threads"),
        ("threads", "sequential"),
    ] {
        let arguments = format!("--cvs=6 --overlap --p1-type={p1} --p2-type={p2}");
        let done = Run::new(&arguments).done().expect(0);
        zips.push((arguments, std::fs::read(done.zip()).unwrap()));
    }
    are_identical(&zips);
}

#[test]
fn another_seed_gives_other_people() {
    let names = |seed: u32| {
        let done = Run::new(&format!("--cvs=3 --seed={seed}")).done().expect(0);
        done.pdfs().into_keys().collect::<Vec<_>>()
    };
    assert_ne!(names(1), names(2));
}
