//! Names that every system can unpack, each once.
//!
//! The archive is flat, so no name can lead out of the folder it is unpacked in. Windows and macOS do not tell
//! upper from lower case, hence nor does the comparison here.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

/// The longest name, in bytes of UTF-8; file systems allow 255, and a number may have to be appended.
const LIMIT: usize = 200;

/// The names given so far.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// By name without case: the number to try next for another of that name.
    taken: HashMap<String, u32>,
}

impl Names {
    /// A name like `wanted` that is safe and new.
    pub(super) fn take(&mut self, wanted: &str) -> String {
        let name = safe(wanted);
        if self.claim(&name) {
            return name;
        }
        let (stem, extension) = split(&name);
        loop {
            let next = self
                .taken
                .get_mut(&fold(&name))
                .expect("it could not be claimed, so it is there");
            *next += 1;
            let numbered = format!("{stem} ({next}){extension}");
            if self.claim(&numbered) {
                return numbered;
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.taken.len()
    }

    fn claim(&mut self, name: &str) -> bool {
        let folded = fold(name);
        if self.taken.contains_key(&folded) {
            return false;
        }
        self.taken.insert(folded, 1);
        true
    }
}

fn fold(name: &str) -> String {
    name.to_lowercase()
}

/// Stem and extension with its dot; a leading dot starts no extension.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot)
            if dot > 0
                && name.len() - dot <= 16
                && name[dot + 1..].chars().all(char::is_alphanumeric) =>
        {
            name.split_at(dot)
        }
        _ => (name, ""),
    }
}

/// `name` without anything that some system gives a meaning to or cannot store.
fn safe(name: &str) -> String {
    let name: String = name
        .nfc()
        .map(|c| if forbidden(c) { '_' } else { c })
        .collect();
    // Windows drops dots and spaces at the end; at the start they hide a file or go unnoticed.
    let name = name
        .trim_end_matches(['.', ' '])
        .trim_start_matches(['.', ' ']);
    let (stem, extension) = split(name);
    let room = LIMIT - extension.len();
    let end = (0..=room.min(stem.len()))
        .rev()
        .find(|&end| stem.is_char_boundary(end))
        .unwrap_or(0);
    let stem = stem[..end].trim_end_matches(['.', ' ']);
    let mark = if stem.is_empty() || reserved(name) {
        "_"
    } else {
        ""
    };
    format!("{mark}{stem}{extension}")
}

fn forbidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        // Characters that make a name look like another.
        || matches!(character, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Names that Windows gives to devices, with any extension.
fn reserved(name: &str) -> bool {
    let stem = name
        .split('.')
        .next()
        .unwrap_or(name)
        .trim_end()
        .to_ascii_uppercase();
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        _ => {
            let digit = stem
                .strip_prefix("COM")
                .or_else(|| stem.strip_prefix("LPT"));
            digit.is_some_and(|digit| {
                let mut digits = digit.chars();
                matches!(
                    (digits.next(), digits.next()),
                    (Some('0'..='9' | '¹' | '²' | '³'), None)
                )
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_anywhere_or_means_anything() {
        for (wanted, safe) in [
            ("../../etc/passwd", "_.._etc_passwd"),
            ("/root.pdf", "_root.pdf"),
            ("C:\\x.pdf", "C__x.pdf"),
            ("con.pdf", "_con.pdf"),
            ("Lpt1", "_Lpt1"),
            ("COM10.pdf", "COM10.pdf"),
            ("", "_"),
            ("...", "_"),
            (".hidden", "hidden"),
            ("a. . ", "a"),
            ("line\nbreak\0.pdf", "line_break_.pdf"),
            ("e\u{301}.pdf", "\u{e9}.pdf"),
            ("x\u{202E}fdp.exe", "x_fdp.exe"),
            ("Жанна д'Арк.pdf", "Жанна д'Арк.pdf"),
        ] {
            assert_eq!(super::safe(wanted), safe, "{wanted:?}");
        }
    }

    #[test]
    fn long_names_keep_their_extension() {
        let name = safe(&format!("{}.pdf", "ж".repeat(500)));
        assert!(name.len() <= LIMIT && name.ends_with("ж.pdf"), "{name}");
    }

    #[test]
    fn duplicates_are_numbered_whatever_their_case() {
        let mut names = Names::default();
        let taken: Vec<String> = ["a.pdf", "A.pdf", "a (2).pdf", "a.PDF", "b"]
            .map(|name| names.take(name))
            .to_vec();
        assert_eq!(
            taken,
            ["a.pdf", "A (2).pdf", "a (2) (2).pdf", "a (3).PDF", "b"]
        );
        assert_eq!(names.len(), 5);
    }
}
