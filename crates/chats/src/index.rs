//! The index of words: a database of its own beside the chats, `search-<name>.db`.
//!
//! It can always be made anew from the chats, so nothing of it is in a backup, and a damaged one is given up
//! and another begun under another name. The chats know the name of theirs (a setting), so that one which
//! was made of other chats, as after a repair, is nobody's.
//!
//! Words are looked for in texts as they are compared (`fold`). A text is what all words of a query must
//! stand in: a message with its thinking, or a file with its name. It lies here in pieces that overlap, so
//! that neither writing nor erasing one takes long, however large a file is.
//!
//! FTS5's trigram tokenizer indexes runs of three characters, which needs no spaces between words and so
//! finds Chinese too. Each piece has two more characters at its end: so each character begins a run, and
//! words of one or two are found as the beginnings of runs.
//!
//! Not here: what comes into it when (`indexing`).

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Transaction};

use crate::error::Error;
use crate::file;
use crate::fold::FORM;
use crate::open::{connect_to_read, connect_to_write};

/// Under which setting the chats have the name of their index.
pub(crate) const NAME: &str = "chats.index";

/// Under which setting the chats have the turn of their index (see [`take_turn`]).
const TURN: &str = "chats.index.turn";

/// Characters of a piece. Erasing takes out one after the other, each in some tens of milliseconds; with
/// smaller ones it takes longer altogether.
const PIECE: usize = 32 * 1024;

/// The longest word that lies in some piece as a whole; of a longer one, its beginning does.
pub(crate) const LONGEST: usize = 64;

/// Places in the index above which a word of one or two characters is not looked up there: it stands in
/// so many texts that the newest are looked through sooner.
const MANY: usize = 20_000;

/// What makes a run of three of the last characters of a piece. It is in no word.
const END: &str = "\n\n";

/// * `about` has one row. `below` is the message down to which the index has come: those older are not in it
///   yet. `seen` is the last of the chats' marks that it knows of. `old` is 1 where the index of older
///   versions has those that are not in this one.
/// * `going` is a message that is half in it (see `indexing`).
/// * `texts` has the texts of `pieces`, which is narrow: a word may be in all of them.
const TABLES: &str = "
    CREATE TABLE about (
        below INTEGER NOT NULL, seen INTEGER NOT NULL, old INTEGER NOT NULL,
        turn TEXT NOT NULL, before TEXT NOT NULL
    ) STRICT;
    CREATE TABLE going (
        chat INTEGER NOT NULL, message INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
        file INTEGER, at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE pieces (
        id INTEGER PRIMARY KEY,
        chat INTEGER NOT NULL,
        message INTEGER NOT NULL,
        file INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX pieces_by_message ON pieces (chat, message, file);
    CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
    CREATE VIRTUAL TABLE words USING fts5 (
        text, content = 'texts', content_rowid = 'id', tokenize = 'trigram case_sensitive 1'
    );
    INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
";

/// For connections that look words up: the runs of three, and where each is.
const RUNS: &str = "
    PRAGMA temp_store = MEMORY;
    CREATE VIRTUAL TABLE temp.runs USING fts5vocab (main, words, instance);
";

/// One text: its chat, its message, and its file, 0 where it is the message's own.
pub(crate) type Text = (i64, i64, i64);

/// How far an index has come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    pub(crate) below: i64,
    pub(crate) seen: i64,
    pub(crate) old: bool,
}

/// The name that the chats have for their index; none where they have none yet.
pub(crate) fn name(chats: &Connection) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT value FROM settings WHERE key = ?1";
    let name: Option<String> = chats.query_row(sql, [NAME], |row| row.get(0)).optional()?;
    // It becomes part of a path.
    Ok(name.filter(|name| is_name(name)))
}

/// True for a name that [`rename`] could have given.
fn is_name(name: &str) -> bool {
    name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Gives the chats another index, which is still to be made.
pub(crate) fn rename(chats: &Connection) -> rusqlite::Result<()> {
    let sql = "INSERT INTO settings (key, value) VALUES (?1, lower(hex(randomblob(16))))
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    chats.execute(sql, [NAME])?;
    Ok(())
}

pub(crate) fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("search-{name}.db"))
}

/// All files of indices that are nobody's any more.
pub(crate) fn strays(folder: &Path, name: Option<&str>) -> Result<Vec<PathBuf>, Error> {
    let doing = "look into the folder";
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file(doing, folder))? {
        let entry = entry.map_err(Error::file(doing, folder))?;
        let file = entry.file_name();
        // With the log and its map, which have longer names.
        let of = file.to_str().and_then(|file| file.strip_prefix("search-"));
        let Some((of, _)) = of.and_then(|of| of.split_once(".db")) else {
            continue;
        };
        if is_name(of) && Some(of) != name {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Opens an index to look words up; none where it is not made yet.
pub(crate) fn open_to_read(path: &Path) -> rusqlite::Result<Option<Connection>> {
    if !path.exists() {
        return Ok(None);
    }
    let connection = connect_to_read(path)?;
    let form: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if form != FORM {
        return Ok(None);
    }
    connection.execute_batch(RUNS)?;
    Ok(Some(connection))
}

/// True unless the chats have an index that was made of other words than theirs: of a later state of them, as
/// where somebody put a copy of the database back by hand, or of one that went another way since, as where a
/// folder is kept alike on two computers. To be asked before anybody writes to them.
pub(crate) fn is_theirs(chats: &Connection, folder: &Path) -> rusqlite::Result<bool> {
    let Some(name) = name(chats)? else {
        return Ok(true);
    };
    let Some(index) = open_to_read(&path(folder, &name))? else {
        return Ok(true);
    };
    let (turn, before): (String, String) =
        index.query_row("SELECT turn, before FROM about", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    let theirs = turn_of(chats)?;
    Ok((theirs == turn || theirs == before) && about(&index)?.seen <= last_mark(chats)?)
}

/// The last mark that the chats ever gave.
pub(crate) fn last_mark(chats: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT seq FROM sqlite_sequence WHERE name = 'fresh'";
    let last = chats.query_row(sql, [], |row| row.get(0)).optional()?;
    Ok(last.unwrap_or(0))
}

/// Notes in the index and then in the chats that a program begins to write the index of these chats: both
/// have the same random turn from then on, which no copy of either has that was made earlier. The index has
/// the one before as well, since a kill may come between the two.
pub(crate) fn take_turn(index: &mut Connection, chats: &mut Connection) -> rusqlite::Result<()> {
    // The index first, as everywhere: whoever waits for it must not hold the chats.
    let index = immediate(index)?;
    let chats = immediate(chats)?;
    let turn: String =
        chats.query_row("SELECT lower(hex(randomblob(16)))", [], |row| row.get(0))?;
    let sql = "UPDATE about SET turn = ?1, before = ?2";
    index.execute(sql, (&turn, turn_of(&chats)?))?;
    let sql = "INSERT INTO settings (key, value) VALUES (?1, ?2)
               ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    chats.execute(sql, (TURN, &turn))?;
    index.commit()?;
    chats.commit()
}

fn turn_of(chats: &Connection) -> rusqlite::Result<String> {
    let sql = "SELECT value FROM settings WHERE key = ?1";
    let turn = chats.query_row(sql, [TURN], |row| row.get(0)).optional()?;
    Ok(turn.unwrap_or_default())
}

/// Opens an index to write it, and makes it if it is not there; none where it has another form.
pub(crate) fn open_to_write(
    path: &Path,
    begun: impl FnOnce() -> rusqlite::Result<About>,
) -> Result<Option<Connection>, Error> {
    file::private_database(path)?;
    let open = || {
        let mut connection = connect_to_write(path)?;
        let transaction = immediate(&mut connection)?;
        let form: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if form == 0 {
            transaction.execute_batch(TABLES)?;
            let About { below, seen, old } = begun()?;
            let sql =
                "INSERT INTO about (below, seen, old, turn, before) VALUES (?1, ?2, ?3, '', '')";
            transaction.execute(sql, (below, seen, old))?;
            transaction.pragma_update(None, "user_version", FORM)?;
        }
        transaction.commit()?;
        Ok((form == 0 || form == FORM).then_some(connection))
    };
    open().map_err(Error::sql("open the index of words", path))
}

pub(crate) fn immediate(connection: &mut Connection) -> rusqlite::Result<Transaction<'_>> {
    connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
}

pub(crate) fn about(index: &Connection) -> rusqlite::Result<About> {
    index.query_row("SELECT below, seen, old FROM about", [], |row| {
        Ok(About {
            below: row.get(0)?,
            seen: row.get(1)?,
            old: row.get(2)?,
        })
    })
}

/// Adds the piece of a folded text that begins at this byte, and says where the next one does.
pub(crate) fn add(
    index: &Connection,
    (chat, message, file): Text,
    folded: &str,
    at: usize,
) -> rusqlite::Result<Option<usize>> {
    let rest = &folded[at..];
    let end = rest.char_indices().nth(PIECE).map(|(end, _)| end);
    let piece = format!("{}{END}", &rest[..end.unwrap_or(rest.len())]);
    let sql = "INSERT INTO pieces (chat, message, file) VALUES (?1, ?2, ?3)";
    index.prepare_cached(sql)?.execute((chat, message, file))?;
    let id = index.last_insert_rowid();
    for sql in [
        "INSERT INTO texts (id, text) VALUES (?1, ?2)",
        "INSERT INTO words (rowid, text) VALUES (?1, ?2)",
    ] {
        index.prepare_cached(sql)?.execute((id, &piece))?;
    }
    Ok(end.map(|end| {
        // So that every word of it is whole in one of the two.
        let overlap = rest[..end].char_indices().rev().nth(LONGEST - 2);
        at + overlap.map_or(end, |(begin, _)| begin)
    }))
}

/// Removes one piece of a chat, or of one of its messages; false once there is none.
pub(crate) fn remove_one(
    index: &Connection,
    chat: i64,
    message: Option<i64>,
) -> rusqlite::Result<bool> {
    // The last one first: where a word stands in thousands of them, FTS5 would come past all that are gone.
    let one = "SELECT max(id) FROM pieces WHERE chat = ?1 AND message = ?2 AND file = (
                   SELECT max(file) FROM pieces WHERE chat = ?1 AND message = ?2)";
    let any = "SELECT id FROM pieces WHERE chat = ?1
               ORDER BY message DESC, file DESC, id DESC LIMIT 1";
    let found: Option<i64> = match message {
        Some(message) => index
            .prepare_cached(one)?
            .query_row((chat, message), |row| row.get(0))?,
        None => index
            .prepare_cached(any)?
            .query_row([chat], |row| row.get(0))
            .optional()?,
    };
    let Some(id) = found else {
        return Ok(false);
    };
    for sql in [
        "INSERT INTO words (words, rowid, text) SELECT 'delete', id, text FROM texts WHERE id = ?1",
        "DELETE FROM texts WHERE id = ?1",
        "DELETE FROM pieces WHERE id = ?1",
    ] {
        index.prepare_cached(sql)?.execute([id])?;
    }
    Ok(true)
}

/// The texts that have a folded word, in order; its beginning where it is a very long one. None where it
/// is so short, and in so many of them, that the index is no help.
pub(crate) fn texts_with(index: &Connection, word: &str) -> rusqlite::Result<Option<Vec<Text>>> {
    let text = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let mut found: Vec<Text>;
    if word.chars().nth(2).is_some() {
        let begin: String = word.chars().take(LONGEST).collect();
        let phrase = format!("\"{}\"", begin.replace('"', "\"\""));
        let sql = "SELECT chat, message, file FROM words JOIN pieces ON pieces.id = words.rowid
                   WHERE words MATCH ?1";
        let mut statement = index.prepare_cached(sql)?;
        let rows = statement.query_map([phrase], text)?;
        found = rows.collect::<Result<_, _>>()?;
    } else {
        let sql = "SELECT doc FROM temp.runs WHERE term >= ?1 AND term <= ?2";
        let mut statement = index.prepare_cached(sql)?;
        let mut rows = statement.query((word, format!("{word}\u{10ffff}\u{10ffff}")))?;
        let mut pieces: HashSet<i64> = HashSet::new();
        let mut places = 0;
        while let Some(row) = rows.next()? {
            places += 1;
            if places > MANY {
                return Ok(None);
            }
            pieces.insert(row.get(0)?);
        }
        let sql = "SELECT chat, message, file FROM pieces WHERE id = ?1";
        let mut statement = index.prepare_cached(sql)?;
        let rows = pieces.iter().map(|id| statement.query_row([id], text));
        found = rows.collect::<Result<_, _>>()?;
    }
    found.sort_unstable();
    found.dedup();
    Ok(Some(found))
}
