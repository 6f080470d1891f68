//! Coefficients and pixels compared with libjpeg-turbo's, on a corpus made on the spot: qualities, subsamplings,
//! scan scripts, odd sides, restart intervals, grey and RGB.

mod support;

use std::path::{Path, PathBuf};

use brigade_thumbnail::probe::{Coefficients, coefficients};
use brigade_thumbnail::{Fidelity, Options, Size, read};
use support::{cjpeg, long, read_pnm, run, skip, tools};

/// Orders of scans that encoders in use write, and some that only the standard allows.
const SCRIPTS: [&str; 5] = [
    // spectral selection alone
    "0,1,2: 0-0, 0, 0; 0: 1-5, 0, 0; 1: 1-63, 0, 0; 2: 1-63, 0, 0; 0: 6-63, 0, 0;",
    // successive approximation of whole bands
    "0,1,2: 0-0, 0, 2; 0: 1-63, 0, 2; 1: 1-63, 0, 2; 2: 1-63, 0, 2; 0,1,2: 0-0, 2, 1; 0: 1-63, 2, 1;
     1: 1-63, 2, 1; 2: 1-63, 2, 1; 0,1,2: 0-0, 1, 0; 0: 1-63, 1, 0; 1: 1-63, 1, 0; 2: 1-63, 1, 0;",
    // DC scans apart, narrow bands first
    "0: 0-0, 0, 0; 1: 0-0, 0, 0; 2: 0-0, 0, 0; 0: 1-2, 0, 1; 0: 3-20, 0, 1; 0: 21-63, 0, 1; 0: 1-63, 1, 0;
     1: 1-63, 0, 0; 2: 1-63, 0, 0;",
    // refined in other bands than those of the first bits
    "0,1,2: 0-0, 0, 1; 0: 1-9, 0, 3; 0: 10-63, 0, 3; 0: 1-63, 3, 2; 0: 1-9, 2, 1; 0: 10-63, 2, 1; 0: 1-4, 1, 0;
     0: 5-63, 1, 0; 1: 1-63, 0, 1; 2: 1-63, 0, 1; 1: 1-63, 1, 0; 2: 1-5, 1, 0; 0,1,2: 0-0, 1, 0;",
    // high frequencies, and the last bits, are never sent
    "0,1,2: 0-0, 0, 1; 0: 1-10, 0, 1; 1: 1-5, 0, 0; 2: 1-5, 0, 1;",
];

fn probe(folder: &Path) -> Option<PathBuf> {
    if !tools(&["cjpeg", "djpeg", "cc"]) {
        return None;
    }
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/coefficients.c");
    let program = folder.join("coefficients");
    let built = std::process::Command::new("cc")
        .args(["-O1", "-o"])
        .args([program.as_os_str(), source.as_ref(), "-ljpeg".as_ref()])
        .output();
    if !built.is_ok_and(|output| output.status.success()) {
        skip("libjpeg's headers (libjpeg62-turbo-dev) are not installed");
        return None;
    }
    Some(program)
}

/// Every combination that says something new; all of them with LONG set.
fn corpus(folder: &Path) -> Vec<((usize, usize), Vec<String>)> {
    let scripts: Vec<String> = SCRIPTS
        .iter()
        .enumerate()
        .map(|(index, script)| {
            let path = folder.join(format!("script-{index}"));
            std::fs::write(&path, script).expect("the folder is ours");
            format!("-scans {}", path.display())
        })
        .collect();
    let mut processes = vec![
        "-baseline".to_string(),
        "-optimize".into(),
        "-progressive".into(),
    ];
    processes.extend(scripts);
    processes.push("-progressive -restart 3B".into());
    processes.push("-optimize -restart 1".into());
    processes.push("-optimize -restart 7B".into());
    let samplings = [
        "1x1",
        "2x1",
        "2x2",
        "1x2",
        "4x1",
        "2x2,2x1,1x2",
        "1x1,2x2,1x1",
        "4x2",
    ];
    let qualities = [10, 50, 75, 90, 97, 100];
    let sides = [
        (1, 1),
        (7, 9),
        (8, 8),
        (16, 17),
        (33, 1),
        (64, 48),
        (129, 127),
        (200, 301),
        (513, 257),
        (1, 1025),
        (1025, 3),
    ];

    let mut cases = Vec::new();
    let mut turn = 0_usize;
    for process in &processes {
        for sampling in samplings {
            for quality in qualities {
                for &sides in &sides {
                    turn += 1;
                    // 37 has no factor in common with any of the lists, so that a part of all still mixes them.
                    if !long() && !turn.is_multiple_of(37) {
                        continue;
                    }
                    let case = format!("{process} -sample {sampling} -quality {quality}");
                    cases.push((sides, case.split(' ').map(String::from).collect()));
                }
            }
        }
        for colours in ["-grayscale", "-rgb"] {
            if colours == "-grayscale" && process.contains("-scans") {
                continue;
            }
            let case = format!("{process} {colours} -quality 92");
            cases.push(((203, 77), case.split(' ').map(String::from).collect()));
        }
    }
    cases
}

/// A component's blocks, across and down, and their coefficients.
type Component = ((usize, usize), Vec<[i16; 64]>);

fn read_probe(bytes: &[u8]) -> Vec<Component> {
    let mut rest = bytes;
    let mut components = Vec::new();
    while let Some((header, tail)) = rest.split_first_chunk::<8>() {
        let side = |at: usize| {
            let bytes = header[at..at + 4].try_into().expect("four bytes");
            u32::from_ne_bytes(bytes) as usize
        };
        let (across, down) = (side(0), side(4));
        let (blocks, tail) = tail.split_at(across * down * 128);
        let values = blocks
            .chunks_exact(128)
            .map(|block| {
                std::array::from_fn(|i| i16::from_ne_bytes([block[2 * i], block[2 * i + 1]]))
            })
            .collect();
        components.push(((across, down), values));
        rest = tail;
    }
    components
}

#[test]
fn kept_coefficients_are_those_of_libjpeg() {
    let folder = tempfile::tempdir().unwrap();
    let Some(probe) = probe(folder.path()) else {
        return;
    };
    let path = folder.path().join("case.jpg");
    let mut compared = 0;
    for (sides, arguments) in corpus(folder.path()) {
        let jpeg = cjpeg(folder.path(), sides, &arguments);
        std::fs::write(&path, &jpeg).unwrap();
        let theirs = read_probe(&run(&probe, &[&path]));
        for eighths in [1, 2, 4, 8] {
            let ours = coefficients(&jpeg, eighths, Fidelity::Exact)
                .unwrap_or_else(|error| panic!("{sides:?} {arguments:?}: {error}"));
            assert_eq!(ours.len(), theirs.len());
            for (component, (ours, (blocks, theirs))) in ours.iter().zip(&theirs).enumerate() {
                assert_eq!(ours.blocks, *blocks, "{sides:?} {arguments:?}");
                for (block, (ours, theirs)) in
                    ours.values.iter().zip(kept_of(theirs, ours)).enumerate()
                {
                    assert_eq!(
                        *ours, theirs,
                        "block {block} of component {component} at {eighths}/8 of {sides:?} {arguments:?}"
                    );
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 100_000, "only {compared} blocks were compared");
}

/// Libjpeg's blocks with zeros where ours keep nothing.
fn kept_of<'a>(
    theirs: &'a [[i16; 64]],
    ours: &'a Coefficients,
) -> impl Iterator<Item = [i16; 64]> + 'a {
    let (across, down) = ours.kept;
    theirs.iter().map(move |block| {
        std::array::from_fn(|place| {
            if place / 8 < down && place % 8 < across {
                block[place]
            } else {
                0
            }
        })
    })
}

#[test]
fn full_size_pixels_are_those_of_djpeg_within_rounding() {
    let folder = tempfile::tempdir().unwrap();
    if !tools(&["cjpeg", "djpeg"]) {
        return;
    }
    let path = folder.path().join("case.jpg");
    for sampling in ["1x1", "2x1", "2x2", "1x2", "4x1"] {
        for process in ["-optimize", "-progressive", "-grayscale", "-rgb"] {
            for sides in [(130, 75), (33, 34), (1, 5), (6, 1)] {
                let arguments = [process, "-quality", "92", "-sample", sampling].map(String::from);
                let jpeg = cjpeg(folder.path(), sides, &arguments);
                std::fs::write(&path, &jpeg).unwrap();
                let (_, theirs) = read_pnm(&run("djpeg", &["-dct", "int", path.to_str().unwrap()]));
                let ours = read(&jpeg, &Options::new(Size::AtLeast(65_535, 65_535))).unwrap();
                assert_eq!((ours.width as usize, ours.height as usize), sides);
                let off = || {
                    ours.rgb
                        .iter()
                        .zip(&theirs)
                        .map(|(a, b)| f64::from(a.abs_diff(*b)))
                };
                let worst = off().fold(0.0, f64::max);
                let mean = off().sum::<f64>() / theirs.len() as f64;
                // Either side may round luma, and a chroma sample, which counts 1.8-fold; few pixels have no mean.
                assert!(
                    worst <= 5.0 && (mean < 0.6 || theirs.len() < 100),
                    "{worst}, {mean:.2} off: {sides:?} {arguments:?}"
                );
            }
        }
    }
}

#[test]
fn a_reduction_is_close_to_an_average_of_the_full_picture() {
    let folder = tempfile::tempdir().unwrap();
    if !tools(&["cjpeg", "djpeg"]) {
        return;
    }
    let path = folder.path().join("case.jpg");
    for sampling in ["1x1", "2x1", "2x2", "1x2"] {
        for process in ["-optimize", "-progressive"] {
            let arguments = [process, "-quality", "95", "-sample", sampling].map(String::from);
            let jpeg = cjpeg(folder.path(), (512, 384), &arguments);
            std::fs::write(&path, &jpeg).unwrap();
            for divisor in [2, 4, 8] {
                let scale = format!("1/{divisor}");
                let (width, theirs) =
                    read_pnm(&run("djpeg", &["-scale", &scale, path.to_str().unwrap()]));
                let (wide, high) = (512 / divisor, 384 / divisor);
                let ours = read(&jpeg, &Options::new(Size::Exactly(wide, high))).unwrap();
                assert_eq!(
                    (ours.width as usize, u32::from(ours.divisor)),
                    (width, divisor)
                );
                let squares: f64 = ours
                    .rgb
                    .iter()
                    .zip(&theirs)
                    .map(|(&a, &b)| f64::from(a.abs_diff(b)).powi(2))
                    .sum();
                let psnr = 10.0 * (255.0 * 255.0 * ours.rgb.len() as f64 / squares).log10();
                assert!(psnr > 30.0, "{psnr:.1} dB at 1/{divisor}: {arguments:?}");
            }
        }
    }
}
