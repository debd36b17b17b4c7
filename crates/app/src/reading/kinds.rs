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
const ANY: &str = "Text of any kind can be attached, and PDF, Word, Excel, PowerPoint, OpenDocument, EPUB and web pages.";

/// Every form of numbers has a zero byte in so many bytes at its begin. (A tape archive's are behind the
/// name of its first file.)
const BEGIN: usize = 128;

/// Whether a file with zero bytes in it is known for something else than text. What begins with words
/// is not, whatever they are.
pub(super) fn is_known(bytes: &[u8]) -> bool {
    let begin = &bytes[..bytes.len().min(BEGIN)];
    begin.contains(&0) && (bytes.starts_with(MODEL) || form(bytes).is_some())
}

/// The kind and the form of a file that has one and is no text of some language.
fn form(bytes: &[u8]) -> Option<(Kind, String)> {
    use FileFormat as F;
    let format = F::from_bytes(bytes);
    let media = format.media_type();
    let is_text = media.starts_with("text/") || media.ends_with("xml");
    let (kind, name) = match format {
        F::ArbitraryBinaryData | F::Empty => return None,
        _ if is_text => return None,
        // All files of the old Microsoft Office are one form on the outside.
        F::CompoundFileBinary => (Kind::Document, "DOC, XLS or PPT"),
        // What these hold may be sound alone.
        F::Mpeg4Part14 => (Kind::Video, "MP4"),
        F::ExtensibleBinaryMetaLanguage => (Kind::Video, "MKV or WebM"),
        F::AdvancedSystemsFormat => (Kind::Video, "WMV or WMA"),
        F::OggMultiplexedMedia => (Kind::Audio, "OGG"),
        F::Id3v2 => (Kind::Audio, "MP3"),
        _ => (format.kind(), format.short_name().unwrap_or(format.name())),
    };
    Some((kind, name.to_owned()))
}

/// Says of a file that is no text what it is.
pub(super) fn refusal(name: &str, bytes: &[u8]) -> Failure {
    let named = name.to_owned();
    if bytes.starts_with(MODEL) {
        let hint = "To use it, drop it on the window, or give it to `--model`.";
        return refused(
            name,
            "is a model (GGUF)",
            hint,
            Cause::IsModel { name: named },
        );
    }
    let Some((kind, format)) = form(bytes) else {
        return refused(name, "is not text", ANY, Cause::NotText { name: named });
    };
    let name = named;
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
            let cause = Cause::IsOther {
                name: name.clone(),
                format,
            };
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
