//! Messages that are taken out of a chat, with all that followed them, and come back.
//!
//! Nothing is lost by it: a removed message keeps its row until it is erased (`erase`). It is gone for
//! every other call: no branch leads to it, no search finds it, no copy has it.

use rusqlite::{Connection, OptionalExtension};

use crate::Chats;
use crate::chat::{self, ChatId};
use crate::error::{Error, Fault};
use crate::message::{self, Message, MessageId};
use crate::{title, tree};

/// A message that was taken out of a chat which is still there, and can come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedRow {
    /// Its number; what followed it went with it.
    pub id: MessageId,
    /// The chat that it was taken out of.
    pub chat: ChatId,
    /// That chat's title.
    pub title: String,
    /// How it begins, on one line, never empty.
    pub words: String,
    /// When it was removed.
    pub removed_ms: i64,
}

impl Chats {
    /// The messages that were removed and not erased, the last removed first. Those of a deleted chat
    /// wait for their chat to come back.
    pub fn removed(&self) -> Result<Vec<RemovedRow>, Error> {
        self.read("list the removed messages", |connection| {
            let sql = "SELECT messages.id, chat, title, text, removed_ms
                       FROM messages JOIN chats ON chats.id = messages.chat
                       WHERE removed_with = messages.id AND deleted_ms IS NULL
                       ORDER BY removed_ms DESC, messages.id DESC";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], |row| {
                Ok(RemovedRow {
                    id: MessageId(row.get(0)?),
                    chat: ChatId(row.get(1)?),
                    title: row.get(2)?,
                    words: title::title_from(&row.get::<_, String>(3)?),
                    removed_ms: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Takes a message and all that followed it out of its chat. Returns the branch that is shown
    /// instead: beside it where there is one, else what came before it.
    pub fn remove_message(&self, id: MessageId, now_ms: i64) -> Result<Vec<Message>, Error> {
        self.write("remove a message", |transaction| {
            let gone = message::find(transaction, id)?;
            chat::find(transaction, gone.chat)?;
            refuse_streaming(transaction, id)?;
            let now_ms = chat::not_before(transaction, now_ms)?;
            transaction.execute(
                "WITH RECURSIVE below (id) AS (
                     VALUES (?2)
                     UNION ALL
                     SELECT messages.id FROM messages JOIN below ON messages.parent = below.id
                     WHERE messages.chat = ?1 AND removed_with IS NULL
                 )
                 UPDATE messages SET removed_ms = ?3, removed_with = ?2
                 WHERE id IN (SELECT id FROM below)",
                (gone.chat.0, id.0, now_ms),
            )?;
            show_what_is_left(transaction, &gone)?;
            tree::conversation(transaction, gone.chat)
        })
    }

    /// Brings a removed message back with all that went with it, and shows it.
    pub fn restore_message(&self, id: MessageId) -> Result<Vec<Message>, Error> {
        self.write("bring a message back", |transaction| {
            let sql = "UPDATE messages SET removed_ms = NULL, removed_with = NULL
                       WHERE removed_with = ?1";
            if transaction.execute(sql, [id.0])? == 0 {
                return Err(Error::NotFound {
                    what: "removed message",
                    id: id.0,
                }
                .into());
            }
            let chat = message::find(transaction, id)?.chat;
            chat::find(transaction, chat)?;
            tree::show_newest_below(transaction, chat, id)?;
            tree::conversation(transaction, chat)
        })
    }

    /// The chat of a message, removed or not.
    pub fn chat_of(&self, id: MessageId) -> Result<ChatId, Error> {
        self.read("read a message", |connection| {
            let sql = "SELECT chat FROM messages WHERE id = ?1";
            let chat = connection
                .query_row(sql, [id.0], |row| row.get(0))
                .optional()?;
            let what = "message";
            Ok(chat.map(ChatId).ok_or(Error::NotFound { what, id: id.0 })?)
        })
    }
}

/// What somebody is writing cannot go.
fn refuse_streaming(connection: &Connection, id: MessageId) -> Result<(), Fault> {
    let sql = "WITH RECURSIVE below (id) AS (
                   VALUES (?1)
                   UNION ALL
                   SELECT messages.id FROM messages JOIN below ON messages.parent = below.id
                   WHERE messages.chat = (SELECT chat FROM messages WHERE id = ?1)
               )
               SELECT messages.id FROM messages JOIN below USING (id)
               WHERE owner IS NOT NULL LIMIT 1";
    let writing: Option<i64> = connection
        .query_row(sql, [id.0], |row| row.get(0))
        .optional()?;
    match writing {
        Some(id) => Err(Error::Streaming(MessageId(id)).into()),
        None => Ok(()),
    }
}

/// Where the branch that was shown is gone, shows the newest one beside it, else what came before.
fn show_what_is_left(connection: &Connection, gone: &Message) -> Result<(), Fault> {
    let sql = "SELECT 1 FROM chats JOIN messages ON messages.id = chats.leaf
               WHERE chats.id = ?1 AND removed_with IS NOT NULL";
    let is_gone = connection.query_row(sql, [gone.chat.0], |_| Ok(()));
    if is_gone.optional()?.is_none() {
        return Ok(());
    }
    let beside = gone.siblings.iter().rfind(|id| **id != gone.id);
    if let Some(through) = beside.copied().or(gone.parent) {
        return tree::show_newest_below(connection, gone.chat, through);
    }
    connection.execute("UPDATE chats SET leaf = NULL WHERE id = ?1", [gone.chat.0])?;
    Ok(())
}
