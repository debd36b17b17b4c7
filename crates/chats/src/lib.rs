//! The user's words on disk: chats, their messages, drafts, and the small things the product
//! remembers.
//!
//! One folder holds everything: `chats.db` (SQLite in WAL mode), the index of its words, which can always be
//! made anew (`index`), `backups/` (a copy a day, seven
//! kept, and one from before each change of the schema), `owners/` (who has the chats open, see
//! `owner`), and whatever had to be set aside as damaged. Nothing in it is readable by other
//! people of the machine, and nothing of the user's is ever deleted by a repair.
//!
//! Messages form a tree: a question hangs below the reply it follows, and another reply to the
//! same question is its sibling. A chat remembers which leaf is shown. A reply's row exists from
//! its first moment with [`State::Streaming`], is saved while it grows, and ends exactly once; if
//! the program that writes it dies, it becomes [`State::Interrupted`] and keeps what was saved.
//!
//! All calls block, for well under a millisecond as a rule; [`Chats::open`], [`Chats::search`],
//! [`Chats::erase`] and [`Chats::backup_if_due`] may take longer with much text, so none belongs on the
//! drawing path. While one of the last three is at it, the others go on as ever.
//! [`Chats`] can be shared between threads, and several programs may have the same folder open.
//!
//! Not here: when to save and what to say about a failure (`app`), and any clock: times come in
//! as milliseconds since 1970, UTC.

mod attachment;
mod backup;
mod chat;
mod erase;
mod error;
mod file;
mod fold;
mod growth;
mod index;
mod indexing;
mod log;
mod merge;
mod message;
mod open;
mod owner;
mod removal;
mod repair;
mod reply;
mod retire;
mod schema;
mod search;
mod searching;
mod settings;
mod snippet;
mod title;
mod transcript;
mod trash;
mod tree;
mod work;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Transaction, TransactionBehavior};

pub use attachment::{Attachment, AttachmentId, Question, TextFile};
pub use chat::{ChatId, ChatRow, DeletedRow};
pub use erase::Erased;
pub use error::Error;
pub use merge::{Brought, Merged};
pub use message::{
    Body, Closer, Counts, End, Failure, Message, MessageId, Reply, State, Statistics,
};
pub use open::{OpenNote, Opened};
pub use removal::RemovedRow;
pub use reply::{Finish, Growth};
pub use search::{Best, Hit};
pub use title::title_from;
pub use transcript::{Entry, Transcript};

use error::Fault;
use indexing::Indexing;
use log::Folding;
use owner::Owner;
use searching::{Moment, Searches};

/// The chats of one folder, open.
///
/// Drop it before the program ends (`std::process::exit` does not): that folds the log into the
/// file and spares the next start a check of everything.
#[derive(Debug)]
pub struct Chats {
    /// None where nothing is written.
    indexing: Option<Indexing>,
    /// True when something was written that the index must come to know.
    has_marks: Arc<AtomicBool>,
    // Dropped in this order: the last to leave the database takes the log away, which who only reads
    // cannot, and the database is closed before its owner is said to have left.
    /// None where nothing is written.
    folding: Option<Folding>,
    searches: Arc<Searches>,
    /// What is shown comes through it: it waits for nobody who writes.
    reader: Mutex<Connection>,
    /// What is saved goes through it, for moments; see `erase` for how it stays at that.
    writer: Mutex<Connection>,
    owner: Owner,
    folder: PathBuf,
    path: PathBuf,
    /// The schema of a file that a newer Spud wrote; such a file is read and never changed.
    newer: Option<i64>,
}

impl Chats {
    /// True where a newer Spud wrote the file, so that every call that writes would be refused
    /// with [`Error::Newer`].
    pub fn is_read_only(&self) -> bool {
        self.newer.is_some()
    }

    /// Runs one transaction that takes the write lock at once: a later upgrade from reading to
    /// writing could fail without waiting when another program writes.
    fn write<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        if let Some(newer) = self.newer_error() {
            return Err(newer);
        }
        let mut connection = self.writer();
        let run = || {
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let outcome = work(&transaction)?;
            transaction.commit()?;
            if self.has_marks.swap(false, Ordering::Relaxed)
                && let Some(indexing) = &self.indexing
            {
                indexing.tell();
            }
            Ok(outcome)
        };
        run().map_err(|fault| self.explain(doing, fault))
    }

    /// Runs something that reads, in one transaction, so that it sees one moment.
    fn read<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        let mut connection = lock(&self.reader);
        let run = || {
            let transaction = connection.transaction()?;
            work(&transaction)
        };
        run().map_err(|fault| self.explain_reading(doing, fault))
    }

    /// The same for what may take seconds: nothing that is saved or shown waits for it, and it may have to
    /// begin again.
    fn look_through<T>(
        &self,
        doing: &'static str,
        work: impl Fn(&Moment<'_>) -> Result<T, Fault>,
    ) -> Result<T, Error> {
        let found = self.searches.run(work);
        let (found, is_damaged) = found.map_err(|fault| self.explain_reading(doing, fault))?;
        if let Some(indexing) = &self.indexing
            && is_damaged
        {
            indexing.suspect();
        }
        Ok(found)
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        lock(&self.writer)
    }

    fn newer_error(&self) -> Option<Error> {
        self.newer.map(|found| Error::Newer {
            path: self.path.clone(),
            found,
            known: schema::VERSION,
        })
    }

    fn explain_reading(&self, doing: &'static str, fault: Fault) -> Error {
        match self.newer_error() {
            // A column that we know may be gone from a newer schema.
            Some(newer) if matches!(fault, Fault::Sql(_)) => newer,
            _ => self.explain(doing, fault),
        }
    }

    fn explain(&self, doing: &'static str, fault: Fault) -> Error {
        self.noted(fault.into_error(doing, &self.path))
    }

    /// Sees to it that the next start checks a database that has proved damaged.
    fn noted(&self, error: Error) -> Error {
        if matches!(error, Error::Damaged { .. }) {
            self.owner.suspect_damage();
        }
        error
    }
}

impl Drop for Chats {
    fn drop(&mut self) {
        drop(self.indexing.take());
        if self.newer.is_none() {
            // Both are courtesies to the next start, which would do the same; nothing can be
            // told to anybody from here.
            let connection = self
                .writer
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner);
            if let Some(folding) = &mut self.folding {
                folding.end(connection);
            }
            let _ = reply::interrupt_own(connection, self.owner.id());
            let _ = open::fold_log(connection);
        }
    }
}

/// A panic elsewhere rolled its transaction back, so poison says nothing.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
