//! Why a document has no text that could be taken.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::failure::{Cause, Code, Failure};

/// What a file is that is read apart, by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Form {
    Pdf,
    /// An archive of some kind: of documents, most are one.
    Archive,
    /// The container of Microsoft Office before 2007, and of what is locked with a password since.
    Compound,
    Html,
    /// A document of LibreOffice in one XML file.
    FlatOpenDocument,
}

impl Form {
    /// What it is called in a sentence.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Html => "web page",
            Self::Archive | Self::Compound | Self::FlatOpenDocument => "document",
        }
    }
}

/// Documents that are known and not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Unread {
    OldWord,
    OldSlides,
    Mail,
    Pages,
    Numbers,
    Keynote,
    Hangul,
    Xps,
}

impl Unread {
    /// How people know it: by the end of its name.
    pub(super) fn end(self) -> &'static str {
        match self {
            Self::OldWord => ".doc",
            Self::OldSlides => ".ppt",
            Self::Mail => ".msg",
            Self::Pages => ".pages",
            Self::Numbers => ".numbers",
            Self::Keynote => ".key",
            Self::Hangul => ".hwp",
            Self::Xps => ".xps",
        }
    }
}

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Fault {
    Damaged,
    /// It opens only with a password.
    Locked,
    /// Its pages are pictures.
    NoText,
    /// It has letters, and nothing that tells which they are.
    NoLetters,
    /// It is a form whose looks are a program of Adobe's, and has no words without that.
    FormOnly,
    /// There is nothing in it.
    Empty,
    /// It unpacks to more than is taken.
    TooMuch,
    /// More text than is taken.
    TooLong,
    /// It is no document.
    Foreign,
    /// It is a document of a form that is not read.
    Unread(Unread),
    /// The rest is told by whoever waits for the process.
    TooSlow,
    Broke,
    NotStarted,
    Stopped,
}

impl Fault {
    /// What a person is told of a file of this name; of one that is too much for them, what the limits are.
    pub(super) fn failure(self, name: &str, form: Form, time: Duration, text: u64) -> Failure {
        const PRINT: &str =
            "Open it in another program and print it into a new PDF, or attach its text.";
        const SAVE: &str =
            "Open it in the program that made it and save it anew, or attach its text.";
        const PART: &str = "Attach the part of it that matters.";
        let anew = if form == Form::Pdf { PRINT } else { SAVE };
        let noun = form.noun();
        let file = name.to_owned();
        let (why, hint, cause) = match self {
            Self::Damaged => (
                format!("is a damaged {noun}"),
                anew,
                Cause::DocumentDamaged { name: file },
            ),
            Self::Locked => (
                format!("is a {noun} that opens only with a password"),
                "Save a copy without the password, and attach that.",
                Cause::DocumentLocked { name: file },
            ),
            Self::NoText => (
                format!("is a {noun} without text: each page is a picture of text"),
                "A program for text recognition (OCR) can give it text.",
                Cause::DocumentPictures { name: file },
            ),
            Self::NoLetters => (
                format!(
                    "is a {noun} whose letters cannot be read: it says how they look, and not which they are"
                ),
                "A program for text recognition (OCR) can give it text.",
                Cause::DocumentIllegible { name: file },
            ),
            Self::FormOnly => (
                format!("is a {noun} form that only Adobe's programs show (XFA)"),
                "Open it in Adobe Acrobat Reader, print it into a new PDF, and attach that.",
                Cause::DocumentForm { name: file },
            ),
            Self::Empty => (
                "has no words in it".to_owned(),
                "Attach a file that has text.",
                Cause::NoWords { name: file },
            ),
            Self::TooMuch => (
                "unpacks to more than Spud takes".to_owned(),
                PART,
                Cause::DocumentTooMuch { name: file },
            ),
            Self::TooLong => (
                format!("has more than {} of text", fit::bytes::human(text)),
                PART,
                Cause::DocumentLong {
                    name: file,
                    most_bytes: text,
                },
            ),
            Self::TooSlow => (
                format!("was not read within {} s", time.as_secs_f32()),
                anew,
                Cause::DocumentSlow {
                    name: file,
                    seconds: time.as_secs(),
                },
            ),
            Self::Broke | Self::Foreign | Self::Unread(_) => (
                format!("is a {noun} on which the reader broke"),
                anew,
                Cause::DocumentBroke { name: file },
            ),
            Self::NotStarted => (
                "cannot be read: the reader of documents did not start".to_owned(),
                crate::failure::REINSTALL,
                Cause::NoDocumentReader { name: file },
            ),
            Self::Stopped => {
                return Failure::new(Code::Stopped, format!("reading `{name}` was stopped"));
            }
        };
        Failure::new(Code::FileRefused, format!("`{name}` {why}"))
            .hint(hint)
            .cause(cause)
    }
}
