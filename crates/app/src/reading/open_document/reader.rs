//! The blocks of an OpenDocument file: paragraphs, headings, lists, slides, and what is drawn on them.

use super::styles::Styles;
use crate::reading::paper::{Aside, Block, Paper};
use crate::reading::xml::{Piece, Tag, Xml};

/// Elements that hold their own kind, which each cost the stack some.
const DEEPEST: usize = 100;

/// A list that is open.
struct List {
    style: Option<String>,
    count: Option<u32>,
    /// The mark of its item, until that is written.
    mark: Option<String>,
}

#[derive(Default)]
pub(super) struct Reader {
    pub(super) paper: Paper,
    pub(super) styles: Styles,
    lists: Vec<List>,
    pub(super) pictures: u64,
    pub(super) notes: u64,
    pub(super) comments: u64,
    /// Marks of the comments at a cell, which stand behind its words.
    late_marks: Vec<String>,
    /// Its tables are sheets, which have names.
    pub(super) is_book: bool,
    /// Its pages are slides.
    is_show: bool,
    /// Slides, or pages of a drawing, so far.
    pub(super) pages: u64,
    /// Changes that took words out which some files leave where they were; and the one that is read now.
    taken_out: Vec<String>,
    within_taken_out: Option<String>,
    pub(super) broken: bool,
}

impl Reader {
    /// Reads to the end of the element that began last.
    pub(super) fn blocks(&mut self, xml: &mut Xml<'_>, within: usize) {
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
                    "presentation" => self.is_show = true,
                    "page" => self.page(&tag),
                    "notes" => self.speaker_notes(xml, within),
                    "tracked-changes" => self.changes(xml),
                    "forms"
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
                    _ => self.drawn(xml, &tag, within),
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

    /// Notes which changes took words out.
    fn changes(&mut self, xml: &mut Xml<'_>) {
        let end = xml.depth();
        let mut id = None;
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) if tag.name == "changed-region" => {
                    id = tag.get("id").map(str::to_owned);
                }
                Piece::Open(tag) => {
                    if tag.name == "deletion" {
                        self.taken_out.extend(id.take());
                    }
                    xml.skip();
                }
                Piece::Close(_) if xml.depth() < end => break,
                _ => {}
            }
        }
    }

    /// Begins a slide, or a page of a drawing. What its program calls it says nothing; what a person does may.
    fn page(&mut self, tag: &Tag) {
        self.pages += 1;
        let noun = if self.is_show { "Slide" } else { "Page" };
        let name = tag.get("name").unwrap_or_default().trim();
        let rest = name.trim_end_matches(|sign: char| sign.is_ascii_digit());
        let is_given = rest == name || rest.contains(' ') && !rest.starts_with(noun);
        self.paper.begin(Block::Heading(2));
        self.paper.words(&format!("{noun} {}", self.pages));
        if is_given && !name.is_empty() {
            self.paper.words(": ");
            self.paper.words(name);
        }
        if self.styles.hides(tag) {
            self.paper.words(" (hidden)");
        }
        self.paper.end();
    }

    fn begin(&mut self, tag: &Tag) {
        let depth = self.lists.len();
        if let Some(list) = self.lists.last_mut()
            && let Some(mark) = list.mark.take()
        {
            self.paper.begin(Block::Item(mark, depth - 1));
            return;
        }
        let quote = self.styles.is_quote(tag);
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
        let numbered = self.styles.numbered(list.style.as_deref(), depth);
        let first = numbered.map_or(1, |numbered| numbered.start);
        let count =
            start.unwrap_or_else(|| list.count.map_or(first, |count| count.saturating_add(1)));
        list.count = Some(count);
        list.mark = Some(numbered.map_or_else(|| "-".to_owned(), |numbered| numbered.mark(count)));
    }

    pub(super) fn inline(&mut self, xml: &mut Xml<'_>, within: usize) {
        let end = xml.depth();
        if within > DEEPEST {
            xml.skip();
            return;
        }
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Text(_) if self.within_taken_out.is_some() => {}
                Piece::Text(text) => self.paper.loose_words(&text),
                Piece::Open(tag) if tag.name == "change-start" => {
                    let id = tag.get("change-id").map(str::to_owned);
                    let id = id.filter(|id| self.taken_out.contains(id));
                    self.within_taken_out = id.or(self.within_taken_out.take());
                }
                Piece::Open(tag) if tag.name == "change-end" => {
                    if self.within_taken_out.as_deref() == tag.get("change-id") {
                        self.within_taken_out = None;
                    }
                }
                Piece::Open(tag) => match &*tag.name {
                    "s" => {
                        let count = tag.get("c").and_then(|count| count.parse().ok());
                        self.paper.words(&" ".repeat(count.unwrap_or(1).min(200)));
                    }
                    "tab" => self.paper.words("\t"),
                    "line-break" => self.paper.turn(),
                    "span" | "a" => {
                        if self.styles.hides(&tag) {
                            xml.skip();
                            continue;
                        }
                        let begin = self.paper.written();
                        let address = (tag.name == "a").then(|| tag.get("href").map(str::to_owned));
                        self.inline(xml, within + 1);
                        if let Some(address) = address.flatten() {
                            self.paper.address(&address, begin);
                        }
                    }
                    "note" => self.note(xml, within),
                    "annotation" => {
                        if let Some(mark) = self.comment(xml, within) {
                            self.paper.words(&mark);
                        }
                    }
                    // Of a slide it is the place where the number will be.
                    "page-number" if self.is_show => xml.skip(),
                    "ruby-text" | "event-listeners" | "hidden-text" | "hidden-paragraph"
                    | "annotation-end" => xml.skip(),
                    _ => self.drawn(xml, &tag, within),
                },
                Piece::Close(_) if xml.depth() < end => break,
                Piece::Close(_) => {}
            }
            if self.paper.is_full() {
                break;
            }
        }
        self.broken |= xml.broken;
    }

    /// What is drawn: a picture is counted, its description is read, and a box of text is.
    fn drawn(&mut self, xml: &mut Xml<'_>, tag: &Tag, within: usize) {
        match &*tag.name {
            // The same on every slide: its number, the day, a footer.
            "frame"
                if tag.get("class").is_some_and(|class| {
                    matches!(class, "page-number" | "date-time" | "footer" | "header")
                }) =>
            {
                xml.skip();
            }
            // How a table looks, for programs that cannot draw one.
            "image"
                if tag
                    .get("href")
                    .is_some_and(|href| href.contains("TablePreview")) =>
            {
                xml.skip();
            }
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
            // A chart or a formula is a document of its own.
            "title" | "binary-data" | "math" | "object" => xml.skip(),
            "text-box" => {
                self.paper.begin_aside(Aside::Box);
                self.blocks(xml, within + 1);
                self.paper.end_aside();
            }
            _ => {}
        }
    }
}
