//! What `--faces` may say, and folders as they are found.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use brigade_faces::{
    Face, Fault, FetchError, Fetcher, Format, Limits, Options, Source, SourceError, keep,
};
use tempfile::TempDir;

const JPEG: &[u8] = include_bytes!("pictures/baseline.jpg");
const PNG: &[u8] = include_bytes!("pictures/small.png");

fn parse(value: &str) -> Result<Source, SourceError> {
    value.parse()
}

fn folder_of(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("writable");
    }
    folder
}

fn fetch(source: &Path, index: u64) -> Result<Face, FetchError> {
    let out = TempDir::new().expect("a folder");
    let source = Source::folder(source).map_err(FetchError::from)?;
    let destination = out.path().join("face");
    let face =
        Fetcher::new(Options::default()).fetch(&source, 0, index, &destination, &|| false)?;
    assert!(face.is_intact().expect("it lies where it says"));
    Ok(face)
}

#[test]
fn a_url_is_told_from_a_folder() {
    let folder = folder_of(&[("a.jpg", JPEG)]);
    let path = folder.path().to_str().expect("UTF-8");
    assert!(matches!(parse(path), Ok(Source::Folder { .. })));
    assert!(matches!(
        parse("HTTPS://faces.example/"),
        Ok(Source::Service { .. })
    ));
    assert!(parse(path).expect("a folder").is_indexed());
    assert!(!parse("http://h/{seed}").expect("a URL").is_indexed());
    assert!(parse("http://h/?i={index}").expect("a URL").is_indexed());
}

#[test]
fn what_is_no_source_says_why() {
    let folder = folder_of(&[("notes.txt", b"hello")]);
    let path = folder.path().to_str().expect("UTF-8");
    let file = folder.path().join("notes.txt");
    let cases = [
        ("ftp://h/x", "not over ftp"),
        ("http://", "no host"),
        ("http://h:99999/", "is not a URL"),
        (
            "http://h/{idx}",
            "{idx} is no placeholder; there are {seed}, {index} and {attempt}",
        ),
        (
            "thispersondoesnotexist.com",
            "neither a folder nor a URL (http://",
        ),
        (file.to_str().expect("UTF-8"), "is not a folder"),
        (path, "holds no picture"),
    ];
    for (value, expected) in cases {
        let message = parse(value).expect_err(value).to_string();
        assert!(message.contains(expected), "{value}: {message}");
    }
}

#[test]
fn a_folder_is_used_in_turn_by_name() {
    let folder = folder_of(&[
        ("b.PNG", PNG),
        ("a.jpeg", JPEG),
        (".hidden.jpg", b"no picture"),
        ("notes.txt", b"no picture"),
    ]);
    fs::create_dir(folder.path().join("c.jpg")).expect("a folder with an odd name");
    symlink(folder.path().join("a.jpeg"), folder.path().join("d.jpg")).expect("a link");
    symlink("nowhere", folder.path().join("e.jpg")).expect("a dead link");
    let formats: Vec<Format> = (0..6)
        .map(|index| fetch(folder.path(), index).expect("a face").format)
        .collect();
    let (jpeg, png) = (Format::Jpeg, Format::Png);
    assert_eq!(formats, [jpeg, png, jpeg, jpeg, png, jpeg]);
}

#[test]
fn the_original_stays_and_the_face_is_a_copy() {
    let folder = folder_of(&[("a.jpg", JPEG)]);
    let out = TempDir::new().expect("a folder");
    let source = Source::folder(folder.path()).expect("a folder");
    let destination = out.path().join("face");
    let fetcher = Fetcher::new(Options::default());
    let face = fetcher
        .fetch(&source, 0, 3, &destination, &|| false)
        .expect("a face");
    assert_eq!(face.path, destination);
    fs::remove_file(&face.path).expect("it is ours to remove");
    assert_eq!(
        fs::read(folder.path().join("a.jpg")).expect("still there"),
        JPEG
    );
}

#[test]
fn a_broken_file_is_refused_by_its_name() {
    let folder = folder_of(&[("half.jpg", &JPEG[..JPEG.len() / 2])]);
    let error = fetch(folder.path(), 0).expect_err("half a picture");
    assert!(error.to_string().ends_with("half.jpg"), "{error}");
    assert!(matches!(error, FetchError::Refused { .. }));
}

#[test]
fn bytes_of_ones_own_are_checked_and_kept_the_same_way() {
    let out = TempDir::new().expect("a folder");
    let destination = out.path().join("face.png");
    let face = keep(PNG, &Limits::default(), "the camera", &destination).expect("a face");
    assert_eq!(face.origin, "the camera");
    let limits = Limits {
        max_bytes: 10,
        ..Limits::default()
    };
    let error = keep(PNG, &limits, "the camera", &destination).expect_err("too long");
    assert!(
        matches!(&error, FetchError::Refused { fault, .. } if matches!(**fault, Fault::TooLarge { .. })),
        "{error:?}"
    );
    assert_eq!(fs::read_dir(out.path()).expect("the folder").count(), 1);
}

#[test]
fn one_file_is_kept_for_each_distinct_picture_and_a_changed_original_is_read_again() {
    let original = folder_of(&[("a.jpg", JPEG), ("b.png", PNG), ("c.jpg", JPEG)]);
    let kept = TempDir::new().expect("a folder");
    let source = Source::folder(original.path()).expect("a folder of pictures");
    let fetcher = Fetcher::new(Options::default());
    let fetch = |index, folder: &Path| {
        let fetched = fetcher.fetch_once(&source, 0, index, folder, &|| false);
        fetched.expect("a picture")
    };
    let faces: Vec<Face> = (0..30).map(|index| fetch(index, kept.path())).collect();
    assert_eq!(fs::read_dir(kept.path()).expect("a folder").count(), 2);
    assert!(faces.iter().all(|face| face.is_intact().expect("readable")));
    assert_eq!(faces[0].path, faces[2].path);

    fs::write(original.path().join("a.jpg"), PNG).expect("writable");
    assert_eq!(fetch(0, kept.path()).sha256, faces[1].sha256);
    // A folder that was emptied, and another one, get files of their own.
    fs::remove_file(&faces[1].path).expect("removable");
    assert!(fetch(1, kept.path()).is_intact().expect("readable"));
    let elsewhere = TempDir::new().expect("a folder");
    assert_eq!(
        fetch(1, elsewhere.path()).path.parent(),
        Some(elsewhere.path())
    );
}

#[test]
fn a_file_of_ones_own_is_a_source() {
    let folder = folder_of(&[("a.jpg", JPEG), ("page.jpg", b"<html>")]);
    let fetch = |name: &str| {
        let path = folder.path().join(name);
        let kept = folder.path();
        Fetcher::new(Options::default()).fetch_once(&Source::File { path }, 0, 7, kept, &|| false)
    };
    assert_eq!(fetch("a.jpg").expect("a picture").format, Format::Jpeg);
    let refused = fetch("page.jpg").expect_err("HTML");
    assert!(refused.to_string().contains("page.jpg"), "{refused}");
}
