//! The text of a presentation (.pptx and its like; ECMA-376, part 1, 19): slide by slide, with what the
//! speaker noted.

use super::Words;
use super::archive::Archive;
use super::fault::Fault;
use super::office::{self, Relation};
use super::paper::{Aside, Block, Paper};
use super::xml::{Piece, Xml};

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
    let mut paper = Paper::default();
    let mut pictures = 0;
    for (at, slide) in slides.iter().enumerate() {
        let xml = match archive.xml(slide) {
            Ok(xml) => xml,
            Err(Fault::TooMuch) => return Err(Fault::TooMuch),
            Err(_) => continue,
        };
        paper.begin(Block::Heading(2));
        paper.words(&format!("Slide {}", at + 1));
        paper.end();
        pictures += shapes(&xml, &mut paper);
        let notes: Vec<Relation> = office::relations(archive, slide)?;
        if let Some(notes) = office::optional(archive, &notes, "notesSlide")? {
            paper.begin_aside(Aside::Comment(format!("notes on slide {}", at + 1)));
            shapes(&notes, &mut paper);
            paper.end_aside();
        }
        if paper.is_full() {
            return Err(Fault::TooLong);
        }
    }
    if slides.is_empty() {
        return Err(Fault::Damaged);
    }
    Ok(Words {
        text: paper.finish(),
        remarks: office::left_out(archive, pictures),
    })
}

/// The text of the shapes of a slide, in their order; how many pictures are among them.
fn shapes(text: &str, paper: &mut Paper) -> usize {
    let mut xml = Xml::new(text);
    let (mut pictures, mut in_field) = (0, false);
    while let Some(piece) = xml.next() {
        match piece {
            Piece::Open(tag) => match &*tag.name {
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
                "t" if !in_field => {
                    let words = xml.text();
                    paper.words(&words);
                }
                // The number of the slide, today's date.
                "fld" => in_field = true,
                "br" => paper.turn(),
                "tab" => paper.words("\t"),
                "tbl" => paper.begin_table(),
                "tc" => paper.begin_cell(),
                "blip" => pictures += 1,
                "Fallback" => xml.skip(),
                _ => {}
            },
            Piece::Text(_) => {}
            Piece::Close(name) => match &*name {
                "p" => paper.end(),
                "fld" => in_field = false,
                "tc" => paper.end_cell(1),
                "tr" => paper.end_row(),
                "tbl" => paper.end_table(),
                _ => {}
            },
        }
    }
    pictures
}
