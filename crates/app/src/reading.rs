//! Files that go with a question: from a path to text, a name to show and a size.
//!
//! A file is hostile input. What it is, is judged by its bytes and never by its name; what is no
//! text is refused in words; documents are read by a process of their own (`apart`). Nothing is ever
//! written to it.
//!
//! Text of any letters is read here (`letters`); a PDF (`pdf`), Word (`word`), Excel (`sheets`), slides
//! (`slides`, `charts`), OpenDocument (`open_document`), books (`book`) and pages of the web (`web_page`) apart,
//! and all of them become plain Markdown (`paper`).
//!
//! Not here: files that wait with a draft (`drafting`), and whether they fit (`weighing`).

mod apart;
mod archive;
mod book;
mod charts;
#[cfg(test)]
mod damaged;
mod encoding;
mod fault;
mod forms;
mod kinds;
mod letters;
mod name;
mod office;
mod open_document;
mod paper;
mod pdf;
mod remark;
mod sheets;
mod slides;
mod web_page;
mod word;
mod xml;

use std::fmt::Write;
use std::io::{ErrorKind, Read, Seek};
use std::path::Path;

use chats::TextFile;
use fs_err::File;

use crate::failure::{Cause, Code, Failure};
use crate::stop::Stop;
use fault::Fault;

pub use apart::{Limits, become_reader};
pub use encoding::{Encoding, USUAL};
pub(crate) use name::{clean, of_path};
pub use remark::{Part, Remark, remarks};
pub(crate) use remark::{kept, known};

/// The largest text that is read: some twenty times what the largest context of R1 holds.
const LARGEST_TEXT: u64 = 8 << 20;

/// The largest document: most of it is pictures, which are left out.
const LARGEST_DOCUMENT: u64 = 64 << 20;

/// What a file begins with, to tell what it is.
const BEGIN: u64 = 1024;

/// What was read of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) text: String,
    /// What a person should know about it.
    pub(crate) remarks: Vec<Remark>,
}

impl Words {
    /// What was put on paper; where the reader broke on the way and had put nothing there, the file is damaged.
    fn of(paper: paper::Paper, mut remarks: Vec<Remark>, broke: bool) -> Result<Self, Fault> {
        if broke {
            remarks.push(Remark::Broken { pages: 1, of: 1 });
        }
        let text = paper.finish();
        if text.is_empty() && broke {
            return Err(Fault::Damaged);
        }
        Ok(Self { text, remarks })
    }
}

/// Reads a file as text. Blocks; a document may take as long as `limits` say, anything else is as fast as
/// its disk.
pub fn read(path: &Path, limits: Limits, stop: &Stop) -> Result<TextFile, Failure> {
    read_in(None, path, limits, stop)
}

/// [`read`], with the letters of a text in this encoding. Without one they are in whichever the file
/// tells, or is likeliest.
pub fn read_in(
    encoding: Option<Encoding>,
    path: &Path,
    limits: Limits,
    stop: &Stop,
) -> Result<TextFile, Failure> {
    let name = of_path(path);
    let refused = |why: String, hint: &str, cause| {
        Failure::new(Code::FileRefused, format!("`{name}` {why}"))
            .hint(hint)
            .cause(cause)
    };
    let lost = |error: std::io::Error| {
        let message = format!("`{name}` cannot be read: {}", plain(&error));
        let failure = Failure::new(Code::FileRefused, message)
            .hint("Check the path and the rights of the file.");
        let name = name.clone();
        match error.kind() {
            ErrorKind::NotFound => failure.cause(Cause::Gone { name }),
            ErrorKind::PermissionDenied => failure.cause(Cause::Forbidden { name }),
            kind => failure.cause(Cause::Unreadable { name }).detail(kind),
        }
    };
    // Before it is opened: a pipe or a device would wait for ever.
    let told = fs_err::metadata(path).map_err(lost)?;
    if !told.is_file() {
        let cause = Cause::NotAFile { name: name.clone() };
        return Err(refused(
            "is no file".to_owned(),
            "Choose files one by one.",
            cause,
        ));
    }
    let mut file = File::open(path).map_err(lost)?;
    let mut begin = Vec::new();
    file.by_ref()
        .take(BEGIN)
        .read_to_end(&mut begin)
        .map_err(lost)?;
    let form = forms::of(&begin);
    let (largest, kind) = match form {
        Some(form) => (LARGEST_DOCUMENT, form.noun()),
        None => (LARGEST_TEXT, "text"),
    };
    let bytes = told.len();
    // A photograph is told as what it is, however large.
    if bytes > largest && form.is_none() && kinds::is_known(&begin) {
        return Err(kinds::refusal(&name, &begin));
    }
    if bytes > largest {
        let why = format!(
            "is {} large; a {kind} may be {} at most",
            fit::bytes::human(bytes),
            fit::bytes::human(largest)
        );
        let cause = Cause::LargeText {
            name: name.clone(),
            bytes,
            most_bytes: largest,
        };
        return Err(refused(why, "Attach the part of it that matters.", cause));
    }
    let Words { text, remarks } = if let Some(form) = form {
        file.rewind().map_err(lost)?;
        match apart::read(file.into_file(), form, limits, stop) {
            Err(Fault::Foreign) => return Err(kinds::refusal(&name, &begin)),
            Err(Fault::Unread(what)) => return Err(kinds::unread(&name, what)),
            read => read.map_err(|fault| fault.failure(&name, form, limits.time, limits.text))?,
        }
    } else {
        let mut whole = begin;
        // One that grows while it is read is read as far as it may be.
        file.take(LARGEST_TEXT)
            .read_to_end(&mut whole)
            .map_err(lost)?;
        // No text has zero bytes but one that is damaged or wide: then what it begins with counts.
        let is_other = kinds::is_known(&whole) || is_rich_text(&whole);
        let words = (!is_other).then(|| letters::read(&whole, encoding));
        let words = words.flatten();
        words.ok_or_else(|| kinds::refusal(&name, &whole))?
    };
    if text.trim().is_empty() {
        let why = "has no words in it".to_owned();
        let cause = Cause::NoWords { name: name.clone() };
        return Err(refused(why, "Attach a file that has text.", cause));
    }
    Ok(TextFile {
        name,
        bytes,
        text,
        remarks: kept(&remarks),
    })
}

/// A question as a model is shown it, behind its files, in the shape that the makers of R1 use for
/// files in their own application and publish (README of DeepSeek-R1, "Official Prompts").
pub fn shown(files: &[TextFile], question: &str) -> String {
    let mut shown = String::new();
    for TextFile { name, text, .. } in files {
        let _ = write!(
            shown,
            "[file name]: {name}\n[file content begin]\n{text}\n[file content end]\n"
        );
    }
    shown + question
}

/// What WordPad and its like write looks like text and is none to read; a line about it is text.
fn is_rich_text(bytes: &[u8]) -> bool {
    let has = |mark: &[u8]| bytes.windows(mark.len()).any(|here| here == mark);
    bytes.starts_with(b"{\\rtf") && (has(b"\\fonttbl") || has(b"\\pard"))
}

/// What the system says, without the path that `fs_err` puts before it: the page must not see it.
fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file".to_owned(),
        ErrorKind::PermissionDenied => "you may not read it".to_owned(),
        kind => kind.to_string(),
    }
}
