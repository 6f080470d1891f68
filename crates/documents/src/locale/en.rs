//! English, United States: names, streets, cities and jobs from `fake`, sentences of our own.

use fake::Fake;
use fake::faker::address::raw::{BuildingNumber, CityName, StateAbbr, StreetName};
use fake::faker::company::raw::CompanyName;
use fake::faker::job::raw::Title;
use fake::faker::name::raw::{FirstName, LastName};
use fake::locales::EN;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use super::{Data, Labels, Name};

pub(super) const DATA: Data = Data {
    labels: Labels {
        personal_data: "Personal data",
        date_of_birth: "Date of birth",
        phone: "Phone",
        email: "Email",
        address: "Address",
        bio: "Bio",
        contact: "Contact",
        summary: "Summary",
        experience: "Experience",
        education: "Education",
        skills: "Skills",
        languages: "Languages",
        portrait: "Portrait of {}",
    },
    name,
    family_first: false,
    phone,
    address,
    title: |rng| Title(EN).fake_with_rng(rng),
    employer: |rng| CompanyName(EN).fake_with_rng(rng),
    openings: &[
        "I work as {title} at {employer}, and have never had two days there that were alike.",
        "As {title} at {employer} I look after what others rely on without noticing it.",
        "For some years now I have been {title} at {employer}, in a team of eight.",
        "My work as {title} at {employer} is about making difficult things look easy.",
    ],
    sentences: &[
        "I like to see how a thing is made before I decide how it could be made better.",
        "Numbers calm me down, and so do long walks by the sea.",
        "Before that I spent two years abroad, which taught me patience and a little cooking.",
        "Colleagues say that I ask the one question everybody else was afraid to ask.",
        "I keep a notebook of mistakes; it is the most useful book I own.",
        "On weekends I repair old radios and give them to people who still listen.",
        "I would rather finish one thing today than start three of them tomorrow.",
        "What I enjoy most is the moment when a plan meets the first person who has to use it.",
        "I have led small teams, and I have learned as much from following good ones.",
        "Deadlines do not frighten me as long as somebody explains what they are for.",
        "I read maps for pleasure, and get lost all the same.",
        "Teaching beginners keeps me honest about what I really know.",
    ],
    closings: &[
        "Next I would like to work where the result can be seen from the street.",
        "I am looking for a place where careful work is noticed.",
        "I hope to find colleagues who laugh and who write things down.",
        "If that sounds like your team, I would be glad to hear from you.",
    ],
    tasks: &[
        "Cut the time from order to delivery by a third.",
        "Introduced weekly reviews that the team still holds.",
        "Moved the archive of twenty years to a system that can be searched.",
        "Trained twelve new colleagues, nine of whom stayed.",
        "Negotiated contracts with suppliers in five countries.",
        "Rewrote the manual, which is now half as long.",
        "Planned and opened a second site without a day of downtime.",
        "Represented the department in talks with customers.",
        "Reduced complaints by answering the telephone.",
        "Kept a budget of two million in balance for four years.",
    ],
    degrees: &[
        "Master of Science, Mechanical Engineering",
        "Bachelor of Arts, Economics",
        "Master of Arts, Communication",
        "Bachelor of Science, Statistics",
        "Diploma in Business Administration",
        "Bachelor of Arts, History",
    ],
    schools: &[
        "Riverside State University",
        "Northfield College",
        "Harborview Institute of Technology",
        "Lakeside University",
        "Kingsbridge Business School",
        "Oakmont College of Arts",
    ],
    skills: &[
        "Project planning",
        "Negotiation",
        "Data analysis",
        "Public speaking",
        "Technical writing",
        "Budgeting",
        "Coaching",
        "Process design",
        "Customer research",
        "Conflict resolution",
        "Spreadsheets",
        "First aid",
    ],
    languages: &[
        "English",
        "Spanish",
        "French",
        "German",
        "Portuguese",
        "Mandarin",
    ],
    levels: &["native", "fluent", "good", "basic"],
    since: "since {}",
};

fn name(rng: &mut ChaCha8Rng) -> Name {
    Name {
        given: FirstName(EN).fake_with_rng(rng),
        family: LastName(EN).fake_with_rng(rng),
    }
}

/// 555-0100 to 555-0199 are set aside for fiction in every area code.
fn phone(rng: &mut ChaCha8Rng) -> String {
    let area = rng.random_range(201..990);
    format!("({area}) 555-01{:02}", rng.random_range(0..100))
}

fn address(rng: &mut ChaCha8Rng) -> String {
    let number: String = BuildingNumber(EN).fake_with_rng(rng);
    let street: String = StreetName(EN).fake_with_rng(rng);
    let city: String = CityName(EN).fake_with_rng(rng);
    let state: String = StateAbbr(EN).fake_with_rng(rng);
    // Of our own: the generator's postcodes lose their leading zeros.
    let zip = rng.random_range(501..99_951);
    format!("{number} {street}, {city}, {state} {zip:05}")
}
