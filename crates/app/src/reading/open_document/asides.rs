//! What is read in the middle of an OpenDocument file and stands at the end of its text: notes of a page,
//! comments, and what a speaker noted on a slide.

use super::reader::Reader;
use crate::reading::paper::{Aside, Block};
use crate::reading::xml::{Piece, Xml};

impl Reader {
    pub(super) fn note(&mut self, xml: &mut Xml<'_>, within: usize) {
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
    pub(super) fn comment(&mut self, xml: &mut Xml<'_>, within: usize) -> Option<String> {
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

    /// What stands below a slide for its speaker alone.
    pub(super) fn speaker_notes(&mut self, xml: &mut Xml<'_>, within: usize) {
        let mark = format!("notes on slide {}", self.pages);
        self.paper.begin_aside(Aside::Comment(mark));
        self.blocks(xml, within + 1);
        self.paper.end_aside();
    }
}
