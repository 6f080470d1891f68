//! What a document says about itself, twice: as the information dictionary and as XMP; and its identifier.

use lopdf::{Dictionary, Object, Stream, StringFormat, dictionary};

use super::About;
use crate::options::Day;

const PRODUCER: &str = concat!("brigade-documents ", env!("CARGO_PKG_VERSION"));

/// A string for readers: plain where it is ASCII, else UTF-16 with its mark.
pub(super) fn text(text: &str) -> Object {
    if text.is_ascii() {
        return Object::string_literal(text);
    }
    let bytes = std::iter::once(0xFEFF)
        .chain(text.encode_utf16())
        .flat_map(u16::to_be_bytes)
        .collect();
    Object::String(bytes, StringFormat::Hexadecimal)
}

/// The information dictionary; what it says goes into the document's identifier too.
pub(super) fn info(about: About<'_>, seal: &mut Seal) -> Dictionary {
    let mut info = dictionary! {
        "Title" => text(about.title),
        "Author" => text(about.author),
        "Producer" => text(PRODUCER),
    };
    if let Some(Day { year, month, day }) = about.created {
        let date = text(&format!("D:{year:04}{month:02}{day:02}000000Z"));
        info.set("CreationDate", date.clone());
        info.set("ModDate", date);
    }
    for part in [about.title, about.author, about.language, PRODUCER] {
        seal.add(part.as_bytes());
    }
    info
}

/// The metadata stream: not compressed, so that tools that know no PDF find it.
pub(super) fn xmp(about: About<'_>) -> Stream {
    let date = about
        .created
        .map_or_else(String::new, |Day { year, month, day }| {
            let date = format!("{year:04}-{month:02}-{day:02}T00:00:00Z");
            format!(
                "<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>"
            )
        });
    let packet = format!(
        "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\
         <dc:format>application/pdf</dc:format>\
         <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\
         <dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>\
         <dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>\
         <pdf:Producer>{PRODUCER}</pdf:Producer>{date}\
         </rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>",
        title = escaped(about.title),
        author = escaped(about.author),
        language = escaped(about.language),
    );
    Stream::new(
        dictionary! { "Type" => "Metadata", "Subtype" => "XML" },
        packet.into_bytes(),
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A fingerprint (FNV-1a of 128 bits, by words of eight bytes): it tells documents apart and is no defence
/// against anybody.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seal(u128);

impl Default for Seal {
    fn default() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }
}

impl Seal {
    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.word(bytes.len() as u64);
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.word(u64::from_le_bytes(
                word.try_into().expect("chunks of eight"),
            ));
        }
        let mut rest = [0; 8];
        rest[..words.remainder().len()].copy_from_slice(words.remainder());
        self.word(u64::from_le_bytes(rest));
    }

    fn word(&mut self, word: u64) {
        self.0 =
            (self.0 ^ u128::from(word)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B);
    }

    pub(super) fn value(self) -> u128 {
        // The upper half has seen every bit; the lower half only what stood below it.
        self.0 ^ self.0 >> 64
    }

    /// The trailer's pair: the same twice, as this is the file's first version.
    pub(super) fn id(self) -> Vec<Object> {
        let id = Object::String(
            self.value().to_be_bytes().to_vec(),
            StringFormat::Hexadecimal,
        );
        vec![id.clone(), id]
    }
}
