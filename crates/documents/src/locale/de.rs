//! German, Germany. Job titles name the work and not the person, so that they suit anybody.

use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use super::{Data, Labels, Name, pick};

pub(super) const DATA: Data = Data {
    labels: Labels {
        personal_data: "Persönliche Daten",
        date_of_birth: "Geburtsdatum",
        phone: "Telefon",
        email: "E-Mail",
        address: "Anschrift",
        bio: "Über mich",
        contact: "Kontakt",
        summary: "Profil",
        experience: "Berufserfahrung",
        education: "Ausbildung",
        skills: "Kenntnisse",
        languages: "Sprachen",
        portrait: "Porträt von {}",
    },
    name,
    family_first: false,
    phone,
    address,
    title: |rng| pick(rng, TITLES).into(),
    employer: |rng| pick(rng, EMPLOYERS).into(),
    openings: &[
        "Seit einigen Jahren arbeite ich bei {employer} ({title}), in einem Team von acht Leuten.",
        "{title} bei {employer}: So heißt meine Stelle, und kein Tag dort gleicht dem anderen.",
        "Bei {employer} kümmere ich mich ({title}) um das, worauf sich andere verlassen, ohne es zu bemerken.",
    ],
    sentences: &[
        "Ich möchte wissen, wie etwas gemacht wird, bevor ich überlege, wie es besser ginge.",
        "Zahlen beruhigen mich, lange Spaziergänge am Fluss ebenso.",
        "Zwei Jahre im Ausland haben mich Geduld gelehrt und ein wenig kochen.",
        "Man sagt mir nach, dass ich die Frage stelle, die sich sonst niemand zu stellen traut.",
        "Ich führe ein Heft über meine Fehler; es ist mein nützlichstes Buch.",
        "Am Wochenende repariere ich alte Radios und verschenke sie.",
        "Lieber heute eine Sache abschließen als morgen drei anfangen.",
        "Termine schrecken mich nicht, solange jemand erklärt, wozu sie gut sind.",
        "Anfängern etwas beizubringen zeigt mir, was ich wirklich weiß.",
        "Größere Umbauten plane ich gern mit Stift und Papier.",
    ],
    closings: &[
        "Als Nächstes möchte ich dort arbeiten, wo man das Ergebnis von der Straße aus sieht.",
        "Ich suche einen Ort, an dem sorgfältige Arbeit auffällt.",
        "Wenn das nach Ihrem Team klingt, freue ich mich auf Ihre Nachricht.",
    ],
    tasks: &[
        "Lieferzeiten um ein Drittel verkürzt.",
        "Wöchentliche Besprechungen eingeführt, die es bis heute gibt.",
        "Das Archiv aus zwanzig Jahren durchsuchbar gemacht.",
        "Zwölf neue Beschäftigte eingearbeitet; neun sind geblieben.",
        "Verträge mit Lieferfirmen in fünf Ländern ausgehandelt.",
        "Das Handbuch neu geschrieben und auf die Hälfte gekürzt.",
        "Einen zweiten Standort ohne einen Tag Stillstand eröffnet.",
        "Vier Jahre lang ein Budget von zwei Millionen Euro eingehalten.",
    ],
    degrees: &[
        "Master of Science, Maschinenbau",
        "Bachelor of Arts, Volkswirtschaft",
        "Diplom, Kommunikationswissenschaft",
        "Bachelor of Science, Statistik",
        "Magister Artium, Geschichte",
    ],
    schools: &[
        "Hochschule am Fluss, Lindenstadt",
        "Technische Hochschule Bergfeld",
        "Universität Nordhafen",
        "Wirtschaftsakademie Königsbrück",
    ],
    skills: &[
        "Projektplanung",
        "Verhandlungsführung",
        "Datenanalyse",
        "Freies Reden",
        "Technische Dokumentation",
        "Kostenrechnung",
        "Prozessgestaltung",
        "Konfliktlösung",
        "Tabellenkalkulation",
        "Erste Hilfe",
    ],
    languages: &[
        "Deutsch",
        "Englisch",
        "Französisch",
        "Spanisch",
        "Polnisch",
        "Türkisch",
    ],
    levels: &["Muttersprache", "fließend", "gut", "Grundkenntnisse"],
    since: "seit {}",
};

const GIVEN: &[&str] = &[
    "Anna",
    "Björn",
    "Carla",
    "Dieter",
    "Elif",
    "Franz",
    "Greta",
    "Hans-Peter",
    "Ida",
    "Jürgen",
    "Käthe",
    "Lars",
    "Mareike",
    "Norbert",
    "Oğuz",
    "Paula",
    "Quirin",
    "Renate",
    "Sören",
    "Thea",
    "Ulrich",
    "Veronika",
    "Wiebke",
    "Yannick",
];

const FAMILY: &[&str] = &[
    "Albrecht",
    "Böhm",
    "Clausen",
    "Dörfler",
    "Engelhardt",
    "Fröhlich",
    "Groß",
    "Höfer",
    "Jäger",
    "Köhler",
    "Lindner",
    "Müller-Lüdenscheidt",
    "Neumann",
    "Özdemir",
    "Pfeiffer",
    "Rößler",
    "Schäfer",
    "Strauß",
    "Thiele",
    "Vogt",
    "Weiß",
    "Zöllner",
];

const TITLES: &[&str] = &[
    "Leitung Einkauf",
    "Projektleitung Hochbau",
    "Assistenz der Geschäftsführung",
    "Fachkraft für Lagerlogistik",
    "Sachbearbeitung Buchhaltung",
    "Redaktion Wissenschaft",
    "Softwareentwicklung",
    "Qualitätssicherung",
];

const EMPLOYERS: &[&str] = &[
    "Brückner & Söhne",
    "Stadtwerke Lindenstadt",
    "Nordlicht Verlag",
    "Bergmann Anlagenbau",
    "Gärtnerei Grünwald",
    "Fähre & Fracht",
    "Möbelhaus Eichhorn",
];

const STREETS: &[&str] = &[
    "Ahornweg",
    "Bahnhofstraße",
    "Gartenstraße",
    "Goetheplatz",
    "Hauptstraße",
    "Königsallee",
    "Mühlenweg",
    "Schützenstraße",
    "Straße des Friedens",
    "Uferpromenade",
];

const CITIES: &[&str] = &[
    "10115 Berlin",
    "20095 Hamburg",
    "50667 Köln",
    "60311 Frankfurt am Main",
    "70173 Stuttgart",
    "80331 München",
    "90402 Nürnberg",
    "01067 Dresden",
    "04109 Leipzig",
    "28195 Bremen",
    "48143 Münster",
    "97070 Würzburg",
];

fn name(rng: &mut ChaCha8Rng) -> Name {
    Name {
        given: pick(rng, GIVEN).into(),
        family: pick(rng, FAMILY).into(),
    }
}

/// From the ranges that the Bundesnetzagentur keeps for films and books.
fn phone(rng: &mut ChaCha8Rng) -> String {
    let (block, digits) = pick(
        rng,
        &[
            ("030 23125", 3),
            ("069 90009", 3),
            ("040 66969", 3),
            ("0221 4710", 3),
            ("089 99998", 3),
        ],
    );
    format!("{block} {:0digits$}", rng.random_range(0..1000))
}

fn address(rng: &mut ChaCha8Rng) -> String {
    format!(
        "{} {}, {}",
        pick(rng, STREETS),
        rng.random_range(1..140),
        pick(rng, CITIES)
    )
}
