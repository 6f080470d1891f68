//! Invented people: the same for the same seed, unreachable, and free of what generators leave behind.

use brigade_documents::{Error, Locale, Person};

fn people() -> impl Iterator<Item = (Locale, Person)> {
    Locale::ALL
        .iter()
        .flat_map(|&locale| (0..300).map(move |index| (locale, Person::invent(9, index, locale))))
}

#[test]
fn a_person_depends_on_seed_index_and_locale_alone() {
    for (locale, index) in Locale::ALL
        .iter()
        .flat_map(|&locale| [(locale, 0), (locale, u64::MAX)])
    {
        assert_eq!(
            Person::invent(3, index, locale),
            Person::invent(3, index, locale)
        );
        assert_ne!(
            Person::invent(3, index, locale),
            Person::invent(4, index, locale)
        );
        assert_ne!(
            Person::invent(3, index, locale),
            Person::invent(3, index ^ 1, locale)
        );
    }
}

#[test]
fn the_first_person_of_seed_1_stays_who_she_is() {
    let person = Person::invent(1, 0, Locale::En);
    assert_eq!(
        [
            person.name,
            person.date_of_birth,
            person.phone,
            person.email,
            person.address
        ],
        [
            "Polly Nitzsche",
            "1995-08-26",
            "(577) 555-0117",
            "polly.nitzsche@example.com",
            "3100 Rohan Ranch, Veumhaven, WV 29802"
        ]
    );
}

#[test]
fn no_field_is_empty_or_holds_a_template() {
    for (locale, person) in people() {
        let json = serde_json::to_string(&person).unwrap();
        assert!(!json.contains("\"\""), "{locale}: {json}");
        assert!(
            !["{{", "{River", "{title", "{employer", "{}", "##"]
                .iter()
                .any(|rest| json.contains(rest)),
            "{locale}: {json}"
        );
        assert_eq!(serde_json::from_str::<Person>(&json).unwrap(), person);
    }
}

#[test]
fn email_addresses_are_plain_and_lead_nowhere() {
    for (locale, person) in people() {
        let (local, domain) = person.email.split_once('@').unwrap();
        let plain = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        let parts: Vec<&str> = local.split('.').collect();
        assert!(
            parts.len() == 2 && parts.iter().all(|part| plain(part)),
            "{locale}: {}",
            person.email
        );
        assert!(["example.com", "example.org", "example.net"].contains(&domain));
    }
}

#[test]
fn dates_of_birth_exist_and_are_those_of_adults() {
    for (_, person) in people() {
        let parts: Vec<u16> = person
            .date_of_birth
            .split('-')
            .map(|part| part.parse().unwrap())
            .collect();
        let [year, month, day] = parts[..] else {
            panic!("{}", person.date_of_birth)
        };
        assert!((1965..=2003).contains(&year) && (1..=12).contains(&month));
        let days = [
            31,
            if year % 4 == 0 { 29 } else { 28 },
            31,
            30,
            31,
            30,
            31,
            31,
            30,
            31,
            30,
            31,
        ];
        assert!(
            (1..=days[usize::from(month) - 1]).contains(&day),
            "{}",
            person.date_of_birth
        );
    }
}

#[test]
fn an_unknown_locale_is_told_the_known_ones() {
    assert_eq!("EN_us".parse::<Locale>().unwrap(), Locale::En);
    for &locale in Locale::ALL {
        assert_eq!(locale.to_string().parse::<Locale>().unwrap(), locale);
    }
    let error = "tlh".parse::<Locale>().unwrap_err();
    assert!(matches!(&error, Error::UnknownLocale { name, .. } if name == "tlh"));
    assert!(
        error
            .to_string()
            .starts_with("unknown locale \"tlh\"; known are en"),
        "{error}"
    );
}
