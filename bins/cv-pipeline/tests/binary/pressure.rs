//! Too little of something: room, descriptors, file size, network, readers. A run then says what, or waits; what was
//! whole is delivered, and nothing half-written lies under a final name.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use brigade_portraits::{Latency, Pictures, Server, ServerConfig};

use crate::process::{Disk, Started, assert_whole, faces_folder, wait_until};
use crate::support::{Done, Run, has_tool};

/// A run from a folder of one face.
fn from_folder(folder: &Path, arguments: &str) -> Run {
    Run::new(arguments).arg(format!("--faces={}", folder.display()))
}

/// The run, under `prlimit` with `limit`.
fn limited(run: Run, limit: &str) -> Done {
    let command = run.command();
    let mut under = Command::new("prlimit");
    under.arg(limit).arg(command.get_program());
    under.args(command.get_args());
    for (name, value) in command.get_envs() {
        under.env(name, value.expect("nothing is removed"));
    }
    Done::new(under.output().unwrap(), run.out)
}

#[test]
fn a_disk_that_is_full_before_the_faces_are_there_is_named() {
    let Some(disk) = Disk::mount("size=200k") else {
        return;
    };
    let out = disk.path().join("out");
    for mode in ["threads", "processes"] {
        let done = Run::new(&format!("--cvs=8 --p1-type={mode}"))
            .arg(format!("--out={}", out.display()))
            .done()
            .expect(1);
        assert!(done.stderr.contains("No space left"), "{}", done.stderr);
        assert!(done.stderr.contains("faces"), "{}", done.stderr);
        assert!(!out.join("zipped_cvs.zip").exists());
    }
}

#[test]
fn a_folder_that_is_read_only_is_named() {
    let Some(disk) = Disk::mount("ro") else {
        return;
    };
    let faces = faces_folder();
    let out = disk.path().join("out");
    let done = from_folder(faces.path(), "--cvs=2")
        .arg(format!("--out={}", out.display()))
        .done()
        .expect(1);
    assert!(done.stderr.contains("Read-only"), "{}", done.stderr);
    let path = disk.path().display().to_string();
    assert!(done.stderr.contains(&path), "{}", done.stderr);
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_the_zip_of_before_stays() {
    if !has_tool("prlimit") {
        return;
    }
    let faces = faces_folder();
    let first = from_folder(faces.path(), "--cvs=2").done().expect(0);
    let before = fs::read(first.zip()).unwrap();
    let mut second = from_folder(faces.path(), "--cvs=60 --p2-type=threads");
    second.out = first.out;
    let second = limited(second, "--fsize=400000").expect(1);
    assert!(
        second.stderr.contains("File too large"),
        "{}",
        second.stderr
    );
    assert_eq!(fs::read(second.zip()).unwrap(), before);

    let in_workers = from_folder(faces.path(), "--cvs=2 --p1-type=processes");
    let in_workers = limited(in_workers, "--fsize=100000").expect(1);
    assert!(
        in_workers.stderr.contains("File too large"),
        "{}",
        in_workers.stderr
    );
}

/// A hundred workers of each phase share 256 descriptors with everything else.
#[test]
fn two_hundred_and_fifty_six_descriptors_are_enough_for_a_hundred_workers() {
    if !has_tool("prlimit") {
        return;
    }
    let faces = faces_folder();
    for mode in ["threads", "processes"] {
        let run = from_folder(
            faces.path(),
            &format!(
                "--cvs=120 --p1-type={mode} --p2-type={mode} --p1-max-workers=100 --p2-max-workers=100"
            ),
        );
        let done = limited(run, "--nofile=256").expect(0);
        assert_eq!(done.pdfs().len(), 120, "{mode}");
    }
}

/// The faces come from a service: each of the workers has a connection open.
#[test]
fn too_few_descriptors_are_named_with_what_to_do() {
    if !has_tool("prlimit") {
        return;
    }
    let run = Run::new("--cvs=100 --latency=3 --p1-type=threads --p1-max-workers=100");
    let done = limited(run, "--nofile=40").expect(1);
    assert!(done.stderr.contains("ulimit -n"), "{}", done.stderr);
}

#[test]
fn a_network_that_vanishes_costs_the_faces_that_had_not_come() {
    let folder = faces_folder();
    let server = Server::start(ServerConfig {
        seed: 7,
        pictures: Pictures::Folder(folder.path().to_owned()),
        latency: Latency::with_mean(0.02).unwrap(),
        ..ServerConfig::default()
    })
    .unwrap();
    let url = server.url_template();
    let run = Run::new("--cvs=40 --p1-type=threads --p1-max-workers=4 --duplicates=allow")
        .arg(format!("--faces={url}"));
    let started = Started::new(run);
    let faces = started.out.path().join(".brigade/faces");
    wait_until("a face is there", || {
        fs::read_dir(&faces).is_ok_and(|mut files| files.next().is_some())
    });
    drop(server);
    let done = started.done().expect(3);
    let made = done.pdfs().len();
    assert!((1..40).contains(&made), "{made}");
    assert_eq!(assert_whole(&done.zip()), made);
    assert_eq!(done.record()["closing"]["failed"], 40 - made);
    assert!(done.stdout.contains("no connection"), "{}", done.stdout);
}

/// Whoever reads the results may take his time: they are whole before they are told.
#[test]
fn a_reader_that_stalls_holds_up_the_telling_and_not_the_work() {
    let faces = faces_folder();
    let run = from_folder(
        faces.path(),
        "--cvs=1500 --details=Y --p1-type=threads --p2-type=threads",
    );
    let mut started = Started::new(run);
    let zip = started.out.path().join("zipped_cvs.zip");
    wait_until("the ZIP is there", || zip.exists());
    std::thread::sleep(Duration::from_millis(300));
    assert!(
        started.child.try_wait().unwrap().is_none(),
        "the report is longer than a pipe"
    );
    assert_eq!(assert_whole(&zip), 1500);
    let mut text = String::new();
    let mut stdout = started.child.stdout.take().unwrap();
    stdout.read_to_string(&mut text).unwrap();
    assert!(text.contains("Made: 1500 of 1500"));
    started.done().expect(0);
}

/// As many files as a long run's own people may have; 100,000 with LONG=1.
#[test]
fn a_folder_of_very_many_faces_is_used_in_turn() {
    let count = match std::env::var_os("LONG") {
        Some(_) => 100_000,
        None => 5_000,
    };
    let folder = faces_folder();
    let mut original = folder.path().join("0.jpg");
    for index in 1..count {
        let path = folder.path().join(format!("{index}.jpg"));
        // A file has no more than 65,000 names on some disks.
        if index % 50_000 == 0 {
            fs::copy(&original, &path).unwrap();
            original = path;
        } else {
            fs::hard_link(&original, path).unwrap();
        }
    }
    for mode in ["threads", "processes"] {
        let done = from_folder(
            folder.path(),
            &format!("--cvs=20 --p1-type={mode} --p2-type={mode} --p1-max-workers=4"),
        )
        .done()
        .expect(0);
        assert_eq!(done.pdfs().len(), 20, "{mode}");
    }
}

/// A cell that does not end is refused when it is longer than a row may be, not when memory is full; 1 GiB with LONG=1.
#[test]
fn a_cell_without_an_end_is_refused_and_the_rows_before_it_are_made() {
    let length = match std::env::var_os("LONG") {
        Some(_) => 1 << 30,
        None => 32 << 20,
    };
    let folder = faces_folder();
    let path = folder.path().join("people.csv");
    fs::write(&path, "name,photo,bio\nAda,0.jpg,x\nEve,0.jpg,\"").unwrap();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(length).unwrap(); // zeros, which take no room on disk
    let run = Run::new("--missing=invent").arg(format!("--data={}", path.display()));
    let run = match has_tool("prlimit") {
        // More than the program needs, less than twice the short cell.
        true => limited(run, "--data=48000000"),
        false => run.done(),
    };
    let done = run.expect(3);
    assert_eq!(done.pdfs().len(), 1);
    assert!(done.stdout.contains("more than 1 MiB"), "{}", done.stdout);
}

#[test]
fn cores_and_precedence_are_left_to_others_in_every_mode() {
    let cores = std::thread::available_parallelism().unwrap().get();
    let faces = faces_folder();
    let arguments = "--cvs=2 --p2-type=processes --nice=19";
    let all = from_folder(faces.path(), arguments).done().expect(0);
    if cores > 1 {
        let left = format!("{arguments} --reserve-cores=1");
        let done = from_folder(faces.path(), &left).done().expect(0);
        assert_eq!(done.record()["machine"]["cores_effective"], cores - 1);
        assert_eq!(done.pdfs(), all.pdfs());
    }
    let none = Run::new(&format!("--reserve-cores={cores}"))
        .done()
        .expect(2);
    assert!(none.stderr.contains("--reserve-cores"), "{}", none.stderr);
}
