//! Forms of Adobe's other kind (XFA 3.3), which lie in a PDF as XML: what they ask by their template, and
//! what was filled in by their data.
//!
//! How such a form looks is a program, which is not run here: its words stand in the order in which the
//! template has them.

use std::collections::{HashMap, VecDeque};

use hayro_syntax::object::{Dict, Object, Stream};

use super::words;
use crate::reading::xml::{Piece, Tag, Xml, decoded};

/// What a form says.
#[derive(Default)]
pub(super) struct Form {
    /// Line by line: what it asks, with what was filled in.
    pub(super) all: String,
    /// What was filled in, each with the name of its field.
    pub(super) values: String,
}

/// The form of this kind that a file has; at most about so many bytes of it.
pub(super) fn read(root: &Dict<'_>, most: usize) -> Option<Form> {
    let form = root.get::<Dict<'_>>("AcroForm")?;
    let packets = packets(&form.get::<Object<'_>>("XFA")?);
    let mut data = Data::default();
    for packet in &packets {
        data.read(&mut Xml::new(packet), most);
    }
    let values = data.all();
    let mut reader = Reader {
        data,
        text: String::new(),
        group: None,
        most,
    };
    for packet in &packets {
        let mut xml = Xml::new(packet);
        while let Some(piece) = xml.next() {
            if matches!(piece, Piece::Open(tag) if tag.name == "template") {
                reader.template(&mut xml);
            }
        }
    }
    let mut all = reader.text;
    // Rows that the data has more of than the template.
    all.push_str(&reader.data.all());
    Some(Form { all, values })
}

/// The parts that are of use, as text; a form is one stream, or has one for each part.
fn packets(form: &Object<'_>) -> Vec<String> {
    let text = |part: &Stream<'_>| part.decoded().ok().map(|bytes| decoded(&bytes));
    match form {
        Object::Stream(whole) => text(whole).into_iter().collect(),
        Object::Array(parts) => {
            let parts: Vec<Object<'_>> = parts.iter::<Object<'_>>().collect();
            let parts = parts.chunks_exact(2).filter_map(|pair| match pair {
                [name, Object::Stream(part)] => {
                    let name = words::of_object(name)?;
                    matches!(&*name, "template" | "datasets").then(|| text(part))?
                }
                _ => None,
            });
            parts.collect()
        }
        _ => Vec::new(),
    }
}

/// What was filled in, by the names of fields, in its order.
#[derive(Default)]
struct Data {
    values: HashMap<String, VecDeque<(usize, String)>>,
    count: usize,
}

impl Data {
    fn read(&mut self, xml: &mut Xml<'_>, most: usize) {
        let mut size = 0;
        // Within `datasets` stands `data` alone; what describes it stands beside.
        while let Some(piece) = xml.next() {
            if !matches!(piece, Piece::Open(tag) if tag.name == "datasets") {
                continue;
            }
            let end = xml.depth();
            while let Some(piece) = xml.next() {
                match piece {
                    Piece::Open(tag) if tag.name == "data" => self.leaves(xml, most, &mut size),
                    Piece::Open(_) => xml.skip(),
                    Piece::Close(_) if xml.depth() < end => break,
                    _ => {}
                }
            }
        }
    }

    /// Only an element without others in it has a value of its own.
    fn leaves(&mut self, xml: &mut Xml<'_>, most: usize, size: &mut usize) {
        let end = xml.depth();
        let (mut name, mut said) = (None, String::new());
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) => (name, said) = (Some(tag.name), String::new()),
                Piece::Text(text) => said.push_str(&text),
                Piece::Close(closed) => {
                    let value = said.trim();
                    if name.take().is_some_and(|name| name == closed)
                        && !value.is_empty()
                        && *size < most
                    {
                        *size += value.len();
                        self.count += 1;
                        let of_name = self.values.entry(closed).or_default();
                        of_name.push_back((self.count, value.to_owned()));
                    }
                    said.clear();
                    if xml.depth() < end {
                        break;
                    }
                }
            }
        }
    }

    /// The next value of a field.
    fn take(&mut self, name: &str) -> Option<String> {
        let (_, value) = self.values.get_mut(name)?.pop_front()?;
        Some(value)
    }

    /// What is left of it, a line each.
    fn all(&self) -> String {
        let values = self.values.iter();
        let mut values: Vec<(usize, &str, &str)> = values
            .flat_map(|(name, values)| {
                let values = values.iter();
                values.map(move |(at, value)| (*at, name.as_str(), value.as_str()))
            })
            .collect();
        values.sort_unstable();
        let lines = values
            .iter()
            .map(|(_, name, value)| format!("{name}: {value}\n"));
        lines.collect()
    }
}

struct Reader {
    data: Data,
    text: String,
    /// What was chosen among the fields that are one question, and where they end.
    group: Option<(usize, Option<String>)>,
    most: usize,
}

impl Reader {
    fn template(&mut self, xml: &mut Xml<'_>) {
        let end = xml.depth();
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) if is_hidden(&tag) => xml.skip(),
                Piece::Open(tag) => match &*tag.name {
                    "draw" => {
                        let told = told(xml);
                        self.line(&told.value);
                    }
                    "field" => self.field(xml, &tag),
                    "exclGroup" => {
                        let chosen = tag.get("name").and_then(|name| self.data.take(name));
                        self.group = Some((xml.depth(), chosen));
                    }
                    "script" | "event" | "proto" | "variables" | "pageSet" | "calculate"
                    | "validate" | "desc" | "extras" => xml.skip(),
                    _ => {}
                },
                Piece::Close(_) => {
                    let depth = xml.depth();
                    if self
                        .group
                        .as_ref()
                        .is_some_and(|(within, _)| depth < *within)
                    {
                        self.group = None;
                    }
                    if depth < end {
                        break;
                    }
                }
                Piece::Text(_) => {}
            }
            if self.text.len() > self.most {
                break;
            }
        }
    }

    fn field(&mut self, xml: &mut Xml<'_>, tag: &Tag) {
        let name = tag.get("name").unwrap_or_default();
        let told = told(xml);
        let value = match &self.group {
            Some((_, chosen)) => chosen.clone(),
            None => self.data.take(name).or_else(|| {
                let own = told.value.clone();
                (!own.is_empty()).then_some(own)
            }),
        };
        match told.kind {
            Kind::Button | Kind::Password => {}
            Kind::Check => {
                let on = told.items.first().map_or("1", String::as_str);
                let mark = if value.as_deref() == Some(on) {
                    "[x]"
                } else {
                    "[ ]"
                };
                let caption = if told.caption.is_empty() {
                    name
                } else {
                    &told.caption
                };
                self.line(&format!("{mark} {caption}"));
            }
            Kind::Other => {
                let value = value.unwrap_or_default();
                let caption = told.caption.trim_end_matches(':');
                let caption = if caption.is_empty() && !value.is_empty() {
                    name
                } else {
                    caption
                };
                if !caption.is_empty() {
                    self.line(&format!("{caption}: {value}"));
                }
            }
        }
    }

    fn line(&mut self, words: &str) {
        let words = words.trim();
        if !words.is_empty() {
            self.text.push_str(words);
            self.text.push('\n');
        }
    }
}

fn is_hidden(tag: &Tag) -> bool {
    let presence = tag.get("presence");
    presence.is_some_and(|presence| matches!(presence, "hidden" | "invisible" | "inactive"))
}

#[derive(Default, PartialEq, Eq)]
enum Kind {
    Button,
    Check,
    Password,
    #[default]
    Other,
}

/// What a field or a text says of itself.
#[derive(Default)]
struct Told {
    caption: String,
    value: String,
    kind: Kind,
    /// What it may be set to; of a box to check, that it is.
    items: Vec<String>,
}

/// Reads to the end of the element that began last.
fn told(xml: &mut Xml<'_>) -> Told {
    let end = xml.depth();
    let mut told = Told::default();
    while let Some(piece) = xml.next() {
        match piece {
            Piece::Open(tag) => match &*tag.name {
                "caption" if is_hidden(&tag) => xml.skip(),
                "caption" => told.caption = said(xml),
                "value" => told.value = said(xml),
                "items" => {
                    let within = xml.depth();
                    while let Some(piece) = xml.next() {
                        match piece {
                            Piece::Open(_) => told.items.push(xml.text().trim().to_owned()),
                            Piece::Close(_) if xml.depth() < within => break,
                            _ => {}
                        }
                    }
                }
                "button" => told.kind = Kind::Button,
                "checkButton" => told.kind = Kind::Check,
                "passwordEdit" => told.kind = Kind::Password,
                "ui" => {}
                _ => xml.skip(),
            },
            Piece::Close(_) if xml.depth() < end => break,
            _ => {}
        }
    }
    told
}

/// The words of a value, which may be set as a page of the web is; on one line.
fn said(xml: &mut Xml<'_>) -> String {
    let end = xml.depth();
    let mut said = String::new();
    while let Some(piece) = xml.next() {
        match piece {
            Piece::Open(tag) if tag.is(&["font", "para", "margin", "border", "image"]) => {
                xml.skip();
            }
            Piece::Open(tag) if tag.is(&["p", "br", "li", "div"]) => said.push(' '),
            Piece::Text(text) => said.push_str(&text),
            Piece::Close(_) if xml.depth() < end => break,
            _ => {}
        }
    }
    let words: Vec<&str> = said.split_whitespace().collect();
    words.join(" ")
}
