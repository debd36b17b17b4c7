//! Small things that the product remembers, and what was typed but not sent.
//!
//! Not here: what the settings mean; their keys belong to `app`.

use rusqlite::{Connection, OptionalExtension};

use crate::Chats;
use crate::chat::{self, ChatId};
use crate::error::{Error, Fault};

/// The draft of the chat that does not exist yet lies among the settings.
const DRAFT_OF_NEXT_CHAT: &str = "chats.draft_of_next_chat";

impl Chats {
    /// What was last set under this key.
    pub fn setting(&self, key: &str) -> Result<Option<String>, Error> {
        self.read("read a setting", |connection| Ok(get(connection, key)?))
    }

    /// Remembers a value under this key.
    pub fn set_setting(&self, key: &str, value: &str) -> Result<(), Error> {
        self.write("save a setting", |transaction| {
            Ok(set(transaction, key, value)?)
        })
    }

    /// How replies of a chat think, as it was set; none where nobody chose.
    pub fn manner(&self, chat: ChatId) -> Result<Option<String>, Error> {
        self.read("read a chat's manner", |connection| {
            let sql = "SELECT manner FROM chats WHERE id = ?1 AND deleted_ms IS NULL";
            let manner = connection
                .query_row(sql, [chat.0], |row| row.get(0))
                .optional()?;
            Ok(manner.ok_or(chat::not_found(chat))?)
        })
    }

    /// Sets how replies of a chat think.
    pub fn set_manner(&self, chat: ChatId, manner: &str) -> Result<(), Error> {
        self.write("save a chat's manner", |transaction| {
            let sql = "UPDATE chats SET manner = ?2 WHERE id = ?1 AND deleted_ms IS NULL";
            chat::found(transaction.execute(sql, (chat.0, manner))?, chat)
        })
    }

    /// What is said to the model with every reply of a chat; empty as a rule.
    pub fn instructions(&self, chat: ChatId) -> Result<String, Error> {
        self.read("read a chat's instructions", |connection| {
            let sql = "SELECT instructions FROM chats WHERE id = ?1 AND deleted_ms IS NULL";
            let found = connection
                .query_row(sql, [chat.0], |row| row.get(0))
                .optional()?;
            Ok(found.ok_or(chat::not_found(chat))?)
        })
    }

    /// Sets what is said to the model with every reply of a chat.
    pub fn set_instructions(&self, chat: ChatId, text: &str) -> Result<(), Error> {
        self.write("save a chat's instructions", |transaction| {
            let sql = "UPDATE chats SET instructions = ?2 WHERE id = ?1 AND deleted_ms IS NULL";
            chat::found(transaction.execute(sql, (chat.0, text))?, chat)
        })
    }

    /// What was typed into a chat, or for the next one, and not sent; empty as a rule.
    pub fn draft(&self, chat: Option<ChatId>) -> Result<String, Error> {
        self.read("read a draft", |connection| get_draft(connection, chat))
    }

    /// Keeps what is typed into a chat, or for the next one.
    pub fn set_draft(&self, chat: Option<ChatId>, text: &str) -> Result<(), Error> {
        self.write("save a draft", |transaction| {
            put_draft(transaction, chat, text)
        })
    }
}

/// Empties the draft that was sent. Drafts are saved a moment late, so one that the text begins
/// with is an earlier form of it; any other was typed elsewhere, in another window, and stays.
pub(crate) fn empty_draft_of(
    connection: &Connection,
    chat: Option<ChatId>,
    text: &str,
) -> Result<(), Fault> {
    let draft = get_draft(connection, chat)?;
    if !draft.is_empty() && text.starts_with(draft.trim()) {
        put_draft(connection, chat, "")?;
    }
    Ok(())
}

fn get_draft(connection: &Connection, chat: Option<ChatId>) -> Result<String, Fault> {
    let Some(id) = chat else {
        return Ok(get(connection, DRAFT_OF_NEXT_CHAT)?.unwrap_or_default());
    };
    let sql = "SELECT draft FROM chats WHERE id = ?1 AND deleted_ms IS NULL";
    let draft = connection
        .query_row(sql, [id.0], |row| row.get(0))
        .optional()?;
    Ok(draft.ok_or(chat::not_found(id))?)
}

fn put_draft(connection: &Connection, chat: Option<ChatId>, text: &str) -> Result<(), Fault> {
    let Some(id) = chat else {
        return Ok(set(connection, DRAFT_OF_NEXT_CHAT, text)?);
    };
    let sql = "UPDATE chats SET draft = ?2 WHERE id = ?1 AND deleted_ms IS NULL";
    chat::found(connection.execute(sql, (id.0, text))?, id)
}

fn get(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT value FROM settings WHERE key = ?1";
    connection
        .query_row(sql, [key], |row| row.get(0))
        .optional()
}

fn set(connection: &Connection, key: &str, value: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO settings (key, value) VALUES (?1, ?2)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    connection.execute(sql, (key, value))?;
    Ok(())
}
