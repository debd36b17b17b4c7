//! What documents of Microsoft Office's form have in common (ECMA-376, transitional and strict): a main
//! part, and beside each part a list of those that it refers to.

use super::archive::{Archive, beside};
use super::fault::Fault;
use super::remark::{self, Part, Remark};
use super::xml::{Piece, Xml};

/// What a part refers to.
pub(super) struct Relation {
    pub(super) id: String,
    /// The last word of its kind, which both forms share.
    pub(super) kind: String,
    /// The name of a part, or an address outside.
    pub(super) target: String,
    pub(super) is_outside: bool,
}

/// What a part refers to; nothing where it has no list, or a damaged one.
pub(super) fn relations(archive: &mut Archive, part: &str) -> Result<Vec<Relation>, Fault> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let slash = if folder.is_empty() { "" } else { "/" };
    let Some(text) = archive.optional(&format!("{folder}{slash}_rels/{file}.rels"))? else {
        return Ok(Vec::new());
    };
    let (mut xml, mut relations) = (Xml::new(&text), Vec::new());
    while let Some(piece) = xml.next() {
        let Piece::Open(tag) = piece else { continue };
        let (Some(id), Some(kind), Some(target)) =
            (tag.get("Id"), tag.get("Type"), tag.get("Target"))
        else {
            continue;
        };
        let is_outside = tag.get("TargetMode").is_some_and(|mode| mode == "External");
        relations.push(Relation {
            id: id.to_owned(),
            kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
            target: if is_outside {
                target.to_owned()
            } else {
                beside(part, target)
            },
            is_outside,
        });
    }
    Ok(relations)
}

/// The part that the document begins with.
pub(super) fn main_part(archive: &mut Archive) -> Result<Option<String>, Fault> {
    let relations = relations(archive, "")?;
    let main = relations
        .into_iter()
        .find(|one| one.kind == "officeDocument");
    Ok(main.map(|main| main.target))
}

/// What is in the archive that no text is made of.
pub(super) fn left_out(archive: &Archive, pictures: usize) -> Vec<Remark> {
    let names = archive.names();
    let count = |is: &dyn Fn(&str) -> bool| names.iter().filter(|name| is(name)).count() as u64;
    let within = |name: &str, folder: &str| name.contains(folder) && !name.contains("_rels/");
    let film = ["mp3", "mp4", "wav", "m4a", "avi", "mov", "wmv", "ogg"];
    let end = |name: &str| name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let parts = [
        (Part::Pictures, pictures as u64),
        (Part::Media, count(&|name| film.contains(&&*end(name)))),
        (
            Part::Macros,
            count(&|name| name.ends_with("vbaProject.bin")),
        ),
        (Part::Documents, count(&|name| within(name, "/embeddings/"))),
    ];
    remark::left_out(parts).collect()
}

/// The text of a part that may be missing.
pub(super) fn optional(
    archive: &mut Archive,
    relations: &[Relation],
    kind: &str,
) -> Result<Option<String>, Fault> {
    let Some(part) = relations.iter().find(|one| one.kind == kind) else {
        return Ok(None);
    };
    archive.optional(&part.target)
}

/// What a document is of.
pub(super) enum Kind {
    Word,
    Sheets,
    BinarySheets,
    Slides,
}

/// What the main part is, by its declared kind, else by its first element.
pub(super) fn kind(archive: &mut Archive, main: &str) -> Option<Kind> {
    let types = archive.xml("[Content_Types].xml").unwrap_or_default();
    let mut xml = Xml::new(&types);
    while let Some(piece) = xml.next() {
        let Piece::Open(tag) = piece else { continue };
        let named = tag
            .get("PartName")
            .is_some_and(|name| name.trim_start_matches('/') == main);
        let declared = tag.get("ContentType").filter(|_| named);
        let found = declared.and_then(|kind| {
            let has = |part: &str| kind.contains(part);
            match kind {
                _ if has("sheet.binary") => Some(Kind::BinarySheets),
                _ if has("wordprocessingml") || has("ms-word") => Some(Kind::Word),
                _ if has("spreadsheetml") || has("ms-excel") => Some(Kind::Sheets),
                _ if has("presentationml") || has("ms-powerpoint") => Some(Kind::Slides),
                _ => None,
            }
        });
        if found.is_some() {
            return found;
        }
    }
    let text = archive.xml(main).ok()?;
    let mut xml = Xml::new(&text);
    match xml.next_open()?.name.as_str() {
        "document" => Some(Kind::Word),
        "workbook" => Some(Kind::Sheets),
        "presentation" => Some(Kind::Slides),
        _ => None,
    }
}
