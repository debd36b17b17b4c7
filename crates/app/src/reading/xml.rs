//! XML as the readers of documents take it: elements by their local names, text, and nothing else.
//!
//! No entity is looked up but XML's own five and characters by their numbers, no definition is
//! obeyed, no file or address is ever followed; so nothing grows and nothing is fetched. What is
//! no XML any more ends there, and what came before stands.

use encoding_rs::{Encoding, UTF_8};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Elements within elements: more than any program writes.
const DEEPEST: usize = 4096;

/// What comes next.
pub(super) enum Piece {
    /// An element begins.
    Open(Tag),
    /// Text; also one that is empty.
    Text(String),
    /// An element ends, with its local name. One that is empty ends at once.
    Close(String),
}

/// The beginning of an element.
pub(super) struct Tag {
    /// Its name without the prefix of its namespace: forms of one kind differ in that alone.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
}

impl Tag {
    /// An attribute by its local name.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// All attributes of this local name.
    pub(super) fn all<'t>(&'t self, name: &'t str) -> impl Iterator<Item = &'t str> {
        let found = self.attributes.iter().filter(move |(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn is(&self, names: &[&str]) -> bool {
        names.contains(&self.name.as_str())
    }

    /// True where an attribute says no: `0`, `false`, `off`.
    pub(super) fn denies(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| matches!(value, "0" | "false" | "off" | "none"))
    }
}

pub(super) struct Xml<'x> {
    reader: Reader<&'x [u8]>,
    open: Vec<String>,
    /// Of an element that is empty: it closes next.
    closing: bool,
    /// It ended before its time.
    pub(super) broken: bool,
}

impl<'x> Xml<'x> {
    /// Of text in UTF-8 ([`decoded`]).
    pub(super) fn new(text: &'x str) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        Self {
            reader,
            open: Vec::new(),
            closing: false,
            broken: false,
        }
    }

    pub(super) fn next(&mut self) -> Option<Piece> {
        if std::mem::take(&mut self.closing) {
            return self.open.pop().map(Piece::Close);
        }
        loop {
            match self.reader.read_event() {
                Ok(Event::Start(start)) => {
                    let tag = tag(&start);
                    return self.opened(tag);
                }
                Ok(Event::Empty(start)) => {
                    let tag = tag(&start);
                    self.closing = true;
                    return self.opened(tag);
                }
                Ok(Event::End(end)) => {
                    // One that was never opened ends nothing; one that was is ended by its name.
                    let name = local(end.name().as_ref());
                    if (self.open.last() == Some(&name) || self.open.contains(&name))
                        && let Some(last) = self.open.pop()
                    {
                        return Some(Piece::Close(last));
                    }
                }
                Ok(Event::Text(text)) => {
                    return Some(Piece::Text(text.to_string()));
                }
                Ok(Event::CData(text)) => {
                    return Some(Piece::Text(text.to_string()));
                }
                Ok(Event::GeneralRef(name)) => {
                    return Some(Piece::Text(referred(&name).unwrap_or_default()));
                }
                Ok(Event::Eof) => {
                    self.broken |= !self.open.is_empty();
                    return self.open.pop().map(Piece::Close);
                }
                Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
                Err(_) => {
                    self.broken = true;
                    return self.open.pop().map(Piece::Close);
                }
            }
        }
    }

    fn opened(&mut self, tag: Tag) -> Option<Piece> {
        if self.open.len() >= DEEPEST {
            self.broken = true;
            return None;
        }
        self.open.push(tag.name.clone());
        Some(Piece::Open(tag))
    }

    /// Passes over the rest of the element that began last.
    pub(super) fn skip(&mut self) {
        let depth = self.open.len();
        while self.open.len() >= depth && self.next().is_some() {}
    }

    /// The next element.
    pub(super) fn next_open(&mut self) -> Option<Tag> {
        loop {
            if let Piece::Open(tag) = self.next()? {
                return Some(tag);
            }
        }
    }

    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// The text of the element that began last, to its end.
    pub(super) fn text(&mut self) -> String {
        let depth = self.open.len();
        let mut text = String::new();
        while self.open.len() >= depth {
            match self.next() {
                Some(Piece::Text(more)) => text.push_str(&more),
                Some(_) => {}
                None => break,
            }
        }
        text
    }
}

fn tag(start: &BytesStart<'_>) -> Tag {
    let mut attributes = start.attributes();
    let attributes = attributes
        .with_checks(false)
        .flatten()
        .map(|attribute| (local(attribute.key.as_ref()), unescaped(&attribute.value)));
    Tag {
        name: local(start.name().as_ref()),
        attributes: attributes.collect(),
    }
}

fn local(name: &str) -> String {
    let local = name.rsplit(':').next().unwrap_or_default();
    local.to_owned()
}

/// A value with its references read, once.
fn unescaped(value: &str) -> String {
    if !value.contains('&') {
        return value.to_owned();
    }
    let mut plain = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let end = rest.find(';').filter(|end| *end <= 12);
        match end.and_then(|end| Some((end, referred(&rest[..end])?))) {
            Some((end, letter)) => {
                plain.push_str(&letter);
                rest = &rest[end + 1..];
            }
            None => plain.push('&'),
        }
    }
    plain + rest
}

/// What a reference stands for, where XML itself says so.
fn referred(name: &str) -> Option<String> {
    let letter = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        name => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => digits.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    (letter != '\0').then(|| letter.to_string())
}

/// Bytes of XML as text: by their mark, by what they declare, else UTF-8.
pub(super) fn decoded(bytes: &[u8]) -> String {
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    let wide = match bytes {
        [b'<', 0, ..] => Some(encoding_rs::UTF_16LE),
        [0, b'<', ..] => Some(encoding_rs::UTF_16BE),
        _ => None,
    };
    let encoding = marked.or(wide).or_else(|| declared(bytes));
    encoding.unwrap_or(UTF_8).decode(bytes).0.into_owned()
}

fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let begin = &bytes[..bytes.len().min(200)];
    let begin = String::from_utf8_lossy(begin);
    let declaration = begin
        .trim_start()
        .strip_prefix("<?xml")?
        .split("?>")
        .next()?;
    let value = declaration.split("encoding").nth(1)?;
    let mut parts = value.split(['"', '\'']);
    Encoding::for_label(parts.nth(1)?.trim().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> String {
        let mut xml = Xml::new(text);
        let mut told = String::new();
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) => told.extend(["<", &tag.name, ">"]),
                Piece::Text(text) => told.push_str(&text),
                Piece::Close(name) => told.extend(["</", &name, ">"]),
            }
        }
        told
    }

    #[test]
    fn names_lose_their_prefix_and_references_are_read_once() {
        assert_eq!(
            told("<w:p a:b='1'>x &amp;lt; &#65;<w:br/></w:p>"),
            "<p>x &lt; A<br></br></p>"
        );
        assert_eq!(
            unescaped("a &amp;amp; &#x4e2d; & b &nope; c"),
            "a &amp; 中 & b &nope; c"
        );
    }

    #[test]
    fn nothing_that_is_defined_is_put_in() {
        let laughs = "<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;'>\
                      <!ENTITY d SYSTEM 'file:///etc/passwd'>]><a>1&c;2&d;3</a>";
        assert_eq!(told(laughs), "<a>123</a>");
    }

    #[test]
    fn what_is_broken_ends_there_and_is_closed() {
        assert_eq!(told("<a><b>x</c>y"), "<a><b>xy</b></a>");
        assert_eq!(told("<a>x<b"), "<a>x</a>");
        let deep = "<a>".repeat(100_000);
        let mut xml = Xml::new(&deep);
        while xml.next().is_some() {}
        assert!(xml.broken);
    }

    #[test]
    fn letters_are_those_of_the_mark_or_the_declaration() {
        let wide: Vec<u8> = "<a>ж</a>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(decoded(&wide), "<a>ж</a>");
        assert_eq!(
            decoded(b"<?xml version='1.0' encoding='windows-1251'?>\xe6"),
            "<?xml version='1.0' encoding='windows-1251'?>ж"
        );
        assert_eq!(decoded("\u{feff}<a/>".as_bytes()), "<a/>");
    }
}
