//! Comma-separated rows under a header.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use super::fields::{Fields, NEEDED, PHOTO, TEXTS, canonical};
use super::{BadRow, Data, DataError, MAX_ROW_BYTES, Missing, Row, Survey};

/// The reader's own buffer: it may have read so much ahead of the row it gives.
const BUFFER_BYTES: usize = 64 << 10;
/// Unknown columns that are remembered.
const MAX_UNKNOWN: usize = 100;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    /// One of [`TEXTS`].
    Text(usize),
    Photo,
    Unknown,
}

struct Header {
    names: Vec<String>,
    columns: Vec<Column>,
}

/// How many rows there are, and the columns that mean nothing.
pub(super) fn survey(data: &Data) -> Result<Survey, DataError> {
    let mut reader = Reader::open(data)?;
    let header = reader.header(data)?;
    let columns = header.columns.iter().zip(&header.names);
    let unknown = columns
        .filter(|(column, _)| matches!(column, Column::Unknown))
        .map(|(_, name)| name.clone())
        .take(MAX_UNKNOWN)
        .collect();
    let mut survey = Survey {
        unknown,
        ..Survey::default()
    };
    let photo = header
        .columns
        .iter()
        .position(|column| matches!(column, Column::Photo));
    while let Some(record) = reader.next() {
        survey.rows += 1;
        let cell = photo.and_then(|at| record.as_ref().ok()?.get(at));
        if cell.is_none_or(|cell| cell.trim_ascii().is_empty()) {
            survey.without_photo += 1;
        }
    }
    Ok(survey)
}

/// One pass.
pub(super) fn rows(
    data: &Data,
) -> Result<impl Iterator<Item = Result<Row, BadRow>> + use<>, DataError> {
    let mut reader = Reader::open(data)?;
    let header = reader.header(data)?;
    let data = data.clone();
    Ok(std::iter::from_fn(move || {
        let record = reader.next()?;
        Some(record.and_then(|record| row(&data, &header, &record)))
    }))
}

fn row(data: &Data, header: &Header, record: &csv::ByteRecord) -> Result<Row, BadRow> {
    let line = record.position().map_or(0, csv::Position::line);
    if record.len() != header.columns.len() {
        let (cells, columns) = (record.len(), header.columns.len());
        return Err(BadRow::new(
            line,
            format!("it has {cells} cells, the header {columns}"),
        ));
    }
    let mut row = Row {
        fields: Fields::default(),
        photo: None,
    };
    let named = header.columns.iter().zip(&header.names);
    for (cell, (column, name)) in record.iter().zip(named) {
        let text = match column {
            Column::Unknown => continue,
            _ => std::str::from_utf8(cell)
                .map_err(|_| BadRow::of(line, name, "it is not UTF-8"))?
                .trim(),
        };
        match column {
            Column::Text(0) if text.is_empty() => {
                return Err(BadRow::of(line, name, "it is empty"));
            }
            Column::Text(at) => row.fields.texts[*at] = Some(text.to_owned()),
            Column::Photo if text.is_empty() => match data.options.missing {
                Missing::Invent => {}
                Missing::Refuse => return Err(BadRow::of(line, name, "it is empty")),
            },
            _ => {
                let source = data.photos.source(text);
                row.photo = Some(source.map_err(|detail| BadRow::of(line, name, detail))?);
            }
        }
    }
    // An empty language is no language.
    let language = &mut row.fields.texts[TEXTS.len() - 1];
    if language.as_deref() == Some("") {
        *language = None;
    }
    Ok(row)
}

/// The file's bytes as the CSV reader gets them.
type Checked = Quotes<Bounded<LineFeeds<Box<dyn Read>>>>;

/// Records with a bound on their length.
struct Reader {
    csv: csv::Reader<Checked>,
    left: Rc<Cell<usize>>,
    ended: bool,
}

impl Reader {
    fn open(data: &Data) -> Result<Reader, DataError> {
        let left = Rc::new(Cell::new(0));
        let bounded = Bounded {
            inner: LineFeeds {
                inner: Box::new(data.reader()?) as Box<dyn Read>,
                is_held: false,
            },
            left: Rc::clone(&left),
        };
        let csv = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(Quotes {
                inner: bounded,
                place: Place::Start,
            });
        Ok(Reader {
            csv,
            left,
            ended: false,
        })
    }

    fn header(&mut self, data: &Data) -> Result<Header, DataError> {
        let wrong = |detail: String| DataError::Header {
            path: data.path.clone(),
            detail,
        };
        let record = match self.next() {
            None => return Err(wrong("it is empty".to_owned())),
            Some(record) => record.map_err(|bad| wrong(bad.to_string()))?,
        };
        // Half of a header's bytes, or it has the mark that such files begin with.
        let bytes = record.as_slice();
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0) {
            return Err(wrong("it is UTF-16; save the file as UTF-8".to_owned()));
        }
        let record = csv::StringRecord::from_byte_record(record)
            .map_err(|_| wrong("it is not UTF-8; save the file as UTF-8".to_owned()))?;
        let names: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
        let mut columns = Vec::with_capacity(names.len());
        for name in &names {
            let name = canonical(name);
            let column = match TEXTS.iter().position(|text| *text == name) {
                Some(at) => Column::Text(at),
                None if name == PHOTO => Column::Photo,
                None => Column::Unknown,
            };
            if column != Column::Unknown && columns.contains(&column) {
                return Err(wrong(format!("the column {name} is there twice")));
            }
            columns.push(column);
        }
        let has = |at: usize| {
            columns
                .iter()
                .any(|c| matches!(c, Column::Text(t) if *t == at))
        };
        let missing: Vec<&'static str> = (0..NEEDED.len())
            .filter(|at| !has(*at))
            .map(|at| NEEDED[at])
            .collect();
        // None of them is no header but a row.
        if missing.len() == NEEDED.len() {
            let start: String = record.iter().collect::<Vec<_>>().join(",");
            let start: String = start.chars().take(60).collect();
            let hint = match record.len() == 1 && start.contains([';', '\t']) {
                true => "; what separates columns is a comma",
                false => "",
            };
            return Err(wrong(format!(
                "its first line is `{start}`, where one of {} was expected{hint}",
                NEEDED.join(", ")
            )));
        }
        if !missing.is_empty() && data.options.missing == Missing::Refuse {
            return Err(DataError::MissingColumns {
                path: data.path.clone(),
                columns: missing,
            });
        }
        Ok(Header { names, columns })
    }

    /// The next record; one that is too long, or a file that breaks off, ends the file.
    fn next(&mut self) -> Option<Result<csv::ByteRecord, BadRow>> {
        if self.ended {
            return None;
        }
        self.left.set(MAX_ROW_BYTES + BUFFER_BYTES);
        let line = self.csv.position().line();
        let mut record = csv::ByteRecord::new();
        match self.csv.read_byte_record(&mut record) {
            Ok(true) => Some(Ok(record)),
            Ok(false) => None,
            Err(error) => {
                self.ended = true;
                Some(Err(BadRow::new(
                    line,
                    format!("{error}; what follows was not read"),
                )))
            }
        }
    }
}

/// A reader that refuses to go on when nobody has taken a record for too long.
struct Bounded<R> {
    inner: R,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a row of more than 1 MiB: is a quote left open?",
            ));
        }
        let room = buffer.len().min(left);
        let read = self.inner.read(&mut buffer[..room])?;
        self.left.set(left - read);
        Ok(read)
    }
}

/// A reader that refuses to end within a quoted cell: the CSV reader takes the end of the file for the quote's other half,
/// and all rows in between for one person's text.
struct Quotes<R> {
    inner: R,
    place: Place,
}

/// Where in a cell the bytes read so far have led, by the CSV reader's rules.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before it.
    Start,
    /// Within, and no quote counts any more.
    Bare,
    Quoted,
    /// After a quote that closes the cell, or is the first half of one that belongs to it.
    Quote,
}

impl Place {
    fn after(self, byte: u8) -> Place {
        match (self, byte) {
            (Place::Quoted, b'"') => Place::Quote,
            (Place::Start | Place::Quote, b'"') | (Place::Quoted, _) => Place::Quoted,
            (_, b',' | b'\n' | b'\r') => Place::Start,
            _ => Place::Bare,
        }
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if read == 0 && !buffer.is_empty() && self.place == Place::Quoted {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the file ends within a quoted cell: is a quote left open?",
            ));
        }
        let bytes = buffer[..read].iter();
        self.place = bytes.fold(self.place, |place, byte| place.after(*byte));
        Ok(read)
    }
}

/// Every line's end as a line feed: also within a cell, where it is the person's text, and between rows, where the
/// CSV reader counts the line of a row that follows a CR LF one short.
struct LineFeeds<R> {
    inner: R,
    /// Whether the last byte read was a carriage return, of which is not known yet what follows.
    is_held: bool,
}

impl<R: Read> Read for LineFeeds<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let held = usize::from(self.is_held && !buffer.is_empty());
            buffer[..held].fill(b'\r');
            let read = self.inner.read(&mut buffer[held..])?;
            let filled = held + read;
            if read == 0 {
                self.is_held &= held == 0;
                return Ok(filled);
            }
            self.is_held = buffer[filled - 1] == b'\r';
            let end = filled - usize::from(self.is_held);
            let mut kept = 0;
            for at in 0..end {
                if buffer[at..filled].starts_with(b"\r\n") {
                    continue;
                }
                buffer[kept] = buffer[at];
                kept += 1;
            }
            // Nothing would mean the end.
            if kept > 0 {
                return Ok(kept);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a byte or a few at a time, as a slow disk might.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.1.min(buffer.len()).min(self.0.len());
            buffer[..read].copy_from_slice(&self.0[..read]);
            self.0 = &self.0[read..];
            Ok(read)
        }
    }

    #[test]
    fn only_a_quote_that_is_never_closed_is_an_error_at_the_end() {
        for (text, is_whole) in [
            ("a,\"b\n", false),
            ("a,\"b\"\"\n", false),
            ("\"a\"\"\"\nb", true),
            ("a,b\"c\n", true),
            ("\"a\"b\"c\n", true),
            ("\"a,\nb\",\"\"", true),
            ("", true),
        ] {
            for step in 1..4 {
                let mut quotes = Quotes {
                    inner: Drops(text.as_bytes(), step),
                    place: Place::Start,
                };
                let mut read = String::new();
                let ended = quotes.read_to_string(&mut read);
                assert_eq!(ended.is_ok(), is_whole, "{text:?}, {step} at a time");
                assert!(!is_whole || read == text, "{text:?}");
            }
        }
    }

    #[test]
    fn line_ends_become_line_feeds_wherever_a_read_ends() {
        for step in 1..8 {
            let mut text = String::new();
            let mut feeds = LineFeeds {
                inner: Drops(b"a\r\nb\r\r\nc\rd\n\r\n\r\r", step),
                is_held: false,
            };
            feeds.read_to_string(&mut text).unwrap();
            assert_eq!(text, "a\nb\r\nc\rd\n\n\r\r", "{step} at a time");
        }
    }
}
