//! The words of a command line as users type them, made into those that argh takes.
//!
//! `--name=value` is taken apart, underscores in names become dashes, choices are checked, and what argh
//! would only call unrecognised is refused here with the name of the flag and, where one is near, a
//! suggestion.

use crate::program::{Entry, Listing, Values};

/// What a command line asks for before any argument counts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    Help,
    Version,
    Man,
    Completions(String),
    /// Arguments in the form that argh takes.
    Run(Vec<String>),
}

pub(crate) fn read(words: &[String], listing: &Listing) -> Result<Request, String> {
    let mut run = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            run.push(word.clone());
            run.extend(words.cloned());
            break;
        }
        if !word.starts_with('-') || word == "-" {
            if word == "help" {
                return Ok(Request::Help);
            }
            run.push(word.clone());
            continue;
        }
        let (name, given) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        let entry = find(name, listing).ok_or_else(|| unknown(name, listing))?;
        let flag = format!("--{}", entry.long);
        let value = match (&entry.value_name, given) {
            (None, None) => None,
            (None, Some(value)) => {
                return Err(format!("{flag} takes no value, but was given '{value}'"));
            }
            (Some(_), Some(value)) => Some(value),
            (Some(value_name), None) => {
                let next = words.next().filter(|next| !is_flag(next, listing));
                Some(
                    next.cloned()
                        .ok_or_else(|| format!("{flag} needs a value: {flag} {value_name}"))?,
                )
            }
        };
        let value = value.map(|value| choose(entry, &flag, value)).transpose()?;
        match entry.long.as_str() {
            "help" => return Ok(Request::Help),
            "version" => return Ok(Request::Version),
            "man" => return Ok(Request::Man),
            "completions" => return Ok(Request::Completions(value.unwrap_or_default())),
            _ => {}
        }
        run.push(flag);
        run.extend(value);
    }
    Ok(Request::Run(run))
}

fn find<'a>(name: &str, listing: &'a Listing) -> Option<&'a Entry> {
    if let Some(long) = name.strip_prefix("--") {
        let long = long.replace('_', "-");
        return listing.accepted().find(|entry| entry.long == long);
    }
    let mut letters = name.chars().skip(1);
    let (letter, None) = (letters.next()?, letters.next()) else {
        return None;
    };
    listing.accepted().find(|entry| entry.short == Some(letter))
}

/// A known flag where a value should stand: the value was forgotten. `-3` and unknown words are values.
fn is_flag(word: &str, listing: &Listing) -> bool {
    let name = word.split_once('=').map_or(word, |(name, _)| name);
    word.starts_with('-') && find(name, listing).is_some()
}

/// The choice as it is listed, whatever its case; a path unless it is empty, as a shell's unset variable leaves it: the
/// system would say only that there is no such file, and name nothing.
fn choose(entry: &Entry, flag: &str, value: String) -> Result<String, String> {
    let choices = match entry.values {
        Values::OneOf(choices) => choices,
        Values::Folder if value.is_empty() => return Err(format!("{flag}: '' names no folder")),
        Values::File if value.is_empty() => return Err(format!("{flag}: '' names no file")),
        _ => return Ok(value),
    };
    if let Some(choice) = choices
        .iter()
        .find(|choice| choice.eq_ignore_ascii_case(&value))
    {
        return Ok((*choice).to_owned());
    }
    let near = nearest(&value.to_lowercase(), choices);
    let hint = near
        .map(|near| format!("; did you mean '{near}'?"))
        .unwrap_or_default();
    Err(format!(
        "{flag}: '{value}' is not one of {}{hint}",
        choices.join(", ")
    ))
}

fn unknown(name: &str, listing: &Listing) -> String {
    let typed = name.trim_start_matches('-').replace('_', "-");
    let names: Vec<&str> = listing.entries().map(|entry| entry.long.as_str()).collect();
    match nearest(&typed, &names) {
        Some(near) => format!("there is no flag {name}; did you mean --{near}?"),
        None => format!("there is no flag {name}"),
    }
}

/// The candidate that a typo most likely meant. As in cargo, a third of the longer word may be wrong;
/// further away a suggestion is noise. A word that was not typed to its end counts when it is the only one.
fn nearest<'a>(typed: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let begins = |candidate: &&&str| typed.len() > 1 && candidate.starts_with(typed);
    let mut begun = candidates.iter().filter(begins);
    if let (Some(only), None) = (begun.next(), begun.next()) {
        return Some(only);
    }
    candidates
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(typed, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= typed.len().max(candidate.len()).max(3) / 3)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| *candidate)
}
