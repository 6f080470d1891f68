//! The fields of a person by the names that files give them.

use brigade_documents::{Career, Locale, Person};

/// What a file can say in words, in the order of [`Person`].
pub(super) const TEXTS: [&str; 7] = [
    "name",
    "date_of_birth",
    "phone",
    "email",
    "address",
    "bio",
    "language",
];
/// What every CV needs; the language is the run's where a file does not tell it.
pub(super) const NEEDED: [&str; 6] = ["name", "date_of_birth", "phone", "email", "address", "bio"];
/// A path or a URL.
pub(super) const PHOTO: &str = "photo";
/// Only in `.jsonl`: an object.
pub(super) const CAREER: &str = "career";

/// What a file says of one person; `None` is what it does not say.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub(super) texts: [Option<String>; TEXTS.len()],
    pub(super) career: Option<Career>,
}

impl Fields {
    pub(super) fn person(self, seed: u64, index: u64, locale: Locale) -> Person {
        // Inventing costs more than reading a row: only where something is missing.
        let mut person = if self.texts[..NEEDED.len()].iter().all(Option::is_some) {
            Person {
                language: locale.name().to_owned(),
                ..Person::default()
            }
        } else {
            Person::invent(seed, index, locale)
        };
        let texts = [
            &mut person.name,
            &mut person.date_of_birth,
            &mut person.phone,
            &mut person.email,
            &mut person.address,
            &mut person.bio,
            &mut person.language,
        ];
        for (text, given) in texts.into_iter().zip(self.texts) {
            if let Some(given) = given {
                *text = given;
            }
        }
        if self.career.is_some() {
            person.career = self.career;
        }
        person
    }
}

/// A column's name as people write it, `Date of birth` or `E-Mail`, as it is called here.
pub(super) fn canonical(name: &str) -> String {
    match name.trim().to_lowercase().replace([' ', '-'], "_") {
        // A hyphen within the word, and not between two.
        name if name == "e_mail" => "email".to_owned(),
        name => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_invented_and_what_is_given_stays() {
        let mut fields = Fields::default();
        fields.texts[0] = Some("Ada Lovelace".to_owned());
        let person = fields.person(1, 2, Locale::En);
        let invented = Person::invent(1, 2, Locale::En);
        assert_eq!(
            person,
            Person {
                name: "Ada Lovelace".to_owned(),
                ..invented
            }
        );
    }

    #[test]
    fn names_are_known_as_people_write_them() {
        for (typed, name) in [
            (" Date of birth", "date_of_birth"),
            ("DATE-OF-BIRTH", "date_of_birth"),
            ("E-Mail", "email"),
            ("e mail", "email"),
        ] {
            assert_eq!(canonical(typed), name);
        }
    }

    #[test]
    fn nothing_is_invented_for_somebody_who_is_all_there() {
        let mut fields = Fields::default();
        for (at, name) in NEEDED.iter().enumerate() {
            fields.texts[at] = Some(format!("the {name}"));
        }
        let person = fields.person(1, 2, Locale::Fr);
        assert_eq!(
            (person.bio.as_str(), person.language.as_str()),
            ("the bio", "fr")
        );
        assert_eq!(person.career, None);
    }
}
