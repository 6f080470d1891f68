//! Archives as other people's tools see them, and what is left when one is given up.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use std::io::Read;

use brigade_documents::{Archive, ArchiveWriter, Day};
use common::{path, text_of};

/// Bytes that deflate cannot make smaller.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_F491_4F6C_DD1Du64;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[test]
fn entries_come_back_in_order_with_what_pays_for_each() {
    let text = b"the same words again and again, ".repeat(500);
    let noise = noise(20_000);
    let mut archive = ArchiveWriter::new(Vec::new());
    archive.add("text.txt", &text).unwrap();
    archive.add("noise.bin", &noise).unwrap();
    archive.add("empty", b"").unwrap();
    let bytes = archive.finish().unwrap();

    let mut read = zip::ZipArchive::new(std::io::Cursor::new(&bytes)).unwrap();
    let mut seen = Vec::new();
    for index in 0..read.len() {
        let mut entry = read.by_index(index).unwrap();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        seen.push((
            entry.name().unwrap().into_owned(),
            entry.compression(),
            content,
        ));
    }
    use zip::CompressionMethod::{Deflated, Stored};
    let expected = [
        ("text.txt", Deflated, text),
        ("noise.bin", Stored, noise),
        ("empty", Stored, Vec::new()),
    ];
    assert!(seen == expected.map(|(name, method, content)| (name.to_owned(), method, content)));
}

#[test]
fn sizes_and_checksum_stand_in_front_of_each_entry() {
    let mut archive = ArchiveWriter::new(Vec::new());
    archive.add("a", &noise(1000)).unwrap();
    let bytes = archive.finish().unwrap();
    assert_eq!(bytes[..4], *b"PK\x03\x04");
    let flags = u16::from_le_bytes([bytes[6], bytes[7]]);
    assert_eq!(flags & 1 << 3, 0, "no data descriptor");
    assert_eq!(u32::from_le_bytes(bytes[22..26].try_into().unwrap()), 1000);
    assert!(!bytes.windows(4).any(|window| window == b"PK\x07\x08"));
    assert_eq!(bytes[10..14], [0, 0, 0x21, 0], "1980-01-01 00:00");
}

#[test]
fn other_tools_read_it_and_see_the_date_that_was_set() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cvs.zip");
    let mut archive = Archive::create(&file).unwrap();
    archive
        .set_day(Day {
            year: 2024,
            month: 2,
            day: 29,
        })
        .unwrap();
    archive.add("Ödön Őry.pdf", &noise(5000)).unwrap();
    archive.add("../Anna.pdf", &b"text ".repeat(1000)).unwrap();
    archive.finish().unwrap();
    text_of("unzip", &["-t", path(&file)]);
    text_of("7z", &["t", path(&file)]);
    let script = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; \
                  print([(i.filename, i.date_time[:3]) for i in z.infolist()])";
    if let Some(list) = text_of("python3", &["-c", script, path(&file)]) {
        assert_eq!(
            list.trim(),
            "[('Ödön Őry.pdf', (2024, 2, 29)), ('_Anna.pdf', (2024, 2, 29))]"
        );
    }
}

#[test]
fn an_archive_given_up_leaves_nothing_and_spares_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cvs.zip");
    std::fs::write(&file, "before").unwrap();
    let mut archive = Archive::create(&file).unwrap();
    archive.add("a", &noise(300_000)).unwrap();
    drop(archive);
    assert_eq!(std::fs::read(&file).unwrap(), b"before");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

    let mut archive = Archive::create(&file).unwrap();
    archive.add("a", b"x").unwrap();
    archive.finish().unwrap();
    assert_eq!(std::fs::read(&file).unwrap()[..2], *b"PK");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let error = Archive::create("/no/such/folder/cvs.zip").unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot create a file beside /no/such/folder/cvs.zip"
    );
    assert!(std::error::Error::source(&error).is_some());
}

/// Counts and keeps only the end, so that gigabytes cost no memory.
#[derive(Default)]
struct Tail {
    length: u64,
    end: Vec<u8>,
}

impl std::io::Write for Tail {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.length += bytes.len() as u64;
        self.end.extend_from_slice(bytes);
        let extra = self.end.len().saturating_sub(4096);
        self.end.drain(..extra);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn more_than_65535_entries_are_read_back_by_others() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("many.zip");
    let mut archive = Archive::create(&file).unwrap();
    for index in 0..66_000 {
        archive.add(&format!("{index}.txt"), b"x").unwrap();
    }
    assert_eq!(archive.len(), 66_000);
    archive.finish().unwrap();
    let script = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); n = z.namelist(); print(len(n), n[-1], z.read(n[-1]))";
    if let Some(printed) = text_of("python3", &["-c", script, path(&file)]) {
        assert_eq!(printed.trim(), "66000 65999.txt b'x'");
    }
    text_of("unzip", &["-tqq", path(&file)]);
}

#[test]
fn an_archive_past_4_gib_points_to_its_directory_in_64_bits() {
    let block = noise(64 << 20);
    let mut archive = ArchiveWriter::new(Tail::default());
    for index in 0..66 {
        archive.add(&format!("{index}.bin"), &block).unwrap();
    }
    archive.add("last.txt", b"end").unwrap();
    let tail = archive.finish().unwrap();
    assert!(tail.length > 4 << 30);
    let place = |mark: &[u8]| {
        tail.end
            .windows(4)
            .rposition(|window| window == mark)
            .expect("the record is there")
    };
    let number = |at: usize| u64::from_le_bytes(tail.end[at..at + 8].try_into().unwrap());
    let record = place(b"PK\x06\x06");
    assert_eq!(number(record + 32), 67, "entries");
    let (size, offset) = (number(record + 40), number(record + 48));
    assert!(offset > u64::from(u32::MAX));
    let record_offset = tail.length - (tail.end.len() - record) as u64;
    assert_eq!(
        offset + size,
        record_offset,
        "the directory ends where its record starts"
    );
    assert_eq!(number(place(b"PK\x06\x07") + 8), record_offset);
    assert_eq!(tail.end[place(b"PK\x05\x06") + 16..][..4], [0xFF; 4]);
    // The last entry's own offset is beyond 4 GiB as well: in its zip64 field.
    let entry = place(b"PK\x01\x02");
    assert_eq!(tail.end[entry + 42..entry + 46], [0xFF; 4]);
    assert!(tail.end[entry + 46..].starts_with(b"last.txt\x01\x00\x08\x00"));
}
