//! Who sits for the portrait: every choice, made before the first stroke. It knows nothing of painting.

use super::colour::Colour;
use crate::random::Random;

/// Skin from light to dark, as painters mix it.
const SKINS: [u32; 12] = [
    0xf3d3bd, 0xefc8ab, 0xe9bb98, 0xe2ac85, 0xd79d74, 0xc98d63, 0xb77b52, 0xa16843, 0x8a5636,
    0x74462c, 0x5f3824, 0x4c2c1d,
];
const HAIRS: [u32; 11] = [
    0x17120f, 0x241913, 0x33221a, 0x4a2f20, 0x5f3d27, 0x7a5234, 0x94693f, 0xb58a55, 0xcfa970,
    0x8a3f1e, 0xa5522a,
];
const IRISES: [u32; 7] = [
    0x3b2416, 0x4f3019, 0x6a4a22, 0x6d7040, 0x4f7350, 0x5b7f98, 0x6f8791,
];
const CLOTHES: [u32; 18] = [
    0x24324a, 0x39424e, 0x5b2530, 0x2f4a3c, 0xe9e4da, 0xd9d4cc, 0x8d7a64, 0xb8683f, 0x3d3350,
    0x7c8fa3, 0x9c3b35, 0x1f2023, 0xc9a24c, 0x56707a, 0xa98c8f, 0x6e7f56, 0xcfb7a0, 0x2c5870,
];
const BACKDROPS: [u32; 14] = [
    0x8c96a0, 0xb7ab98, 0x5e6a62, 0xa3876e, 0x4a5563, 0xc8c2b6, 0x7a8c7a, 0x94767a, 0x6b5a4c,
    0xaebac2, 0x38424d, 0xcbb89c, 0x7d8fae, 0xa9b59a,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Bald,
    Balding,
    Buzz,
    Side,
    Quiff,
    Curls,
    Afro,
    Pixie,
    Bob,
    Fringe,
    Long,
    Wavy,
    Bun,
    Headscarf,
    Beanie,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beard {
    None,
    Stubble,
    Moustache,
    Goatee,
    Full,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Garment {
    Crew,
    VNeck,
    Shirt,
    Jacket,
    Turtleneck,
    Hoodie,
    Blouse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Glasses {
    None,
    Round,
    Square,
    Thin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backdrop {
    Studio,
    Window,
    Bokeh,
    Garden,
    Wall,
}

#[derive(Debug)]
pub(super) struct Sitter {
    pub(super) age: f32,
    /// 0 soft to 1 strong: brow ridge, jaw, neck.
    pub(super) strong: f32,
    pub(super) skin: Colour,
    /// 0 the lightest skin to 1 the darkest.
    pub(super) depth: f32,
    pub(super) hair: Colour,
    pub(super) brow: Colour,
    pub(super) iris: Colour,
    pub(super) lips: Colour,
    pub(super) make_up: f32,
    pub(super) cut: Cut,
    pub(super) parting: f32,
    pub(super) volume: f32,
    pub(super) beard: Beard,
    pub(super) garment: Garment,
    pub(super) cloth: Colour,
    pub(super) under_cloth: Colour,
    pub(super) glasses: Glasses,
    pub(super) frame: Colour,
    pub(super) earrings: bool,
    pub(super) freckles: bool,
    pub(super) backdrop: Backdrop,
    pub(super) wall: Colour,
    pub(super) accent: Colour,
    pub(super) features: Features,
    pub(super) pose: Stance,
    pub(super) light: Light,
}

/// The measures of the face. One unit is half the width of the face; the eyes lie at height 0, the chin at about 1.4.
#[derive(Debug)]
pub(super) struct Features {
    pub(super) width: f32,
    pub(super) chin: f32,
    pub(super) jaw: f32,
    pub(super) eye_apart: f32,
    pub(super) eye_width: f32,
    pub(super) eye_open: f32,
    pub(super) eye_tilt: f32,
    pub(super) hood: f32,
    pub(super) brow_height: f32,
    pub(super) brow_arch: f32,
    pub(super) brow_thick: f32,
    pub(super) nose_length: f32,
    pub(super) nose_width: f32,
    pub(super) nose_bridge: f32,
    pub(super) mouth_width: f32,
    pub(super) lip: f32,
    pub(super) smile: f32,
    pub(super) teeth: bool,
    pub(super) cheeks: f32,
    pub(super) hairline: f32,
    pub(super) neck: f32,
    pub(super) shoulders: f32,
    pub(super) ears: f32,
}

impl Features {
    /// Where the lips part.
    pub(super) fn mouth_height(&self) -> f32 {
        self.nose_length + (self.chin - self.nose_length) * 0.385
    }
}

/// How the sitter is placed and turned.
#[derive(Debug)]
pub(super) struct Stance {
    pub(super) scale: f32,
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) roll: f32,
    pub(super) yaw: f32,
}

/// Where the light comes from (a unit vector, y down, z to the viewer), and its colours.
#[derive(Debug)]
pub(super) struct Light {
    pub(super) from: [f32; 3],
    pub(super) key: Colour,
    pub(super) fill: f32,
    pub(super) rim: f32,
    pub(super) exposure: f32,
}

impl Sitter {
    pub(super) fn invent(seed: u64, index: u64) -> Self {
        let mut random = Random::keyed("sitter", &[seed, index]);
        let r = &mut random;
        let feminine = r.chance(0.5);
        let age = 19.0 + 58.0 * r.unit().powf(1.25);
        let tone = r.unit() * (SKINS.len() - 1) as f32;
        let skin = Colour::hex(SKINS[tone as usize])
            .mix(
                Colour::hex(SKINS[(tone as usize + 1).min(SKINS.len() - 1)]),
                tone.fract(),
            )
            .saturate(r.between(0.85, 1.12));
        let depth = tone / (SKINS.len() - 1) as f32;
        let hair = hair_colour(r, age, depth);
        let cut = cut(r, feminine, age, depth);
        let beard = if feminine {
            Beard::None
        } else {
            let kinds = [
                Beard::None,
                Beard::Stubble,
                Beard::Moustache,
                Beard::Goatee,
                Beard::Full,
            ];
            kinds[r.weighted(&[4.5, 2.4, 0.6, 0.9, 2.2])]
        };
        let iris_weights: [f32; 7] = if depth > 0.45 {
            [6.0, 4.0, 0.8, 0.2, 0.0, 0.0, 0.0]
        } else {
            [2.0, 2.0, 2.0, 1.4, 1.2, 2.2, 1.4]
        };
        let pick = |r: &mut Random, from: &[u32]| Colour::hex(from[r.below(from.len())]);
        let make_up = if feminine && r.chance(0.65) {
            r.between(0.3, 1.0)
        } else {
            0.0
        };
        let rose = Colour::hex([0xb04a50, 0xa8484a, 0xc06058, 0x8f3540, 0xb5595f][r.below(5)]);
        let natural = skin.tint(Colour(0.86, 0.62, 0.60));
        let garments = [
            Garment::Crew,
            Garment::VNeck,
            Garment::Shirt,
            Garment::Jacket,
            Garment::Turtleneck,
            Garment::Hoodie,
            Garment::Blouse,
        ];
        let garment_weights: [f32; 7] = if feminine {
            [1.6, 1.6, 1.4, 2.0, 1.4, 0.5, 2.2]
        } else {
            [2.0, 1.0, 2.6, 2.6, 1.2, 1.0, 0.0]
        };
        let glasses_kinds = [
            Glasses::None,
            Glasses::Round,
            Glasses::Square,
            Glasses::Thin,
        ];
        let glasses_share = 0.5 + age / 60.0;
        let backdrops = [
            Backdrop::Studio,
            Backdrop::Window,
            Backdrop::Bokeh,
            Backdrop::Garden,
            Backdrop::Wall,
        ];
        let brow = hair.mix(
            Colour::hex(0x2a1d16),
            if hair.luma() > 0.5 { 0.45 } else { 0.25 },
        );
        Self {
            age,
            strong: if feminine {
                r.between(0.0, 0.35)
            } else {
                r.between(0.5, 1.0)
            },
            skin,
            depth,
            hair,
            brow,
            iris: Colour::hex(IRISES[r.weighted(&iris_weights)]),
            lips: natural.mix(rose, make_up * 0.75),
            make_up,
            cut,
            parting: r.between(-0.45, 0.45),
            volume: r.between(0.0, 1.0),
            beard,
            garment: garments[r.weighted(&garment_weights)],
            cloth: pick(r, &CLOTHES),
            under_cloth: pick(r, &CLOTHES).mix(Colour::WHITE, 0.35),
            glasses: glasses_kinds[r.weighted(&[
                3.6,
                0.35 * glasses_share,
                0.5 * glasses_share,
                0.5 * glasses_share,
            ])],
            frame: Colour::hex([0x1b1917, 0x3a2419, 0x5e3b22, 0x2a3340, 0x7a6a52][r.below(5)]),
            earrings: feminine && r.chance(0.45),
            freckles: depth < 0.35 && r.chance(0.22),
            backdrop: backdrops[r.weighted(&[2.2, 1.2, 1.6, 1.5, 1.5])],
            wall: pick(r, &BACKDROPS),
            accent: pick(r, &BACKDROPS),
            features: features(r, feminine, age),
            pose: Stance {
                scale: r.between(220.0, 246.0),
                x: 512.0 + 16.0 * r.bell(),
                y: 468.0 + 8.0 * r.bell(),
                roll: 0.028 * r.bell(),
                yaw: (0.33 * r.bell()).clamp(-0.75, 0.75),
            },
            light: light(r),
        }
    }
}

fn features(r: &mut Random, feminine: bool, age: f32) -> Features {
    let soft = if feminine { 1.0 } else { 0.0 };
    Features {
        width: 1.0 + 0.03 * r.bell(),
        chin: 1.42 - 0.05 * soft + 0.04 * r.bell(),
        jaw: 2.75 - 0.45 * soft + 0.28 * r.bell(),
        eye_apart: 0.445 + 0.014 * r.bell(),
        eye_width: 0.212 + 0.014 * soft + 0.009 * r.bell(),
        eye_open: 0.088 + 0.012 * soft + 0.010 * r.bell() - 0.012 * (age - 45.0).max(0.0) / 30.0,
        eye_tilt: 0.012 + 0.02 * r.bell(),
        hood: r.between(0.0, 1.0),
        brow_height: 0.262 + 0.03 * soft + 0.018 * r.bell(),
        brow_arch: 0.045 + 0.02 * soft + 0.018 * r.bell(),
        brow_thick: 0.052 - 0.014 * soft + 0.008 * r.bell(),
        nose_length: 0.60 - 0.03 * soft + 0.028 * r.bell(),
        nose_width: 0.185 - 0.018 * soft + 0.018 * r.bell(),
        nose_bridge: 0.10 - 0.02 * soft + 0.014 * r.bell(),
        mouth_width: 0.33 + 0.022 * r.bell(),
        lip: 0.088 + 0.014 * soft + 0.012 * r.bell() - 0.02 * (age - 40.0).max(0.0) / 35.0,
        smile: r.between(-0.15, 1.0),
        teeth: r.chance(0.33),
        cheeks: r.between(0.6, 1.3),
        hairline: -0.93 + 0.05 * r.bell(),
        neck: 0.70 - 0.12 * soft + 0.03 * r.bell(),
        shoulders: 2.15 - 0.28 * soft + 0.08 * r.bell(),
        ears: r.between(0.85, 1.12),
    }
}

fn hair_colour(r: &mut Random, age: f32, depth: f32) -> Colour {
    let weights: [f32; 11] = if depth > 0.45 {
        [6.0, 5.0, 3.0, 1.0, 0.3, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0]
    } else {
        [1.6, 1.8, 2.0, 2.2, 2.2, 2.0, 1.6, 1.4, 1.2, 0.8, 0.7]
    };
    let natural = Colour::hex(HAIRS[r.weighted(&weights)]);
    let grey = Colour::hex([0x8d8a86, 0xb4b0aa, 0xd6d2cc][r.below(3)]);
    let greying = super::colour::smooth(40.0, 72.0, age + 9.0 * r.bell());
    let dyed = r.chance(0.25);
    natural.mix(grey, if dyed { greying * 0.2 } else { greying })
}

fn cut(r: &mut Random, feminine: bool, age: f32, depth: f32) -> Cut {
    use Cut::*;
    let curly = if depth > 0.55 { 3.0 } else { 0.7 };
    let old = (age - 35.0).max(0.0) / 20.0;
    let choices: [(Cut, f32); 15] = if feminine {
        [
            (Long, 2.6),
            (Wavy, 2.6),
            (Bob, 2.0),
            (Fringe, 1.6),
            (Bun, 1.6),
            (Pixie, 0.8 + 0.6 * old),
            (Curls, curly),
            (Afro, 0.5 * curly),
            (Headscarf, 0.8),
            (Beanie, 0.25),
            (Side, 0.2),
            (Buzz, 0.1),
            (Quiff, 0.0),
            (Bald, 0.0),
            (Balding, 0.0),
        ]
    } else {
        [
            (Side, 3.0),
            (Quiff, 2.4),
            (Buzz, 2.0),
            (Curls, 0.7 * curly),
            (Afro, 0.4 * curly),
            (Pixie, 0.8),
            (Bald, 0.4 + 0.7 * old),
            (Balding, 1.4 * old),
            (Beanie, 0.4),
            (Long, 0.35),
            (Wavy, 0.3),
            (Bun, 0.15),
            (Bob, 0.0),
            (Fringe, 0.0),
            (Headscarf, 0.0),
        ]
    };
    let weights = choices.map(|(_, weight)| weight);
    choices[r.weighted(&weights)].0
}

fn light(r: &mut Random) -> Light {
    let side = if r.chance(0.5) { 1.0 } else { -1.0 };
    let (x, y) = (side * r.between(0.2, 0.72), -r.between(0.22, 0.6));
    let z = (1.0f32 - x * x - y * y).max(0.1).sqrt();
    let keys = [0xfff1e0, 0xffe6c8, 0xffffff, 0xf2f5ff, 0xffdcb4];
    Light {
        from: [x, y, z],
        key: Colour::hex(keys[r.below(keys.len())]),
        fill: r.between(0.16, 0.42),
        rim: r.between(0.0, 0.5),
        exposure: r.between(0.94, 1.08),
    }
}
