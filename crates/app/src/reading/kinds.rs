//! What a file is that is no text, by how it begins: whoever attached a picture should learn that it
//! is one, and what to do instead.

use file_format::{FileFormat, Kind};

use super::fault::Unread;
use crate::failure::{Cause, Code, Failure};

/// A model's file begins with this.
const MODEL: &[u8] = b"GGUF";

/// Says of a document that it is of a form that is not read, by the end of its name.
pub(super) fn unread(name: &str, form: Unread) -> Failure {
    let format = form.end();
    let why = format!("is a document in a form that Spud does not read ({format})");
    Failure::new(Code::FileRefused, format!("`{name}` {why}"))
        .hint("Save it as text or as PDF in the program that made it, and attach that.")
        .cause(Cause::IsDocument {
            name: name.to_owned(),
            format: format.to_owned(),
        })
}

/// What can be attached instead.
const ANY: &str = "Text of any kind can be attached, PDF, Word, Excel, OpenDocument, EPUB and web pages.";

/// Whether a file is known for something else than text.
pub(super) fn is_known(bytes: &[u8]) -> bool {
    bytes.starts_with(MODEL) || of(bytes).is_some()
}

/// The form of a file that has one.
fn of(bytes: &[u8]) -> Option<FileFormat> {
    let format = FileFormat::from_bytes(bytes);
    (!matches!(format, FileFormat::ArbitraryBinaryData | FileFormat::Empty)).then_some(format)
}

/// Says of a file that is no text what it is.
pub(super) fn refusal(name: &str, bytes: &[u8]) -> Failure {
    let named = name.to_owned();
    if bytes.starts_with(MODEL) {
        let hint = "To use it, drop it on the window, or give it to `--model`.";
        return refused(name, "is a model (GGUF)", hint, Cause::IsModel { name: named });
    }
    let Some(found) = of(bytes) else {
        return refused(name, "is not text", ANY, Cause::NotText { name: named });
    };
    // All files of the old Microsoft Office are one form on the outside.
    let (kind, format) = if found == FileFormat::CompoundFileBinary {
        (Kind::Document, "DOC, XLS or PPT")
    } else {
        (found.kind(), found.short_name().unwrap_or(found.name()))
    };
    let (name, format) = (named, format.to_owned());
    let (what, rest, hint, cause): (_, _, _, fn(String, String) -> Cause) = match kind {
        Kind::Image => (
            "a picture",
            ", and R1 reads text only",
            "Describe it in words, or paste the text that is in it.",
            |name, format| Cause::IsPicture { name, format },
        ),
        Kind::Audio => (
            "a recording",
            ", and R1 reads text only",
            "A program for transcription can make text of it.",
            |name, format| Cause::IsSound { name, format },
        ),
        Kind::Video => (
            "a video",
            ", and R1 reads text only",
            "Attach its subtitles, or a transcript.",
            |name, format| Cause::IsVideo { name, format },
        ),
        Kind::Archive | Kind::Compressed | Kind::Package | Kind::Disk => (
            "an archive",
            "",
            "Unpack it, and attach the files that matter.",
            |name, format| Cause::IsArchive { name, format },
        ),
        Kind::Executable | Kind::Rom => (
            "a program",
            "",
            "Attach its source, or what it prints.",
            |name, format| Cause::IsProgram { name, format },
        ),
        Kind::Document | Kind::Spreadsheet | Kind::Presentation | Kind::Ebook => (
            "a document in a form that Spud does not read",
            "",
            "Save it as text or as PDF in the program that made it, and attach that.",
            |name, format| Cause::IsDocument { name, format },
        ),
        _ => {
            let why = format!("is not text but {format}");
            let cause = Cause::IsOther { name: name.clone(), format };
            return refused(&name, &why, ANY, cause);
        }
    };
    let why = format!("is {what} ({format}){rest}");
    refused(&name.clone(), &why, hint, cause(name, format))
}

fn refused(name: &str, why: &str, hint: &str, cause: Cause) -> Failure {
    Failure::new(Code::FileRefused, format!("`{name}` {why}"))
        .hint(hint)
        .cause(cause)
}
