//! Which scripts cannot be set one glyph after another from left to right.
//!
//! A font may well have their glyphs (Noto Sans has Devanagari), and printing them unshaped would look
//! finished and be wrong: so they are refused by name. The ranges are Unicode 16's blocks.

/// The English name of the script when `character` needs shaping or runs from right to left.
pub(crate) fn unsupported(character: char) -> Option<&'static str> {
    let code = u32::from(character);
    if code < FIRST {
        return None;
    }
    let after = BLOCKS.partition_point(|&(first, _, _)| first <= code);
    let (_, last, name) = *BLOCKS.get(after.checked_sub(1)?)?;
    (code <= last).then_some(name)
}

/// Everything below needs no lookup: Latin, Greek, Cyrillic, Armenian.
const FIRST: u32 = 0x0590;

/// First and last code point, name; sorted.
const BLOCKS: &[(u32, u32, &str)] = &[
    (0x0590, 0x05FF, "Hebrew"),
    (0x0600, 0x06FF, "Arabic"),
    (0x0700, 0x074F, "Syriac"),
    (0x0750, 0x077F, "Arabic"),
    (0x0780, 0x07BF, "Thaana"),
    (0x07C0, 0x07FF, "N'Ko"),
    (0x0800, 0x083F, "Samaritan"),
    (0x0840, 0x085F, "Mandaic"),
    (0x0860, 0x086F, "Syriac"),
    (0x0870, 0x08FF, "Arabic"),
    (0x0900, 0x097F, "Devanagari"),
    (0x0980, 0x09FF, "Bengali"),
    (0x0A00, 0x0A7F, "Gurmukhi"),
    (0x0A80, 0x0AFF, "Gujarati"),
    (0x0B00, 0x0B7F, "Oriya"),
    (0x0B80, 0x0BFF, "Tamil"),
    (0x0C00, 0x0C7F, "Telugu"),
    (0x0C80, 0x0CFF, "Kannada"),
    (0x0D00, 0x0D7F, "Malayalam"),
    (0x0D80, 0x0DFF, "Sinhala"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x0E80, 0x0EFF, "Lao"),
    (0x0F00, 0x0FFF, "Tibetan"),
    (0x1000, 0x109F, "Myanmar"),
    (0x1100, 0x11FF, "conjoining Hangul"),
    (0x1700, 0x171F, "Tagalog"),
    (0x1720, 0x173F, "Hanunoo"),
    (0x1740, 0x175F, "Buhid"),
    (0x1760, 0x177F, "Tagbanwa"),
    (0x1780, 0x17FF, "Khmer"),
    (0x1800, 0x18AF, "Mongolian"),
    (0x1900, 0x194F, "Limbu"),
    (0x1950, 0x19DF, "Tai Lue"),
    (0x19E0, 0x19FF, "Khmer"),
    (0x1A00, 0x1A1F, "Buginese"),
    (0x1A20, 0x1AAF, "Tai Tham"),
    (0x1B00, 0x1B7F, "Balinese"),
    (0x1B80, 0x1BBF, "Sundanese"),
    (0x1BC0, 0x1BFF, "Batak"),
    (0x1C00, 0x1C4F, "Lepcha"),
    (0x1CD0, 0x1CFF, "Vedic"),
    (0x200E, 0x200F, "bidirectional control"),
    (0x202A, 0x202E, "bidirectional control"),
    (0x2066, 0x2069, "bidirectional control"),
    (0xA800, 0xA82F, "Syloti Nagri"),
    (0xA840, 0xA87F, "Phags-pa"),
    (0xA880, 0xA8DF, "Saurashtra"),
    (0xA8E0, 0xA8FF, "Devanagari"),
    (0xA900, 0xA92F, "Kayah Li"),
    (0xA930, 0xA95F, "Rejang"),
    (0xA960, 0xA97F, "conjoining Hangul"),
    (0xA980, 0xA9DF, "Javanese"),
    (0xA9E0, 0xA9FF, "Myanmar"),
    (0xAA00, 0xAA5F, "Cham"),
    (0xAA60, 0xAA7F, "Myanmar"),
    (0xAA80, 0xAADF, "Tai Viet"),
    (0xAAE0, 0xAAFF, "Meetei Mayek"),
    (0xABC0, 0xABFF, "Meetei Mayek"),
    (0xD7B0, 0xD7FF, "conjoining Hangul"),
    (0xFB1D, 0xFB4F, "Hebrew"),
    (0xFB50, 0xFDFF, "Arabic"),
    (0xFE70, 0xFEFE, "Arabic"),
    (0x10800, 0x10FFF, "right-to-left historic"),
    (0x11000, 0x11FFF, "Brahmic"),
    (0x16100, 0x1613F, "Gurung Khema"),
    (0x16D40, 0x16D7F, "Kirat Rai"),
    (0x1E000, 0x1E02F, "Glagolitic supplement"),
    (0x1E800, 0x1EFFF, "right-to-left"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blocks_are_sorted_and_apart() {
        assert!(BLOCKS.iter().all(|(first, last, _)| first <= last));
        assert!(BLOCKS.windows(2).all(|pair| pair[0].1 < pair[1].0));
        assert_eq!(BLOCKS[0].0, FIRST);
    }

    #[test]
    fn scripts_are_told_apart() {
        for (character, name) in [
            ('ש', "Hebrew"),
            ('م', "Arabic"),
            ('क', "Devanagari"),
            ('ก', "Thai"),
        ] {
            assert_eq!(unsupported(character), Some(name));
        }
        for character in "aŁΩЖӘệ漢かカ한Ա€—“ა".chars() {
            assert_eq!(unsupported(character), None, "{character}");
        }
    }
}
