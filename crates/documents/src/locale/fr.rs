//! French, France. Job titles and sentences are the same for women and men.

use rand::RngExt;
use rand::rngs::ChaCha8Rng;

use super::{Data, Labels, Name, pick};

pub(super) const DATA: Data = Data {
    labels: Labels {
        personal_data: "Données personnelles",
        date_of_birth: "Date de naissance",
        phone: "Téléphone",
        email: "Courriel",
        address: "Adresse",
        bio: "À propos de moi",
        contact: "Contact",
        summary: "Profil",
        experience: "Expérience",
        education: "Formation",
        skills: "Compétences",
        languages: "Langues",
        portrait: "Portrait de {}",
    },
    name,
    family_first: false,
    phone,
    address,
    title: |rng| pick(rng, TITLES).into(),
    employer: |rng| pick(rng, EMPLOYERS).into(),
    openings: &[
        "Depuis quelques années, je travaille chez {employer} ({title}), dans une équipe de huit personnes.",
        "Chez {employer}, mon poste ({title}) consiste à rendre simple ce qui ne l’est pas.",
        "{title} chez {employer} : aucun jour n’y ressemble au précédent.",
    ],
    sentences: &[
        "J’aime comprendre comment une chose est faite avant de proposer de la faire mieux.",
        "Les chiffres m’apaisent, tout comme les longues promenades au bord de la mer.",
        "Deux années à l’étranger m’ont appris la patience et un peu de cuisine.",
        "On me dit que je pose la question que personne n’osait poser.",
        "Je tiens un carnet de mes erreurs ; c’est le livre le plus utile que je possède.",
        "Le week-end, je répare de vieux postes de radio et je les offre.",
        "Je préfère finir une tâche aujourd’hui plutôt que d’en commencer trois demain.",
        "Les délais ne me font pas peur, pourvu qu’on m’explique à quoi ils servent.",
        "Enseigner aux débutants me montre ce que je sais vraiment.",
        "Je lis des cartes par plaisir, et je me perds quand même.",
    ],
    closings: &[
        "J’aimerais désormais travailler là où le résultat se voit depuis la rue.",
        "Je cherche un lieu où le travail soigné se remarque.",
        "Si cela ressemble à votre équipe, j’attends votre message avec plaisir.",
    ],
    tasks: &[
        "Délais de livraison réduits d’un tiers.",
        "Mise en place de réunions hebdomadaires, toujours en vigueur.",
        "Numérisation de vingt années d’archives.",
        "Formation de douze collègues, dont neuf sont encore là.",
        "Négociation de contrats dans cinq pays.",
        "Réécriture du manuel, deux fois plus court.",
        "Ouverture d’un second site sans un jour d’arrêt.",
        "Suivi d’un budget de deux millions d’euros pendant quatre ans.",
    ],
    degrees: &[
        "Master en génie mécanique",
        "Licence d’économie",
        "Master en communication",
        "Licence de statistique",
        "Diplôme d’histoire de l’art",
    ],
    schools: &[
        "Université de Rivebelle",
        "Institut technique de Montclair",
        "École supérieure de commerce du Port-Neuf",
        "Université des Trois-Vallées",
    ],
    skills: &[
        "Gestion de projet",
        "Négociation",
        "Analyse de données",
        "Prise de parole",
        "Rédaction technique",
        "Comptabilité",
        "Accompagnement d’équipe",
        "Résolution de conflits",
        "Tableurs",
        "Premiers secours",
    ],
    languages: &[
        "Français",
        "Anglais",
        "Espagnol",
        "Allemand",
        "Italien",
        "Arabe",
    ],
    levels: &["langue maternelle", "courant", "bon niveau", "notions"],
    since: "depuis {}",
};

const GIVEN: &[&str] = &[
    "Anaïs",
    "Benoît",
    "Chloé",
    "Désiré",
    "Éloïse",
    "François",
    "Gaëlle",
    "Hélène",
    "Inès",
    "Jérôme",
    "Léa",
    "Loïc",
    "Maëlys",
    "Noël",
    "Océane",
    "Pierre-Yves",
    "Quentin",
    "Raphaël",
    "Solène",
    "Théo",
    "Ursule",
    "Valérie",
    "Yaël",
    "Zoé",
];

const FAMILY: &[&str] = &[
    "Aubert",
    "Béranger",
    "Chevalier",
    "d’Ormesson",
    "Dupré",
    "Étienne",
    "Fabre",
    "Garçon",
    "Hébert",
    "Jacquemin",
    "Lefèvre",
    "Lemaître",
    "Maçon",
    "Noël",
    "Pâquet",
    "Renaud",
    "Saint-Étienne",
    "Thévenet",
    "Vaillant",
    "Weiss",
];

const TITLES: &[&str] = &[
    "Responsable achats",
    "Responsable logistique",
    "Architecte",
    "Comptable",
    "Bibliothécaire",
    "Journaliste",
    "Juriste",
    "Analyste",
    "Cartographe",
];

const EMPLOYERS: &[&str] = &[
    "Aubépine & Fils",
    "Éditions du Phare",
    "Transports Rivebelle",
    "Menuiserie Dufrêne",
    "Coopérative des Trois-Vallées",
    "Atelier Lumière",
];

const STREETS: &[&str] = &[
    "rue de la République",
    "rue des Écoles",
    "avenue Jean-Jaurès",
    "boulevard Voltaire",
    "place de l’Église",
    "chemin des Vignes",
    "allée des Tilleuls",
    "quai de l’Île",
];

const CITIES: &[&str] = &[
    "75011 Paris",
    "13002 Marseille",
    "69003 Lyon",
    "31000 Toulouse",
    "06000 Nice",
    "44000 Nantes",
    "67000 Strasbourg",
    "34000 Montpellier",
    "33000 Bordeaux",
    "59000 Lille",
    "42000 Saint-Étienne",
    "21000 Dijon",
];

fn name(rng: &mut ChaCha8Rng) -> Name {
    Name {
        given: pick(rng, GIVEN).into(),
        family: pick(rng, FAMILY).into(),
    }
}

/// From the ranges that Arcep keeps for works of fiction.
fn phone(rng: &mut ChaCha8Rng) -> String {
    let block = pick(
        rng,
        &[
            "01 99 00", "02 61 91", "03 53 01", "04 65 71", "05 36 49", "06 39 98",
        ],
    );
    format!(
        "{block} {:02} {:02}",
        rng.random_range(0..100),
        rng.random_range(0..100)
    )
}

fn address(rng: &mut ChaCha8Rng) -> String {
    format!(
        "{} {}, {}",
        rng.random_range(1..180),
        pick(rng, STREETS),
        pick(rng, CITIES)
    )
}
