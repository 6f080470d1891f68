//! The locales that people can be invented in, and the words that pages print in their languages.
//!
//! Each has data of its own (`locale/*.rs`): a generator's foreign locales fall back to English names and raw templates.

mod de;
mod el;
mod en;
mod fr;
mod uk;
mod vi;

use std::fmt;
use std::str::FromStr;

use rand::rngs::ChaCha8Rng;
use rand::seq::IndexedRandom;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// A language and country that people can be invented in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Locale {
    /// English, United States.
    #[default]
    En,
    /// German, Germany.
    De,
    /// Greek, Greece.
    El,
    /// French, France.
    Fr,
    /// Ukrainian, Ukraine.
    Uk,
    /// Vietnamese, Vietnam.
    Vi,
}

impl Locale {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::En, Self::De, Self::El, Self::Fr, Self::Uk, Self::Vi];

    /// Its name, which is the language's BCP 47 tag.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::El => "el",
            Self::Fr => "fr",
            Self::Uk => "uk",
            Self::Vi => "vi",
        }
    }

    pub(crate) fn data(self) -> &'static Data {
        match self {
            Self::En => &en::DATA,
            Self::De => &de::DATA,
            Self::El => &el::DATA,
            Self::Fr => &fr::DATA,
            Self::Uk => &uk::DATA,
            Self::Vi => &vi::DATA,
        }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Locale {
    type Err = Error;

    /// Takes the names of [`Locale::ALL`]; upper case, `de_DE` and `de-DE` do as well.
    fn from_str(name: &str) -> Result<Self, Error> {
        let language = name.split(['_', '-', '.']).next().unwrap_or(name);
        let found = Self::ALL
            .iter()
            .find(|locale| locale.name().eq_ignore_ascii_case(language));
        found.copied().ok_or_else(|| Error::UnknownLocale {
            name: name.to_owned(),
            known: Self::ALL.iter().map(|locale| locale.name()).collect(),
        })
    }
}

/// The words on a page that are not the person's.
#[derive(Debug)]
pub(crate) struct Labels {
    pub(crate) personal_data: &'static str,
    pub(crate) date_of_birth: &'static str,
    pub(crate) phone: &'static str,
    pub(crate) email: &'static str,
    pub(crate) address: &'static str,
    pub(crate) bio: &'static str,
    pub(crate) contact: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) experience: &'static str,
    pub(crate) education: &'static str,
    pub(crate) skills: &'static str,
    pub(crate) languages: &'static str,
    /// What the picture shows; `{}` stands for the name.
    pub(crate) portrait: &'static str,
}

impl Labels {
    /// The labels of a language; English where there are none.
    pub(crate) fn of(language: &str) -> &'static Self {
        &language.parse::<Locale>().unwrap_or_default().data().labels
    }
}

/// A name in its parts.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) given: String,
    pub(crate) family: String,
}

/// Everything that a person of one locale is put together from.
#[derive(Debug)]
pub(crate) struct Data {
    pub(crate) labels: Labels,
    pub(crate) name: fn(&mut ChaCha8Rng) -> Name,
    /// Whether the family name comes first.
    pub(crate) family_first: bool,
    /// From a range that no subscriber has.
    pub(crate) phone: fn(&mut ChaCha8Rng) -> String,
    pub(crate) address: fn(&mut ChaCha8Rng) -> String,
    pub(crate) title: fn(&mut ChaCha8Rng) -> String,
    pub(crate) employer: fn(&mut ChaCha8Rng) -> String,
    /// Sentences that stand in any order, in the first person and without gender; `{title}` and `{employer}` are filled in.
    pub(crate) openings: &'static [&'static str],
    pub(crate) sentences: &'static [&'static str],
    pub(crate) closings: &'static [&'static str],
    pub(crate) tasks: &'static [&'static str],
    pub(crate) degrees: &'static [&'static str],
    pub(crate) schools: &'static [&'static str],
    pub(crate) skills: &'static [&'static str],
    /// The first is the mother tongue.
    pub(crate) languages: &'static [&'static str],
    /// The first is for the mother tongue, the others from fluent to basic.
    pub(crate) levels: &'static [&'static str],
    /// `since {}` in the language.
    pub(crate) since: &'static str,
}

pub(crate) fn pick<T: Copy>(rng: &mut ChaCha8Rng, list: &[T]) -> T {
    *list
        .choose(rng)
        .expect("the tables of a locale are never empty")
}
