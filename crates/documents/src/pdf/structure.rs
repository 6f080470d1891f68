//! The structure tree: headings, paragraphs and the figure in reading order, each tied to its marks on the pages.

use lopdf::{Document, Object, ObjectId, dictionary};

use super::metadata::text;
use crate::sheet::{Element, Sheet};

/// Adds the tree; the result is its root.
pub(super) fn add(document: &mut Document, sheet: &Sheet<'_>, pages: &[ObjectId]) -> ObjectId {
    let root = document.new_object_id();
    let body = document.new_object_id();
    let elements: Vec<ObjectId> = sheet
        .elements
        .iter()
        .map(|_| document.new_object_id())
        .collect();

    for (element, &id) in sheet.elements.iter().zip(&elements) {
        document.set_object(id, one(element, body, pages));
    }
    document.set_object(
        body,
        dictionary! {
            "Type" => "StructElem",
            "S" => "Document",
            "P" => root,
            "K" => references(elements.iter().copied()),
        },
    );
    // For each page the elements of its pieces, so that a reader can go from the page to the tree.
    let mut parents = Vec::with_capacity(2 * pages.len());
    for (number, page) in sheet.pages.iter().enumerate() {
        parents.push((number as i64).into());
        parents.push(Object::Array(references(
            page.owners.iter().map(|&owner| elements[owner]),
        )));
    }
    document.set_object(
        root,
        dictionary! {
            "Type" => "StructTreeRoot",
            "K" => body,
            "ParentTree" => dictionary! { "Nums" => parents },
            "ParentTreeNextKey" => pages.len() as i64,
        },
    );
    root
}

fn one(element: &Element, parent: ObjectId, pages: &[ObjectId]) -> lopdf::Dictionary {
    let first_page = element.pieces.first().map_or(0, |&(page, _)| page);
    let kids: Vec<Object> = element
        .pieces
        .iter()
        .map(|&(page, piece)| match page == first_page {
            true => (piece as i64).into(),
            false => {
                dictionary! { "Type" => "MCR", "Pg" => pages[page], "MCID" => piece as i64 }.into()
            }
        })
        .collect();
    let mut dict = dictionary! {
        "Type" => "StructElem",
        "S" => element.role.tag(),
        "P" => parent,
        "Pg" => pages[first_page],
        "K" => kids,
    };
    if let Some((alternative, bounds)) = &element.figure {
        dict.set("Alt", text(alternative));
        let bounds: Vec<Object> = bounds.iter().map(|&edge| Object::Real(edge)).collect();
        dict.set(
            "A",
            dictionary! { "O" => "Layout", "Placement" => "Block", "BBox" => bounds },
        );
    }
    dict
}

fn references(ids: impl Iterator<Item = ObjectId>) -> Vec<Object> {
    ids.map(Object::Reference).collect()
}
