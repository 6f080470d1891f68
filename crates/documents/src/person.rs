//! The data of one CV. Plain data: where it comes from and how it is printed is not known here.

use serde::{Deserialize, Serialize};

/// Whom a CV is about. Every text is printed as it stands; a line feed ends a line in `bio` and is a space elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
pub struct Person {
    /// Full name, in the order it is to be read.
    pub name: String,
    /// Date of birth; invented people have `YYYY-MM-DD`.
    pub date_of_birth: String,
    /// Telephone number.
    pub phone: String,
    /// Email address.
    pub email: String,
    /// Postal address; one line or several.
    pub address: String,
    /// A few sentences.
    pub bio: String,
    /// BCP 47 tag of the language the texts are in, for instance `en`; it picks the labels too.
    pub language: String,
    /// What only [`Layout::Modern`](crate::Layout::Modern) prints.
    pub career: Option<Career>,
}

/// The part of a CV beyond the six fields of the classic page.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
pub struct Career {
    /// One line under the name, for instance a job title.
    pub headline: String,
    /// A short paragraph.
    pub summary: String,
    /// Positions, the latest first.
    pub experience: Vec<Position>,
    /// Degrees, the latest first.
    pub education: Vec<Degree>,
    /// Skills, the strongest first.
    pub skills: Vec<String>,
    /// Languages spoken.
    pub languages: Vec<Fluency>,
}

/// One line of work.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
pub struct Position {
    /// Job title.
    pub title: String,
    /// Employer.
    pub employer: String,
    /// From when to when, as it is to be printed.
    pub period: String,
    /// What was done there, a sentence each.
    pub tasks: Vec<String>,
}

/// One degree.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
pub struct Degree {
    /// Its title.
    pub title: String,
    /// School or university.
    pub school: String,
    /// From when to when, as it is to be printed.
    pub period: String,
}

/// A language and how well it is spoken.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, expecting = "an object")]
pub struct Fluency {
    /// The language.
    pub language: String,
    /// How well.
    pub level: String,
}

impl Person {
    /// Every text with the name of its field.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let fields = [
            ("name", &self.name),
            ("date of birth", &self.date_of_birth),
            ("phone", &self.phone),
            ("email", &self.email),
            ("address", &self.address),
            ("bio", &self.bio),
            ("language", &self.language),
        ];
        let fields = fields.map(|(field, text)| (field, text.as_str()));
        fields
            .into_iter()
            .chain(self.career.iter().flat_map(Career::texts))
    }
}

impl Career {
    fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let experience = self.experience.iter().flat_map(|position| {
            let parts = [&position.title, &position.employer, &position.period];
            parts
                .into_iter()
                .chain(&position.tasks)
                .map(|text| ("experience", text.as_str()))
        });
        let education = self.education.iter().flat_map(|degree| {
            [&degree.title, &degree.school, &degree.period].map(|text| ("education", text.as_str()))
        });
        let languages = self.languages.iter().flat_map(|fluency| {
            [&fluency.language, &fluency.level].map(|text| ("languages", text.as_str()))
        });
        [
            ("headline", self.headline.as_str()),
            ("summary", self.summary.as_str()),
        ]
        .into_iter()
        .chain(experience)
        .chain(education)
        .chain(self.skills.iter().map(|skill| ("skills", skill.as_str())))
        .chain(languages)
    }
}
