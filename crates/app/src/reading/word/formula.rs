//! Formulas of mathematics in a Word document (ECMA-376, part 1, 22).

use crate::reading::paper::Paper;
use crate::reading::xml::{Piece, Xml};

/// A formula in one line: `(a)/(b)`, `x^2`, `x_i`.
pub(in crate::reading) fn write(xml: &mut Xml<'_>, paper: &mut Paper) {
    let end = xml.depth();
    while let Some(piece) = xml.next() {
        match piece {
            Piece::Open(tag) => match &*tag.name {
                "t" => {
                    let text = xml.text();
                    paper.words(&text);
                }
                "chr" => {
                    if let Some(sign) = tag.get("val") {
                        paper.words(sign);
                    }
                }
                "num" | "d" => paper.words("("),
                "den" => paper.words("/("),
                "rad" => paper.words("√("),
                "sup" => paper.words("^"),
                "sub" => paper.words("_"),
                "del" | "rPr" => xml.skip(),
                _ => {}
            },
            Piece::Close(name) => {
                if matches!(&*name, "num" | "den" | "rad" | "d") {
                    paper.words(")");
                }
                if xml.depth() < end {
                    break;
                }
            }
            Piece::Text(_) => {}
        }
    }
}
