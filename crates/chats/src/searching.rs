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

use crate::error::Fault;
use crate::lock;
use crate::open::connect_to_read;

/// Steps of SQLite's machine between two looks whether somebody wants the log: far below a millisecond.
const LOOK: i32 = 1000;

/// The searches of one folder, one at a time.
#[derive(Debug)]
pub(crate) struct Searches {
    path: PathBuf,
    /// Opened by the first search.
    connection: Mutex<Option<Connection>>,
    halts: Arc<AtomicUsize>,
    /// Goes with `over`: searches wait until nobody halts them.
    halted: Mutex<()>,
    over: Condvar,
}

/// No search reads while this is there.
pub(crate) struct Halt<'a> {
    searches: &'a Searches,
    connection: Option<MutexGuard<'a, Option<Connection>>>,
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
    pub(crate) fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            connection: Mutex::new(None),
            halts: Arc::default(),
            halted: Mutex::default(),
            over: Condvar::new(),
        }
    }

    /// Runs a search, which sees one moment, until it has come to its end.
    pub(crate) fn run<T>(
        &self,
        work: impl Fn(&Connection, &Halted<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        loop {
            self.wait();
            match self.once(&work) {
                Err(Fault::Sql(error)) if was_halted(&error) => {}
                outcome => return outcome,
            }
        }
    }

    fn once<T>(
        &self,
        work: impl Fn(&Connection, &Halted<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut place = lock(&self.connection);
        let halted = Halted(&self.halts);
        halted.check()?;
        let mut connection = match place.take() {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let outcome = connection
            .transaction()
            .map_err(Fault::from)
            .and_then(|moment| work(&moment, &halted));
        *place = Some(connection);
        outcome
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let mut connection = connect_to_read(&self.path)?;
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
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE a (x)")
            .unwrap();
        let searches = Searches::of(&path);
        let (begun, begins) = channel();
        thread::scope(|scope| {
            let searches = &searches;
            let found = scope.spawn(move || {
                searches.run(|connection, _| {
                    let rows = "SELECT count(*) FROM a";
                    let rows: i64 = connection.query_row(rows, [], |row| row.get(0))?;
                    begun.send(()).unwrap();
                    if rows == 0 {
                        connection.query_row(ENDLESS, [], |_| Ok(()))?;
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
            assert_eq!(found.join().unwrap().unwrap(), 1);
        });
    }
}
