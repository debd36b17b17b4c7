//! Where searches read: a connection of their own, through which nothing can be changed, so that however long
//! one takes, nothing that is saved or shown waits for it.
//!
//! While somebody reads a moment, the log keeps what came since, erased words among it. So whoever must
//! empty the log makes a search give way ([`Searches::halt`]); it begins again when they are done.
//!
//! Not here: what is searched for (`search`).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, ErrorCode};

use crate::error::{Fault, is_damage};
use crate::open::connect_to_read;
use crate::{index, lock};

/// Steps of SQLite's machine between two looks whether somebody wants the log: far below a millisecond.
const LOOK: i32 = 1000;

/// The searches of one folder, one at a time.
#[derive(Debug)]
pub(crate) struct Searches {
    folder: PathBuf,
    path: PathBuf,
    /// Opened by the first search.
    connection: Mutex<Option<Open>>,
    halts: Arc<AtomicUsize>,
    /// Goes with `over`: searches wait until nobody halts them.
    halted: Mutex<()>,
    over: Condvar,
}

/// No search reads while this is there.
pub(crate) struct Halt<'a> {
    searches: &'a Searches,
    connection: Option<MutexGuard<'a, Option<Open>>>,
}

#[derive(Debug)]
struct Open {
    chats: Connection,
    /// The index and its name, once there is one.
    index: Option<(String, Connection)>,
}

/// What a search reads: one moment of the chats, and the index as it was then or later, so that what it has
/// not got has a mark in the chats. None where there is no index that can be read.
pub(crate) struct Moment<'a> {
    pub(crate) chats: &'a Connection,
    pub(crate) index: Option<&'a Connection>,
    pub(crate) halted: Halted<'a>,
}

/// What a search asks between two texts whether it should begin again.
pub(crate) struct Halted<'a>(&'a AtomicUsize);

impl Halted<'_> {
    /// Ends a search that should.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.0.load(Ordering::SeqCst) > 0 {
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_INTERRUPT);
            return Err(rusqlite::Error::SqliteFailure(code, None).into());
        }
        Ok(())
    }
}

impl Searches {
    pub(crate) fn of(folder: &Path, path: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            path: path.to_owned(),
            connection: Mutex::new(None),
            halts: Arc::default(),
            halted: Mutex::default(),
            over: Condvar::new(),
        }
    }

    /// Runs a search, which sees one moment, until it has come to its end. True beside what it found where
    /// the index is damaged, and it found it without.
    pub(crate) fn run<T>(
        &self,
        work: impl Fn(&Moment<'_>) -> Result<T, Fault>,
    ) -> Result<(T, bool), Fault> {
        let mut is_damaged = false;
        loop {
            self.wait();
            match self.once(&work, !is_damaged) {
                Err(Fault::Sql(error)) if was_halted(&error) => {}
                // Where it is the chats that are damaged, that comes again.
                Err(Fault::Sql(error)) if is_damage(&error) && !is_damaged => is_damaged = true,
                outcome => return Ok((outcome?, is_damaged)),
            }
        }
    }

    fn once<T>(
        &self,
        work: impl Fn(&Moment<'_>) -> Result<T, Fault>,
        with_index: bool,
    ) -> Result<T, Fault> {
        let mut place = lock(&self.connection);
        let halted = || Halted(&self.halts);
        halted().check()?;
        let mut open = match place.take() {
            Some(open) => open,
            None => Open {
                chats: self.connect(connect_to_read(&self.path)?)?,
                index: None,
            },
        };
        let chats = open.chats.transaction()?;
        // The chats first: what is in the index by now was in it or marked then.
        let name = index::name(&chats)?.filter(|_| with_index);
        if open.index.as_ref().map(|(name, _)| name) != name.as_ref() {
            open.index = None;
            if let Some(name) = name
                && let Some(index) = index::open_to_read(&index::path(&self.folder, &name))?
            {
                open.index = Some((name, self.connect(index)?));
            }
        }
        let index = match &mut open.index {
            Some((_, index)) => Some(index.transaction()?),
            None => None,
        };
        let outcome = work(&Moment {
            chats: &chats,
            index: index.as_deref(),
            halted: halted(),
        });
        drop((chats, index));
        *place = Some(open);
        outcome
    }

    fn connect(&self, connection: Connection) -> rusqlite::Result<Connection> {
        let mut connection = connection;
        let halts = Arc::clone(&self.halts);
        connection.progress_handler(LOOK, Some(move || halts.load(Ordering::SeqCst) > 0))?;
        Ok(connection)
    }

    fn wait(&self) {
        let mut halted = lock(&self.halted);
        while self.halts.load(Ordering::SeqCst) > 0 {
            halted = self
                .over
                .wait(halted)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Makes the search that runs give way, and keeps others from beginning for as long as what it returns lives.
    pub(crate) fn halt(&self) -> Halt<'_> {
        self.halts.fetch_add(1, Ordering::SeqCst);
        Halt {
            searches: self,
            connection: Some(lock(&self.connection)),
        }
    }
}

impl Drop for Halt<'_> {
    fn drop(&mut self) {
        drop(self.connection.take());
        // Under the lock, so that nobody looks before and waits after.
        let _halted = lock(&self.searches.halted);
        self.searches.halts.fetch_sub(1, Ordering::SeqCst);
        self.searches.over.notify_all();
    }
}

fn was_halted(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::thread;

    use super::*;

    /// For ever, were it not made to give way.
    const ENDLESS: &str = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n)
                           SELECT count(*) FROM n";

    #[test]
    fn a_search_gives_way_and_begins_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.db");
        let writer = Connection::open(&path).unwrap();
        writer
            .execute_batch(
                "PRAGMA journal_mode = WAL; CREATE TABLE a (x); CREATE TABLE settings (key, value)",
            )
            .unwrap();
        let searches = Searches::of(folder.path(), &path);
        let (begun, begins) = channel();
        thread::scope(|scope| {
            let searches = &searches;
            let found = scope.spawn(move || {
                searches.run(|moment| {
                    let rows = "SELECT count(*) FROM a";
                    let rows: i64 = moment.chats.query_row(rows, [], |row| row.get(0))?;
                    begun.send(()).unwrap();
                    if rows == 0 {
                        moment.chats.query_row(ENDLESS, [], |_| Ok(()))?;
                    }
                    Ok(rows)
                })
            });
            begins.recv().unwrap();
            {
                let _quiet = searches.halt();
                writer.execute("INSERT INTO a VALUES (1)", []).unwrap();
                let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
                let busy: bool = writer.query_row(sql, [], |row| row.get(0)).unwrap();
                assert!(!busy);
            }
            assert_eq!(found.join().unwrap().unwrap(), (1, false));
        });
    }
}
