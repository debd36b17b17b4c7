//! What a person should know about the text of a file beside the text itself: that its letters are a
//! guess, what could not be read, what was left out. A remark never stands in place of a refusal,
//! and none is made of a file that was read as it is.
//!
//! Remarks are kept with the text (`attachments.remarks`, in the form of [`kept`]), since a draft
//! waits over a restart, and since whoever reads an old chat should learn what the model was not
//! shown. What the model itself must know of a gap stands in the text, where the gap is.
//!
//! Here is the English for the terminal. The page words them itself (`ui/src/lib/words/remarks.ts`).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Encoding;

/// More than there are kinds of them: whatever a foreign copy of a chat says is cut here.
const MOST: usize = 32;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum Remark {
    /// Nothing in the file says what its letters are; this is the likeliest.
    Guessed {
        /// What it was read as.
        encoding: Encoding,
    },
    /// A person said what its letters are.
    Chosen {
        /// What it was read as.
        encoding: Encoding,
    },
    /// Bytes of a text that are no letters; U+FFFD stands for each sequence of them.
    Unreadable {
        /// How many.
        bytes: u64,
    },
    /// Bytes that are 0 and belong to no letter, left by a crash or a recorder: they are gone from
    /// the text.
    Zeros {
        /// How many.
        bytes: u64,
    },
    /// Letters that a document draws without saying which they are.
    Illegible {
        /// How many; U+FFFD stands for each.
        letters: u64,
    },
    /// Pages without text, which are pictures of it.
    Pictures {
        /// How many.
        pages: u64,
        /// Of so many in all.
        of: u64,
    },
    /// Pages on which the reader broke.
    Broken {
        /// How many.
        pages: u64,
        /// Of so many in all.
        of: u64,
    },
    /// Parts of a document that no text was made of.
    LeftOut {
        /// What they are.
        what: Part,
        /// How many, at least.
        count: u64,
    },
}

/// A part of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Pictures, drawings, charts.
    Pictures,
    /// Sound and film.
    Media,
    /// Programs of the document.
    Macros,
    /// Formulas of mathematics that have no text.
    Formulas,
    /// Comments in the margin.
    Comments,
    /// Other documents inside.
    Documents,
    /// Pages.
    Pages,
    /// Chapters of a book.
    Chapters,
    /// Sheets of a workbook.
    Sheets,
    /// Rows of a table.
    Rows,
    /// Anything else.
    Parts,
}

/// What is told of these parts of a document, of each as many as were left out: of none, nothing.
pub(super) fn left_out(
    parts: impl IntoIterator<Item = (Part, u64)>,
) -> impl Iterator<Item = Remark> {
    let some = parts.into_iter().filter(|(_, count)| *count > 0);
    some.map(|(what, count)| Remark::LeftOut { what, count })
}

impl Remark {
    /// Whether it is about letters, so that choosing others may help.
    pub fn is_of_letters(&self) -> bool {
        matches!(
            self,
            Self::Guessed { .. } | Self::Chosen { .. } | Self::Unreadable { .. }
        )
    }
}

/// The form in which remarks are kept; nothing where there are none.
pub(crate) fn kept(remarks: &[Remark]) -> String {
    if remarks.is_empty() {
        return String::new();
    }
    serde_json::to_string(remarks).expect("BUG: words and numbers are JSON")
}

/// The remarks that were kept with a text. One that this build does not know is passed over.
pub fn remarks(kept: &str) -> Vec<Remark> {
    known(serde_json::from_str(kept).unwrap_or_default())
}

/// The same of JSON, wherever it comes from.
pub(crate) fn known(all: Value) -> Vec<Remark> {
    let Value::Array(all) = all else {
        return Vec::new();
    };
    let known = all.into_iter().take(MOST).map(serde_json::from_value);
    known.filter_map(Result::ok).collect()
}

impl fmt::Display for Remark {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Guessed { encoding } => write!(to, "read as {encoding}, which is a guess"),
            Self::Chosen { encoding } => write!(to, "read as {encoding}, as you chose"),
            Self::Unreadable { bytes } => {
                write!(to, "{} could not be read", Count(bytes, "byte"))
            }
            Self::Zeros { bytes } => write!(to, "{} left out", Count(bytes, "zero byte")),
            Self::Illegible { letters } => {
                write!(to, "{} could not be read", Count(letters, "letter"))
            }
            Self::Pictures { pages, of } => {
                let are = if pages == 1 {
                    "is a picture"
                } else {
                    "are pictures"
                };
                write!(to, "{pages} of {} {are} of text", Count(of, "page"))
            }
            Self::Broken { pages, of } => {
                write!(to, "{pages} of {} could not be read", Count(of, "page"))
            }
            Self::LeftOut { what, count } => {
                write!(to, "{} left out", Count(count, what.word()))
            }
        }
    }
}

impl Part {
    fn word(self) -> &'static str {
        match self {
            Self::Pictures => "picture",
            Self::Media => "recording",
            Self::Macros => "macro",
            Self::Formulas => "formula",
            Self::Comments => "comment",
            Self::Documents => "embedded document",
            Self::Pages => "page",
            Self::Chapters => "chapter",
            Self::Sheets => "sheet",
            Self::Rows => "row",
            Self::Parts => "part",
        }
    }
}

/// So many of them: each word here has its plural by an s.
struct Count(u64, &'static str);

impl fmt::Display for Count {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(n, word) = *self;
        write!(to, "{n} {word}{}", if n == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoding(name: &str) -> Encoding {
        Encoding::named(name).unwrap()
    }

    #[test]
    fn what_is_kept_is_read_again_and_what_nobody_knows_is_passed_over() {
        let all = [
            Remark::Guessed {
                encoding: encoding("koi8-r"),
            },
            Remark::Unreadable { bytes: 3 },
            Remark::Pictures { pages: 2, of: 9 },
            Remark::LeftOut {
                what: Part::Sheets,
                count: 4,
            },
        ];
        assert_eq!(remarks(&kept(&all)), all);
        assert_eq!(kept(&[]), "");
        assert_eq!(remarks(""), []);
        assert_eq!(remarks("no JSON"), []);
        let later = r#"[{"type":"of_next_year"},{"type":"guessed","encoding":"Klingon"},
                        {"type":"left_out","what":"dreams","count":1},
                        {"type":"zeros","bytes":7,"more":1},5]"#;
        assert_eq!(remarks(later), [Remark::Zeros { bytes: 7 }]);
        let many = format!("[{}]", vec![r#"{"type":"zeros","bytes":7}"#; 99].join(","));
        assert_eq!(remarks(&many).len(), MOST);
    }

    #[test]
    fn a_remark_is_told_in_words() {
        let told = |remark: Remark| remark.to_string();
        let guessed = Remark::Guessed {
            encoding: encoding("cp1251"),
        };
        assert_eq!(told(guessed), "read as windows-1251, which is a guess");
        assert_eq!(
            told(Remark::Unreadable { bytes: 1 }),
            "1 byte could not be read"
        );
        assert_eq!(
            told(Remark::Pictures { pages: 1, of: 3 }),
            "1 of 3 pages is a picture of text"
        );
        let left = Remark::LeftOut {
            what: Part::Macros,
            count: 2,
        };
        assert_eq!(told(left), "2 macros left out");
    }
}
