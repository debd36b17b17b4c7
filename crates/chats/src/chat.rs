//! The list of chats: their rows, names and folders, and going and coming back.
//!
//! Not here: their messages (`tree`), and how a deleted chat goes for good (`erase`).

use rusqlite::{Connection, OptionalExtension, Row};

use crate::Chats;
use crate::error::{Error, Fault};
use crate::title;

/// Number of a chat; never used again for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChatId(pub i64);

/// A chat as it stands in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatRow {
    /// Its number.
    pub id: ChatId,
    /// One line, never empty.
    pub title: String,
    /// When a message was last added or a reply last ended.
    pub changed_ms: i64,
    /// It stands before the others.
    pub pinned: bool,
    /// The folder in which it lies.
    pub folder: Option<String>,
}

/// A chat that was deleted and can come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeletedRow {
    /// Its number.
    pub id: ChatId,
    /// One line, never empty.
    pub title: String,
    /// When it was deleted.
    pub deleted_ms: i64,
}

/// The columns of [`from_row`].
const COLUMNS: &str = "id, title, changed_ms, pinned_ms, folder";

impl Chats {
    /// The chats that are not deleted: those that are pinned, then the others, the last changed first.
    pub fn rows(&self) -> Result<Vec<ChatRow>, Error> {
        self.read("list the chats", |connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM chats WHERE deleted_ms IS NULL
                 ORDER BY pinned_ms IS NULL, changed_ms DESC, id DESC"
            );
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map([], from_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Each chat of [`Chats::rows`] and when it was changed, in no order.
    pub fn changes(&self) -> Result<Vec<(ChatId, i64)>, Error> {
        self.read("look whether the list has changed", |connection| {
            let sql = "SELECT id, changed_ms FROM chats WHERE deleted_ms IS NULL";
            let mut statement = connection.prepare_cached(sql)?;
            let rows = statement.query_map([], |row| Ok((ChatId(row.get(0)?), row.get(1)?)))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// A number that is another one whenever anything was written since it was asked for, by whichever program.
    pub fn version(&self) -> Result<i64, Error> {
        self.read("look whether anything has changed", |connection| {
            Ok(connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
        })
    }

    /// The chats that are deleted and not erased, the last deleted first.
    pub fn deleted(&self) -> Result<Vec<DeletedRow>, Error> {
        self.read("list the deleted chats", |connection| {
            let sql = "SELECT id, title, deleted_ms FROM chats WHERE deleted_ms IS NOT NULL
                       ORDER BY deleted_ms DESC, id DESC";
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], |row| {
                Ok(DeletedRow {
                    id: ChatId(row.get(0)?),
                    title: row.get(1)?,
                    deleted_ms: row.get(2)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One chat that is not deleted.
    pub fn row(&self, id: ChatId) -> Result<ChatRow, Error> {
        self.read("read a chat", |connection| find(connection, id))
    }

    /// Gives a chat a name, on one line. Without any words in it, the chat is again called after
    /// its first message.
    pub fn rename(&self, id: ChatId, name: &str) -> Result<ChatRow, Error> {
        self.write("rename a chat", |transaction| {
            find(transaction, id)?;
            let (title, given) = match title::given(name) {
                Some(title) => (title, true),
                None => (made_title(transaction, id)?, false),
            };
            transaction.execute(
                "UPDATE chats SET title = ?2, title_given = ?3 WHERE id = ?1",
                (id.0, title, given),
            )?;
            find(transaction, id)
        })
    }

    /// Pins a chat before the others, or lets it go again.
    pub fn pin(&self, id: ChatId, pinned: bool, now_ms: i64) -> Result<ChatRow, Error> {
        self.write("pin a chat", |transaction| {
            let sql = "UPDATE chats SET pinned_ms = ?2 WHERE id = ?1 AND deleted_ms IS NULL";
            found(
                transaction.execute(sql, (id.0, pinned.then_some(now_ms)))?,
                id,
            )?;
            find(transaction, id)
        })
    }

    /// Puts a chat into a folder, named on one line, or takes it out of its folder.
    pub fn set_folder(&self, id: ChatId, folder: Option<&str>) -> Result<ChatRow, Error> {
        self.write("put a chat into a folder", |transaction| {
            let sql = "UPDATE chats SET folder = ?2 WHERE id = ?1 AND deleted_ms IS NULL";
            let folder = folder.and_then(title::given);
            found(transaction.execute(sql, (id.0, folder))?, id)?;
            find(transaction, id)
        })
    }

    /// Takes a chat out of the list. It stays on disk, and [`Chats::restore`] brings it back.
    pub fn delete(&self, id: ChatId, now_ms: i64) -> Result<(), Error> {
        self.write("delete a chat", |transaction| {
            let now_ms = not_before(transaction, now_ms)?;
            let sql = "UPDATE chats SET deleted_ms = coalesce(deleted_ms, ?2) WHERE id = ?1";
            found(transaction.execute(sql, (id.0, now_ms))?, id)
        })
    }

    /// Brings a deleted chat back to where it was.
    pub fn restore(&self, id: ChatId) -> Result<ChatRow, Error> {
        self.write("bring a chat back", |transaction| {
            let sql = "UPDATE chats SET deleted_ms = NULL WHERE id = ?1";
            found(transaction.execute(sql, [id.0])?, id)?;
            find(transaction, id)
        })
    }
}

/// Reads a chat that is not deleted.
pub(crate) fn find(connection: &Connection, id: ChatId) -> Result<ChatRow, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM chats WHERE id = ?1 AND deleted_ms IS NULL");
    let row = connection.query_row(&sql, [id.0], from_row).optional()?;
    Ok(row.ok_or(not_found(id))?)
}

/// This time, or that of the last change where a clock has gone back: what is deleted in such a year
/// would otherwise be erased, as long deleted, when the clock is right again.
pub(crate) fn not_before(connection: &Connection, now_ms: i64) -> rusqlite::Result<i64> {
    let sql = "SELECT max(changed_ms) FROM chats WHERE deleted_ms IS NULL";
    let last: Option<i64> = connection.query_row(sql, [], |row| row.get(0))?;
    Ok(last.map_or(now_ms, |last| last.max(now_ms)))
}

/// The error for a call about a chat that is not there.
pub(crate) fn not_found(id: ChatId) -> Error {
    let (what, id) = ("chat", id.0);
    Error::NotFound { what, id }
}

/// Turns a count of changed rows into an answer.
pub(crate) fn found(changed: usize, id: ChatId) -> Result<(), Fault> {
    if changed == 0 {
        return Err(not_found(id).into());
    }
    Ok(())
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<ChatRow> {
    Ok(ChatRow {
        id: ChatId(row.get("id")?),
        title: row.get("title")?,
        changed_ms: row.get("changed_ms")?,
        pinned: row.get::<_, Option<i64>>("pinned_ms")?.is_some(),
        folder: row.get("folder")?,
    })
}

fn made_title(connection: &Connection, id: ChatId) -> Result<String, Fault> {
    let sql = "SELECT text FROM messages WHERE chat = ?1 ORDER BY id LIMIT 1";
    let first: Option<String> = connection
        .query_row(sql, [id.0], |row| row.get(0))
        .optional()?;
    Ok(title::title_from(&first.unwrap_or_default()))
}
