//! The text of an OpenDocument file (.odt, .ods, .odp and their like; ODF 1.2 and 1.3), from its archive or
//! from its one XML file (.fodt, .fods, .fodp): its blocks are read by `reader`, whatever kind it is of.

mod asides;
mod reader;
mod styles;
mod tables;

use super::Words;
use super::archive::Archive;
use super::fault::Fault;
use super::remark::{self, Part};
use super::xml::{Piece, Xml};
use reader::Reader;

pub(super) fn read(archive: &mut Archive) -> Result<Words, Fault> {
    if let Ok(manifest) = archive.xml("META-INF/manifest.xml")
        && is_locked(&manifest)
    {
        return Err(Fault::Locked);
    }
    let content = archive.xml("content.xml")?;
    let styles = archive.xml("styles.xml").unwrap_or_default();
    let mut words = read_xml(&content, &styles)?;
    let names = archive.names();
    let objects = names
        .iter()
        .filter(|name| name.starts_with("Object ") && name.ends_with("/content.xml"));
    let objects = objects.count() as u64;
    let macros = archive.count("Basic/", ".xml");
    let parts = [(Part::Documents, objects), (Part::Macros, macros)];
    words.remarks.extend(remark::left_out(parts));
    Ok(words)
}

/// The same from one XML file; the styles of a file of its own go before.
pub(super) fn read_xml(content: &str, styles: &str) -> Result<Words, Fault> {
    let mut reader = Reader::default();
    reader.styles.read(styles);
    reader.styles.read(content);
    let mut xml = Xml::new(content);
    let mut found = false;
    while let Some(piece) = xml.next() {
        if let Piece::Open(tag) = piece
            && tag.name == "body"
        {
            found = true;
            reader.blocks(&mut xml, 0);
        }
    }
    if !found {
        return Err(Fault::Damaged);
    }
    let remarks = remark::left_out([(Part::Pictures, reader.pictures)]);
    Words::of(reader.paper, remarks.collect(), reader.broken)
}

fn is_locked(manifest: &str) -> bool {
    let mut xml = Xml::new(manifest);
    while let Some(piece) = xml.next() {
        if matches!(piece, Piece::Open(tag) if tag.name == "encryption-data") {
            return true;
        }
    }
    false
}
