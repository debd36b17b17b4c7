//! The log, and how what it holds comes into the database: behind everybody's back, on a thread and a
//! connection of their own, so that whoever saves a word waits for that word alone.
//!
//! A log begins anew once all of it is in the database and nobody reads an older moment. Where a search
//! reads for so long that it cannot, the search is made to begin again (`searching`).
//!
//! Not here: emptying the log where words are erased (`erase`).

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

use crate::open::connect_to_write;
use crate::searching::Searches;

/// Pages in the log from which on it is folded; SQLite's own number, four MB.
const LONG: i32 = 1000;
/// Pages from which on a search gives way.
const TOO_LONG: i64 = 4 * LONG as i64;

/// Who folds the log. Dropped, it has finished.
#[derive(Debug)]
pub(crate) struct Folding {
    tell: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Folding {
    /// Folds the log of this database whenever what `writer` commits makes it long. Where there is no
    /// thread to be had, the writer does it as SQLite always does.
    pub(crate) fn of(
        writer: &mut Connection,
        path: &Path,
        searches: &Arc<Searches>,
    ) -> rusqlite::Result<Self> {
        let connection = connect_to_write(path)?;
        // One word waits while another is heard: it is the same.
        let (tell, told) = sync_channel(1);
        let searches = Arc::clone(searches);
        let thread = thread::Builder::new()
            .name("chats-log".to_owned())
            .spawn(move || run(&connection, &told, &searches));
        let Ok(thread) = thread else {
            let (tell, thread) = (None, None);
            return Ok(Self { tell, thread });
        };
        let teller = tell.clone();
        // This takes the place of SQLite's own folding.
        writer.wal_hook(Some(move |_: &mut _, pages| {
            if pages >= LONG {
                let _ = teller.try_send(());
            }
            Ok(())
        }))?;
        Ok(Self {
            tell: Some(tell),
            thread: Some(thread),
        })
    }

    /// Ends the thread, once the writer tells no more.
    pub(crate) fn end(&mut self, writer: &mut Connection) {
        // Removing what was set cannot fail, and what stays would only tell nobody.
        let _ = writer.wal_hook(None::<fn(&mut rusqlite::hooks::Wal, i32) -> rusqlite::Result<()>>);
        drop(self.tell.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(connection: &Connection, told: &Receiver<()>, searches: &Searches) {
    while told.recv().is_ok() {
        // What fails here (a full disk, another program at it) is tried again at the next commit.
        let Ok(fold) = fold(connection) else {
            continue;
        };
        if fold.in_log - fold.folded >= TOO_LONG {
            let _quiet = searches.halt();
            let _ = self::fold(connection);
        }
    }
}

/// What a look at the log told.
struct Fold {
    /// Pages in the log.
    in_log: i64,
    /// Those of them that are in the database.
    folded: i64,
}

/// Moves what can be moved without making anybody wait.
fn fold(connection: &Connection) -> rusqlite::Result<Fold> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
        Ok(Fold {
            in_log: row.get(1)?,
            folded: row.get(2)?,
        })
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// For ever, were it not made to give way.
    const ENDLESS: &str = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n)
                           SELECT count(*) FROM n, a";

    #[test]
    fn a_log_that_a_search_keeps_from_beginning_anew_makes_it_give_way() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.db");
        std::fs::File::create(&path).unwrap();
        let mut writer = connect_to_write(&path).unwrap();
        writer
            .execute_batch(
                "CREATE TABLE settings (key, value); CREATE TABLE a (x); INSERT INTO a VALUES (0)",
            )
            .unwrap();
        let searches = Arc::new(Searches::of(folder.path(), &path));
        let mut folding = Folding::of(&mut writer, &path, &searches).unwrap();
        let begun = AtomicUsize::new(0);
        thread::scope(|scope| {
            let found = scope.spawn(|| {
                searches.run(|moment| {
                    if begun.fetch_add(1, Ordering::SeqCst) == 0 {
                        moment.chats.query_row(ENDLESS, [], |_| Ok(()))?;
                    }
                    Ok(())
                })
            });
            // Far more pages than a search may keep, were they all kept.
            let mut commits = 0;
            while begun.load(Ordering::SeqCst) < 2 {
                if commits == 10_000 {
                    // Else this test would never end.
                    drop(searches.halt());
                    break;
                }
                commits += 1;
                let sql = "UPDATE a SET x = zeroblob(200000 + ?1)";
                writer.execute(sql, [commits]).unwrap();
            }
            found.join().unwrap().unwrap();
            assert!(commits < 10_000, "it never gave way");
        });
        folding.end(&mut writer);
    }
}
