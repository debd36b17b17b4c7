//! The text of a presentation (.pptx and its like; ECMA-376, part 1, 19): slide by slide under its title, with
//! what the speaker noted and what others remarked.
//!
//! What is drawn by a program of its own is read from its data: a diagram's words as a list, a chart as a table
//! (`charts`).

use std::collections::HashMap;

use super::archive::Archive;
use super::fault::Fault;
use super::office::{self, Relation};
use super::paper::{Aside, Block, Paper};
use super::remark::{self, Part};
use super::xml::{Piece, Tag, Xml};
use super::{Words, charts, word};

/// What stands on every slide alike, or is a picture of the slide, by the kinds of their places.
const AROUND: [&str; 5] = ["dt", "ftr", "hdr", "sldNum", "sldImg"];

pub(super) fn read(archive: &mut Archive, main: &str) -> Result<Words, Fault> {
    let text = archive.xml(main)?;
    let relations = office::relations(archive, main)?;
    let (mut xml, mut slides) = (Xml::new(&text), Vec::new());
    while let Some(piece) = xml.next() {
        let Piece::Open(tag) = piece else { continue };
        if tag.name == "sldId" {
            // Two attributes are called so but for their prefix; the one that relations know is meant.
            let known = |id: &str| relations.iter().find(|one| one.id == id);
            let found = tag.all("id").find_map(known);
            slides.extend(found.map(|one| one.target.clone()));
        }
    }
    let mut show = Show {
        authors: authors(archive, &relations)?,
        ..Show::default()
    };
    for slide in &slides {
        show.slide(archive, slide)?;
        if show.paper.is_full() {
            return Err(Fault::TooLong);
        }
    }
    if slides.is_empty() || show.missing == slides.len() as u64 {
        return Err(Fault::Damaged);
    }
    let mut remarks = office::left_out(archive, show.pictures);
    remarks.extend(remark::left_out([(Part::Pages, show.missing)]));
    Ok(Words {
        text: show.paper.finish(),
        remarks,
    })
}

/// Who remarked, by their numbers.
fn authors(
    archive: &mut Archive,
    relations: &[Relation],
) -> Result<HashMap<String, String>, Fault> {
    let mut authors = HashMap::new();
    for kind in ["commentAuthors", "authors"] {
        let Some(text) = office::optional(archive, relations, kind)? else {
            continue;
        };
        let mut xml = Xml::new(&text);
        while let Some(piece) = xml.next() {
            if let Piece::Open(tag) = piece
                && let (Some(id), Some(name)) = (tag.get("id"), tag.get("name"))
            {
                authors.insert(id.to_owned(), name.trim().to_owned());
            }
        }
    }
    Ok(authors)
}

#[derive(Default)]
struct Show {
    paper: Paper,
    authors: HashMap<String, String>,
    /// Slides so far, and those of them whose parts are gone.
    slides: u64,
    missing: u64,
    pictures: usize,
}

impl Show {
    fn slide(&mut self, archive: &mut Archive, part: &str) -> Result<(), Fault> {
        self.slides += 1;
        let number = self.slides;
        let text = match archive.xml(part) {
            Ok(text) => text,
            Err(Fault::TooMuch) => return Err(Fault::TooMuch),
            Err(_) => {
                self.missing += 1;
                return Ok(());
            }
        };
        let relations = office::relations(archive, part)?;
        let title = title(&text);
        self.paper.begin(Block::Heading(2));
        self.paper.words(&format!("Slide {number}"));
        if !title.is_empty() {
            self.paper.words(": ");
            self.paper.words(&title);
        }
        if is_hidden(&text) {
            self.paper.words(" (hidden)");
        }
        self.paper.end();
        self.shapes(archive, &text, &relations)?;
        if let Some(notes) = office::optional(archive, &relations, "notesSlide")? {
            let aside = Aside::Comment(format!("notes on slide {number}"));
            self.paper.begin_aside(aside);
            self.shapes(archive, &notes, &[])?;
            self.paper.end_aside();
        }
        for one in relations.iter().filter(|one| one.kind == "comments") {
            if let Some(comments) = archive.optional(&one.target)? {
                self.remarked(&comments, number);
            }
        }
        Ok(())
    }

    /// The text of the shapes of a slide, in their order.
    fn shapes(
        &mut self,
        archive: &mut Archive,
        text: &str,
        relations: &[Relation],
    ) -> Result<(), Fault> {
        let mut xml = Xml::new(text);
        let target = |tag: &Tag, key: &str| {
            let id = tag.get(key);
            relations.iter().find(|one| Some(&*one.id) == id)
        };
        let paper = &mut self.paper;
        // Within a number or a day that the program puts in, a shape that is passed over, a picture.
        let (mut in_field, mut passed_over, mut in_picture) = (false, false, false);
        let mut link: Option<(usize, Option<String>)> = None;
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) => match &*tag.name {
                    "ph" => {
                        let kind = tag.get("type").unwrap_or_default();
                        passed_over = AROUND.contains(&kind) || is_title(&tag);
                    }
                    "p" => paper.begin(Block::Plain),
                    "pPr" => {
                        let depth = tag
                            .get("lvl")
                            .and_then(|level| level.parse().ok())
                            .unwrap_or(0);
                        if depth > 0 {
                            paper.begin(Block::Item("-".to_owned(), depth - 1));
                        }
                    }
                    "r" => link = Some((paper.written(), None)),
                    "hlinkClick" => {
                        if let Some((_, address)) = &mut link {
                            let found = target(&tag, "id").filter(|one| one.is_outside);
                            *address = found.map(|one| one.target.clone());
                        }
                    }
                    "t" if !in_field && !passed_over => {
                        let words = xml.text();
                        paper.words(&words);
                    }
                    // The number of the slide, today's date.
                    "fld" => in_field = true,
                    "br" => paper.turn(),
                    "tab" => paper.words("\t"),
                    "oMath" => word::formula(&mut xml, paper),
                    "tbl" => paper.begin_table(),
                    "tc" => paper.begin_cell(),
                    "pic" => in_picture = true,
                    "cNvPr" if in_picture => {
                        let words = tag.get("descr").unwrap_or_default().trim();
                        if !words.is_empty() {
                            paper.begin(Block::Plain);
                            paper.words(&format!("[picture: {words}]"));
                            paper.end();
                        }
                    }
                    "blip" => self.pictures += 1,
                    "relIds" => {
                        if let Some(part) = target(&tag, "dm")
                            && let Some(data) = archive.optional(&part.target)?
                        {
                            diagram(&data, paper);
                        }
                    }
                    "chart" => {
                        if let Some(part) = target(&tag, "id")
                            && let Some(data) = archive.optional(&part.target)?
                        {
                            charts::write(&data, paper);
                        }
                    }
                    "Fallback" => xml.skip(),
                    _ => {}
                },
                Piece::Text(_) => {}
                Piece::Close(name) => match &*name {
                    "p" => paper.end(),
                    "r" => {
                        if let Some((begin, Some(address))) = link.take()
                            && paper.written() > begin
                            && !paper.ends_with(&address)
                        {
                            paper.words(&format!(" ({address})"));
                        }
                    }
                    "fld" => in_field = false,
                    "sp" => passed_over = false,
                    "pic" => in_picture = false,
                    "tc" => paper.end_cell(1),
                    "tr" => paper.end_row(),
                    "tbl" => paper.end_table(),
                    _ => {}
                },
            }
        }
        Ok(())
    }

    /// Comments on a slide, in the form of today or in that of before.
    fn remarked(&mut self, text: &str, slide: u64) {
        let mut xml = Xml::new(text);
        // In the order in which they begin: an answer to one stands within it, and before its words.
        let mut said: Vec<(String, String)> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) => match &*tag.name {
                    "cm" | "reply" => {
                        let by = tag.get("authorId").and_then(|id| self.authors.get(id));
                        open.push(said.len());
                        said.push((by.cloned().unwrap_or_default(), String::new()));
                    }
                    "text" | "t" => {
                        let words = xml.text();
                        if let Some((_, said)) = open.last().and_then(|at| said.get_mut(*at)) {
                            said.push_str(&words);
                        }
                    }
                    _ => {}
                },
                Piece::Close(name) if name == "cm" || name == "reply" => {
                    open.pop();
                }
                Piece::Close(name) if name == "p" => {
                    if let Some((_, said)) = open.last().and_then(|at| said.get_mut(*at)) {
                        said.push(' ');
                    }
                }
                _ => {}
            }
        }
        for (by, words) in said {
            let by = if by.is_empty() {
                String::new()
            } else {
                format!(" by {by}")
            };
            let mark = format!("comment on slide {slide}{by}");
            self.paper.begin_aside(Aside::Comment(mark));
            self.paper.words(words.trim());
            self.paper.end_aside();
        }
    }
}

fn is_title(place: &Tag) -> bool {
    matches!(place.get("type"), Some("title" | "ctrTitle"))
}

fn is_hidden(slide: &str) -> bool {
    let first = Xml::new(slide).next_open();
    first.is_some_and(|slide| slide.denies("show"))
}

/// What stands in the place of the title, wherever in the slide that is; on one line.
fn title(slide: &str) -> String {
    let mut xml = Xml::new(slide);
    let (mut is_its, mut said) = (false, String::new());
    while let Some(piece) = xml.next() {
        match piece {
            Piece::Open(tag) => match &*tag.name {
                "sp" => (is_its, said) = (false, String::new()),
                "ph" => is_its = is_title(&tag),
                "t" => said.push_str(&xml.text()),
                "br" => said.push(' '),
                _ => {}
            },
            Piece::Close(name) if name == "p" => said.push(' '),
            Piece::Close(name) if name == "sp" && is_its => {
                let words: Vec<&str> = said.split_whitespace().collect();
                return words.join(" ");
            }
            _ => {}
        }
    }
    String::new()
}

/// The words of a diagram, point by point.
fn diagram(data: &str, paper: &mut Paper) {
    let mut xml = Xml::new(data);
    let mut said = String::new();
    while let Some(piece) = xml.next() {
        match piece {
            Piece::Open(tag) if tag.name == "pt" => said.clear(),
            // What a point is called in the drawing, and its mark where it is empty.
            Piece::Open(tag) if tag.name == "prSet" => xml.skip(),
            // Its text has the name of the text within it.
            Piece::Open(tag) if tag.name == "r" => said.push_str(&xml.text()),
            Piece::Close(name) if name == "pt" => {
                let words: Vec<&str> = said.split_whitespace().collect();
                if !words.is_empty() {
                    paper.begin(Block::Item("-".to_owned(), 0));
                    paper.words(&words.join(" "));
                    paper.end();
                }
            }
            Piece::Close(name) if name == "p" => said.push(' '),
            _ => {}
        }
    }
}
