//! People who do not exist: the same ones for the same seed, on every machine and in any order.

use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

use crate::locale::{Data, Locale, pick};
use crate::person::{Career, Degree, Fluency, Person, Position};
use crate::slug::slug;

/// The year that invented careers reach up to; a constant, since no clock is asked.
const THIS_YEAR: u16 = 2025;

impl Person {
    /// Person number `index` of `seed`: a function of the three arguments alone.
    ///
    /// Nobody can be reached: telephone numbers come from ranges set aside for fiction, or that no subscriber
    /// has, and email addresses from example.com and its like.
    ///
    /// ```
    /// use brigade_documents::{Locale, Person};
    ///
    /// let person = Person::invent(7, 0, Locale::En);
    /// assert_eq!(person, Person::invent(7, 0, Locale::En));
    /// assert_ne!(person.bio, Person::invent(7, 1, Locale::En).bio);
    /// ```
    #[must_use]
    pub fn invent(seed: u64, index: u64, locale: Locale) -> Self {
        let rng = &mut generator(seed, index, locale);
        let data = locale.data();
        let name = (data.name)(rng);
        let email = format!(
            "{}.{}@example.{}",
            slug(&name.given),
            slug(&name.family),
            pick(rng, &["com", "org", "net"])
        );
        let (year, date_of_birth) = birth(rng);
        let title = (data.title)(rng);
        let employer = (data.employer)(rng);
        let bio = bio(rng, data, &title, &employer);
        Self {
            name: match data.family_first {
                true => format!("{} {}", name.family, name.given),
                false => format!("{} {}", name.given, name.family),
            },
            date_of_birth,
            phone: (data.phone)(rng),
            email,
            address: (data.address)(rng),
            bio,
            language: locale.name().to_owned(),
            career: Some(career(rng, data, year, title, employer)),
        }
    }
}

/// ChaCha8 keyed by the three arguments, so that person 1000 needs no 999 before it.
fn generator(seed: u64, index: u64, locale: Locale) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&index.to_le_bytes());
    let name = locale.name().as_bytes();
    key[16..16 + name.len()].copy_from_slice(name);
    key[24..].copy_from_slice(b"person 1");
    ChaCha8Rng::from_seed(key)
}

/// `count` different entries in random order.
fn some(rng: &mut ChaCha8Rng, list: &[&'static str], count: usize) -> Vec<&'static str> {
    let mut list = list.to_vec();
    list.shuffle(rng);
    list.truncate(count);
    list
}

/// Somebody between 22 and 60.
fn birth(rng: &mut ChaCha8Rng) -> (u16, String) {
    let year = rng.random_range(THIS_YEAR - 60..=THIS_YEAR - 22);
    let month = rng.random_range(1..=12u8);
    let days = match month {
        2 if year % 4 == 0 => 29, // no year divisible by 100 but 2000 is in reach
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    (
        year,
        format!("{year}-{month:02}-{:02}", rng.random_range(1..=days)),
    )
}

fn bio(rng: &mut ChaCha8Rng, data: &Data, title: &str, employer: &str) -> String {
    let opening = pick(rng, data.openings)
        .replace("{title}", title)
        .replace("{employer}", employer);
    let count = rng.random_range(3..=5);
    let mut sentences = vec![opening];
    sentences.extend(
        some(rng, data.sentences, count)
            .into_iter()
            .map(str::to_owned),
    );
    sentences.push(pick(rng, data.closings).to_owned());
    sentences.join(" ")
}

/// A career that ends with `title` at `employer` and starts when somebody born in `birth_year` left school.
fn career(
    rng: &mut ChaCha8Rng,
    data: &Data,
    birth_year: u16,
    title: String,
    employer: String,
) -> Career {
    let left_school = birth_year + 18;
    let graduated = (left_school + rng.random_range(3..=5)).min(THIS_YEAR - 1);
    let mut until = THIS_YEAR;
    let mut experience = Vec::new();
    let mut job = Some((title.clone(), employer));
    for _ in 0..rng.random_range(2..=3) {
        if until <= graduated {
            break;
        }
        let from = until.saturating_sub(rng.random_range(2..=7)).max(graduated);
        let (title, employer) = job
            .take()
            .unwrap_or_else(|| ((data.title)(rng), (data.employer)(rng)));
        let count = rng.random_range(2..=3);
        experience.push(Position {
            title: capitalised(&title),
            employer,
            period: match until {
                THIS_YEAR => data.since.replace("{}", &from.to_string()),
                _ => format!("{from}–{until}"),
            },
            tasks: some(rng, data.tasks, count)
                .into_iter()
                .map(str::to_owned)
                .collect(),
        });
        until = from;
    }
    let summary = some(rng, data.sentences, 2).join(" ");
    let skills = rng.random_range(5..=7);
    let foreign = rng.random_range(1..=2);
    let languages =
        std::iter::once(data.languages[0]).chain(some(rng, &data.languages[1..], foreign));
    let mut levels = data.levels.iter();
    Career {
        headline: capitalised(&title),
        summary,
        experience,
        education: vec![Degree {
            title: pick(rng, data.degrees).to_owned(),
            school: pick(rng, data.schools).to_owned(),
            period: format!("{left_school}–{graduated}"),
        }],
        skills: some(rng, data.skills, skills)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        languages: languages
            .map(|language| Fluency {
                language: language.to_owned(),
                level: (*levels.next().expect("there are more levels than languages")).to_owned(),
            })
            .collect(),
    }
}

/// A title as it stands at the start of a line; within a sentence some languages write it small.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect()
}
