//! Erasing for good: out of the tables, the search index, the log and every backup, with zeros where
//! the words were.
//!
//! What no program can promise: that a disk keeps no old copy of a block under another number, as
//! flash memory and snapshots of file systems do. Databases that were set aside as damaged are not
//! touched, since nothing in them can be trusted to be found; they are told instead.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, params};

use crate::backup;
use crate::chat::{ChatId, not_found};
use crate::error::{Error, Fault};
use crate::message::MessageId;
use crate::open::FILE;
use crate::{Chats, schema};

/// What erasing could not reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Files that may still hold words of the chat: databases that were once set aside as damaged, the
    /// log where another program keeps it open, and a backup that was made meanwhile.
    pub left: Vec<PathBuf>,
}

/// A chat as a backup knows it too: after a repair a number alone could mean another one.
type Known = (ChatId, i64);

impl Chats {
    /// Erases chats for good, deleted or not, here and in every backup. It rewrites each backup that
    /// has one of them, which takes as long as copying them.
    ///
    /// The backups come first: what fails or is cut off on the way leaves the chats where they can be
    /// seen, and erased once more.
    pub fn erase(&self, ids: &[ChatId]) -> Result<Erased, Error> {
        let doing = "erase a chat";
        if let Some(newer) = self.newer_error() {
            return Err(newer);
        }
        let known: Vec<Known> = self.read(doing, |connection| {
            ids.iter().map(|id| erasable(connection, *id)).collect()
        })?;
        let mut left = set_aside(&self.folder)?;
        backup::forget_part(&self.folder)?;
        for path in backup::newest_first(&self.folder)? {
            self.erase_in_backup(&path, &known)?;
        }
        self.write(doing, |transaction| {
            for id in ids {
                // A reply may have begun in it meanwhile.
                erasable(transaction, *id)?;
                delete(transaction, *id)?;
            }
            Ok(())
        })?;
        // They are gone. What still may have their words is told from here on, and undoes nothing.
        match self.empty_the_log() {
            Ok(false) => {}
            Ok(true) | Err(_) => left.push(self.folder.join(format!("{FILE}-wal"))),
        }
        // Another program may have made a backup meanwhile.
        for path in backup::newest_first(&self.folder)? {
            if self.erase_in_backup(&path, &known).is_err() {
                left.push(path);
            }
        }
        Ok(Erased { left })
    }

    /// Erases the chats, and the messages of other chats, that were deleted before this time. Returns
    /// how many chats that were.
    pub fn erase_deleted_before(&self, ms: i64) -> Result<usize, Error> {
        let old = self.deleted()?.into_iter();
        let old = old.filter(|row| row.deleted_ms < ms).map(|row| row.id);
        let old: Vec<ChatId> = old.collect();
        if !old.is_empty() {
            self.erase(&old)?;
        }
        let sql = "SELECT 1 FROM messages WHERE removed_ms < ?1 LIMIT 1";
        let any = self.read("look for removed messages", |connection| {
            Ok(connection.query_row(sql, [ms], |_| Ok(())).optional()?)
        })?;
        if any.is_some() {
            self.write("erase removed messages", |transaction| {
                // The newest first: none goes before those that follow it.
                let sql = "SELECT id FROM messages WHERE removed_ms < ?1 ORDER BY id DESC";
                let ids: Vec<i64> = transaction
                    .prepare(sql)?
                    .query_map([ms], |row| row.get(0))?
                    .collect::<Result<_, _>>()?;
                for id in ids {
                    transaction.execute("DELETE FROM attachments WHERE message = ?1", [id])?;
                    transaction.execute("DELETE FROM messages WHERE id = ?1", [id])?;
                }
                Ok(())
            })?;
        }
        Ok(old.len())
    }

    /// Moves all of the log into the database and empties it: until then it has what was erased. True
    /// where another program reads and so keeps it.
    fn empty_the_log(&self) -> Result<bool, Error> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        self.connection()
            .query_row(sql, [], |row| row.get(0))
            .map_err(Error::sql("empty the log", &self.path))
    }

    /// Takes chats out of a backup: a copy without them takes its place, so that either is whole
    /// after a power cut.
    fn erase_in_backup(&self, path: &Path, known: &[Known]) -> Result<(), Error> {
        let doing = "erase a chat in the backup";
        let holds = holding(path, known).map_err(Error::sql(doing, path))?;
        if holds.is_empty() {
            return Ok(());
        }
        backup::rewrite(&self.folder, path, |part| {
            let work = || -> Result<(), Fault> {
                let connection =
                    Connection::open_with_flags(part, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
                // It is a copy that nobody knows yet: no journal, which would hold the words again.
                connection.pragma_update_and_check(None, "journal_mode", "OFF", |_| Ok(()))?;
                connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
                for id in &holds {
                    delete(&connection, *id)?;
                }
                if schema::version(&connection)? > 1 {
                    // The index of an older file only marks what is gone.
                    let sql = "INSERT INTO words (words) VALUES ('rebuild')";
                    connection.execute(sql, [])?;
                }
                connection.execute_batch("VACUUM")?;
                Ok(())
            };
            work().map_err(|fault| fault.into_error(doing, path))
        })
    }
}

/// Deletes all rows of a chat.
fn delete(connection: &Connection, id: ChatId) -> Result<(), Fault> {
    connection.execute("UPDATE chats SET leaf = NULL WHERE id = ?1", [id.0])?;
    // Backups of older versions have no files.
    if schema::version(connection)? > 3 {
        connection.execute("DELETE FROM attachments WHERE chat = ?1", [id.0])?;
    }
    connection.execute("DELETE FROM messages WHERE chat = ?1", [id.0])?;
    connection.execute("DELETE FROM chats WHERE id = ?1", [id.0])?;
    Ok(())
}

/// A chat that may go: it is there, and nobody writes in it.
fn erasable(connection: &Connection, id: ChatId) -> Result<Known, Fault> {
    let sql = "SELECT created_ms FROM chats WHERE id = ?1";
    let created_ms: Option<i64> = connection
        .query_row(sql, [id.0], |row| row.get(0))
        .optional()?;
    let created_ms = created_ms.ok_or(not_found(id))?;
    let sql = "SELECT id FROM messages WHERE chat = ?1 AND owner IS NOT NULL LIMIT 1";
    let writing: Option<i64> = connection
        .query_row(sql, [id.0], |row| row.get(0))
        .optional()?;
    match writing {
        Some(id) => Err(Error::Streaming(MessageId(id)).into()),
        None => Ok((id, created_ms)),
    }
}

/// Those of the chats that are in a backup. One that cannot be read holds nothing that can be erased;
/// the next repair would pass it over too.
fn holding(path: &Path, known: &[Known]) -> rusqlite::Result<Vec<ChatId>> {
    let connection = crate::open::connect_to_read(path)?;
    let mut holds = Vec::new();
    for (id, created_ms) in known {
        let sql = "SELECT 1 FROM chats WHERE id = ?1 AND created_ms = ?2";
        let found = connection.query_row(sql, params![id.0, created_ms], |_| Ok(()));
        match found.optional() {
            Ok(Some(())) => holds.push(*id),
            Ok(None) => {}
            Err(error) if crate::error::is_damage(&error) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(holds)
}

/// Databases that a repair put aside (`repair`).
fn set_aside(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let doing = "look into the folder";
    let mark = format!("{FILE}.damaged-");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file(doing, folder))? {
        let entry = entry.map_err(Error::file(doing, folder))?;
        if entry.file_name().to_string_lossy().starts_with(&mark) {
            found.push(entry.path());
        }
    }
    found.sort_unstable();
    Ok(found)
}
