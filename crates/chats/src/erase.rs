//! Erasing for good: out of the tables, the search index, the logs and every backup, with zeros where
//! the words were. The index goes first, since a row that is gone could not be erased once more, and again
//! last, since it is written behind everybody's back (`indexing`).
//!
//! What no program can promise: that a disk keeps no old copy of a block under another number, as
//! flash memory and snapshots of file systems do. Databases that were set aside as damaged are not
//! touched, since nothing in them can be trusted to be found; they are told instead.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, params};

use crate::backup;
use crate::chat::{ChatId, not_found};
use crate::error::{Error, Fault, is_damage};
use crate::message::MessageId;
use crate::open::{FILE, connect_to_write};
use crate::{Chats, index, retire, schema};

/// How long others wait for a step of it, where a single text is no longer than that.
const STEP: Duration = Duration::from_millis(10);

/// How long erasing waits for those who read an older moment, such as a backup that is being made.
const LOG_PATIENCE: Duration = Duration::from_secs(5);

/// What erasing could not reach.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Erased {
    /// Files that may still hold words of the chat: databases that were once set aside as damaged, the
    /// log where another program keeps it open, and a backup that was made meanwhile.
    pub left: Vec<PathBuf>,
}

/// A chat as a backup knows it too: after a repair a number alone could mean another one.
type Known = (ChatId, i64);

/// Words of the index that go: a chat, and a message of it, none for all of them.
type Words = (i64, Option<i64>);

impl Chats {
    /// Erases chats for good, deleted or not, here and in every backup. It rewrites each backup that
    /// has one of them, which takes as long as copying them. Other calls wait for moments of it only.
    ///
    /// They are deleted first, and the backups come before the database: what fails or is cut off on the
    /// way leaves the chats in the trash, where they can be seen, and erased once more.
    pub fn erase(&self, ids: &[ChatId]) -> Result<Erased, Error> {
        let doing = "erase a chat";
        if let Some(newer) = self.newer_error() {
            return Err(newer);
        }
        let known: Vec<Known> = self.write(doing, |transaction| {
            // In the trash nothing begins in them any more.
            let sql =
                "UPDATE chats SET deleted_ms = coalesce(deleted_ms, changed_ms) WHERE id = ?1";
            let known = ids.iter().map(|id| {
                let known = erasable(transaction, *id)?;
                transaction.execute(sql, [id.0])?;
                Ok(known)
            });
            known.collect()
        })?;
        let mut left = set_aside(&self.folder)?;
        backup::forget_part(&self.folder)?;
        for path in backup::newest_first(&self.folder)? {
            self.erase_in_backup(&path, &known)?;
        }
        self.in_steps(doing, |transaction| Ok(retire::within(transaction)?))?;
        let words: Vec<Words> = ids.iter().map(|id| (id.0, None)).collect();
        let index = self.take_from_index(&words)?;
        for id in ids {
            self.in_steps(doing, |transaction| delete_some(transaction, *id))?;
        }
        // They are gone. What still may have their words is told from here on, and undoes nothing.
        left.extend(self.empty_index(&words, index));
        match self.empty_the_log(&self.path) {
            Ok(false) => {}
            Ok(true) | Err(_) => left.push(log_of(&self.path)),
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
        let removed: Vec<Words> = self.read("look for removed messages", |connection| {
            // The newest first: none goes before those that follow it.
            let sql = "SELECT chat, id FROM messages WHERE removed_ms < ?1 ORDER BY id DESC";
            let mut statement = connection.prepare(sql)?;
            let ids = statement.query_map([ms], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(ids.collect::<Result<_, _>>()?)
        })?;
        if !removed.is_empty() {
            let doing = "erase removed messages";
            self.in_steps(doing, |transaction| Ok(retire::within(transaction)?))?;
            let mut rows = removed.iter();
            self.in_steps(doing, |transaction| match rows.next() {
                Some((_, Some(id))) => delete_removed(transaction, *id, ms),
                _ => Ok(false),
            })?;
            // Where it fails, the index comes to it by itself, and the next fold of the log does the rest.
            let _ = self.empty_index(&removed, None);
            let _ = self.empty_the_log(&self.path);
        }
        Ok(old.len())
    }

    /// Deletes until nothing is left to delete, in transactions that are short, and as long without one:
    /// other programs ask again and again whether they may write, and this one's calls come in between.
    fn in_steps(
        &self,
        doing: &'static str,
        mut delete_one: impl FnMut(&Transaction<'_>) -> Result<bool, Fault>,
    ) -> Result<(), Error> {
        loop {
            let begun = Instant::now();
            let more = self.write(doing, |transaction| {
                while delete_one(transaction)? {
                    if begun.elapsed() >= STEP {
                        return Ok(true);
                    }
                }
                Ok(false)
            })?;
            if !more {
                return Ok(());
            }
            thread::sleep(begun.elapsed());
        }
    }

    /// Takes words out of the index, piece by piece; whoever writes it comes in between. None where there is
    /// no index. One that is damaged is given up for another.
    fn take_from_index(&self, words: &[Words]) -> Result<Option<PathBuf>, Error> {
        let doing = "erase words from the index";
        let Some(name) = self.read(doing, |chats| Ok(index::name(chats)?))? else {
            return Ok(None);
        };
        let path = index::path(&self.folder, &name);
        if !path.exists() {
            return Ok(None);
        }
        let take = || -> rusqlite::Result<()> {
            let mut connection = connect_to_write(&path)?;
            for (chat, message) in words {
                loop {
                    let begun = Instant::now();
                    let transaction = index::immediate(&mut connection)?;
                    let mut more = true;
                    while more && begun.elapsed() < STEP {
                        more = index::remove_one(&transaction, *chat, *message)?;
                    }
                    transaction.commit()?;
                    if !more {
                        break;
                    }
                    // Nobody saves there; who writes the index may come in between.
                    thread::sleep(begun.elapsed() / 4);
                }
            }
            Ok(())
        };
        match take() {
            Ok(()) => Ok(Some(path)),
            // One that another program makes just now has no tables yet.
            Err(error) if is_no_index(&error) => {
                self.write(doing, |chats| {
                    index::rename(chats)?;
                    retire::out_of_service(chats)?;
                    Ok(())
                })?;
                Ok(None)
            }
            Err(error) => Err(Error::sql(doing, &path)(error)),
        }
    }

    /// Takes out of the index what came into it while the rows went, and out of its log all of that. Returns
    /// the files that may still have the words.
    fn empty_index(&self, words: &[Words], known: Option<PathBuf>) -> Vec<PathBuf> {
        let mut left = Vec::new();
        match self.take_from_index(words) {
            Ok(Some(path)) => {
                if !matches!(self.empty_the_log(&path), Ok(false)) {
                    left.push(log_of(&path));
                }
            }
            Ok(None) => {}
            Err(_) => left.extend(known),
        }
        let strays = self
            .read("erase a chat", |chats| Ok(index::name(chats)?))
            .and_then(|name| index::strays(&self.folder, name.as_deref()));
        for stray in strays.unwrap_or_default() {
            match fs::remove_file(&stray) {
                Err(error) if error.kind() != ErrorKind::NotFound => left.push(stray),
                _ => {}
            }
        }
        left
    }

    /// Moves all of a log into its database and empties it: until then it has what was erased. True
    /// where somebody reads for so long that it stays.
    fn empty_the_log(&self, path: &Path) -> Result<bool, Error> {
        let doing = || {
            let connection = connect_to_write(path)?;
            // While it waits for others who read, it lets nobody write.
            connection.busy_timeout(STEP)?;
            let begun = Instant::now();
            loop {
                let quiet = self.searches.halt();
                // Most of the work, for which nobody waits.
                connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
                let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
                let is_busy = match connection.query_row(sql, [], |row| row.get(0)) {
                    Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                        true
                    }
                    told => told?,
                };
                drop(quiet);
                if !is_busy || begun.elapsed() >= LOG_PATIENCE {
                    return Ok(is_busy);
                }
                thread::sleep(STEP);
            }
        };
        doing().map_err(Error::sql("empty the log", path))
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
                match schema::version(&connection)? {
                    1 => {}
                    // The index of an older file only marks what is gone.
                    2..=6 => {
                        let sql = "INSERT INTO words (words) VALUES ('rebuild')";
                        connection.execute(sql, [])?;
                    }
                    // Nobody asks it any more.
                    _ => while retire::within(&connection)? {},
                }
                connection.execute_batch("VACUUM")?;
                Ok(())
            };
            work().map_err(|fault| fault.into_error(doing, path))
        })
    }
}

fn log_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// True for a database that is damaged, or has not the tables of an index.
fn is_no_index(error: &rusqlite::Error) -> bool {
    is_damage(error) || error.sqlite_error_code() == Some(ErrorCode::Unknown)
}

/// Deletes one row of a chat, its own at last; false once there is none.
fn delete_some(transaction: &Transaction<'_>, id: ChatId) -> Result<bool, Fault> {
    match erasable(transaction, id) {
        Err(Fault::Said(Error::NotFound { .. })) => return Ok(false),
        other => other?,
    };
    let sql = "UPDATE chats SET leaf = NULL WHERE id = ?1 AND leaf IS NOT NULL";
    transaction.execute(sql, [id.0])?;
    // The newest first: none goes before those that follow it.
    for sql in [
        "DELETE FROM attachments WHERE id = (SELECT id FROM attachments WHERE chat = ?1 LIMIT 1)",
        "DELETE FROM messages WHERE id = (SELECT max(id) FROM messages WHERE chat = ?1)",
    ] {
        if transaction.execute(sql, [id.0])? > 0 {
            return Ok(true);
        }
    }
    Ok(transaction.execute("DELETE FROM chats WHERE id = ?1", [id.0])? > 0)
}

/// Deletes a message that was removed before this time, with its files, unless it has come back. True.
fn delete_removed(transaction: &Transaction<'_>, id: i64, ms: i64) -> Result<bool, Fault> {
    let sql = "SELECT 1 FROM messages WHERE id = ?1 AND removed_ms < ?2";
    let is_removed = transaction.query_row(sql, (id, ms), |_| Ok(()));
    if is_removed.optional()?.is_some() {
        transaction.execute("DELETE FROM attachments WHERE message = ?1", [id])?;
        transaction.execute("DELETE FROM messages WHERE id = ?1", [id])?;
    }
    Ok(true)
}

/// Deletes all rows of a chat in a copy that nobody else has.
fn delete(connection: &Connection, id: ChatId) -> Result<(), Fault> {
    connection.execute("UPDATE chats SET leaf = NULL WHERE id = ?1", [id.0])?;
    // Backups of older versions have no files.
    let version = schema::version(connection)?;
    if version > 3 {
        connection.execute("DELETE FROM attachments WHERE chat = ?1", [id.0])?;
    }
    if version > 5 {
        let sql = "DELETE FROM growth WHERE message IN (SELECT id FROM messages WHERE chat = ?1)";
        connection.execute(sql, [id.0])?;
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
            Err(error) if is_damage(&error) => {}
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
