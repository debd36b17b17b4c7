//! Opening a folder of chats: alone at the door, checked after a crash, repaired where it must
//! be, brought to this build's schema, and freed of replies whose writer has died.
//!
//! Not here: how a damaged file is replaced (`repair`), and what the tables are (`schema`).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, OpenFlags};

use crate::error::{Error, is_damage};
use crate::indexing::{Indexing, begin_another};
use crate::log::Folding;
use crate::owner::{Door, Neighbours, Owner};
use crate::searching::Searches;
use crate::{Chats, backup, file, index, repair, reply, schema};

/// The database inside its folder.
pub(crate) const FILE: &str = "chats.db";

/// How long a call waits for another program's transaction.
const BUSY_PATIENCE: Duration = Duration::from_secs(5);

/// What a connection keeps of the file, in KiB where it is negative. What is read again comes from the
/// system's cache, which gives way when a model needs the memory; a larger one here would hold it twice,
/// and for as long as we run.
const CACHE: i64 = -512;

/// How long leaving waits for others before it leaves the log to them.
const FOLD_PATIENCE: Duration = Duration::from_millis(200);

/// Chats that are open, and what the user must know about how they came to be.
#[derive(Debug)]
pub struct Opened {
    /// The chats.
    pub chats: Chats,
    /// What happened on the way; empty as a rule.
    pub notes: Vec<OpenNote>,
}

/// Something that happened while opening and that the user must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenNote {
    /// A newer Spud wrote the file; it can be read and every write is refused.
    Newer {
        /// Schema of the file.
        found: i64,
        /// The newest schema that this build knows.
        known: i64,
    },
    /// The database was damaged or gone, and a backup took its place.
    Restored {
        /// The backup that was copied; its name has the day.
        from: PathBuf,
        /// Where the damaged file is now; `None` where none was left.
        damaged: Option<PathBuf>,
    },
    /// The database was damaged and no backup could be read: an empty one took its place.
    Fresh {
        /// Where the damaged file is now.
        damaged: PathBuf,
    },
}

impl Chats {
    /// Opens the chats of a folder, which is made if it is not there.
    ///
    /// The time is milliseconds since 1970, UTC. Replies whose writer has died are
    /// [`crate::State::Interrupted`] afterwards.
    pub fn open(folder: &Path, now_ms: i64) -> Result<Opened, Error> {
        file::private_folder(folder)?;
        let door = Door::enter(&owners(folder))?;
        let owner = Owner::register(&door, now_ms)?;
        let neighbours = door.neighbours(&owner)?;
        let path = folder.join(FILE);
        let mut notes = Vec::new();

        let place = Place {
            folder,
            path: &path,
            door: &door,
            neighbours: &neighbours,
            now_ms,
        };
        let found = if repair::is_lost(folder, &path)? {
            None
        } else {
            let look = match &*neighbours.dead {
                [] => Look::Trust,
                _ if neighbours.damage => Look::AfterDamage,
                _ => Look::AfterCrash,
            };
            match place.enter(look) {
                Err(Error::Damaged { .. }) => None,
                other => Some(other?),
            }
        };
        let (mut connection, newer) = match found {
            Some(found) => found,
            None if neighbours.living => {
                let doing = "repair the damaged chats";
                return Err(Error::InUse { doing, path });
            }
            None => {
                notes.extend(repair::replace(folder, &path, now_ms)?);
                place.enter(Look::AfterCrash)?
            }
        };
        if let Some(found) = newer {
            let known = schema::VERSION;
            notes.push(OpenNote::Newer { found, known });
        }
        if newer.is_none() && !neighbours.living {
            // Now, that nobody has written yet. An index that cannot be read shows it when it is used.
            let is_theirs = index::is_theirs(&connection, folder).unwrap_or(true);
            if !is_theirs {
                let doing = "give the chats another index";
                begin_another(&mut connection).map_err(Error::sql(doing, &path))?;
            }
        }
        let searches = Arc::new(Searches::of(folder, &path));
        let mut beside = || {
            let reader = connect_to_read(&path)?;
            let folding = match newer {
                None => Some(Folding::of(&mut connection, &path, &searches)?),
                Some(_) => None,
            };
            Ok((reader, folding))
        };
        let (reader, folding) = beside().map_err(Error::sql("open the chats", &path))?;
        let indexing = newer.is_none().then(|| Indexing::of(folder, &path));
        let has_marks = Arc::<AtomicBool>::default();
        let noted = Arc::clone(&has_marks);
        let note = move |_, _: &str, table: &str, _| {
            if table == "fresh" {
                noted.store(true, Ordering::Relaxed);
            }
        };
        connection
            .update_hook(Some(note))
            .map_err(Error::sql("open the chats", &path))?;
        let chats = Chats {
            indexing,
            has_marks,
            folding,
            searches,
            reader: Mutex::new(reader),
            writer: Mutex::new(connection),
            owner,
            folder: folder.to_owned(),
            path,
            newer,
        };
        Ok(Opened { chats, notes })
    }

    /// Marks the replies as interrupted whose writer has died since this folder was opened, and
    /// says how many there were: for a window that shows a chat which a terminal was writing.
    pub fn interrupt_abandoned(&self) -> Result<usize, Error> {
        if let Some(newer) = self.newer_error() {
            return Err(newer);
        }
        let door = Door::enter(&owners(&self.folder))?;
        reply::interrupt_abandoned(&mut self.writer(), &door, &self.path)
            .map_err(|error| self.noted(error))
    }
}

fn owners(folder: &Path) -> PathBuf {
    folder.join("owners")
}

/// What a look at a database file tells.
pub(crate) enum Verdict {
    /// It can be used, and has this schema (0: none yet).
    Sound(Connection, i64),
    /// It has this schema, which this build does not know.
    Newer(i64),
    /// It is no database, or broken.
    Damaged(String),
}

/// The database to be opened, and all that matters to it.
struct Place<'a> {
    folder: &'a Path,
    path: &'a Path,
    door: &'a Door,
    neighbours: &'a Neighbours,
    now_ms: i64,
}

impl Place<'_> {
    /// Opens the database as it is, ready for use, with its schema if that is newer than ours.
    /// [`Error::Damaged`] is for [`repair`].
    fn enter(&self, look: Look) -> Result<(Connection, Option<i64>), Error> {
        let path = self.path;
        file::private_database(path)?;
        match examine(path, look)? {
            Verdict::Newer(found) => {
                let connection =
                    connect_to_read(path).map_err(Error::sql("open the chats to read", path))?;
                Ok((connection, Some(found)))
            }
            Verdict::Sound(mut connection, version) => {
                refuse_unwritable(&connection, path)?;
                self.upgrade(&mut connection, version)?;
                reply::interrupt_abandoned(&mut connection, self.door, path)?;
                self.neighbours.bury();
                Ok((connection, None))
            }
            Verdict::Damaged(why) => {
                let doing = "open the chats";
                let path = path.to_owned();
                Err(Error::Damaged { doing, path, why })
            }
        }
    }

    /// Sets what each connection must set, and brings the file to this build's schema.
    fn upgrade(&self, connection: &mut Connection, version: i64) -> Result<(), Error> {
        let path = self.path;
        if version > 0 && version < schema::VERSION {
            if self.neighbours.living {
                let doing = "bring the chats to this version's form";
                let path = path.to_owned();
                return Err(Error::InUse { doing, path });
            }
            backup::before_upgrade(self.folder, version, self.now_ms)?;
        }
        configure(connection).map_err(Error::sql("set up the chats", path))?;
        schema::migrate(connection).map_err(Error::sql("make the tables of the chats", path))
    }
}

/// How much of a database is looked at before it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Its header and schema.
    Trust,
    /// Every page.
    AfterCrash,
    /// Every page, and every index beside its table.
    AfterDamage,
}

/// Opens a database and asks SQLite about it.
pub(crate) fn examine(path: &Path, look: Look) -> Result<Verdict, Error> {
    match try_examine(path, look) {
        Err(error) if is_damage(&error) => Ok(Verdict::Damaged(error.to_string())),
        other => other.map_err(Error::sql("open the chats", path)),
    }
}

fn try_examine(path: &Path, look: Look) -> rusqlite::Result<Verdict> {
    let connection = connect(path)?;
    let version = schema::version(&connection)?;
    if !(0..=schema::VERSION).contains(&version) {
        return Ok(Verdict::Newer(version));
    }
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if version == 0 && tables > 0 {
        return Ok(Verdict::Damaged("it has tables and no version".to_owned()));
    }
    if look != Look::Trust {
        // Unlike integrity_check it does not compare indices with their tables, which takes
        // several times as long and finds nothing that a crash can do.
        let found = check(&connection, "quick_check")?;
        if found != "ok" {
            return Ok(Verdict::Damaged(found));
        }
    }
    if look == Look::AfterDamage && check(&connection, "integrity_check")? != "ok" {
        // The tables are whole, so the indices can be made from them again and nothing is lost.
        connection.execute_batch("REINDEX")?;
        let found = check(&connection, "integrity_check")?;
        if found != "ok" {
            return Ok(Verdict::Damaged(found));
        }
    }
    // Closing may fold the log again, now that nothing speaks for setting the file aside.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(Verdict::Sound(connection, version))
}

/// The first complaint of one of SQLite's checks, or `ok`.
fn check(connection: &Connection, which: &str) -> rusqlite::Result<String> {
    connection.query_row(&format!("PRAGMA {which}(1)"), [], |row| row.get(0))
}

/// A connection that writes nothing by itself when it is closed.
fn connect(path: &Path) -> rusqlite::Result<Connection> {
    // The mutex is ours, so SQLite needs none of its own.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.busy_timeout(BUSY_PATIENCE)?;
    Ok(connection)
}

/// A connection through which nothing can be changed.
pub(crate) fn connect_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_PATIENCE)?;
    connection.pragma_update(None, "cache_size", CACHE)?;
    Ok(connection)
}

/// A connection beside the one that writes, for the log.
pub(crate) fn connect_to_write(path: &Path) -> rusqlite::Result<Connection> {
    let connection = connect(path)?;
    configure(&connection)?;
    Ok(connection)
}

/// SQLite opens a file that it may not write for reading, and says so only when a word is lost.
fn refuse_unwritable(connection: &Connection, path: &Path) -> Result<(), Error> {
    let doing = "open the chats";
    if connection
        .is_readonly(MAIN_DB)
        .map_err(Error::sql(doing, path))?
    {
        let path = path.to_owned();
        return Err(Error::ReadOnly { doing, path });
    }
    Ok(())
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    // Readers never wait for the writer, and a commit is one write and one sync of the log.
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    // Every commit is on the disk before its call returns.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // macOS answers a sync before the drive has written: here the order of writes matters.
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    // What is deleted is overwritten: rows go only where somebody wants them erased.
    connection.pragma_update_and_check(None, "secure_delete", true, |_| Ok(()))?;
    connection.pragma_update(None, "cache_size", CACHE)?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// Moves what the log holds into the database and empties the log, if nobody is reading.
pub(crate) fn fold_log(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(FOLD_PATIENCE)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
