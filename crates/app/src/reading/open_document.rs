//! The text of an OpenDocument file (.odt, .ods, .odp and their like; ODF 1.2 and 1.3), from its archive or
//! from its one XML file.
//!
//! A workbook's cells are read as they are shown, since the file says that itself.

use std::collections::HashMap;

use super::Words;
use super::archive::Archive;
use super::fault::Fault;
use super::paper::{Aside, Block, Paper};
use super::remark::{self, Part, Remark};
use super::xml::{Piece, Tag, Xml};

/// A row or a cell that is written once and stands for many is repeated this often at most.
const MOST_REPEATED: usize = 1000;

/// Elements that hold their own kind, which each cost the stack some.
const DEEPEST: usize = 100;

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
    let macros = archive.count("Basic/", ".xml");
    for (what, count) in [
        (Part::Documents, objects.count() as u64),
        (Part::Macros, macros),
    ] {
        if count > 0 {
            words.remarks.push(Remark::LeftOut { what, count });
        }
    }
    Ok(words)
}

/// The same from one XML file; the styles of a file of its own go before.
pub(super) fn read_xml(content: &str, styles: &str) -> Result<Words, Fault> {
    let mut reader = Reader {
        paper: Paper::default(),
        styles: Styles::default(),
        lists: Vec::new(),
        pictures: 0,
        notes: 0,
        comments: 0,
        late_marks: Vec::new(),
        is_book: false,
        broken: false,
    };
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

#[derive(Default)]
struct Styles {
    /// The formats of the levels of lists; none where a level has a bullet.
    lists: HashMap<String, Vec<Option<Numbered>>>,
    /// Styles of text that is hidden.
    hidden: Vec<String>,
    /// Display names, lists and parents of styles of paragraphs.
    quotes: Vec<String>,
    /// Tables that are not shown.
    hidden_tables: Vec<String>,
}

#[derive(Clone)]
struct Numbered {
    format: String,
    before: String,
    behind: String,
    start: u32,
}

impl Styles {
    fn read(&mut self, text: &str) {
        let mut xml = Xml::new(text);
        let (mut list, mut style) = (None::<String>, None::<String>);
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) => match &*tag.name {
                    "body" => return,
                    "list-style" => list = tag.get("name").map(str::to_owned),
                    "list-level-style-bullet" | "list-level-style-image" => {
                        self.level(list.as_ref(), &tag, None);
                    }
                    "list-level-style-number" => {
                        let own = |name: &str| tag.get(name).unwrap_or_default().to_owned();
                        let start = tag.get("start-value").and_then(|start| start.parse().ok());
                        let numbered = Numbered {
                            format: own("num-format"),
                            before: own("num-prefix"),
                            behind: own("num-suffix"),
                            start: start.unwrap_or(1),
                        };
                        self.level(list.as_ref(), &tag, Some(numbered));
                    }
                    "style" => {
                        style = tag.get("name").map(str::to_owned);
                        let parent = tag.get("parent-style-name");
                        let is_quote = |name: &str| name == "Quotations" || name == "Quote";
                        if let Some(name) = &style
                            && (is_quote(name) || parent.is_some_and(is_quote))
                        {
                            self.quotes.push(name.clone());
                        }
                    }
                    "text-properties" if tag.get("display") == Some("none") => {
                        self.hidden.extend(style.clone());
                    }
                    "table-properties" if tag.get("display") == Some("false") => {
                        self.hidden_tables.extend(style.clone());
                    }
                    _ => {}
                },
                Piece::Close(name) if name == "list-style" => list = None,
                Piece::Close(name) if name == "style" => style = None,
                _ => {}
            }
        }
    }

    fn level(&mut self, list: Option<&String>, tag: &Tag, numbered: Option<Numbered>) {
        let level: Option<usize> = tag.get("level").and_then(|level| level.parse().ok());
        if let (Some(list), Some(level @ 1..=10)) = (list, level) {
            let levels = self.lists.entry(list.clone()).or_default();
            levels.resize(levels.len().max(level), None);
            levels[level - 1] = numbered;
        }
    }
}

/// A list that is open.
struct List {
    style: Option<String>,
    count: Option<u32>,
    /// The mark of its item, until that is written.
    mark: Option<String>,
}

struct Reader {
    paper: Paper,
    styles: Styles,
    lists: Vec<List>,
    pictures: u64,
    notes: u64,
    comments: u64,
    late_marks: Vec<String>,
    /// Its tables are sheets, which have names.
    is_book: bool,
    broken: bool,
}

impl Reader {
    /// Reads to the end of the element that began last.
    fn blocks(&mut self, xml: &mut Xml<'_>, within: usize) {
        let end = xml.depth();
        if within > DEEPEST {
            xml.skip();
            return;
        }
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) => match &*tag.name {
                    "h" => {
                        let level = tag
                            .get("outline-level")
                            .and_then(|level| level.parse().ok());
                        self.paper.begin(Block::Heading(level.unwrap_or(1)));
                        self.inline(xml, within + 1);
                        self.paper.end();
                    }
                    "p" => {
                        self.begin(&tag);
                        self.inline(xml, within + 1);
                        for mark in std::mem::take(&mut self.late_marks) {
                            self.paper.words(&mark);
                        }
                        self.paper.end();
                    }
                    "list" => self.list(xml, &tag, within),
                    "table" => self.table(xml, &tag, within),
                    "spreadsheet" => self.is_book = true,
                    // Of a cell: it stands before its words, and its mark behind them.
                    "annotation" => {
                        let mark = self.comment(xml, within);
                        self.late_marks.extend(mark);
                    }
                    "page" => {
                        // A slide.
                        let name = tag.get("name").unwrap_or_default();
                        self.paper.begin(Block::Heading(2));
                        self.paper.words(name);
                        self.paper.end();
                    }
                    "tracked-changes"
                    | "forms"
                    | "event-listeners"
                    | "settings"
                    | "thumbnail"
                    | "table-of-content-source"
                    | "alphabetical-index-source"
                    | "label-ranges"
                    | "content-validations"
                    | "database-ranges"
                    | "named-expressions"
                    | "calculation-settings" => xml.skip(),
                    _ => self.drawn(xml, &tag),
                },
                Piece::Close(_) if xml.depth() < end => break,
                Piece::Text(_) | Piece::Close(_) => {}
            }
            if self.paper.is_full() {
                break;
            }
        }
        self.broken |= xml.broken;
    }

    fn begin(&mut self, tag: &Tag) {
        let depth = self.lists.len();
        if let Some(list) = self.lists.last_mut()
            && let Some(mark) = list.mark.take()
        {
            self.paper.begin(Block::Item(mark, depth - 1));
            return;
        }
        let quote = tag
            .get("style-name")
            .is_some_and(|style| self.styles.quotes.iter().any(|quote| quote == style));
        self.paper
            .begin(if quote { Block::Quote } else { Block::Plain });
    }

    fn list(&mut self, xml: &mut Xml<'_>, tag: &Tag, within: usize) {
        let above = self.lists.last().and_then(|list| list.style.clone());
        self.lists.push(List {
            style: tag.get("style-name").map(str::to_owned).or(above),
            count: None,
            mark: None,
        });
        let end = xml.depth();
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) if tag.is(&["list-item", "list-header"]) => {
                    let start = tag.get("start-value").and_then(|start| start.parse().ok());
                    self.item(start, tag.name == "list-header");
                    self.blocks(xml, within + 1);
                }
                Piece::Close(_) if xml.depth() < end => break,
                _ => {}
            }
        }
        self.lists.pop();
    }

    fn item(&mut self, start: Option<u32>, is_header: bool) {
        let depth = self.lists.len();
        let Some(list) = self.lists.last_mut() else {
            return;
        };
        if is_header {
            list.mark = None;
            return;
        }
        let levels = list
            .style
            .as_ref()
            .and_then(|style| self.styles.lists.get(style));
        let numbered = levels.and_then(|levels| levels.get(depth - 1)?.as_ref());
        let first = numbered.map_or(1, |numbered| numbered.start);
        let count =
            start.unwrap_or_else(|| list.count.map_or(first, |count| count.saturating_add(1)));
        list.count = Some(count);
        list.mark = Some(match numbered {
            Some(Numbered {
                format,
                before,
                behind,
                ..
            }) if !format.is_empty() => {
                format!("{before}{}{behind}", counted(count, format))
            }
            _ => "-".to_owned(),
        });
    }

    fn table(&mut self, xml: &mut Xml<'_>, tag: &Tag, within: usize) {
        let style = tag.get("style-name").unwrap_or_default();
        let is_sheet = self.is_book && !self.paper.is_in_table();
        if is_sheet && let Some(name) = tag.get("name") {
            let hidden = self
                .styles
                .hidden_tables
                .iter()
                .any(|hidden| hidden == style);
            self.paper.begin(Block::Heading(2));
            self.paper.words(name);
            self.paper.words(if hidden { " (hidden)" } else { "" });
            self.paper.end();
        }
        self.paper.begin_table();
        let end = xml.depth();
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) => match &*tag.name {
                    "table-row" => self.row(xml, &tag, within),
                    "table-header-rows" | "table-rows" | "table-row-group" | "table-columns" => {}
                    _ => xml.skip(),
                },
                Piece::Close(_) if xml.depth() < end => break,
                _ => {}
            }
            if self.paper.is_full() {
                break;
            }
        }
        self.paper.end_table();
    }

    fn row(&mut self, xml: &mut Xml<'_>, tag: &Tag, within: usize) {
        let repeated = repeated(tag, "number-rows-repeated");
        let end = xml.depth();
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) if tag.is(&["table-cell", "covered-table-cell"]) => {
                    let times = repeated_cells(&tag);
                    self.paper.begin_cell();
                    self.blocks(xml, within + 1);
                    self.paper.end_cell(1);
                    self.paper.repeat_cell(times - 1);
                }
                Piece::Open(_) => xml.skip(),
                Piece::Close(_) if xml.depth() < end => break,
                _ => {}
            }
            if self.paper.is_full() {
                break;
            }
        }
        self.paper.end_row();
        self.paper.repeat_row(repeated - 1);
    }

    fn inline(&mut self, xml: &mut Xml<'_>, within: usize) {
        let end = xml.depth();
        if within > DEEPEST {
            xml.skip();
            return;
        }
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Text(text) => self.paper.loose_words(&text),
                Piece::Open(tag) => match &*tag.name {
                    "s" => {
                        let count = tag.get("c").and_then(|count| count.parse().ok());
                        self.paper.words(&" ".repeat(count.unwrap_or(1).min(200)));
                    }
                    "tab" => self.paper.words("\t"),
                    "line-break" => self.paper.turn(),
                    "span" | "a" => {
                        let style = tag.get("style-name").unwrap_or_default();
                        if self.styles.hidden.iter().any(|hidden| hidden == style) {
                            xml.skip();
                            continue;
                        }
                        let begin = self.paper.written();
                        let address = (tag.name == "a").then(|| tag.get("href").map(str::to_owned));
                        self.inline(xml, within + 1);
                        if let Some(address) = address.flatten() {
                            self.address(&address, begin);
                        }
                    }
                    "note" => self.note(xml, within),
                    "annotation" => {
                        if let Some(mark) = self.comment(xml, within) {
                            self.paper.words(&mark);
                        }
                    }
                    "ruby-text" | "event-listeners" | "hidden-text" | "hidden-paragraph"
                    | "annotation-end" => xml.skip(),
                    _ => self.drawn(xml, &tag),
                },
                Piece::Close(name) => {
                    if xml.depth() < end {
                        break;
                    }
                    if name == "text-box" {
                        self.paper.end_aside();
                    }
                }
            }
            if self.paper.is_full() {
                break;
            }
        }
        self.broken |= xml.broken;
    }

    /// What is drawn: a picture is counted, its description is read, and a box of text is.
    fn drawn(&mut self, xml: &mut Xml<'_>, tag: &Tag) {
        match &*tag.name {
            "image" => {
                self.pictures += 1;
                xml.skip();
            }
            // Of a picture; the title of a document stands elsewhere.
            "desc" => {
                let words = xml.text();
                if !words.trim().is_empty() {
                    self.paper.words(&format!("[picture: {}]", words.trim()));
                }
            }
            "title" | "binary-data" | "math" => xml.skip(),
            "text-box" => {
                self.paper.begin_aside(Aside::Box);
                self.blocks(xml, 1);
                self.paper.end_aside();
            }
            _ => {}
        }
    }

    fn note(&mut self, xml: &mut Xml<'_>, within: usize) {
        self.notes += 1;
        let mark = self.notes.to_string();
        self.paper.words(&format!("[^{mark}]"));
        self.paper.begin_aside(Aside::Note(mark));
        let end = xml.depth();
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) if tag.name == "note-body" => self.blocks(xml, within + 1),
                Piece::Open(_) => xml.skip(),
                Piece::Close(_) if xml.depth() < end => break,
                _ => {}
            }
        }
        self.paper.end_aside();
    }

    /// Keeps a comment for the end; its mark.
    fn comment(&mut self, xml: &mut Xml<'_>, within: usize) -> Option<String> {
        let end = xml.depth();
        let mut by = String::new();
        self.comments += 1;
        let number = self.comments;
        let paper = std::mem::take(&mut self.paper);
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) if tag.name == "creator" => by = xml.text(),
                Piece::Open(tag) if tag.is(&["p", "list"]) => {
                    self.paper.begin(Block::Plain);
                    self.inline(xml, within + 1);
                    self.paper.end();
                }
                Piece::Open(_) => xml.skip(),
                Piece::Close(_) if xml.depth() < end => break,
                _ => {}
            }
        }
        let said = std::mem::replace(&mut self.paper, paper).finish();
        if said.is_empty() {
            return None;
        }
        let by = by.trim();
        let by = if by.is_empty() {
            String::new()
        } else {
            format!(" by {by}")
        };
        self.paper
            .begin_aside(Aside::Comment(format!("comment {number}{by}")));
        self.paper.words(&said);
        self.paper.end_aside();
        Some(format!("[comment {number}]"))
    }

    fn address(&mut self, address: &str, begin: usize) {
        let leads = ["http://", "https://", "mailto:"];
        if leads.iter().any(|lead| address.starts_with(lead))
            && self.paper.written() > begin
            && !self.paper.ends_with(address.trim_start_matches("mailto:"))
        {
            self.paper.words(&format!(" ({address})"));
        }
    }
}

/// How often a row or a cell stands there.
fn repeated(tag: &Tag, name: &str) -> usize {
    let times = tag.get(name).and_then(|times| times.parse().ok());
    times.unwrap_or(1).clamp(1, MOST_REPEATED)
}

fn repeated_cells(tag: &Tag) -> usize {
    repeated(tag, "number-columns-repeated")
}

fn counted(count: u32, format: &str) -> String {
    match format {
        "a" | "A" => {
            let first = u32::from(format.as_bytes()[0]);
            let letter = char::from_u32(first + (count.max(1) - 1) % 26).unwrap_or('?');
            letter.to_string()
        }
        "i" => super::word::roman(count).to_lowercase(),
        "I" => super::word::roman(count),
        _ => count.to_string(),
    }
}
