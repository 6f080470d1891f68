//! The name of a CV's file in the archive: `{index:05}-{name}.pdf`.

use std::fmt::Write as _;
use std::str::FromStr;

use brigade_documents::Person;
use serde::{Deserialize, Serialize};

const ENDING: &str = ".pdf";

/// A template of names. The archive makes each name safe and different from all others; one that does not end in `.pdf`
/// gets that ending, because no system would know how to open the file without it.
///
/// ```
/// use brigade_pipeline::{Name, Person};
///
/// let name: Name = "{row:3} {email}.pdf".parse()?;
/// let person = Person { email: "ada@example.org".to_owned(), ..Person::default() };
/// assert_eq!(name.of(6, &person), "007 ada@example.org.pdf");
/// # Ok::<(), brigade_pipeline::NameError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    parts: Vec<Part>,
    typed: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Part {
    Text(String),
    /// A number from 0 or 1, with at least so many digits.
    Number {
        first: u64,
        digits: usize,
    },
    Field(Field),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Field {
    Name,
    Email,
    Phone,
    DateOfBirth,
}

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// A placeholder that there is not.
    #[error(
        "`{{{placeholder}}}` is no placeholder; there are {{index}} (from 0), {{row}} (from 1), both with a width \
         such as {{index:05}}, {{name}}, {{email}}, {{phone}} and {{date_of_birth}}"
    )]
    Placeholder {
        /// What stands between the braces.
        placeholder: String,
    },
    /// A brace without its other half.
    #[error("a brace is not closed")]
    Brace,
    /// No name at all.
    #[error("is empty; write a template such as {{index:05}}-{{name}}.pdf")]
    Empty,
}

impl Name {
    /// The name for CV `index`, counted from 0.
    #[must_use]
    pub fn of(&self, index: u64, person: &Person) -> String {
        let mut name = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => name.push_str(text),
                Part::Number { first, digits } => {
                    write!(name, "{:0digits$}", index + first).expect("a string takes everything");
                }
                Part::Field(field) => name.push_str(match field {
                    Field::Name => &person.name,
                    Field::Email => &person.email,
                    Field::Phone => &person.phone,
                    Field::DateOfBirth => &person.date_of_birth,
                }),
            }
        }
        name
    }

    /// As it was typed.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }
}

impl Default for Name {
    fn default() -> Name {
        "{index:05}-{name}.pdf".parse().expect("a template")
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(typed: &str) -> Result<Name, NameError> {
        if typed.trim().is_empty() {
            return Err(NameError::Empty);
        }
        let mut parts = Vec::new();
        let mut rest = typed;
        while let Some((text, after)) = rest.split_once('{') {
            let (placeholder, after) = after.split_once('}').ok_or(NameError::Brace)?;
            parts.push(Part::Text(text.to_owned()));
            parts.push(part(placeholder)?);
            rest = after;
        }
        if rest.contains('}') {
            return Err(NameError::Brace);
        }
        let has_ending = rest.to_ascii_lowercase().ends_with(ENDING);
        let ending = if has_ending { "" } else { ENDING };
        parts.push(Part::Text(format!("{rest}{ending}")));
        Ok(Name {
            parts,
            typed: typed.to_owned(),
        })
    }
}

fn part(placeholder: &str) -> Result<Part, NameError> {
    let unknown = || NameError::Placeholder {
        placeholder: placeholder.to_owned(),
    };
    let (name, width) = match placeholder.split_once(':') {
        Some((name, width)) => (name, Some(width)),
        None => (placeholder, None),
    };
    let digits = match width {
        None => 1,
        Some(width) => match width.parse() {
            Ok(digits @ 1..=20) => digits,
            _ => return Err(unknown()),
        },
    };
    let field = match name {
        "index" => return Ok(Part::Number { first: 0, digits }),
        "row" => return Ok(Part::Number { first: 1, digits }),
        "name" => Field::Name,
        "email" => Field::Email,
        "phone" => Field::Phone,
        "date_of_birth" => Field::DateOfBirth,
        _ => return Err(unknown()),
    };
    match width {
        None => Ok(Part::Field(field)),
        Some(_) => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_the_articles() {
        let person = Person {
            name: "Ada".to_owned(),
            ..Person::default()
        };
        assert_eq!(Name::default().of(7, &person), "00007-Ada.pdf");
    }

    #[test]
    fn every_name_ends_as_a_pdf_does() {
        let person = Person {
            name: "Ada".to_owned(),
            ..Person::default()
        };
        for (typed, name) in [
            ("{name}", "Ada.pdf"),
            ("{row}. {name}", "1. Ada.pdf"),
            ("{name}.PDF", "Ada.PDF"),
            ("{name}.txt", "Ada.txt.pdf"),
        ] {
            assert_eq!(typed.parse::<Name>().unwrap().of(0, &person), name);
        }
    }

    #[test]
    fn what_is_no_template_is_named() {
        assert_eq!(" ".parse::<Name>(), Err(NameError::Empty));
        for typed in ["{idx}", "{name:3}", "{index:x}", "{index:99}", "{}"] {
            let error = typed.parse::<Name>().unwrap_err();
            assert!(error.to_string().contains(typed), "{error}");
        }
        for typed in ["{name", "name}", "{name}}"] {
            assert_eq!(typed.parse::<Name>(), Err(NameError::Brace));
        }
    }
}
