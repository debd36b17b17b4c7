//! What is on disk, read past the product by SQL of our own, and what SQLite says of it.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use rusqlite::{Connection, OpenFlags};

/// A chat as its row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    /// Its title.
    pub title: String,
    /// The folder in which it lies.
    pub folder: String,
    /// What was typed and not sent.
    pub draft: String,
    /// What is said with every reply.
    pub instructions: String,
    /// It waits to be erased.
    pub is_deleted: bool,
}

/// A message as its row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its chat.
    pub chat: i64,
    /// The user's words.
    pub is_question: bool,
    /// Where it stands.
    pub state: String,
    /// Its words, or the answer.
    pub text: String,
    /// The thinking.
    pub thinking: String,
    /// It was taken out of its chat.
    pub is_removed: bool,
}

/// All of a database of this build's schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Chats by their numbers.
    pub chats: BTreeMap<i64, Chat>,
    /// Messages by their numbers.
    pub messages: BTreeMap<i64, Message>,
    /// What the product remembers.
    pub settings: BTreeMap<String, String>,
    /// The words of `settings.json`.
    pub preferences: String,
}

/// The database of a home.
pub fn database(home: &Path) -> PathBuf {
    home.join("chats.db")
}

fn sql(error: rusqlite::Error) -> io::Error {
    io::Error::other(error)
}

impl Found {
    /// Reads the database of a home.
    pub fn read(home: &Path) -> io::Result<Self> {
        let connection = open(&database(home))?;
        let mut found = Self {
            preferences: fs::read_to_string(home.join("settings.json")).unwrap_or_default(),
            ..Self::default()
        };
        found.read_rows(&connection).map_err(sql)?;
        Ok(found)
    }

    fn read_rows(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let chats = "SELECT id, title, coalesce(folder, ''), draft, instructions,
                     deleted_ms IS NOT NULL FROM chats";
        let mut chats = connection.prepare(chats)?;
        let rows = chats.query_map([], |row| {
            let chat = Chat {
                title: row.get(1)?,
                folder: row.get(2)?,
                draft: row.get(3)?,
                instructions: row.get(4)?,
                is_deleted: row.get(5)?,
            };
            Ok((row.get(0)?, chat))
        })?;
        self.chats = rows.collect::<Result<_, _>>()?;
        // What a growing reply has gained lies beside its row.
        let gained = |column| {
            format!(
                "{column} || coalesce((SELECT group_concat({column}, '' ORDER BY id) FROM growth
                                       WHERE message = messages.id), '')"
            )
        };
        let messages = format!(
            "SELECT id, chat, role = 'user', state, {}, {}, removed_with IS NOT NULL FROM messages",
            gained("text"),
            gained("thinking")
        );
        let mut messages = connection.prepare(&messages)?;
        let rows = messages.query_map([], |row| {
            let message = Message {
                chat: row.get(1)?,
                is_question: row.get(2)?,
                state: row.get(3)?,
                text: row.get(4)?,
                thinking: row.get(5)?,
                is_removed: row.get(6)?,
            };
            Ok((row.get(0)?, message))
        })?;
        self.messages = rows.collect::<Result<_, _>>()?;
        let mut settings = connection.prepare("SELECT key, value FROM settings")?;
        let rows = settings.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.settings = rows.collect::<Result<_, _>>()?;
        Ok(())
    }
}

/// A message of a database of any schema that was ever shipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// Its number.
    pub id: i64,
    /// Its chat.
    pub chat: i64,
    /// Its words, or the answer.
    pub text: String,
    /// The thinking.
    pub thinking: String,
}

/// Words of messages in a database of any schema that was ever shipped.
pub fn words(database: &Path) -> io::Result<Vec<Words>> {
    let connection = open(database)?;
    let read = || -> rusqlite::Result<Vec<Words>> {
        let sql = "SELECT id, chat, text, thinking FROM messages ORDER BY id";
        let mut all = connection.prepare(sql)?;
        let rows = all.query_map([], |row| {
            Ok(Words {
                id: row.get(0)?,
                chat: row.get(1)?,
                text: row.get(2)?,
                thinking: row.get(3)?,
            })
        })?;
        rows.collect()
    };
    read().map_err(sql)
}

/// Tokens a second of the last reply of a home that tells.
pub fn last_decode_rate(home: &Path) -> io::Result<f64> {
    let newest = "SELECT decode_per_second FROM messages
                     WHERE decode_per_second IS NOT NULL ORDER BY id DESC LIMIT 1";
    open(&database(home))?
        .query_row(newest, [], |row| row.get(0))
        .map_err(sql)
}

/// The schema of a database; 0 where it has none.
pub fn schema(database: &Path) -> io::Result<i64> {
    open(database)?
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(sql)
}

fn open(database: &Path) -> io::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(database, flags).map_err(sql)
}

/// What SQLite finds wrong with a database, and with the index of words beside it: pages and indices, what
/// points nowhere, words. The words of a growing reply are in no index, so only where nothing grows
/// (`at_rest`) is the one that older versions had compared with what it indexes; the one beside has its
/// own texts.
pub fn complaints(database: &Path, at_rest: bool) -> Vec<String> {
    let mut all = complaints_of(database, at_rest);
    let beside = database.parent().and_then(|folder| files(folder).ok());
    for path in beside.unwrap_or_default() {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_index = name.starts_with("search-") && path.parent() == database.parent();
        if is_index && path.extension().is_some_and(|kind| kind == "db") {
            all.extend(complaints_of(&path, true));
        }
    }
    all
}

fn complaints_of(database: &Path, at_rest: bool) -> Vec<String> {
    let check = || -> rusqlite::Result<Vec<String>> {
        let connection = Connection::open(database)?;
        let mut all: Vec<String> = connection
            .prepare("PRAGMA integrity_check")?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        all.retain(|line| line != "ok");
        let mut dangling = connection.prepare("PRAGMA foreign_key_check")?;
        let rows = dangling.query_map([], |row| row.get::<_, String>(0))?;
        for table in rows {
            all.push(format!("a row of `{}` points nowhere", table?));
        }
        // What older versions left here serves until there is another one, and nothing is added to it.
        let at_rest = at_rest && !connection.table_exists(None, "fresh")?;
        for (index, compared) in [("words", at_rest), ("words_of_files", false)] {
            if !connection.table_exists(None, index)? {
                continue;
            }
            let depth = i32::from(compared);
            let sql =
                format!("INSERT INTO {index} ({index}, rank) VALUES ('integrity-check', {depth})");
            if let Err(error) = connection.execute(&sql, []) {
                all.push(format!("the index `{index}`: {error}"));
            }
        }
        Ok(all)
    };
    let said = check().unwrap_or_else(|error| vec![error.to_string()]);
    let name = database.display();
    said.into_iter()
        .map(|said| format!("{name}: {said}"))
        .collect()
}

/// Every file below a folder that has the word, and every file below it.
pub fn files_with(folder: &Path, word: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in files(folder)? {
        let bytes = std::fs::read(&path).unwrap_or_default();
        let word = word.as_bytes();
        if bytes.windows(word.len()).any(|there| there == word) {
            found.push(path);
        }
    }
    Ok(found)
}

/// Every file below a folder.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let there = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &there)?;
        } else {
            fs::copy(&path, &there)?;
        }
    }
    Ok(())
}
