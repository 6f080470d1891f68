//! A font's subset as PDF wants it: a composite font whose two-byte codes are the subset's own numbers.

use lopdf::{Document, Object, ObjectId, Stream, dictionary};
use subsetter::subset;

use super::compress::deflated;
use super::metadata::Seal;
use crate::error::Error;
use crate::font::{Font, Metrics};
use crate::text::Used;

/// Adds all objects of one font; the result is what a page's resources refer to.
pub(super) fn add(document: &mut Document, used: &Used<'_>) -> Result<ObjectId, Error> {
    let program = subset(&used.font.data, 0, &used.remapper).map_err(|error| Error::Font {
        font: used.font.name.clone(),
        reason: format!("it cannot be cut down to a subset: {error}"),
    })?;
    let name = format!("{}+{}", tag(used), used.font.name);
    let cff = Font::cff(&program);

    let file = document.add_object(match cff {
        Some(table) => deflated(dictionary! { "Subtype" => "CIDFontType0C" }, table),
        None => deflated(dictionary! { "Length1" => program.len() as i64 }, &program),
    });
    let metrics = Metrics::of(&used.face);
    let descriptor = document.add_object(dictionary! {
        "Type" => "FontDescriptor",
        "FontName" => name.as_str(),
        "Flags" => metrics.flags,
        "FontBBox" => metrics.bounds.map(Object::from).to_vec(),
        "ItalicAngle" => metrics.italic_angle,
        "Ascent" => metrics.ascent,
        "Descent" => metrics.descent,
        "CapHeight" => metrics.cap_height,
        "StemV" => metrics.stem_v,
        if cff.is_some() { "FontFile3" } else { "FontFile2" } => file,
    });
    let mut font = dictionary! {
        "Type" => "Font",
        "Subtype" => if cff.is_some() { "CIDFontType0" } else { "CIDFontType2" },
        "BaseFont" => name.as_str(),
        "CIDSystemInfo" => dictionary! {
            "Registry" => Object::string_literal("Adobe"),
            "Ordering" => Object::string_literal("Identity"),
            "Supplement" => 0,
        },
        "FontDescriptor" => descriptor,
        "W" => widths(used),
    };
    if cff.is_none() {
        let map = match glyph_map(used) {
            Some(map) => Object::Reference(document.add_object(map)),
            None => "Identity".into(),
        };
        font.set("CIDToGIDMap", map);
    }
    let descendant = document.add_object(font);
    let to_unicode = document.add_object(deflated(dictionary! {}, &to_unicode(used)));
    Ok(document.add_object(dictionary! {
        "Type" => "Font",
        "Subtype" => "Type0",
        "BaseFont" => name.as_str(),
        "Encoding" => "Identity-H",
        "DescendantFonts" => vec![descendant.into()],
        "ToUnicode" => to_unicode,
    }))
}

/// Six capital letters that differ between different subsets of a font.
fn tag(used: &Used<'_>) -> String {
    let mut seal = Seal::default();
    for character in &used.characters {
        seal.add(&u32::from(character.character).to_le_bytes());
    }
    let mut number = seal.value();
    let letter = |_| {
        let letter = b'A' + (number % 26) as u8;
        number /= 26;
        char::from(letter)
    };
    (0..6).map(letter).collect()
}

/// Advances of codes 1, 2, 3, … in thousandths of an em.
fn widths(used: &Used<'_>) -> Vec<Object> {
    let widths = used.characters.iter().map(|character| {
        if character.width.fract() == 0.0 {
            (character.width as i64).into()
        } else {
            Object::Real(character.width)
        }
    });
    vec![1.into(), Object::Array(widths.collect())]
}

/// Which glyph each code means, unless code and glyph are the same number throughout.
fn glyph_map(used: &Used<'_>) -> Option<Stream> {
    let same = used
        .characters
        .iter()
        .zip(1..)
        .all(|(character, cid)| character.glyph == cid);
    if same {
        return None;
    }
    let glyphs = std::iter::once(0).chain(used.characters.iter().map(|character| character.glyph));
    let bytes: Vec<u8> = glyphs.flat_map(u16::to_be_bytes).collect();
    Some(deflated(dictionary! {}, &bytes))
}

/// The character of each code, in blocks of the hundred lines that the format allows.
fn to_unicode(used: &Used<'_>) -> Vec<u8> {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
         /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
         /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    let characters = used.characters.iter().map(|character| character.character);
    let codes: Vec<(u16, char)> = (1..).zip(characters).collect();
    for block in codes.chunks(100) {
        map += &format!("{} beginbfchar\n", block.len());
        for &(cid, character) in block {
            map.push('<');
            hexadecimal(&mut map, cid);
            map += "> <";
            for unit in character.encode_utf16(&mut [0; 2]) {
                hexadecimal(&mut map, *unit);
            }
            map += ">\n";
        }
        map += "endbfchar\n";
    }
    map += "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n";
    map.into_bytes()
}

/// Four digits.
fn hexadecimal(text: &mut String, number: u16) {
    let digit = |shift: u32| char::from_digit(u32::from(number >> shift & 15), 16);
    text.extend(
        [12, 8, 4, 0]
            .into_iter()
            .filter_map(digit)
            .map(|digit| digit.to_ascii_uppercase()),
    );
}
