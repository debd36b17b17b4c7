//! The text of a web page, and of the chapters of a book, which are web pages.
//!
//! html5ever tells marks from words, as browsers do; what the marks mean for a reader is here. Nothing
//! is run, fetched or followed. What a page hides from people is hidden here too.

use std::cell::RefCell;

use encoding_rs::Encoding;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::fault::Fault;
use super::paper::{Block, Paper};
use super::remark::{self, Part};
use super::{Words, letters};

/// Where a page says what its letters are, it does so near its begin.
const HEAD: usize = 4096;

/// Lists, tables and hidden parts within one another.
const DEEPEST: usize = 500;

pub(super) fn read(bytes: &[u8]) -> Result<Words, Fault> {
    let (text, mut remarks) = if let Some(encoding) = declared(bytes) {
        (encoding.decode(bytes).0.into_owned(), Vec::new())
    } else {
        let read = letters::read(bytes, None).ok_or(Fault::Damaged)?;
        (read.text, read.remarks)
    };
    let mut page = Page::new(Paper::default());
    page.title_first = true;
    let page = page.read(&text);
    remarks.extend(remark::left_out([(Part::Pictures, page.pictures)]));
    Ok(Words {
        text: page.paper.finish(),
        remarks,
    })
}

/// The encoding that a page names: by its mark, or in its head.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return Some(encoding);
    }
    let head = &bytes[..bytes.len().min(HEAD)];
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let xml = head
        .trim_start()
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split("?>").next());
    let xml = xml.and_then(|told| told.split("encoding").nth(1));
    let meta = head.split("<meta").skip(1).find_map(|meta| {
        let meta = meta.split('>').next()?;
        Some(meta.split("charset").nth(1)?.to_owned())
    });
    let label = meta.as_deref().or(xml)?;
    let label = label.trim_start().strip_prefix('=')?;
    let label = label.trim_start_matches([' ', '"', '\'']);
    let end = label
        .find([' ', '"', '\'', ';', '/', '>'])
        .unwrap_or(label.len());
    match Encoding::for_label(&label.as_bytes()[..end])? {
        // Whoever can read that it is UTF-16 has read bytes of ASCII.
        wide if wide == encoding_rs::UTF_16LE || wide == encoding_rs::UTF_16BE => None,
        encoding => Some(encoding),
    }
}

/// A list that is open: the number of its next item, or none where it has bullets.
struct List {
    number: Option<i64>,
}

/// A page while it is read.
pub(super) struct Page {
    pub(super) paper: Paper,
    pub(super) pictures: u64,
    /// Its title stands before its text.
    pub(super) title_first: bool,
    title: String,
    /// What is open of these: elements that hide all in them, by name.
    hidden: Vec<String>,
    in_title: bool,
    lists: Vec<List>,
    /// For each table whether a cell of it is open, and over how many columns.
    cells: Vec<Option<usize>>,
    kept: usize,
    quoted: usize,
    heading: bool,
}

impl Page {
    pub(super) fn new(paper: Paper) -> Self {
        Self {
            paper,
            pictures: 0,
            title_first: false,
            title: String::new(),
            hidden: Vec::new(),
            in_title: false,
            lists: Vec::new(),
            cells: Vec::new(),
            kept: 0,
            quoted: 0,
            heading: false,
        }
    }

    /// Reads a page, and ends what it left open.
    pub(super) fn read(self, text: &str) -> Self {
        let sink = Sink(RefCell::new(self));
        let tokenizer = Tokenizer::new(sink, TokenizerOpts::default());
        let input = BufferQueue::default();
        // In pieces: the tokenizer keeps a piece for as long as words of it are held.
        for piece in pieces(text, 64 << 10) {
            input.push_back(StrTendril::from(piece));
            let _ = tokenizer.feed(&input);
            if tokenizer.sink.0.borrow().paper.is_full() {
                break;
            }
        }
        tokenizer.end();
        let mut page = tokenizer.sink.0.into_inner();
        while !page.cells.is_empty() {
            page.end_table();
        }
        page.paper.end();
        page
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        if tag.kind == TagKind::EndTag {
            self.close(name);
            return TokenSinkResult::Continue;
        }
        self.open(name, tag);
        match name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                TokenSinkResult::RawData(RawKind::Rawtext)
            }
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            "plaintext" => TokenSinkResult::Plaintext,
            _ => TokenSinkResult::Continue,
        }
    }

    #[expect(clippy::too_many_lines, reason = "one line for each kind of mark")]
    fn open(&mut self, name: &str, tag: &Tag) {
        let get = |key: &str| {
            let found = tag
                .attrs
                .iter()
                .find(|attribute| *attribute.name.local == *key);
            found.map(|attribute| &*attribute.value)
        };
        let has_end = !tag.self_closing && !is_void(name);
        if let Some(outer) = self.hidden.last() {
            // Of what is hidden, only its own end shows it again.
            if outer == name && has_end && self.hidden.len() < DEEPEST {
                self.hidden.push(name.to_owned());
            }
            return;
        }
        let style = get("style")
            .unwrap_or_default()
            .to_ascii_lowercase()
            .replace(' ', "");
        let unseen = get("hidden").is_some()
            || style.contains("display:none")
            || style.contains("visibility:hidden")
            || matches!(
                name,
                "script"
                    | "style"
                    | "template"
                    | "noembed"
                    | "noframes"
                    | "iframe"
                    | "rp"
                    | "rt"
                    | "datalist"
                    | "object"
                    | "canvas"
                    | "video"
                    | "audio"
                    | "svg"
            );
        if unseen && name != "body" {
            if name == "svg" {
                self.pictures += 1;
            }
            if has_end {
                self.hidden.push(name.to_owned());
            }
            return;
        }
        match name {
            "title" => self.in_title = has_end,
            "body" => self.say_title(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.say_title();
                self.heading = true;
                let level = name[1..].parse().unwrap_or(1);
                self.paper.begin(Block::Heading(level));
            }
            "br" => self.paper.turn(),
            "hr" => self.paper.end(),
            "ul" | "menu" | "dir" => self.list(None),
            "ol" => {
                let start = get("start").and_then(|start| start.trim().parse().ok());
                self.list(Some(start.unwrap_or(1)));
            }
            "li" => self.item(get("value").and_then(|value| value.trim().parse().ok())),
            "dt" => self.paper.begin(Block::Plain),
            "dd" => self.paper.begin(Block::Item(":".to_owned(), 0)),
            "blockquote" => {
                self.quoted += 1;
                self.block();
            }
            "pre" | "textarea" | "xmp" | "plaintext" => {
                self.kept += 1;
                self.paper.begin(Block::Code);
            }
            "table" if self.cells.len() < DEEPEST => {
                self.cells.push(None);
                self.paper.begin_table();
            }
            "tr" => self.end_row(),
            "td" | "th" => self.cell(get("colspan")),
            "img" | "image" | "picture" => {
                if name != "picture" {
                    self.pictures += 1;
                }
                let words = get("alt").unwrap_or_default().trim().to_owned();
                if !words.is_empty() {
                    self.paper.words(&format!("[picture: {words}]"));
                }
            }
            "input" => match get("type").unwrap_or("text") {
                "checkbox" | "radio" => {
                    let on = get("checked").is_some();
                    self.paper.words(if on { "[x] " } else { "[ ] " });
                }
                "hidden" | "password" | "submit" | "button" | "image" | "reset" => {}
                _ => {
                    let value = get("value").unwrap_or_default().to_owned();
                    self.paper.loose_words(&value);
                }
            },
            "sup" => self.paper.words("^"),
            "math" | "mfrac" | "msup" | "msub" => {}
            _ if is_block(name) => self.block(),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if let Some(outer) = self.hidden.last() {
            if outer == name {
                self.hidden.pop();
            }
            return;
        }
        match name {
            "title" => self.in_title = false,
            "head" => self.say_title(),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.heading = false;
                self.paper.end();
            }
            "ul" | "ol" | "menu" | "dir" => {
                self.paper.end();
                self.lists.pop();
            }
            "blockquote" => {
                self.paper.end();
                self.quoted = self.quoted.saturating_sub(1);
            }
            "pre" | "textarea" | "xmp" => {
                self.kept = self.kept.saturating_sub(1);
                self.paper.end();
            }
            "table" => self.end_table(),
            "tr" => self.end_row(),
            "td" | "th" => self.end_cell(),
            "option" => self.paper.words(" "),
            _ if is_block(name) || matches!(name, "li" | "dt" | "dd") => self.paper.end(),
            _ => {}
        }
    }

    fn words(&mut self, words: &str) {
        if !self.hidden.is_empty() {
            return;
        }
        if self.in_title {
            self.title.push_str(words);
        } else if self.kept > 0 {
            self.paper.words(words);
        } else {
            self.paper.loose_words(words);
        }
    }

    fn say_title(&mut self) {
        self.in_title = false;
        let title = std::mem::take(&mut self.title);
        let title: Vec<&str> = title.split_whitespace().collect();
        if self.title_first && !title.is_empty() {
            self.paper.begin(Block::Heading(1));
            self.paper.words(&title.join(" "));
            self.paper.end();
        }
    }

    /// A paragraph, in whatever it stands.
    fn block(&mut self) {
        // One that stands in an item or a heading is its text.
        if !self.paper.has_begun() && (self.heading || self.paper.is_in_item()) {
            return;
        }
        self.paper.begin(if self.kept > 0 {
            Block::Code
        } else if self.quoted > 0 {
            Block::Quote
        } else {
            Block::Plain
        });
    }

    fn list(&mut self, number: Option<i64>) {
        self.paper.end();
        if self.lists.len() < DEEPEST {
            self.lists.push(List { number });
        }
    }

    fn item(&mut self, value: Option<i64>) {
        let depth = self.lists.len().saturating_sub(1);
        let mark = match self.lists.last_mut().and_then(|list| list.number.as_mut()) {
            Some(number) => {
                let now = value.unwrap_or(*number);
                *number = now.saturating_add(1);
                format!("{now}.")
            }
            None => "-".to_owned(),
        };
        self.paper.begin(Block::Item(mark, depth));
    }

    fn cell(&mut self, columns: Option<&str>) {
        self.end_cell();
        let columns = columns.and_then(|columns| columns.trim().parse().ok());
        if let Some(cell) = self.cells.last_mut() {
            *cell = Some(columns.unwrap_or(1).clamp(1, 1000));
            self.paper.begin_cell();
        } else {
            self.paper.begin(Block::Plain);
        }
    }

    fn end_cell(&mut self) {
        if let Some(columns) = self.cells.last_mut().and_then(Option::take) {
            self.paper.end_cell(columns);
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        self.paper.end_row();
    }

    fn end_table(&mut self) {
        if !self.cells.is_empty() {
            self.end_cell();
            self.cells.pop();
            self.paper.end_table();
        }
    }
}

/// Takes what the tokenizer says.
struct Sink(RefCell<Page>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => page.tag(&tag),
            Token::CharacterTokens(words) => {
                page.words(&words);
                TokenSinkResult::Continue
            }
            _ => TokenSinkResult::Continue,
        }
    }
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "image"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
            | "wbr"
            | "param"
    )
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "section"
            | "article"
            | "header"
            | "footer"
            | "main"
            | "nav"
            | "aside"
            | "address"
            | "figure"
            | "figcaption"
            | "form"
            | "fieldset"
            | "legend"
            | "details"
            | "summary"
            | "center"
            | "dl"
            | "caption"
            | "body"
            | "html"
            | "hgroup"
            | "dialog"
            | "optgroup"
            | "select"
    )
}

/// Pieces of a text, about so many bytes each.
fn pieces(text: &str, size: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = size.min(rest.len());
        while !rest.is_char_boundary(end) {
            end += 1;
        }
        let (piece, more) = rest.split_at(end);
        rest = more;
        Some(piece)
    })
}
