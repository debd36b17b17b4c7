//! What a Word document says of its paragraphs, rows and runs, beside their words.

use crate::reading::xml::{Piece, Tag, Xml};

/// What a paragraph says of itself before its words.
#[derive(Default)]
pub(super) struct Paragraph {
    pub(super) style: Option<String>,
    /// The list and the level in it.
    pub(super) list: Option<(String, usize)>,
    pub(super) level: Option<u8>,
    /// Its end was deleted: what follows belongs to it.
    pub(super) joins: bool,
}

/// Passes over the row whose properties have just been read.
pub(super) fn rest_of_row(xml: &mut Xml<'_>, depth: usize) {
    while xml.depth() >= depth {
        match xml.next() {
            Some(Piece::Open(_)) => xml.skip(),
            Some(_) => {}
            None => break,
        }
    }
}

/// Passes over an element; true where it says that what it belongs to was deleted.
pub(super) fn skipped(xml: &mut Xml<'_>) -> bool {
    let end = xml.depth();
    let mut deleted = false;
    while xml.depth() >= end {
        match xml.next() {
            Some(Piece::Open(tag)) => deleted |= tag.name == "del",
            Some(_) => {}
            None => break,
        }
    }
    deleted
}

/// What a paragraph says of itself, to the end of its properties.
pub(super) fn properties(xml: &mut Xml<'_>) -> Paragraph {
    let end = xml.depth();
    let mut told = Paragraph::default();
    let (mut list, mut level) = (None, None);
    while xml.depth() >= end {
        match xml.next() {
            Some(Piece::Open(tag)) => {
                let value = tag.get("val");
                match &*tag.name {
                    "pStyle" => told.style = value.map(str::to_owned),
                    "numId" => list = value.map(str::to_owned),
                    "ilvl" => level = value.and_then(|value| value.parse().ok()),
                    "outlineLvl" => {
                        let level = value.and_then(|value| value.parse().ok());
                        told.level = level.filter(|level| *level < 9);
                    }
                    "del" => told.joins = true,
                    // What it was before a change.
                    "pPrChange" | "rPrChange" => xml.skip(),
                    _ => {}
                }
            }
            Some(_) => {}
            None => break,
        }
    }
    told.list = list.map(|list| (list, level.unwrap_or(0)));
    told
}

/// Whether a run's properties hide it.
pub(super) fn hidden(xml: &mut Xml<'_>) -> bool {
    let end = xml.depth();
    let mut hidden = false;
    while xml.depth() >= end {
        match xml.next() {
            Some(Piece::Open(tag)) if tag.name == "vanish" => hidden = !tag.denies("val"),
            Some(Piece::Open(tag)) if tag.name == "rPrChange" => xml.skip(),
            Some(_) => {}
            None => break,
        }
    }
    hidden
}

/// The state of a box of an old form.
pub(super) fn checked(xml: &mut Xml<'_>) -> bool {
    let end = xml.depth();
    let (mut checked, mut default) = (None, false);
    while xml.depth() >= end {
        match xml.next() {
            Some(Piece::Open(tag)) if tag.name == "checked" => checked = Some(!tag.denies("val")),
            Some(Piece::Open(tag)) if tag.name == "default" => default = !tag.denies("val"),
            Some(_) => {}
            None => break,
        }
    }
    checked.unwrap_or(default)
}

/// A letter of a font of symbols; those that no other font has are told as a bullet.
pub(super) fn symbol(tag: &Tag) -> Option<char> {
    let code = u32::from_str_radix(tag.get("char")?, 16).ok()?;
    let font = tag.get("font").unwrap_or_default();
    let boxes = font.starts_with("Wingdings");
    Some(match code {
        0xf0fe | 0xf052 | 0xf053 if boxes => '☒',
        0xf0a8 | 0xf06f | 0xf0a3 if boxes => '☐',
        0xf0fc if boxes => '✓',
        0xf0e0 if boxes => '→',
        0xf000..=0xf0ff => '•',
        code => char::from_u32(code)?,
    })
}
