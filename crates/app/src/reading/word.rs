//! The text of a Word document (.docx and its like; ECMA-376, part 1, 17).
//!
//! As it would read with all changes accepted: what was deleted is out, what was inserted is in, and
//! what is hidden is out. Notes and comments stand at the end, each where its mark is in the text.

mod formula;
mod properties;
mod styles;

use std::collections::HashMap;

use super::archive::Archive;
use super::fault::Fault;
use super::office::{self, Relation};
use super::paper::{Aside, Block, Paper};
use super::xml::{Piece, Tag, Xml};
use super::{Words, remark};
pub(super) use formula::write as formula;
use properties::{Paragraph, checked, hidden, properties, rest_of_row, skipped, symbol};
pub(super) use styles::roman;
use styles::{Counters, Lists, Styles};

pub(super) fn read(archive: &mut Archive, main: &str) -> Result<Words, Fault> {
    let text = archive.xml(main)?;
    let relations = office::relations(archive, main)?;
    let part = |archive: &mut Archive, kind| office::optional(archive, &relations, kind);
    let styles = part(archive, "styles")?.map_or_else(Styles::default, |xml| Styles::of(&xml));
    let lists = part(archive, "numbering")?.map_or_else(Lists::default, |xml| Lists::of(&xml));
    let mut reader = Reader {
        relations: &relations,
        styles: &styles,
        lists: &lists,
        counters: Counters::default(),
        paper: Paper::default(),
        said: HashMap::new(),
        pictures: 0,
        hidden: 0,
        broken: false,
    };
    for (kind, element) in [
        ("footnotes", "footnote"),
        ("endnotes", "endnote"),
        ("comments", "comment"),
    ] {
        if let Some(xml) = part(archive, kind)? {
            reader.keep(kind, element, &xml);
        }
    }
    // What stands above every page, once; below it, at the end.
    let around = |archive: &mut Archive, reader: &mut Reader<'_>, kind: &str| {
        let mut said = Vec::new();
        for one in relations.iter().filter(|one| one.kind == kind) {
            let Ok(xml) = archive.xml(&one.target) else {
                continue;
            };
            let text = reader.apart(&xml, 0);
            if !text.is_empty() && !said.contains(&text) {
                said.push(text);
            }
        }
        said
    };
    let heads = around(archive, &mut reader, "header");
    let feet = around(archive, &mut reader, "footer");
    for head in heads {
        reader.paper.begin(Block::Plain);
        reader.paper.words(&head);
    }
    reader.paper.end();
    reader.body(&mut Xml::new(&text), 0);
    for foot in feet {
        reader.paper.begin(Block::Plain);
        reader.paper.words(&foot);
    }
    let mut remarks = office::left_out(archive, reader.pictures);
    remarks.extend(remark::left_out([(remark::Part::Parts, reader.hidden)]));
    Words::of(reader.paper, remarks, reader.broken)
}

struct Reader<'d> {
    relations: &'d [Relation],
    styles: &'d Styles,
    lists: &'d Lists,
    counters: Counters,
    paper: Paper,
    /// Notes and comments by kind and number.
    said: HashMap<(String, String), Said>,
    pictures: usize,
    hidden: u64,
    broken: bool,
}

struct Said {
    by: Option<String>,
    text: String,
}

impl Reader<'_> {
    /// Keeps the text of notes, which stand in a part of their own.
    fn keep(&mut self, kind: &str, element: &str, text: &str) {
        let mut xml = Xml::new(text);
        while let Some(piece) = xml.next() {
            let Piece::Open(tag) = piece else { continue };
            if tag.name != element {
                continue;
            }
            // The lines above notes are notes by their form.
            let is_note = tag.get("type").is_none_or(|kind| kind == "normal");
            let (id, by) = (tag.get("id").map(str::to_owned), tag.get("author"));
            let by = by.map(str::to_owned);
            let paper = std::mem::take(&mut self.paper);
            self.body(&mut xml, 0);
            let text = std::mem::replace(&mut self.paper, paper).finish();
            if let Some(id) = id.filter(|_| is_note) {
                self.said.insert((kind.to_owned(), id), Said { by, text });
            }
        }
    }

    /// The text of a part that is read by itself.
    fn apart(&mut self, text: &str, depth: usize) -> String {
        let paper = std::mem::take(&mut self.paper);
        self.body(&mut Xml::new(text), depth);
        std::mem::replace(&mut self.paper, paper).finish()
    }

    /// Reads to the end of the element that began last.
    fn body(&mut self, xml: &mut Xml<'_>, within: usize) {
        let end = xml.depth();
        // Deeper than people nest tables and boxes; each costs the stack some.
        if within > 100 {
            xml.skip();
            return;
        }
        let mut joined = false;
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) => match &*tag.name {
                    "p" => {
                        joined = self.paragraph(xml, joined, within);
                    }
                    "tbl" => {
                        self.paper.begin_table();
                        self.body(xml, within + 1);
                        self.paper.end_table();
                    }
                    "tr" => {
                        self.body(xml, within + 1);
                        self.paper.end_row();
                    }
                    "tc" => self.cell(xml, within),
                    "oMathPara" | "oMath" => formula(xml, &mut self.paper),
                    "Fallback" | "del" | "moveFrom" | "sectPr" | "tblPr" | "trPr" | "sdtPr" => {
                        // A row that was deleted is told by its properties.
                        let is_row = tag.name == "trPr";
                        if skipped(xml) && is_row {
                            rest_of_row(xml, end);
                            return;
                        }
                    }
                    _ => {}
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

    fn cell(&mut self, xml: &mut Xml<'_>, within: usize) {
        let mut columns = 1;
        self.paper.begin_cell();
        let end = xml.depth();
        let mut joined = false;
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) => match &*tag.name {
                    "tcPr" | "sdt" | "sdtContent" | "customXml" => {}
                    "gridSpan" => {
                        let told = tag.get("val").and_then(|value| value.parse().ok());
                        columns = told.unwrap_or(1);
                    }
                    "p" => joined = self.paragraph(xml, joined, within + 1),
                    "tbl" if within < 100 => {
                        self.paper.begin_table();
                        self.body(xml, within + 1);
                        self.paper.end_table();
                    }
                    _ => xml.skip(),
                },
                Piece::Close(_) if xml.depth() < end => break,
                _ => {}
            }
        }
        self.paper.end_cell(columns);
    }

    /// A paragraph; true where the next one belongs to it.
    fn paragraph(&mut self, xml: &mut Xml<'_>, joined: bool, within: usize) -> bool {
        let end = xml.depth();
        if within > 100 {
            xml.skip();
            return false;
        }
        let mut told = Paragraph::default();
        let mut begun = joined;
        let mut run = Run::default();
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) => {
                    if tag.name == "pPr" {
                        told = properties(xml);
                        continue;
                    }
                    if !begun {
                        self.begin(&told);
                        begun = true;
                    }
                    self.inline(xml, &tag, &mut run, within);
                }
                Piece::Text(_) => {}
                Piece::Close(_) if xml.depth() < end => break,
                Piece::Close(name) => {
                    if name == "r" {
                        run = Run {
                            links: run.links,
                            ..Run::default()
                        };
                    } else if name == "hyperlink"
                        && let Some((begin, address)) = run.links.pop()
                    {
                        self.paper.address(&address, begin);
                    }
                }
            }
            if self.paper.is_full() {
                break;
            }
        }
        if !begun {
            self.begin(&told);
        }
        if !told.joins {
            self.paper.end();
        }
        told.joins
    }

    fn begin(&mut self, told: &Paragraph) {
        let style = told.style.as_deref();
        let level = told.level.or_else(|| self.styles.level(style));
        let list = told.list.clone().or_else(|| self.styles.list(style));
        // A list of the number 0 is none.
        let list = list.filter(|(list, _)| list != "0");
        let mark = list.and_then(|(list, depth)| {
            let mark = self.counters.next(self.lists, &list, depth)?;
            Some((mark, depth))
        });
        match (level, mark) {
            (Some(level), mark) => {
                self.paper.begin(Block::Heading(level + 1));
                // A heading that is numbered shows its number, and a bullet says nothing there.
                if let Some((mark, _)) = mark.filter(|(mark, _)| mark != "-") {
                    self.paper.words(&mark);
                    self.paper.words(" ");
                }
            }
            (None, Some((mark, depth))) => self.paper.begin(Block::Item(mark, depth)),
            (None, None) if self.styles.is_quote(style) => self.paper.begin(Block::Quote),
            (None, None) => self.paper.begin(Block::Plain),
        }
    }

    fn inline(&mut self, xml: &mut Xml<'_>, tag: &Tag, run: &mut Run, within: usize) {
        match &*tag.name {
            "rPr" => run.hidden = hidden(xml),
            "t" => {
                let text = xml.text();
                if run.hidden {
                    self.hidden += 1;
                } else {
                    self.paper.words(&text);
                }
            }
            "tab" | "ptab" => self.paper.words("\t"),
            "br" | "cr" => {
                if tag.get("type").is_none_or(|kind| kind == "textWrapping") {
                    self.paper.turn();
                } else if self.paper.has_begun() {
                    self.paper.words("\n");
                }
            }
            "noBreakHyphen" => self.paper.words("-"),
            "sym" => {
                if let Some(letter) = symbol(tag) {
                    self.paper.words(&letter.to_string());
                }
            }
            "footnoteReference" => self.note("footnotes", tag, ""),
            "endnoteReference" => self.note("endnotes", tag, "e"),
            "commentReference" => self.comment(tag),
            "hyperlink" => {
                let id = tag.get("id");
                let found = self.relations.iter().find(|one| Some(&*one.id) == id);
                let address = found
                    .filter(|one| one.is_outside)
                    .map(|one| one.target.clone());
                run.links
                    .push((self.paper.written(), address.unwrap_or_default()));
            }
            "checkBox" => {
                let on = checked(xml);
                self.paper.words(if on { "[x] " } else { "[ ] " });
            }
            "oMath" => formula(xml, &mut self.paper),
            "blip" | "imagedata" => self.pictures += 1,
            "docPr" => {
                let words = tag.get("descr").unwrap_or_default().trim();
                if !words.is_empty() {
                    self.paper.words(&format!("[picture: {words}]"));
                }
            }
            "txbxContent" => {
                self.paper.begin_aside(Aside::Box);
                self.body(xml, within + 1);
                self.paper.end_aside();
            }
            // Shown twice over, deleted, a command instead of its result, how another letter sounds.
            "Fallback" | "del" | "moveFrom" | "delText" | "instrText" | "fldData" | "rt"
            | "sdtPr" | "textpath" => xml.skip(),
            _ => {}
        }
    }

    /// The mark of a note, and the note at the end.
    fn note(&mut self, kind: &str, tag: &Tag, letter: &str) {
        let Some(id) = tag.get("id") else { return };
        let Some(said) = self.said.remove(&(kind.to_owned(), id.to_owned())) else {
            return;
        };
        let number = self.counters.note(kind);
        let mark = format!("{letter}{number}");
        self.paper.words(&format!("[^{mark}]"));
        self.paper.begin_aside(Aside::Note(mark));
        self.paper.words(&said.text);
        self.paper.end_aside();
    }

    fn comment(&mut self, tag: &Tag) {
        let Some(id) = tag.get("id") else { return };
        let Some(said) = self.said.remove(&("comments".to_owned(), id.to_owned())) else {
            return;
        };
        let number = self.counters.note("comments");
        self.paper.words(&format!("[comment {number}]"));
        let by = said.by.filter(|by| !by.trim().is_empty());
        let by = by.map_or(String::new(), |by| format!(" by {}", by.trim()));
        self.paper
            .begin_aside(Aside::Comment(format!("comment {number}{by}")));
        self.paper.words(&said.text);
        self.paper.end_aside();
    }
}

/// What holds while a paragraph is read.
#[derive(Default)]
struct Run {
    hidden: bool,
    /// Links that are open: where their words begin, and where they lead.
    links: Vec<(usize, String)>,
}
