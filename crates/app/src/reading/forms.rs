//! Which form a document has, by its bytes, and who reads it.

use super::archive::Archive;
use super::fault::{Fault, Form, Unread};
use super::{Words, book, office, open_document, pdf, sheets, web_page, word, xml};

/// What a PDF begins with, within its first kilobyte (ISO 32000-1, annex H.3, note 13).
const PDF: &[u8] = b"%PDF-";

/// What a container of Microsoft's begins with.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// The form of a file that begins so, if it is one that is read apart.
pub(super) fn of(begin: &[u8]) -> Option<Form> {
    // (Words may begin so too, and have no zero bytes.)
    if is_archive(begin) && begin.iter().take(64).any(|byte| *byte == 0) {
        return Some(Form::Archive);
    }
    if begin.starts_with(COMPOUND) {
        return Some(Form::Compound);
    }
    if begin.windows(PDF.len()).any(|here| here == PDF) && !is_words_about_it(begin) {
        return Some(Form::Pdf);
    }
    of_marks(begin)
}

fn is_archive(begin: &[u8]) -> bool {
    begin.starts_with(b"PK\x03\x04") || begin.starts_with(b"PK\x05\x06")
}

/// Whether an archive begins as documents do, by the name of its first part.
fn begins_a_document(bytes: &[u8]) -> bool {
    let name = bytes.get(30..).unwrap_or_default();
    let firsts: [&[u8]; 9] = [
        b"[Content_Types].xml",
        b"_rels/",
        b"docProps/",
        b"word/",
        b"xl/",
        b"ppt/",
        b"mimetype",
        b"META-INF/container",
        b"content.xml",
    ];
    is_archive(bytes) && firsts.iter().any(|first| name.starts_with(first))
}

/// Text that only speaks of a PDF: it has more than a name and some bytes before it.
fn is_words_about_it(begin: &[u8]) -> bool {
    let before = begin
        .windows(PDF.len())
        .position(|here| here == PDF)
        .unwrap_or(0);
    let before = &begin[..before];
    let words = before
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .count();
    words > 40 && std::str::from_utf8(before).is_ok()
}

/// A page of the web, or a document in one XML file, by the first element.
fn of_marks(begin: &[u8]) -> Option<Form> {
    let text = xml::decoded(begin);
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    // What may stand before the first element.
    while let Some(skipped) = rest
        .strip_prefix("<?")
        .and_then(|rest| Some(rest.split_once("?>")?.1))
        .or_else(|| {
            rest.strip_prefix("<!--")
                .and_then(|rest| Some(rest.split_once("-->")?.1))
        })
    {
        rest = skipped.trim_start();
    }
    let begins = |with: &str| {
        rest.get(..with.len())
            .is_some_and(|here| here.eq_ignore_ascii_case(with))
    };
    if begins("<!doctype html") || begins("<html") || begins("<head") || begins("<body") {
        return Some(Form::Html);
    }
    begins("<office:document").then_some(Form::FlatOpenDocument)
}

/// The text of a document of this form, at most about so many bytes of it.
pub(super) fn read(form: Form, bytes: Vec<u8>, most: usize) -> Result<Words, Fault> {
    let words = match form {
        Form::Pdf => pdf::read(bytes, most),
        Form::Html => web_page::read(&bytes),
        Form::FlatOpenDocument => open_document::read_xml(&xml::decoded(&bytes), ""),
        Form::Archive => of_archive(bytes),
        Form::Compound => of_compound(bytes),
    }?;
    if words.text.trim().is_empty() {
        return Err(Fault::Empty);
    }
    if words.text.len() > most {
        return Err(Fault::TooLong);
    }
    Ok(words)
}

fn of_archive(bytes: Vec<u8>) -> Result<Words, Fault> {
    let is_document = begins_a_document(&bytes);
    let mut archive = Archive::open(bytes).map_err(|fault| match fault {
        Fault::Damaged if !is_document => Fault::Foreign,
        fault => fault,
    })?;
    // OpenDocument and books say what they are in their first part.
    if archive.has("mimetype") {
        let kind = archive.part("mimetype")?;
        let kind = String::from_utf8_lossy(&kind);
        let kind = kind.trim();
        if kind.starts_with("application/vnd.oasis.opendocument.") {
            return open_document::read(&mut archive);
        }
        if kind == "application/epub+zip" {
            return book::read(&mut archive);
        }
    }
    if archive.has("META-INF/container.xml") {
        return book::read(&mut archive);
    }
    if let Some(main) = office::main_part(&mut archive)? {
        return match office::kind(&mut archive, &main) {
            Some(office::Kind::Word) => word::read(&mut archive, &main),
            Some(office::Kind::Sheets) => sheets::read(archive),
            Some(office::Kind::BinarySheets) => sheets::read_binary(archive),
            Some(office::Kind::Slides) => super::slides::read(&mut archive, &main),
            None => Err(Fault::Foreign),
        };
    }
    if archive.has("content.xml") && archive.has("META-INF/manifest.xml") {
        return open_document::read(&mut archive);
    }
    // Apple's programs say what they are by what they show last.
    if archive.has("Index/Document.iwa") || archive.has("Index.zip") {
        let names = archive.names();
        let any = |part: &str| names.iter().any(|name| name.contains(part));
        return Err(Fault::Unread(if any("Index/Slide") {
            Unread::Keynote
        } else if any("Index/CalculationEngine") && any("Index/Tables/") && !any("Section") {
            Unread::Numbers
        } else {
            Unread::Pages
        }));
    }
    if archive.has("FixedDocSeq.fdseq") {
        return Err(Fault::Unread(Unread::Xps));
    }
    // Damaged where its names are those of a document, foreign where they are not.
    if archive.has("[Content_Types].xml") || archive.has("word/document.xml") {
        return Err(Fault::Damaged);
    }
    Err(Fault::Foreign)
}

/// What is in a container tells by the names of its streams.
fn of_compound(bytes: Vec<u8>) -> Result<Words, Fault> {
    let has = |name: &str| {
        let wide: Vec<u8> = name
            .encode_utf16()
            .chain([0])
            .flat_map(u16::to_le_bytes)
            .collect();
        bytes
            .chunks_exact(128)
            .any(|entry| entry.starts_with(&wide))
    };
    if has("EncryptedPackage") || has("EncryptionInfo") {
        return Err(Fault::Locked);
    }
    if has("Workbook") || has("Book") {
        return sheets::read_old(bytes);
    }
    let known = [
        ("WordDocument", Unread::OldWord),
        ("PowerPoint Document", Unread::OldSlides),
        ("__properties_version1.0", Unread::Mail),
        ("HwpSummaryInformation", Unread::Hangul),
        ("BodyText", Unread::Hangul),
    ];
    let known = known.into_iter().find(|(name, _)| has(name));
    Err(known.map_or(Fault::Foreign, |(_, what)| Fault::Unread(what)))
}
