//! What a person should know about the text of a file, as the page words it: see
//! `app::reading::Remark`.

use app::reading::{Part as TheirPart, Remark as Theirs};
use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

use super::cause::Whole;

/// One thing that a person should know about the text of a file.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "snake_case", tag = "type")]
pub(crate) enum Remark {
    Guessed { encoding: &'static str },
    Chosen { encoding: &'static str },
    Unreadable { bytes: Whole },
    Zeros { bytes: Whole },
    Illegible { letters: Whole },
    Pictures { pages: Whole, of: Whole },
    Broken { pages: Whole, of: Whole },
    LeftOut { what: Part, count: Whole },
}

/// Declares the parts of a document, and the way into them from those of the same names.
macro_rules! parts {
    ($($name:ident),+ $(,)?) => {
        /// A part of a document.
        #[derive(Debug, Clone, Serialize)]
        #[cfg_attr(test, derive(TS))]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum Part {
            $($name),+
        }

        impl From<TheirPart> for Part {
            fn from(part: TheirPart) -> Self {
                match part {
                    $(TheirPart::$name => Self::$name),+
                }
            }
        }
    };
}

parts!(
    Pictures, Media, Macros, Formulas, Comments, Documents, Pages, Chapters, Sheets, Rows, Parts,
);

impl From<Theirs> for Remark {
    fn from(remark: Theirs) -> Self {
        match remark {
            Theirs::Guessed { encoding } => Self::Guessed {
                encoding: encoding.name(),
            },
            Theirs::Chosen { encoding } => Self::Chosen {
                encoding: encoding.name(),
            },
            Theirs::Unreadable { bytes } => Self::Unreadable {
                bytes: Whole(bytes),
            },
            Theirs::Zeros { bytes } => Self::Zeros {
                bytes: Whole(bytes),
            },
            Theirs::Illegible { letters } => Self::Illegible {
                letters: Whole(letters),
            },
            Theirs::Pictures { pages, of } => Self::Pictures {
                pages: Whole(pages),
                of: Whole(of),
            },
            Theirs::Broken { pages, of } => Self::Broken {
                pages: Whole(pages),
                of: Whole(of),
            },
            Theirs::LeftOut { what, count } => Self::LeftOut {
                what: what.into(),
                count: Whole(count),
            },
        }
    }
}
