//! What can fail, with what it failed on, and how SQLite's answers become that.
//!
//! Not here: words for a person and what to do about it (`app`).

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

use crate::message::MessageId;

/// Why something could not be done with the chats.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such chat or message; a deleted chat counts as gone.
    #[error("there is no {what} {id}")]
    NotFound {
        /// Such as `chat` or `message`.
        what: &'static str,
        /// Its number.
        id: i64,
    },
    /// A reply was to grow or end that has ended already, or that another program writes.
    #[error("reply {} is not being written by this program", .0.0)]
    NotStreaming(MessageId),
    /// Something was to be begun beside a reply, or behind it, that is still being written.
    #[error("reply {} is still being written", .0.0)]
    Streaming(MessageId),
    /// The file has a schema from the future: it can be read, not changed.
    #[error(
        "{} was written by a newer Spud (schema {found}, this one knows {known}), \
         so it can be read but not changed",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema that this build knows.
        known: i64,
    },
    /// The disk, or the user's share of it, is full. What was to be saved is not; what was saved
    /// before is.
    #[error("cannot {doing}: the disk that holds {} is full", path.display())]
    Full {
        /// What was tried.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
    },
    /// The file system refuses writes.
    #[error("cannot {doing}: {} cannot be written", path.display())]
    ReadOnly {
        /// What was tried.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
    },
    /// Another program held the chats for longer than anybody should.
    #[error("cannot {doing}: another program keeps {} busy", path.display())]
    Busy {
        /// What was tried.
        doing: &'static str,
        /// The database or the lock.
        path: PathBuf,
    },
    /// Another Spud has the chats open, and what must happen first cannot happen under its feet.
    #[error("cannot {doing} while another Spud has {} open; close it first", path.display())]
    InUse {
        /// What was tried.
        doing: &'static str,
        /// The database.
        path: PathBuf,
    },
    /// The file proved damaged while it was in use. Opening it again repairs what can be.
    #[error("cannot {doing}: {} is damaged ({why})", path.display())]
    Damaged {
        /// What was tried.
        doing: &'static str,
        /// The database.
        path: PathBuf,
        /// SQLite's words.
        why: String,
    },
    /// Anything else between us and the disk.
    #[error("cannot {doing} ({}): {source}", path.display())]
    Storage {
        /// What was tried.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system or SQLite says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Error {
    /// Turns an answer of the file system into an error about this path.
    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full {
                doing,
                path: path.to_owned(),
            },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly {
                doing,
                path: path.to_owned(),
            },
            _ => Self::Storage {
                doing,
                path: path.to_owned(),
                source: source.into(),
            },
        }
    }

    /// Turns an answer of SQLite into an error about this database.
    pub(crate) fn sql(doing: &'static str, path: &Path) -> impl FnOnce(rusqlite::Error) -> Self {
        move |source| {
            let path = path.to_owned();
            if is_damage(&source) {
                let why = source.to_string();
                return Self::Damaged { doing, path, why };
            }
            let code = source.sqlite_error();
            // SQLite keeps its map of the log in a file of its own, and reports a full disk
            // there as an input/output error.
            if code.is_some_and(|e| e.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE) {
                return Self::Full { doing, path };
            }
            match code.map(|e| e.code) {
                Some(ErrorCode::DiskFull) => Self::Full { doing, path },
                Some(ErrorCode::ReadOnly) => Self::ReadOnly { doing, path },
                Some(ErrorCode::DatabaseBusy) => Self::Busy { doing, path },
                _ => Self::Storage {
                    doing,
                    path,
                    source: source.into(),
                },
            }
        }
    }
}

/// True where SQLite says that the file itself is broken, not the way to it.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}

/// What a piece of work inside a transaction ends with: an answer of SQLite that still lacks its
/// circumstances, or an error of ours that is complete.
#[derive(Debug)]
pub(crate) enum Fault {
    Sql(rusqlite::Error),
    Said(Error),
}

impl Fault {
    pub(crate) fn into_error(self, doing: &'static str, path: &Path) -> Error {
        match self {
            Self::Sql(source) => Error::sql(doing, path)(source),
            Self::Said(error) => error,
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(source: rusqlite::Error) -> Self {
        Self::Sql(source)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Said(error)
    }
}
