//! What goes wrong on request, and when: a function of (seed, index, attempt), never of arrival.
//!
//! This file knows which faults there are and when one is due; [`crate::reply`] acts them out.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::random::Random;

/// One way for an answer to be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fault {
    /// `500 Internal Server Error`.
    Error,
    /// `429 Too Many Requests` with `Retry-After: 1`.
    TooManyRequests,
    /// Half the body, then the connection closes: shorter than its `Content-Length`.
    Truncated,
    /// Half the picture with a `Content-Length` to match, so that only the picture itself tells.
    HalfPicture,
    /// Nothing at all, for as long as the server's [`stall`](crate::ServerConfig::stall).
    StallBefore,
    /// Half the body, then nothing for as long as the server's stall.
    StallInside,
    /// The picture, called `text/plain`.
    WrongType,
    /// A page of HTML with status 200, as captive portals and rate limiters send.
    Html,
    /// A body of [`Fault::OVERSIZE_BYTES`] that starts like the picture.
    Oversize,
    /// A redirect to itself.
    RedirectLoop,
    /// Not wrong but unhelpful, as the public site does it: everybody within the same second gets the same face.
    OneASecond,
}

impl Fault {
    /// How long an oversize body is: 64 MiB.
    pub const OVERSIZE_BYTES: u64 = 64 << 20;

    /// Every fault, with the name it has on a command line.
    pub const ALL: [(&'static str, Self); 11] = [
        ("error", Self::Error),
        ("too-many-requests", Self::TooManyRequests),
        ("truncated", Self::Truncated),
        ("half-picture", Self::HalfPicture),
        ("stall-before", Self::StallBefore),
        ("stall-inside", Self::StallInside),
        ("wrong-type", Self::WrongType),
        ("html", Self::Html),
        ("oversize", Self::Oversize),
        ("redirect-loop", Self::RedirectLoop),
        ("one-a-second", Self::OneASecond),
    ];
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, _) = Self::ALL
            .iter()
            .find(|(_, fault)| fault == self)
            .expect("every fault is in ALL");
        formatter.write_str(name)
    }
}

/// When a fault is due.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum When {
    /// For this share of the answers, from 0 to 1.
    Rate(f64),
    /// For this face, on every attempt.
    Index(u64),
    /// For this attempt (the first is 1) at this face.
    Attempt(u64, u32),
}

/// A fault and when it is due. On a command line: `error=0.1`, `html@7`, `truncated@7.1`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FaultRule {
    /// What goes wrong.
    pub fault: Fault,
    /// For which answers.
    pub when: When,
}

impl FromStr for FaultRule {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let wrong = |reason: String| Error::Fault {
            text: text.to_owned(),
            reason,
        };
        let Some(at) = text.find(['=', '@']) else {
            return Err(wrong(
                "expected NAME=RATE or NAME@INDEX or NAME@INDEX.ATTEMPT".to_owned(),
            ));
        };
        let (name, rest) = text.split_at(at);
        let Some((_, fault)) = Fault::ALL.iter().find(|(known, _)| *known == name) else {
            let names: Vec<&str> = Fault::ALL.iter().map(|(name, _)| *name).collect();
            return Err(wrong(format!("the faults are {}", names.join(", "))));
        };
        let (sign, value) = rest.split_at(1);
        let when = if sign == "=" {
            match value.parse() {
                Ok(rate) if (0.0..=1.0).contains(&rate) => When::Rate(rate),
                _ => return Err(wrong(format!("the rate {value:?} is not from 0 to 1"))),
            }
        } else {
            let number = || wrong(format!("{value:?} is not INDEX or INDEX.ATTEMPT"));
            match value.split_once('.') {
                None => When::Index(value.parse().map_err(|_| number())?),
                Some((index, attempt)) => match attempt.parse() {
                    Ok(attempt @ 1..) => {
                        When::Attempt(index.parse().map_err(|_| number())?, attempt)
                    }
                    Ok(0) => return Err(wrong("attempts count from 1".to_owned())),
                    Err(_) => return Err(number()),
                },
            }
        };
        Ok(Self {
            fault: *fault,
            when,
        })
    }
}

/// The fault due for this answer, if any: an exact rule first, else one throw decides among the rates, each taking
/// its own slice of [0, 1), so that every rate is exact as long as they sum to at most 1.
pub(crate) fn due(rules: &[FaultRule], seed: u64, index: u64, attempt: u32) -> Option<Fault> {
    let exact = rules.iter().find(|rule| match rule.when {
        When::Rate(_) => false,
        When::Index(wanted) => wanted == index,
        When::Attempt(wanted, nth) => (wanted, nth) == (index, attempt),
    });
    if let Some(rule) = exact {
        return Some(rule.fault);
    }
    let mut left = Random::keyed("fault", &[seed, index, u64::from(attempt)]).unit64();
    rules.iter().find_map(|rule| match rule.when {
        When::Rate(rate) => {
            left -= rate;
            (left < 0.0).then_some(rule.fault)
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(texts: &[&str]) -> Vec<FaultRule> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn every_fault_has_a_name_that_parses_back() {
        for (name, fault) in Fault::ALL {
            assert_eq!(fault.to_string(), name);
            let rule: FaultRule = format!("{name}=0.25").parse().unwrap();
            assert_eq!(
                rule,
                FaultRule {
                    fault,
                    when: When::Rate(0.25)
                }
            );
        }
        let rule: FaultRule = "html@7.2".parse().unwrap();
        assert_eq!(rule.when, When::Attempt(7, 2));
    }

    #[test]
    fn a_rule_that_makes_no_sense_is_refused_with_a_reason() {
        for text in [
            "",
            "error",
            "error=2",
            "error=-1",
            "error=NaN",
            "error@1.0",
            "nope=1",
            "html@",
            "html@x",
            "html@1.x",
            "=1",
        ] {
            let refused = text.parse::<FaultRule>().unwrap_err().to_string();
            assert!(refused.starts_with("fault "), "{text}: {refused}");
        }
    }

    #[test]
    fn rates_are_exact_and_each_fault_is_fixed_by_its_key() {
        let rules = rules(&["error=0.1", "html=0.2"]);
        let mut counts = [0; 3];
        for index in 0..20_000 {
            let fault = due(&rules, 9, index, 0);
            assert_eq!(fault, due(&rules, 9, index, 0));
            counts[match fault {
                Some(Fault::Error) => 0,
                Some(Fault::Html) => 1,
                _ => 2,
            }] += 1;
        }
        assert!((1_850..2_150).contains(&counts[0]), "{counts:?}");
        assert!((3_800..4_200).contains(&counts[1]), "{counts:?}");
    }

    #[test]
    fn an_exact_rule_hits_its_answer_only() {
        let rules = rules(&["html@3", "truncated@5.1"]);
        assert_eq!(due(&rules, 1, 3, 0), Some(Fault::Html));
        assert_eq!(due(&rules, 1, 3, 9), Some(Fault::Html));
        assert_eq!(due(&rules, 1, 5, 0), None);
        assert_eq!(due(&rules, 1, 5, 1), Some(Fault::Truncated));
    }
}
