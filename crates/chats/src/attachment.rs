//! Files that go with a question, as text: first with the draft, then with the question that it
//! became. Only the text is kept; the file itself stays where it is and is never touched.
//!
//! Not here: how a file becomes text (`app`).

use rusqlite::{Connection, OptionalExtension, Row, Transaction};

use crate::Chats;
use crate::chat::{self, ChatId};
use crate::error::{Error, Fault};
use crate::message::{Message, MessageId};

/// Number of an attachment; never used again for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttachmentId(pub i64);

/// A file that goes with a question, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its number.
    pub id: AttachmentId,
    /// The name that the file had, to be shown.
    pub name: String,
    /// Bytes of the file as it was.
    pub bytes: u64,
    /// What a person should know about its text, in words of `app`'s; empty where nothing.
    pub remarks: String,
}

/// A file as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextFile {
    /// The name that the file had, to be shown.
    pub name: String,
    /// Bytes of the file as it was.
    pub bytes: u64,
    /// What stands in it.
    pub text: String,
    /// What a person should know about that, in words of `app`'s; empty where nothing.
    pub remarks: String,
}

/// What is asked: words, and the files that go with them, in this order.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The words.
    pub text: &'a str,
    /// The files.
    pub files: &'a [AttachmentId],
}

impl<'a> From<&'a str> for Question<'a> {
    fn from(text: &'a str) -> Self {
        Self { text, files: &[] }
    }
}

impl<'a> From<&'a String> for Question<'a> {
    fn from(text: &'a String) -> Self {
        text.as_str().into()
    }
}

impl Chats {
    /// Puts a file to the draft of a chat, or of the next one.
    pub fn attach(&self, chat: Option<ChatId>, file: &TextFile) -> Result<Attachment, Error> {
        self.write("keep a file with the draft", |transaction| {
            if let Some(chat) = chat {
                chat::find(transaction, chat)?;
            }
            let sql = "SELECT coalesce(max(position) + 1, 0) FROM attachments
                       WHERE chat IS ?1 AND message IS NULL";
            let position: i64 =
                transaction.query_row(sql, [chat.map(|id| id.0)], |row| row.get(0))?;
            let id = insert(transaction, chat, None, position, file)?;
            Ok(Attachment {
                id,
                name: file.name.clone(),
                bytes: file.bytes,
                remarks: file.remarks.clone(),
            })
        })
    }

    /// Puts another reading of a file of a draft in the place of one, and says whose draft it is. It
    /// has a number of its own: what was found out about the old text is not taken for the new one's.
    pub fn replace(
        &self,
        id: AttachmentId,
        file: &TextFile,
    ) -> Result<(Option<ChatId>, AttachmentId), Error> {
        self.write("read a file of the draft anew", |transaction| {
            let sql = "DELETE FROM attachments WHERE id = ?1 AND message IS NULL
                       RETURNING chat, position";
            let old: Option<(Option<i64>, i64)> = transaction
                .query_row(sql, [id.0], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let (chat, position) = old.ok_or(not_found(id))?;
            let chat = chat.map(ChatId);
            Ok((chat, insert(transaction, chat, None, position, file)?))
        })
    }

    /// Takes a file away from a draft and says whose it was. One that was asked with stays.
    pub fn detach(&self, id: AttachmentId) -> Result<Option<ChatId>, Error> {
        self.write("take a file from the draft", |transaction| {
            let sql = "DELETE FROM attachments WHERE id = ?1 AND message IS NULL RETURNING chat";
            let chat: Option<Option<i64>> = transaction
                .query_row(sql, [id.0], |row| row.get(0))
                .optional()?;
            Ok(chat.ok_or(not_found(id))?.map(ChatId))
        })
    }

    /// The files of a draft.
    pub fn drafted(&self, chat: Option<ChatId>) -> Result<Vec<Attachment>, Error> {
        self.read("read the files of a draft", |connection| {
            let sql = "SELECT id, name, bytes, remarks FROM attachments
                       WHERE chat IS ?1 AND message IS NULL ORDER BY position";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([chat.map(|id| id.0)], from_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One file with its text.
    pub fn attached(&self, id: AttachmentId) -> Result<TextFile, Error> {
        self.read("read a file of a chat", |connection| {
            let sql = "SELECT name, bytes, text, remarks FROM attachments WHERE id = ?1";
            let file = connection.query_row(sql, [id.0], whole).optional()?;
            Ok(file.ok_or(not_found(id))?)
        })
    }
}

/// Gives the files of a draft to the question that it became.
pub(crate) fn send(
    transaction: &Transaction<'_>,
    from: Option<ChatId>,
    question: &Message,
    files: &[AttachmentId],
) -> Result<(), Fault> {
    for (position, id) in (0_i64..).zip(files) {
        let changed = transaction.execute(
            "UPDATE attachments SET chat = ?2, message = ?3, position = ?4
             WHERE id = ?1 AND message IS NULL AND chat IS ?5",
            (
                id.0,
                question.chat.0,
                question.id.0,
                position,
                from.map(|chat| chat.0),
            ),
        )?;
        found(changed, *id)?;
    }
    Ok(())
}

/// Lets files of one question go with another one too.
pub(crate) fn copy(
    transaction: &Transaction<'_>,
    from: MessageId,
    to: &Message,
    files: &[AttachmentId],
) -> Result<(), Fault> {
    for (position, id) in (0_i64..).zip(files) {
        let changed = transaction.execute(
            "INSERT INTO attachments (chat, message, position, bytes, name, text, remarks)
             SELECT chat, ?3, ?4, bytes, name, text, remarks FROM attachments
             WHERE id = ?1 AND message = ?2",
            (id.0, from.0, to.id.0, position),
        )?;
        found(changed, *id)?;
    }
    Ok(())
}

pub(crate) fn insert(
    transaction: &Transaction<'_>,
    chat: Option<ChatId>,
    message: Option<MessageId>,
    position: i64,
    file: &TextFile,
) -> Result<AttachmentId, Fault> {
    transaction.execute(
        "INSERT INTO attachments (chat, message, position, bytes, name, text, remarks)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        (
            chat.map(|id| id.0),
            message.map(|id| id.0),
            position,
            i64::try_from(file.bytes).unwrap_or(i64::MAX),
            &file.name,
            &file.text,
            &file.remarks,
        ),
    )?;
    Ok(AttachmentId(transaction.last_insert_rowid()))
}

/// The files of a question, with their texts.
pub(crate) fn texts(connection: &Connection, of: MessageId) -> rusqlite::Result<Vec<TextFile>> {
    let sql = "SELECT name, bytes, text, remarks FROM attachments
               WHERE message = ?1 ORDER BY position";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([of.0], whole)?;
    rows.collect()
}

/// Tells messages of one chat, the oldest first, which files go with them.
pub(crate) fn fill(connection: &Connection, messages: &mut [Message]) -> rusqlite::Result<()> {
    let (Some(first), Some(last)) = (messages.first(), messages.last()) else {
        return Ok(());
    };
    let sql = "SELECT id, name, bytes, remarks, message FROM attachments
               WHERE chat = ?1 AND message BETWEEN ?2 AND ?3 ORDER BY message, position";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query((first.chat.0, first.id.0, last.id.0))?;
    while let Some(row) = rows.next()? {
        let of = MessageId(row.get("message")?);
        if let Ok(at) = messages.binary_search_by_key(&of, |message| message.id) {
            messages[at].files.push(from_row(row)?);
        }
    }
    Ok(())
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Attachment> {
    Ok(Attachment {
        id: AttachmentId(row.get("id")?),
        name: row.get("name")?,
        bytes: row.get::<_, i64>("bytes")?.unsigned_abs(),
        remarks: row.get("remarks")?,
    })
}

fn whole(row: &Row<'_>) -> rusqlite::Result<TextFile> {
    Ok(TextFile {
        name: row.get("name")?,
        bytes: row.get::<_, i64>("bytes")?.unsigned_abs(),
        text: row.get("text")?,
        remarks: row.get("remarks")?,
    })
}

fn found(changed: usize, id: AttachmentId) -> Result<(), Fault> {
    if changed == 0 {
        return Err(not_found(id).into());
    }
    Ok(())
}

fn not_found(id: AttachmentId) -> Error {
    let (what, id) = ("file", id.0);
    Error::NotFound { what, id }
}
