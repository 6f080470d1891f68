//! The file: PDF 1.7 objects for pages, fonts, picture, structure and metadata, written by lopdf.
//!
//! Nothing here depends on a clock, an address or a hash map's order: the same sheet gives the same bytes.

mod compress;
mod font;
mod metadata;
mod structure;

use lopdf::xref::XrefType;
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use self::compress::deflated;
use crate::error::Error;
use crate::options::Day;
use crate::picture::Printed;
use crate::sheet::Sheet;

/// What a document says about itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About<'a> {
    pub(crate) title: &'a str,
    pub(crate) author: &'a str,
    /// BCP 47.
    pub(crate) language: &'a str,
    pub(crate) created: Option<Day>,
}

/// The whole file.
pub(crate) fn write(
    sheet: Sheet<'_>,
    picture: Printed,
    about: About<'_>,
) -> Result<Vec<u8>, Error> {
    let mut document = Document::with_version("1.7");
    document.reference_table.cross_reference_type = XrefType::CrossReferenceTable;
    let mut seal = metadata::Seal::default();
    seal.add(picture.jpeg.as_slice());

    let picture_bytes = picture.jpeg.len();
    let image = document.add_object(image(picture));
    let mut fonts = Dictionary::new();
    for (index, used) in sheet.book.used() {
        fonts.set(format!("F{index}"), font::add(&mut document, used)?);
    }
    let (width, height) = sheet.paper.size();
    let pages = document.new_object_id();
    let page_ids: Vec<ObjectId> = sheet
        .pages
        .iter()
        .map(|_| document.new_object_id())
        .collect();
    let structure = structure::add(&mut document, &sheet, &page_ids);

    for ((number, page), &id) in sheet.pages.into_iter().enumerate().zip(&page_ids) {
        let content = page.ink.into_bytes();
        seal.add(&content);
        let content = document.add_object(deflated(dictionary! {}, &content));
        let page = dictionary! {
            "Type" => "Page",
            "Parent" => pages,
            "Contents" => content,
            "StructParents" => number as i64,
            "Tabs" => "S",
        };
        document.set_object(id, page);
    }
    let kids: Vec<Object> = page_ids.iter().map(|&id| id.into()).collect();
    let count = kids.len() as i64;
    let tree = dictionary! {
        "Type" => "Pages",
        "Kids" => kids,
        "Count" => count,
        "MediaBox" => vec![0.into(), 0.into(), Object::Real(width), Object::Real(height)],
        "Resources" => dictionary! { "Font" => fonts, "XObject" => dictionary! { "Im0" => image } },
    };
    document.set_object(pages, tree);

    let metadata = document.add_object(metadata::xmp(about));
    let catalog = document.add_object(dictionary! {
        "Type" => "Catalog",
        "Pages" => pages,
        "Lang" => metadata::text(about.language),
        "MarkInfo" => dictionary! { "Marked" => true },
        "StructTreeRoot" => structure,
        "Metadata" => metadata,
        "ViewerPreferences" => dictionary! { "DisplayDocTitle" => true },
    });
    let info = document.add_object(metadata::info(about, &mut seal));
    document.trailer.set("Root", catalog);
    document.trailer.set("Info", info);
    document.trailer.set("ID", seal.id());

    let mut file = Vec::with_capacity(picture_bytes + (24 << 10));
    document.save_to(&mut file).map_err(Error::Pdf)?;
    file.push(b'\n');
    Ok(file)
}

fn image(picture: Printed) -> Stream {
    let dict = dictionary! {
        "Type" => "XObject",
        "Subtype" => "Image",
        "Width" => i64::from(picture.side),
        "Height" => i64::from(picture.side),
        "ColorSpace" => "DeviceRGB",
        "BitsPerComponent" => 8,
        "Interpolate" => true,
        "Filter" => "DCTDecode",
    };
    Stream::new(dict, picture.jpeg)
}
