//! The text of a book (EPUB 2 and 3): its chapters in the order in which they are read, each under the
//! title that the book's contents give it.

use std::collections::HashMap;

use super::archive::{Archive, beside};
use super::fault::Fault;
use super::paper::{Block, Paper};
use super::remark::{self, Part};
use super::web_page::Page;
use super::xml::{Piece, Xml};
use super::{Words, xml};

/// What a book's list says of one of its parts.
struct Listed {
    part: String,
    kind: String,
    properties: String,
}

impl Listed {
    /// Whether it is a chapter, by its kind; some lists name none.
    fn is_words(&self) -> bool {
        let kind = self.kind.to_lowercase();
        let end = self
            .part
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_lowercase();
        ["html", "xml", "oeb1-document"]
            .iter()
            .any(|own| kind.contains(own))
            || kind.is_empty() && matches!(&*end, "xhtml" | "html" | "htm" | "xml")
    }
}

pub(super) fn read(archive: &mut Archive) -> Result<Words, Fault> {
    let package = package(archive)?.ok_or(Fault::Damaged)?;
    let text = archive.xml(&package)?;
    let mut listed: HashMap<String, Listed> = HashMap::new();
    let (mut spine, mut contents) = (Vec::new(), None);
    let (mut title, mut authors) = (None, Vec::new());
    let mut xml = Xml::new(&text);
    while let Some(piece) = xml.next() {
        let Piece::Open(tag) = piece else { continue };
        match &*tag.name {
            "title" if title.is_none() => title = Some(xml.text()),
            "creator" => authors.push(xml.text()),
            "item" => {
                if let (Some(id), Some(named)) = (tag.get("id"), tag.get("href")) {
                    let own = |key| tag.get(key).unwrap_or_default().to_owned();
                    let one = Listed {
                        part: beside(&package, named),
                        kind: own("media-type"),
                        properties: own("properties"),
                    };
                    listed.insert(id.to_owned(), one);
                }
            }
            "spine" => contents = tag.get("toc").map(str::to_owned),
            "itemref" => spine.extend(tag.get("idref").map(str::to_owned)),
            _ => {}
        }
    }
    let locked = locked(archive);
    let titles = titles(archive, &listed, contents.as_deref());
    let mut page = Page::new(Paper::default());
    if let Some(title) = title.filter(|title| !title.trim().is_empty()) {
        page.paper.begin(Block::Heading(1));
        page.paper.words(title.trim());
    }
    if !authors.is_empty() {
        page.paper.begin(Block::Plain);
        page.paper.words(&authors.join(", "));
    }
    page.paper.end();
    let before = page.paper.written();
    let (mut missing, mut read, mut titled) = (0, 0, 0);
    for id in &spine {
        let Some(chapter) = listed.get(id) else {
            missing += 1;
            continue;
        };
        if chapter.properties.split(' ').any(|one| one == "nav") {
            continue;
        }
        if locked.contains(&chapter.part) {
            return Err(Fault::Locked);
        }
        if !chapter.is_words() {
            continue;
        }
        let bytes = match archive.part(&chapter.part) {
            Ok(bytes) => bytes,
            Err(Fault::TooMuch) => return Err(Fault::TooMuch),
            Err(_) => {
                missing += 1;
                continue;
            }
        };
        read += 1;
        let text = xml::decoded(&bytes);
        if let Some(title) = titles.get(&chapter.part)
            && !begins_with_heading(&text)
        {
            page.paper.begin(Block::Heading(2));
            page.paper.words(title);
            page.paper.end();
            titled += title.len();
        }
        page = page.read(&text);
        if page.paper.is_full() {
            return Err(Fault::TooLong);
        }
    }
    if read == 0 {
        return Err(Fault::Damaged);
    }
    // Comics are, whose chapters may have titles all the same.
    if page.paper.written() == before + titled && page.pictures > 0 {
        return Err(Fault::NoText);
    }
    let parts = [(Part::Pictures, page.pictures), (Part::Chapters, missing)];
    Ok(Words {
        text: page.paper.finish(),
        remarks: remark::left_out(parts).collect(),
    })
}

/// The part that lists all others: where the archive says, else the one that looks so.
fn package(archive: &mut Archive) -> Result<Option<String>, Fault> {
    if let Some(container) = archive.optional("META-INF/container.xml")? {
        let mut xml = Xml::new(&container);
        while let Some(piece) = xml.next() {
            if let Piece::Open(tag) = piece
                && tag.name == "rootfile"
                && let Some(path) = tag.get("full-path")
                && archive.has(path)
            {
                return Ok(Some(path.to_owned()));
            }
        }
    }
    let names = archive.names();
    let named = names
        .into_iter()
        .find(|name| name.to_lowercase().ends_with(".opf"));
    Ok(named.map(str::to_owned))
}

/// Parts that only the shop's own reader opens. (Fonts are scrambled in books that anybody reads.)
fn locked(archive: &mut Archive) -> Vec<String> {
    let Ok(text) = archive.xml("META-INF/encryption.xml") else {
        return Vec::new();
    };
    let (mut xml, mut locked) = (Xml::new(&text), Vec::new());
    while let Some(piece) = xml.next() {
        if let Piece::Open(tag) = piece
            && tag.name == "CipherReference"
            && let Some(part) = tag.get("URI")
        {
            locked.push(beside("", part));
        }
    }
    locked
}

/// The titles of chapters, by their parts, as the book's contents give them.
fn titles(
    archive: &mut Archive,
    listed: &HashMap<String, Listed>,
    contents: Option<&str>,
) -> HashMap<String, String> {
    let new = listed
        .values()
        .find(|one| one.properties.split(' ').any(|one| one == "nav"));
    let old = || contents.and_then(|id| listed.get(id));
    let Some(part) = new.or_else(old).map(|one| one.part.clone()) else {
        return HashMap::new();
    };
    let Ok(text) = archive.xml(&part) else {
        return HashMap::new();
    };
    let mut titles = HashMap::new();
    let mut xml = Xml::new(&text);
    let mut label = String::new();
    while let Some(piece) = xml.next() {
        let Piece::Open(tag) = piece else { continue };
        let (named, words) = match &*tag.name {
            "a" => {
                let named = tag.get("href").map(str::to_owned);
                (named, xml.text())
            }
            // In the older form the title goes before the part.
            "navLabel" => {
                label = xml.text();
                continue;
            }
            "content" => (
                tag.get("src").map(str::to_owned),
                std::mem::take(&mut label),
            ),
            _ => continue,
        };
        let words: Vec<&str> = words.split_whitespace().collect();
        if let Some(named) = named.filter(|_| !words.is_empty()) {
            titles
                .entry(beside(&part, &named))
                .or_insert_with(|| words.join(" "));
        }
    }
    titles
}

/// Whether the first thing in a chapter is a heading.
fn begins_with_heading(text: &str) -> bool {
    let body = text.find("<body").map_or(text, |at| &text[at..]);
    let mut xml = Xml::new(body);
    while let Some(piece) = xml.next() {
        match piece {
            Piece::Open(tag) if tag.is(&["h1", "h2", "h3", "h4"]) => return true,
            Piece::Text(text) if !text.trim().is_empty() => return false,
            _ => {}
        }
    }
    false
}
