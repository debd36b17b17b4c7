//! How the index of older versions leaves the chats' own database: it stood there beside the words, as large
//! as they are, and is emptied with zeros in steps for which nobody waits.
//!
//! First its tables become tables like any other, so that nothing takes them for an index, least of all the
//! check after a crash, which would find it damaged.

use rusqlite::{Connection, OptionalExtension};

use crate::index::immediate;

/// The tables of an old index with much in them, and the column by which their rows are told apart. The
/// names are those of FTS5.
const PARTS: [(&str, &str); 3] = [("data", "id"), ("docsize", "id"), ("idx", "segid, term")];
const OLD: [&str; 2] = ["words", "words_of_files"];

/// Rows that go at once: at most a few hundred KiB.
const AT_ONCE: usize = 40;

/// True while searches may ask the old index.
pub(crate) fn serves(chats: &Connection) -> rusqlite::Result<bool> {
    has(chats, OLD[0])
}

/// Takes the old index out of service at once.
pub(crate) fn out_of_service(chats: &Connection) -> rusqlite::Result<()> {
    for old in OLD {
        if !has(chats, old)? {
            continue;
        }
        for (part, _) in PARTS {
            chats.execute_batch(&format!(
                "ALTER TABLE {old}_{part} RENAME TO gone_{old}_{part}"
            ))?;
        }
        chats.execute_batch(&format!("DROP TABLE {old}"))?;
    }
    Ok(())
}

/// Deletes some of what an old index had; false once nothing is left of it.
pub(crate) fn some(chats: &mut Connection) -> rusqlite::Result<bool> {
    let is_there =
        "SELECT 1 FROM sqlite_schema WHERE name = 'words' OR name LIKE 'gone~_%' ESCAPE '~'";
    let is_there = chats.query_row(is_there, [], |_| Ok(())).optional()?;
    if is_there.is_none() {
        return Ok(false);
    }
    let transaction = immediate(chats)?;
    let more = within(&transaction)?;
    transaction.commit()?;
    Ok(more)
}

/// The same in a transaction that is there.
pub(crate) fn within(chats: &Connection) -> rusqlite::Result<bool> {
    if serves(chats)? {
        out_of_service(chats)?;
        return Ok(true);
    }
    for old in OLD {
        for (part, key) in PARTS {
            let table = format!("gone_{old}_{part}");
            if !has(chats, &table)? {
                continue;
            }
            let sql = format!(
                "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} LIMIT {AT_ONCE})"
            );
            if chats.execute(&sql, [])? == 0 {
                chats.execute_batch(&format!("DROP TABLE {table}"))?;
            }
            return Ok(true);
        }
    }
    Ok(false)
}

fn has(chats: &Connection, table: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
    let found = chats.query_row(sql, [table], |_| Ok(())).optional()?;
    Ok(found.is_some())
}
