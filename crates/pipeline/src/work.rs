//! The CVs to make, one after the other: of invented people, or of the rows of a file.

use std::ops::Range;

use brigade_documents::{Locale, Person};
use brigade_faces::Source;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::data::{BadRow, DataError};
use crate::faces::hexadecimal;
use crate::{Config, Error};

/// One CV to make.
pub(crate) struct Item {
    /// Which one: the row's number less one.
    pub index: u64,
    pub who: Who,
    /// Where the face is, when it is this person's own.
    pub photo: Option<Source>,
}

impl Item {
    /// What tells this person, in this row and with this photo, from any other.
    pub(crate) fn digest(&self) -> String {
        // A path need not be UTF-8, as JSON would have it.
        let photo = self.photo.as_ref().map(ToString::to_string);
        let text = serde_json::to_vec(&(self.index, &self.who, photo));
        let text = text.expect("texts and numbers are JSON");
        hexadecimal(&Sha256::digest(text)[..8])
    }
}

/// Whose CV it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) enum Who {
    Invented {
        seed: u64,
        index: u64,
        locale: Locale,
    },
    Given(Box<Person>),
}

impl Who {
    pub(crate) fn person(self) -> Person {
        match self {
            Who::Invented {
                seed,
                index,
                locale,
            } => Person::invent(seed, index, locale),
            Who::Given(person) => *person,
        }
    }

    /// As much as is needed to tell the name.
    pub(crate) fn named(&self) -> Who {
        match self {
            Who::Invented { .. } => self.clone(),
            Who::Given(person) => Who::Given(Box::new(Person {
                name: person.name.clone(),
                ..Person::default()
            })),
        }
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Who::Invented { .. } => self.clone().person().name,
            Who::Given(person) => person.name.clone(),
        }
    }
}

/// A row that cannot become a CV.
pub(crate) struct BadItem {
    pub index: u64,
    pub bad: BadRow,
}

type Items<'a> = Box<dyn Iterator<Item = Result<Item, BadItem>> + 'a>;

/// The same with the turn of each: its place in the archive's order, from 0.
pub(crate) type Turns<'a> = Box<dyn Iterator<Item = (u64, Result<Item, BadItem>)> + 'a>;

impl Config {
    /// How many CVs are asked for: bad rows count, they will be named.
    #[must_use]
    pub fn requested(&self) -> u64 {
        let total = self.data.as_ref().map_or(self.cvs, |data| data.rows());
        let selected = self
            .select
            .as_ref()
            .map_or(total, |selection| selection.count(total));
        selected.min(self.limit.unwrap_or(u64::MAX))
    }

    /// The indexes from the first to the last CV whose face comes from [`Config::source`], at most `most` of them: those
    /// whose row is bad or names a photo need none.
    ///
    /// # Errors
    /// If the file with the people cannot be read again.
    pub fn faces_wanted(&self, most: u64) -> Result<Range<u64>, Error> {
        if self
            .data
            .as_ref()
            .is_some_and(|data| data.rows_without_photo() == 0)
        {
            return Ok(0..0);
        }
        let mut wanted = self.work()?.flatten().filter(|item| item.photo.is_none());
        let Some(Item { index: first, .. }) = wanted.next() else {
            return Ok(0..0);
        };
        let end = first.saturating_add(most);
        let last = wanted
            .map(|item| item.index)
            .take_while(|index| *index < end)
            .last();
        Ok(first..last.unwrap_or(first) + 1)
    }

    /// The CVs, in order. Each call is a pass of its own.
    pub(crate) fn work(&self) -> Result<Items<'_>, Error> {
        let all: Items<'_> = match &self.data {
            None => Box::new((0..self.cvs).map(|index| {
                Ok(Item {
                    index,
                    who: Who::Invented {
                        seed: self.seed,
                        index,
                        locale: self.locale,
                    },
                    photo: None,
                })
            })),
            Some(data) => {
                let rows = data.pass().map_err(|error: DataError| Error::Data(error))?;
                Box::new((0..).zip(rows).map(|(index, row)| match row {
                    Err(bad) => Err(BadItem { index, bad }),
                    Ok(mut row) => Ok(Item {
                        index,
                        photo: row.photo.take(),
                        who: Who::Given(Box::new(row.person(self.seed, index, self.locale))),
                    }),
                }))
            }
        };
        let limit = usize::try_from(self.limit.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
        let is_selected = move |item: &Result<Item, BadItem>| {
            let index = match item {
                Ok(item) => item.index,
                Err(bad) => bad.index,
            };
            let selection = self.select.as_ref();
            selection.is_none_or(|selection| selection.contains(index + 1))
        };
        Ok(Box::new(all.filter(is_selected).take(limit)))
    }

    /// The same, counted.
    pub(crate) fn turns(&self) -> Result<Turns<'_>, Error> {
        Ok(Box::new((0..).zip(self.work()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faces_are_wanted_for_what_is_selected_and_for_rows_without_a_photo() {
        let mut config = Config::new(Source::service("http://127.0.0.1/").unwrap(), 1);
        config.cvs = 90;
        assert_eq!(config.faces_wanted(1000).unwrap(), 0..90);
        config.select = Some("88-".parse().unwrap());
        assert_eq!(config.faces_wanted(1000).unwrap(), 87..90);
        assert_eq!(config.faces_wanted(2).unwrap(), 87..89);
        config.select = Some("91".parse().unwrap());
        assert!(config.faces_wanted(1000).unwrap().is_empty());

        let folder = tempfile::tempdir().unwrap();
        let people = folder.path().join("people.csv");
        std::fs::write(&people, "name,photo\nAda,a.jpg\nBen,\nCy,c.jpg\nDee,\n").unwrap();
        let options = crate::DataOptions {
            missing: crate::Missing::Invent,
            ..crate::DataOptions::default()
        };
        config.data = Some(crate::Data::open(&people, options).unwrap());
        config.select = None;
        assert_eq!(config.faces_wanted(1000).unwrap(), 1..4);
        assert_eq!(config.faces_wanted(1).unwrap(), 1..2);
    }
}
