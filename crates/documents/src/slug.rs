//! Names in the letters that email addresses have.

use unicode_normalization::UnicodeNormalization;

/// `name` in lower-case ASCII letters, digits and hyphens; Greek and Ukrainian as their passports spell them.
pub(crate) fn slug(name: &str) -> String {
    let letters: Vec<char> = name.to_lowercase().nfc().collect();
    let mut slug = String::with_capacity(name.len());
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| base(letters[index]));
        let after = letters.get(index + 1).copied().map(base);
        match letter {
            'a'..='z' | '0'..='9' => slug.push(letter),
            ' ' | '-' => slug.push('-'),
            _ => match latin(letter)
                .or_else(|| ukrainian(letter, before))
                .or_else(|| greek(base(letter), before, after))
            {
                Some(letters) => slug += letters,
                None => slug.extend(
                    std::iter::once(letter)
                        .nfd()
                        .filter(char::is_ascii_lowercase),
                ),
            },
        }
    }
    slug
}

/// The letter without its accents.
fn base(letter: char) -> char {
    std::iter::once(letter).nfd().next().unwrap_or(letter)
}

/// Letters whose decomposition has none of ASCII, or that a language spells otherwise.
fn latin(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ä' | 'æ' => "ae",
        'ö' | 'œ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'ı' => "i",
        'þ' => "th",
        _ => return None,
    })
}

/// Cabinet of Ministers of Ukraine, resolution 55 of 2010.
fn ukrainian(letter: char, before: Option<char>) -> Option<&'static str> {
    let initial = before.is_none_or(|before| !before.is_alphabetic());
    Some(match letter {
        'а' => "a",
        'б' => "b",
        'в' => "v",
        'г' if before == Some('з') => "gh",
        'г' => "h",
        'ґ' => "g",
        'д' => "d",
        'е' => "e",
        'є' if initial => "ye",
        'є' => "ie",
        'ж' => "zh",
        'з' => "z",
        'и' => "y",
        'і' => "i",
        'ї' if initial => "yi",
        'ї' => "i",
        'й' if initial => "y",
        'й' => "i",
        'к' => "k",
        'л' => "l",
        'м' => "m",
        'н' => "n",
        'о' => "o",
        'п' => "p",
        'р' => "r",
        'с' => "s",
        'т' => "t",
        'у' => "u",
        'ф' => "f",
        'х' => "kh",
        'ц' => "ts",
        'ч' => "ch",
        'ш' => "sh",
        'щ' => "shch",
        'ю' if initial => "yu",
        'ю' => "iu",
        'я' if initial => "ya",
        'я' => "ia",
        'ь' | '’' | '\'' => "",
        _ => return None,
    })
}

/// ELOT 743, by letters without accents.
fn greek(letter: char, before: Option<char>, after: Option<char>) -> Option<&'static str> {
    Some(match letter {
        'α' => "a",
        'β' => "v",
        'γ' if matches!(after, Some('γ' | 'ξ' | 'χ')) => "n",
        'γ' => "g",
        'δ' => "d",
        'ε' => "e",
        'ζ' => "z",
        'η' | 'ι' => "i",
        'θ' => "th",
        'κ' => "k",
        'λ' => "l",
        'μ' => "m",
        'ν' => "n",
        'ξ' => "x",
        'ο' | 'ω' => "o",
        'π' => "p",
        'ρ' => "r",
        'σ' | 'ς' => "s",
        'τ' => "t",
        'υ' if before == Some('ο') => "u",
        'υ' if matches!(before, Some('α' | 'ε' | 'η')) => "v",
        'υ' => "y",
        'φ' => "f",
        'χ' => "ch",
        'ψ' => "ps",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn names_are_spelt_as_their_countries_spell_them() {
        for (name, expected) in [
            ("Zoë", "zoe"),
            ("Müller-Lüdenscheidt", "mueller-luedenscheidt"),
            ("d’Ormesson", "dormesson"),
            ("Thị Hồng Nhung", "thi-hong-nhung"),
            ("Đặng", "dang"),
            ("Αγγελόπουλος", "angelopoulos"),
            ("Ευάγγελος", "evangelos"),
            ("Χρυσούλα", "chrysoula"),
            ("Євгенія", "yevheniia"),
            ("Їжакевич", "yizhakevych"),
            ("Юрій", "yurii"),
            ("Oğuz", "oguz"),
        ] {
            assert_eq!(slug(name), expected, "{name}");
        }
    }
}
