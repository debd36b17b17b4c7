//! Copies of the whole database in `backups/`: one a day, of which seven are kept, and one from
//! before each change of the schema, which stay. (So do those of a clock that ran ahead, see
//! `reconcile`.)
//!
//! A copy is `VACUUM INTO` a temporary name, then a rename, so a backup with a name is whole. The index of
//! words is in none: it can be made anew.
//! Not here: how one is restored (`repair`).

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

use crate::error::Error;
use crate::file::{private_file, private_folder, publish};
use crate::open::{FILE, connect_to_read};
use crate::{Chats, index};

/// A week, so that a loss noticed late can still be undone.
const KEPT: usize = 7;

/// How long somebody who wants a backup made or changed waits for the one who is at it: the daily copy
/// is made behind the same program's back.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(20);

/// The last second that SQLite's calendar knows, in the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

impl Chats {
    /// Makes today's backup (the day in UTC) if there is none yet, forgets those of more than
    /// seven days with a backup, and returns the new one.
    ///
    /// It reads through a connection of its own, so replies can be saved meanwhile.
    pub fn backup_if_due(&self, now_ms: i64) -> Result<Option<PathBuf>, Error> {
        if self.is_read_only() {
            return Ok(None);
        }
        let source = self.source()?;
        let to = self.of_today(&source, now_ms)?;
        if to.exists() || !self.copy_to(&source, &to, Duration::ZERO)? {
            return Ok(None);
        }
        reconcile(&self.folder, &to)?;
        forget_old(&self.folder)?;
        Ok(Some(to))
    }

    /// Makes today's backup, in the place of one that is there.
    pub fn back_up(&self, now_ms: i64) -> Result<(), Error> {
        let source = self.source()?;
        let to = self.of_today(&source, now_ms)?;
        if !self.copy_to(&source, &to, PATIENCE)? {
            let (doing, path) = ("make a backup", to);
            return Err(Error::Busy { doing, path });
        }
        reconcile(&self.folder, &to)?;
        forget_old(&self.folder)
    }

    /// The backups by name, with their bytes, the newest first.
    pub fn backups(&self) -> Result<Vec<(String, u64)>, Error> {
        let found = newest_first(&self.folder)?.into_iter();
        let told = found.filter_map(|path| {
            let name = path.file_name()?.to_str()?.to_owned();
            // One that goes meanwhile is not there.
            Some((name, fs::metadata(&path).ok()?.len()))
        });
        Ok(told.collect())
    }

    /// Bytes of the database, without its log.
    pub fn bytes(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |file| file.len())
    }

    fn source(&self) -> Result<Connection, Error> {
        connect_to_read(&self.path).map_err(Error::sql("read the chats", &self.path))
    }

    fn of_today(&self, source: &Connection, now_ms: i64) -> Result<PathBuf, Error> {
        let name = daily_name(source, &self.path, now_ms)?;
        Ok(folder_of(&self.folder).join(name))
    }

    /// A copy reads everything, so damage is often found here first.
    fn copy_to(&self, source: &Connection, to: &Path, patience: Duration) -> Result<bool, Error> {
        copy(source, &self.folder, to, patience).map_err(|error| self.noted(error))
    }
}

/// Keeps the database as the older version left it.
pub(crate) fn before_upgrade(folder: &Path, version: i64, now_ms: i64) -> Result<(), Error> {
    let path = folder.join(FILE);
    let source = connect_to_read(&path).map_err(Error::sql("read the chats", &path))?;
    let day = day(&source, &path, now_ms)?;
    let to = folder_of(folder).join(format!("chats-{day}-v{version}.db"));
    if copy(&source, folder, &to, PATIENCE)? {
        return Ok(());
    }
    let doing = "back up the chats before changing their form";
    Err(Error::Busy { doing, path: to })
}

/// All backups, the newest first as far as their names tell.
pub(crate) fn newest_first(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let folder = folder_of(folder);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let doing = "look into the folder";
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).map_err(Error::file(doing, &folder))? {
        let path = entry.map_err(Error::file(doing, &folder))?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        let is_ours = name.is_some_and(|name| name.starts_with("chats-"));
        if is_ours && path.extension().is_some_and(|kind| kind == "db") {
            found.push(path);
        }
    }
    found.sort_unstable_by(|a, b| b.cmp(a));
    Ok(found)
}

/// Copies the database, or returns false where somebody else is at it for longer than this.
fn copy(source: &Connection, folder: &Path, to: &Path, patience: Duration) -> Result<bool, Error> {
    let Some(part) = Part::take(folder, patience)? else {
        return Ok(false);
    };
    let Some(name) = part.path.to_str() else {
        let doing = "make a backup";
        let source = "the path is not UTF-8, which SQLite needs here".into();
        let path = part.path;
        return Err(Error::Storage {
            doing,
            path,
            source,
        });
    };
    let copied = source
        .execute("VACUUM INTO ?1", [name])
        .and_then(|_| is_a_copy(&part.path))
        .map_err(Error::sql("make a backup", &folder.join(FILE)));
    part.becomes(to, copied).map(|()| true)
}

/// A copy goes other ways than the chats, whose index has other words then: it has none.
fn is_a_copy(part: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open_with_flags(part, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    if index::name(&connection)?.is_some() {
        // Nobody knows it yet, so it needs no journal.
        connection.pragma_update_and_check(None, "journal_mode", "OFF", |_| Ok(()))?;
        connection.execute("DELETE FROM settings WHERE key = ?1", [index::NAME])?;
    }
    Ok(())
}

/// Changes a backup by changing a copy of it, which then takes its place.
pub(crate) fn rewrite(
    folder: &Path,
    path: &Path,
    change: impl FnOnce(&Path) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some(part) = Part::take(folder, PATIENCE)? else {
        let (doing, path) = ("change a backup", path.to_owned());
        return Err(Error::Busy { doing, path });
    };
    let changed = fs::copy(path, &part.path)
        .map_err(Error::file("copy the backup", path))
        .and_then(|_| change(&part.path));
    part.becomes(path, changed)
}

/// Removes what a crash left of a copy: it has words in it. One that somebody makes just now is theirs.
pub(crate) fn forget_part(folder: &Path) -> Result<(), Error> {
    if let Some(part) = Part::take(folder, PATIENCE)? {
        fs::remove_file(&part.path).map_err(Error::file("remove the file", &part.path))?;
    }
    Ok(())
}

/// A file that becomes a backup, empty at first, and the lock of whoever makes one.
struct Part {
    path: PathBuf,
    _lock: File,
}

impl Part {
    /// `None` where somebody else makes a backup for longer than this.
    fn take(folder: &Path, patience: Duration) -> Result<Option<Self>, Error> {
        let backups = folder_of(folder);
        private_folder(&backups)?;
        let lock = private_file(&backups.join("lock"))?;
        let begun = Instant::now();
        while lock.try_lock().is_err() {
            if begun.elapsed() >= patience {
                return Ok(None);
            }
            thread::sleep(PAUSE);
        }
        // With the lock in hand, a part that lies here is what a crash left. Its journal most of all must
        // go: SQLite would play it back into whatever has the part's name next.
        let path = backups.join("part");
        for ending in ["-journal", "-wal", "-shm"] {
            let left = backups.join(format!("part{ending}"));
            match fs::remove_file(&left) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(Error::file("remove the file", &left)(error));
                }
                _ => {}
            }
        }
        private_file(&path)?
            .set_len(0)
            .map_err(Error::file("empty the file", &path))?;
        Ok(Some(Self { path, _lock: lock }))
    }

    /// Gives it its name, unless it did not become what it should.
    fn becomes(self, to: &Path, made: Result<(), Error>) -> Result<(), Error> {
        let named = made.and_then(|()| publish(&self.path, to));
        if named.is_err() {
            // On a full disk half a copy would take the room that the next words need.
            let _ = fs::remove_file(&self.path);
        }
        named
    }
}

/// Copies of days that are not yet are from a clock that went otherwise. They are older than today's, and
/// named so: else a repair would take one of them, and today's would be forgotten as the oldest.
fn reconcile(folder: &Path, today: &Path) -> Result<(), Error> {
    let name = |path: &Path| {
        path.file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
    };
    let Some(day) = name(today) else {
        return Ok(());
    };
    let ahead = newest_first(folder)?
        .into_iter()
        .filter(|path| is_daily(path) && path.as_path() > today);
    for path in ahead {
        let of = name(&path).unwrap_or_default();
        let of = of.trim_start_matches("chats-");
        let to = today.with_file_name(format!("{day}-of-{of}.db"));
        fs::rename(&path, &to).map_err(Error::file("rename the backup", &path))?;
    }
    Ok(())
}

fn forget_old(folder: &Path) -> Result<(), Error> {
    let daily = newest_first(folder)?
        .into_iter()
        .filter(|path| is_daily(path));
    for old in daily.skip(KEPT) {
        fs::remove_file(&old).map_err(Error::file("remove the old backup", &old))?;
    }
    Ok(())
}

/// True for a name that [`daily_name`] gave; other files in the folder are not ours to forget.
fn is_daily(path: &Path) -> bool {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    stem.and_then(|stem| stem.strip_prefix("chats-"))
        .is_some_and(|day| {
            day.len() == "2026-01-31".len() && day.bytes().all(|b| b.is_ascii_digit() || b == b'-')
        })
}

fn daily_name(connection: &Connection, path: &Path, now_ms: i64) -> Result<String, Error> {
    Ok(format!("chats-{}.db", day(connection, path, now_ms)?))
}

/// The day in UTC. SQLite has a calendar, so we need none.
fn day(connection: &Connection, path: &Path, now_ms: i64) -> Result<String, Error> {
    let seconds = (now_ms / 1000).clamp(0, LAST_SECOND);
    let sql = "SELECT strftime('%Y-%m-%d', ?1, 'unixepoch')";
    connection
        .query_row(sql, [seconds], |row| row.get(0))
        .map_err(Error::sql("tell the day", path))
}

fn folder_of(folder: &Path) -> PathBuf {
    folder.join("backups")
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 24 * 60 * 60 * 1000;

    #[test]
    fn the_copy_from_before_a_change_of_the_schema_outlives_the_daily_ones() {
        let folder = tempfile::tempdir().unwrap();
        let chats = Chats::open(folder.path(), 0).unwrap().chats;
        chats.add_question(None, "old", 0).unwrap();
        before_upgrade(folder.path(), 1, 0).unwrap();
        for day in 0..9 {
            chats.backup_if_due(day * DAY_MS).unwrap();
        }

        let kept = newest_first(folder.path()).unwrap();
        let oldest = kept.last().unwrap();
        assert_eq!(kept.len(), KEPT + 1);
        assert_eq!(oldest.file_name().unwrap(), "chats-1970-01-01-v1.db");
    }

    #[test]
    fn copies_of_a_clock_that_ran_ahead_come_behind_those_that_follow_them() {
        let folder = tempfile::tempdir().unwrap();
        let chats = Chats::open(folder.path(), 0).unwrap().chats;
        chats.add_question(None, "old", 0).unwrap();
        for day in 400..407 {
            chats.backup_if_due(day * DAY_MS).unwrap();
        }
        for day in 0..2 {
            let made = chats.backup_if_due(day * DAY_MS).unwrap().unwrap();
            assert_eq!(newest_first(folder.path()).unwrap()[0], made);
            assert!(chats.backup_if_due(day * DAY_MS).unwrap().is_none());
        }
        let kept = chats.backups().unwrap();
        assert_eq!(kept.len(), 2 + KEPT);
        assert_eq!(kept[1].0, "chats-1970-01-01.db");
        assert_eq!(kept[2].0, "chats-1970-01-01-of-1971-02-11.db");
    }
}
