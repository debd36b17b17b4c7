//! Tables of an OpenDocument file, of which a workbook is made.
//!
//! Cells are read as they are shown, since the file says that itself.

use super::reader::Reader;
use crate::reading::paper::Block;
use crate::reading::xml::{Piece, Tag, Xml};

/// A row or a cell that is written once and stands for many is repeated this often at most.
const MOST_REPEATED: usize = 1000;

impl Reader {
    pub(super) fn table(&mut self, xml: &mut Xml<'_>, tag: &Tag, within: usize) {
        let is_sheet = self.is_book && !self.paper.is_in_table();
        if is_sheet && let Some(name) = tag.get("name") {
            let hidden = self.styles.hides(tag);
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
        let rows = repeated(tag, "number-rows-repeated");
        let end = xml.depth();
        while let Some(piece) = xml.next() {
            match piece {
                Piece::Open(tag) if tag.is(&["table-cell", "covered-table-cell"]) => {
                    let times = repeated(&tag, "number-columns-repeated");
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
        self.paper.repeat_row(rows - 1);
    }
}

/// How often a row or a cell stands there.
fn repeated(tag: &Tag, name: &str) -> usize {
    let times = tag.get(name).and_then(|times| times.parse().ok());
    times.unwrap_or(1).clamp(1, MOST_REPEATED)
}
