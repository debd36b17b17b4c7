//! Files that go with a question. The page has numbers and names, never a place on the disk.

use app::reading::Encoding;
use app::{AttachmentId, ChatId, MessageId, Place};
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

use super::{Remark, all};

/// A file that waits with a draft, or that went with a question.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Attached {
    #[cfg_attr(test, ts(type = "number"))]
    id: i64,
    name: String,
    /// Of the file as it was.
    #[cfg_attr(test, ts(type = "number"))]
    bytes: u64,
    /// What a person should know about its text.
    remarks: Vec<Remark>,
}

/// A file that is being read for a draft; `number` stops it.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Reading {
    #[cfg_attr(test, ts(type = "number"))]
    number: u64,
    name: String,
}

/// The files of a draft, in their order.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct DraftFiles {
    there: Vec<Attached>,
    reading: Vec<Reading>,
    /// Those of `there` that can be read with other letters.
    #[cfg_attr(test, ts(type = "number[]"))]
    rereadable: Vec<i64>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct AttachRequest {
    /// null is the draft of the chat that does not exist yet.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub(crate) chat: Option<i64>,
    /// Files that were dropped, by the number that their drop was told with; null asks for files.
    pub(crate) dropped: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct FileRequest {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) file: i64,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct ReadingRequest {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) number: u64,
}

/// Reads a file of a draft with other letters.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct LettersRequest {
    #[cfg_attr(test, ts(type = "number"))]
    pub(crate) file: i64,
    /// One of `ENCODINGS`.
    #[cfg_attr(test, ts(type = "string"))]
    pub(crate) encoding: Encoding,
}

/// What stands in a file.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct FileText {
    name: String,
    text: String,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct WeighRequest {
    #[cfg_attr(test, ts(type = "number | null"))]
    chat: Option<i64>,
    /// The question in whose place this one would stand; null for one at the end of the chat.
    #[cfg_attr(test, ts(type = "number | null"))]
    instead: Option<i64>,
    text: String,
    #[cfg_attr(test, ts(type = "number[]"))]
    files: Vec<i64>,
}

/// What a question would take of the context, in tokens.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
pub(crate) struct Weight {
    /// Of each file, in their order.
    files: Vec<u32>,
    /// Of everything that must be shown to the model.
    total: u32,
    /// Kept for the reply.
    room: u32,
    /// 0 where that cannot be told.
    context: u32,
    /// Whether it can be asked.
    fits: bool,
    /// False where the numbers are estimates.
    exact: bool,
}

impl WeighRequest {
    pub(crate) fn place(&self) -> Place {
        match self.instead {
            Some(message) => Place::Instead(MessageId(message)),
            None => Place::End(self.chat.map(ChatId)),
        }
    }

    pub(crate) fn asked(self) -> app::Asked {
        asked(self.text, self.files)
    }
}

/// Words and files as the app takes them.
pub(crate) fn asked(text: String, files: Vec<i64>) -> app::Asked {
    app::Asked {
        text,
        files: files.into_iter().map(AttachmentId).collect(),
    }
}

impl From<app::chats::Attachment> for Attached {
    fn from(file: app::chats::Attachment) -> Self {
        Self {
            id: file.id.0,
            name: file.name,
            bytes: file.bytes,
            remarks: all(app::reading::remarks(&file.remarks)),
        }
    }
}

impl From<app::Reading> for Reading {
    fn from(reading: app::Reading) -> Self {
        Self {
            number: reading.number,
            name: reading.name,
        }
    }
}

impl From<app::DraftFiles> for DraftFiles {
    fn from(draft: app::DraftFiles) -> Self {
        Self {
            there: all(draft.files),
            reading: all(draft.reading),
            rereadable: draft.rereadable.into_iter().map(|id| id.0).collect(),
        }
    }
}

impl From<app::chats::TextFile> for FileText {
    fn from(file: app::chats::TextFile) -> Self {
        Self {
            name: file.name,
            text: file.text,
        }
    }
}

impl From<app::Weight> for Weight {
    fn from(weight: app::Weight) -> Self {
        Self {
            fits: weight.fits(),
            files: weight.files.into_iter().map(|(_, tokens)| tokens).collect(),
            total: weight.total,
            room: weight.room,
            context: weight.context,
            exact: weight.exact,
        }
    }
}
