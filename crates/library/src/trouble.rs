//! What can go wrong on the way: what passes, what is a source's own fault, and what ends a download.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use fit::catalogue::Sha256;

use crate::names::Name;
use crate::net::NetError;

/// Why a file is not here. What came of it is kept unless it says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Somebody asked for the stop.
    #[error("the download of `{file}` was stopped")]
    Stopped {
        /// The file.
        file: Name,
    },
    /// No source gave it.
    #[error("`{file}` could not be downloaded: {}", told(.failures))]
    Nowhere {
        /// The file.
        file: Name,
        /// What each source failed at, in their order.
        failures: Vec<SourceFailure>,
    },
    /// The disk has too little room.
    #[error("`{file}` needs {} more on the disk of `{}`, and {} are free", fit::bytes::human(*.needed), .folder.display(), fit::bytes::human(*.free))]
    DiskFull {
        /// The file.
        file: Name,
        /// The models folder.
        folder: PathBuf,
        /// Bytes that are still to come, and the room that stays free.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The disk cannot be written, or not any more.
    #[error("`{file}` cannot be kept: {error}")]
    Disk {
        /// The file.
        file: Name,
        /// What the system said, on which path.
        error: io::Error,
    },
    /// The disk gave other bytes back than were written to it, again and again.
    #[error("`{file}` cannot be kept: the disk of `{}` gave back other bytes than were written to it, {times} times", .folder.display())]
    DiskFlips {
        /// The file.
        file: Name,
        /// The models folder.
        folder: PathBuf,
        /// How often.
        times: u32,
    },
    /// A piece of the download itself broke.
    #[error("the download of `{file}` broke: {what}")]
    Bug {
        /// The file.
        file: Name,
        /// What is known of it.
        what: String,
    },
    /// A file with other bytes has the name already.
    #[error("`{}` is there already and is another file", .path.display())]
    Occupied {
        /// That file.
        path: PathBuf,
    },
}

/// Why a source does not give a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceFailure {
    /// Nothing came for too long, whatever was tried.
    #[error("{0}")]
    NoConnection(NetError),
    /// It has no such file.
    #[error("`{host}` does not have it")]
    NotThere {
        /// Who.
        host: String,
    },
    /// It does not give it to us.
    #[error("`{host}` refuses it (status {status})")]
    Refused {
        /// Who.
        host: String,
        /// The answer's status.
        status: u16,
    },
    /// It gives it only to whom its publisher let in, and not to us.
    #[error("`{host}` gives `{repository}` only to people its publisher let in{}", refused_key(*.keyed))]
    Gated {
        /// Who.
        host: String,
        /// The repository.
        repository: String,
        /// Whether a person's key was shown.
        keyed: bool,
    },
    /// It went on being too busy.
    #[error("`{host}` is too busy (status {status})")]
    Busy {
        /// Who.
        host: String,
        /// The answer's status.
        status: u16,
    },
    /// It has something else under this name.
    #[error("`{host}` has another file there: {found}, not {expected}")]
    OtherFile {
        /// Who.
        host: String,
        /// What it has.
        found: String,
        /// What is wanted.
        expected: String,
    },
    /// What came is not what it should be; it was thrown away.
    #[error("what came from {} is not the file: its SHA-256 is {found}, not {expected}; it was thrown away", .hosts.join(", "))]
    WrongHash {
        /// Everybody that bytes came from.
        hosts: Vec<String>,
        /// Of what came.
        found: Sha256,
        /// Of what is wanted.
        expected: Sha256,
    },
    /// It does not keep to HTTP.
    #[error("`{host}` sent {what}")]
    Nonsense {
        /// Who.
        host: String,
        /// What it sent.
        what: String,
    },
}

/// What ends a run of a connection.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Asked to end.
    Halted,
    /// It broke, or was silent; it may work the next time.
    Broken(NetError),
    /// The server wants to be asked later.
    Busy {
        host: String,
        status: u16,
        wait: Option<Duration>,
    },
    /// The address is no longer good; its source gives another.
    Expired { host: String, status: u16 },
    /// It gives no parts.
    NoRanges,
    /// The source is no good.
    Source(SourceFailure),
    /// The disk is no good.
    Disk(io::Error),
}

impl From<SourceFailure> for Trouble {
    fn from(failure: SourceFailure) -> Self {
        Self::Source(failure)
    }
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl Trouble {
    /// What a source failed at, where this happened again and again.
    pub(crate) fn at_last(self) -> SourceFailure {
        match self {
            Self::Broken(error) => SourceFailure::NoConnection(error),
            Self::Busy { host, status, .. } => SourceFailure::Busy { host, status },
            Self::Expired { host, status } => SourceFailure::Refused { host, status },
            Self::Source(failure) => failure,
            Self::Halted | Self::NoRanges | Self::Disk(_) => {
                unreachable!("BUG: these are not tried again")
            }
        }
    }
}

/// What there is to say of a key that was shown.
pub(crate) fn refused_key(keyed: bool) -> &'static str {
    if keyed {
        ", and the token that was sent is of nobody who was"
    } else {
        ""
    }
}

fn told(failures: &[SourceFailure]) -> String {
    let told: Vec<String> = failures.iter().map(ToString::to_string).collect();
    if told.is_empty() {
        return "nobody is known to have it".to_owned();
    }
    told.join("; ")
}
