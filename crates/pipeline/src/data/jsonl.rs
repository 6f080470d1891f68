//! A JSON object a line.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read as _};

use brigade_documents::Career;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::fields::{CAREER, Fields, NEEDED, PHOTO, TEXTS, canonical};
use super::{BadRow, Data, DataError, MAX_ROW_BYTES, Missing, Row, Survey};

/// Unknown fields that are remembered.
const MAX_UNKNOWN: usize = 100;

/// How many rows there are, and the fields that mean nothing.
pub(super) fn survey(data: &Data) -> Result<Survey, DataError> {
    let mut lines = Lines::open(data)?;
    let (mut survey, mut unknown) = (Survey::default(), BTreeSet::new());
    while let Some(line) = lines.next() {
        survey.rows += 1;
        let object = line.and_then(|(line, text)| object(line, &text));
        let fields = object.iter().flat_map(|(_, Object(fields))| fields);
        for (name, _) in fields {
            let known = canonical(name);
            let is_known = TEXTS.contains(&&*known) || [PHOTO, CAREER].contains(&&*known);
            if !is_known && unknown.len() < MAX_UNKNOWN {
                unknown.insert(name.clone());
            }
        }
        let is_photo =
            |(name, value): &(String, Value)| canonical(name) == PHOTO && !is_nothing(value);
        let has_photo = |(_, Object(fields)): &(u64, Object)| fields.iter().any(is_photo);
        survey.without_photo += u64::from(!object.as_ref().is_ok_and(has_photo));
    }
    survey.unknown = unknown.into_iter().collect();
    Ok(survey)
}

/// One pass.
pub(super) fn rows(
    data: &Data,
) -> Result<impl Iterator<Item = Result<Row, BadRow>> + use<>, DataError> {
    let mut lines = Lines::open(data)?;
    let data = data.clone();
    Ok(std::iter::from_fn(move || {
        let line = lines.next()?;
        Some(
            line.and_then(|(line, text)| object(line, &text))
                .and_then(|(line, object)| row(&data, line, object)),
        )
    }))
}

/// The fields of a row as they stand there: one that is there twice is two.
struct Object(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Object, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Object(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

fn object(line: u64, text: &[u8]) -> Result<(u64, Object), BadRow> {
    let text = text.trim_ascii_end();
    if text.contains(&0) {
        return Err(BadRow::new(line, "it is UTF-16; save the file as UTF-8"));
    }
    if std::str::from_utf8(text).is_err() {
        return Err(BadRow::new(line, "it is not UTF-8"));
    }
    if !text.trim_ascii_start().starts_with(b"{") {
        return Err(BadRow::new(line, "it is no JSON object"));
    }
    match serde_json::from_slice(text) {
        Ok(object) => Ok((line, object)),
        Err(error) => {
            // Its own line number would be that within the line.
            let detail = error.to_string();
            let detail = detail.split(" at line ").next().unwrap_or_default();
            let column = error.column().to_string();
            Err(BadRow::of(line, column, format!("it is no JSON: {detail}")))
        }
    }
}

fn row(data: &Data, line: u64, Object(fields): Object) -> Result<Row, BadRow> {
    let mut row = Row {
        fields: Fields::default(),
        photo: None,
    };
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in fields {
        let known = canonical(&name);
        let at = TEXTS.iter().position(|text| *text == known);
        if at.is_none() && known != PHOTO && known != CAREER {
            continue;
        }
        if seen.contains(&known) {
            return Err(BadRow::of(line, name, "it is there twice"));
        }
        seen.push(known.clone());
        if known == CAREER && value.is_null() {
            continue;
        }
        if known == CAREER {
            let career: Career = serde_json::from_value(value)
                .map_err(|error| BadRow::of(line, name, error.to_string()))?;
            row.fields.career = Some(career);
            continue;
        }
        let text = match value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Null => continue,
            _ => return Err(BadRow::of(line, name, "it is no text")),
        };
        match at {
            Some(at) => row.fields.texts[at] = Some(text),
            None if text.is_empty() => match data.options.missing {
                Missing::Invent => {}
                Missing::Refuse => return Err(BadRow::of(line, name, "it is empty")),
            },
            None => {
                let source = data.photos.source(&text);
                row.photo = Some(source.map_err(|detail| BadRow::of(line, name, detail))?);
            }
        }
    }
    let name = &row.fields.texts[0];
    if name.as_deref() == Some("") {
        return Err(BadRow::of(line, TEXTS[0], "it is empty"));
    }
    let missing = (0..NEEDED.len()).find(|at| row.fields.texts[*at].is_none());
    match missing {
        Some(at) if data.options.missing == Missing::Refuse => Err(BadRow::of(
            line,
            NEEDED[at],
            "it is missing; add it, or let it be invented (--missing=invent)",
        )),
        _ => Ok(row),
    }
}

/// What leaves a photo to others: null, or a text without a character.
fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// Lines with a bound on their length; empty ones are passed over.
struct Lines {
    reader: BufReader<Box<dyn io::Read>>,
    line: u64,
    ended: bool,
}

impl Lines {
    fn open(data: &Data) -> Result<Lines, DataError> {
        Ok(Lines {
            reader: BufReader::with_capacity(64 << 10, Box::new(data.reader()?)),
            line: 0,
            ended: false,
        })
    }

    fn next(&mut self) -> Option<Result<(u64, Vec<u8>), BadRow>> {
        let mut text = Vec::new();
        while !self.ended {
            text.clear();
            self.line += 1;
            let bound = MAX_ROW_BYTES as u64 + 1;
            let read = self
                .reader
                .by_ref()
                .take(bound)
                .read_until(b'\n', &mut text);
            match read.and_then(|read| self.skip(read, &text)) {
                Ok(0) => self.ended = true,
                Ok(read) if read > MAX_ROW_BYTES => {
                    return Some(Err(BadRow::new(self.line, "a row of more than 1 MiB")));
                }
                Ok(_) if text.trim_ascii().is_empty() => {}
                Ok(_) => return Some(Ok((self.line, text))),
                Err(error) => {
                    self.ended = true;
                    let detail = format!("{error}; what follows was not read");
                    return Some(Err(BadRow::new(self.line, detail)));
                }
            }
        }
        None
    }

    /// Goes to the end of a line that was too long to be read whole.
    fn skip(&mut self, read: usize, text: &[u8]) -> io::Result<usize> {
        if read > MAX_ROW_BYTES && text.last() != Some(&b'\n') {
            self.reader.skip_until(b'\n')?;
        }
        Ok(read)
    }
}
