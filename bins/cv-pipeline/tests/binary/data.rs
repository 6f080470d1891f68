//! CVs of the user's own people.

use std::fs;
use std::path::Path;

use crate::support::{Done, Run};

const FACE: &[u8] = include_bytes!("../../../../crates/faces/tests/pictures/baseline.jpg");
const HEADER: &str = "Name,Email,Phone,Date of birth,Address,Bio,Photo";

/// A folder with `data` under `name` and two photos in it.
fn folder(name: &str, data: impl AsRef<[u8]>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("photos")).unwrap();
    for photo in ["photos/a.jpg", "photos/b.jpg"] {
        fs::write(folder.path().join(photo), FACE).unwrap();
    }
    fs::write(folder.path().join(name), data).unwrap();
    folder
}

fn run(data: &Path, arguments: &str) -> Done {
    Run::new(arguments)
        .arg(format!("--data={}", data.display()))
        .done()
}

fn names(done: &Done) -> Vec<String> {
    done.pdfs().into_keys().collect()
}

fn failures(done: &Done) -> String {
    let tasks = done.tasks(0).into_iter().chain(done.tasks(1));
    tasks
        .filter(|task| !task["failure"].is_null())
        .map(|task| format!("{}: {}\n", task["index"], task["failure"]["message"]))
        .collect()
}

#[test]
fn rows_become_cvs_and_bad_ones_are_named_by_line_and_column() {
    // A byte order mark, CR LF, and a cell of two lines that moves the lines below it.
    let mut csv = format!("\u{feff}{HEADER},Shoe size\r\n").into_bytes();
    for row in [
        &b"Ada Lovelace,ada@example.org,,1815-12-10,\"12 St James Square\r\nLondon\",Wrote.,photos/a.jpg,37"[..],
        b",nobody@example.org,,,,,photos/a.jpg,",
        b"Short,row",
        b"\"The \"\"Quoted\"\", One\",q@example.org,1,1990-01-01,Street,Bio,photos/b.jpg,",
        b"Latin \xe9,l@example.org,1,1990-01-01,Street,Bio,photos/b.jpg,",
        b"Lost,l@example.org,1,1990-01-01,Street,Bio,photos/none.jpg,",
        b"Etc,l@example.org,1,1990-01-01,Street,Bio,/etc/passwd,",
        b"Near,l@example.org,1,1990-01-01,Street,Bio,http://127.0.0.1:9/face.jpg,",
        b"Last,l@example.org,1,1990-01-01,Street,Bio,photos/b.jpg,",
    ] {
        csv.extend(row);
        csv.extend(b"\r\n");
    }
    let folder = folder("people.csv", csv);
    let done = run(
        &folder.path().join("people.csv"),
        "--p1-type=threads --p2-type=processes --p2-max-workers=2",
    )
    .expect(3);
    assert_eq!(
        names(&done),
        [
            "00000-Ada Lovelace.pdf",
            "00003-The _Quoted_, One.pdf",
            "00008-Last.pdf"
        ]
    );
    assert!(
        done.stderr.contains("not used: Shoe size"),
        "{}",
        done.stderr
    );
    let failures = failures(&done);
    for expected in [
        "1: \"line 4, column Name: it is empty",
        "2: \"line 5: it has 2 cells, the header 8",
        "4: \"line 7, column Name: it is not UTF-8",
        "5: \"line 8, column Photo: photos/none.jpg cannot be read",
        "6: \"line 9, column Photo: /etc/passwd leads out of",
        "7: \"no face from http://127.0.0.1:9/face.jpg in one attempt",
    ] {
        assert!(failures.contains(expected), "{expected} in\n{failures}");
    }
    let closing = &done.record()["closing"];
    assert_eq!(
        (&closing["made"], &closing["failed"]),
        (&3.into(), &6.into())
    );
}

#[test]
fn json_lines_are_rows_too_with_careers_and_without_what_may_be_invented() {
    let folder = folder(
        "people.jsonl",
        concat!(
            r#"{"name":"Ada","email":"a@example.org","phone":7,"date of birth":"1815","address":"x","bio":"y","photo":"photos/a.jpg","career":{"headline":"Analyst","skills":["Engines"]},"cat":1}"#,
            "\n\n",
            r#"{"name":"Bob","photo":"photos/b.jpg"}"#,
            "\n[1]\n{\"name\":\n",
            r#"{"name":"Eve","email":[]}"#,
            "\n",
            r#"{"name":"Eve","Name":"Ada"}"#,
            "\n",
            r#"{"name":"Eve","name":"Ada"}"#,
        ),
    );
    let path = folder.path().join("people.jsonl");
    let done = run(&path, "--layout=modern --p2-type=threads --faces=.").expect(2);
    assert!(done.stderr.contains("holds no picture"), "{}", done.stderr);

    let faces = format!("--faces={}", folder.path().join("photos").display());
    let refused = run(&path, &format!("--layout=modern {faces}")).expect(3);
    assert_eq!(
        refused.tasks(1)[0]["reader"],
        "thumbnail, 1/1, 1 of 1 scans"
    );
    assert_eq!(names(&refused), ["00000-Ada.pdf"]);
    assert!(failures(&refused).contains("1: \"line 3, column date_of_birth: it is missing"));
    let invented = run(&path, &format!("--missing=invent {faces}")).expect(3);
    assert_eq!(names(&invented), ["00000-Ada.pdf", "00001-Bob.pdf"]);
    let failures = failures(&invented);
    for expected in [
        "2: \"line 4: it is no JSON object",
        "3: \"line 5, column 8: it is no JSON: EOF while parsing a value\"",
        "4: \"line 6, column email: it is no text",
        "5: \"line 7, column Name: it is there twice",
        "6: \"line 8, column name: it is there twice",
    ] {
        assert!(failures.contains(expected), "{expected} in\n{failures}");
    }
    assert!(
        invented.stderr.contains("not used: cat"),
        "{}",
        invented.stderr
    );
}

#[test]
fn some_rows_can_be_selected_and_their_files_named() {
    let mut csv = format!("{HEADER}\n");
    for row in 1..=20 {
        csv += &format!("Person {row},p{row}@example.org,,,,,photos/a.jpg\n");
    }
    let folder = folder("people.csv", csv);
    let done = run(
        &folder.path().join("people.csv"),
        "--select=2-4,19- --limit=4 --name={row:3}_{email}.pdf",
    )
    .expect(0);
    assert_eq!(
        names(&done),
        [2, 3, 4, 19].map(|row| format!("{row:03}_p{row}@example.org.pdf"))
    );
    assert_eq!(done.record()["requested"], 4);
}

#[test]
fn nobody_draws_portraits_for_rows_that_have_photos_or_are_bad() {
    let rows = "Ada,,,,,,photos/a.jpg\nBob,,,,,,\nEve,short\n";
    let csv = folder("people.csv", format!("{HEADER}\n{rows}"));
    let fields = r#""email":"","phone":"","date of birth":"","address":"","bio":"""#;
    let rows = ["photos/a.jpg", ""]
        .map(|photo| format!("{{\"name\":\"Ada\",{fields},\"photo\":\"{photo}\"}}\n"));
    let json = folder("people.jsonl", rows.concat());
    for (folder, file, named) in [
        (&csv, "people.csv", "1: \"line 3, column Photo: it is empty"),
        (
            &json,
            "people.jsonl",
            "1: \"line 2, column photo: it is empty",
        ),
    ] {
        let path = folder.path().join(file);
        let done = run(&path, "").expect(3);
        assert!(failures(&done).contains(named), "{}", failures(&done));
        assert!(!done.stderr.contains("portrait"), "{}", done.stderr);

        let invented =
            run(&path, "--missing=invent").expect(if folder.path() == csv.path() { 3 } else { 0 });
        let source = format!(
            "the photos named in {}, for the others the embedded service",
            path.display()
        );
        assert_eq!(invented.record()["source"], source);
    }
}

#[test]
fn a_quote_left_open_near_the_end_swallows_nobody_unnoticed() {
    let rows = "Ada,,,,,,photos/a.jpg\nBob,,,,,\"Bio,photos/a.jpg\nEve,,,,,,photos/a.jpg\n";
    let folder = folder("people.csv", format!("{HEADER}\n{rows}"));
    let done = run(&folder.path().join("people.csv"), "--dry-run").expect(3);
    let said = "row 2: line 3: the file ends within a quoted cell";
    assert!(done.stdout.contains(said), "{}", done.stdout);
}

#[test]
fn a_dry_run_names_what_would_fail_and_makes_nothing() {
    let folder = folder(
        "people.csv",
        format!(
            "{HEADER}\nAda,,,,,,photos/a.jpg\n\u{928},,,,,,photos/a.jpg\nEve,,,,,,photos/c.jpg\n"
        ),
    );
    let path = folder.path().join("people.csv");
    let done = run(&path, "--dry-run").expect(3);
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert!(lines[0].starts_with("row 2: ") && lines[0].contains("U+0928"));
    assert!(lines[1].starts_with("row 3: line 4, column Photo: photos/c.jpg"));
    assert_eq!(
        lines[2],
        "1 of 3 rows can be made into CVs; nothing was made"
    );
    assert_eq!(fs::read_dir(done.out.path()).unwrap().count(), 0);
    run(&path, "--dry-run --select=1").expect(0);
    run(&path, "--dry-run --limit=0").expect(4);
    // A file that is there and no picture fails in a run too.
    fs::write(folder.path().join("photos/c.jpg"), "no picture").unwrap();
    let done = run(&path, "--dry-run").expect(3);
    let line = done.stdout.lines().nth(1).unwrap().to_owned();
    assert!(
        line.starts_with("row 3: no face in ") && line.contains("plain text"),
        "{line}"
    );
}

#[test]
fn what_cannot_be_used_at_all_ends_with_2_and_names_file_and_flag() {
    let folder = folder("people.csv", "name,bio\nAda,x\n");
    fs::write(folder.path().join("people.txt"), "x").unwrap();
    fs::write(folder.path().join("empty.csv"), "").unwrap();
    fs::write(folder.path().join("rows.csv"), "Ada,x\nBob,y\n").unwrap();
    fs::write(folder.path().join("twice.csv"), "name,Name\nAda,x\n").unwrap();
    fs::write(folder.path().join("semicolons.csv"), "name;bio\nAda;x\n").unwrap();
    let utf16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_be_bytes).collect() };
    fs::write(folder.path().join("utf16.csv"), utf16("name,bio\nAda,x\n")).unwrap();
    fs::write(
        folder.path().join("mark.csv"),
        utf16("\u{feff}name,bio\nAda,x\n"),
    )
    .unwrap();
    for (file, arguments, expected) in [
        ("utf16.csv", "", "it is UTF-16; save the file as UTF-8"),
        ("mark.csv", "", "it is UTF-16; save the file as UTF-8"),
        ("none.csv", "", "none.csv cannot be read"),
        ("people.txt", "", "people.txt is neither .csv nor .jsonl"),
        (
            "empty.csv",
            "",
            "empty.csv has no usable header: it is empty",
        ),
        ("rows.csv", "", "its first line is `Ada,x`"),
        ("semicolons.csv", "", "what separates columns is a comma"),
        ("twice.csv", "", "the column name is there twice"),
        ("people.csv", "", "--missing=invent"),
        ("people.csv", "--cvs=3", "--limit"),
        ("people.csv", "--photos=/does/not/exist", "/does/not/exist"),
        ("people.csv", "--select=0", "--select"),
        ("people.csv", "--name={nme}.pdf", "{nme}"),
        ("people.csv", "--name=", "--name: '' is empty"),
        ("people.csv", "--out=", "--out: '' names no folder"),
    ] {
        let done = run(&folder.path().join(file), arguments).expect(2);
        let said = done.stderr.replace('\n', " ");
        assert!(said.contains(expected), "{file} {arguments}: {said}");
    }
    let alone = Run::new("--photos=.").done().expect(2);
    assert!(
        alone
            .stderr
            .contains("--photos means nothing without --data")
    );
}

#[test]
fn a_quote_left_open_ends_the_data_and_not_the_run() {
    let mut csv = format!("{HEADER}\nAda,,,,,,photos/a.jpg\n\"Eve,");
    csv += &"x".repeat(3 << 20);
    let folder = folder("people.csv", csv);
    let done = run(&folder.path().join("people.csv"), "").expect(3);
    assert_eq!(names(&done), ["00000-Ada.pdf"]);
    assert!(failures(&done).contains("line 3: a row of more than 1 MiB: is a quote left open?"));
}

#[test]
fn selections_and_names_work_for_invented_people() {
    let done = Run::new("--cvs=5 --select=2,4 --name={row}.pdf")
        .done()
        .expect(0);
    assert_eq!(names(&done), ["2.pdf", "4.pdf"]);
    let all = Run::new("--cvs=5").done().expect(0);
    let of = |done: &Done, at: usize| done.pdfs().into_values().nth(at).unwrap();
    assert_eq!(of(&done, 0), of(&all, 1));
}
