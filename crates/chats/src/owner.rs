//! Who has the chats open: one small locked file per program, `owners/<id>.lock`.
//!
//! The lock is the operating system's, so it ends with the program whatever ends it. That tells
//! two things that no flag in the database could tell when a window and a terminal share it:
//! whether the writer of a streaming reply still lives, and whether somebody died without
//! closing (a file that is left and not locked), after which the database is checked.
//!
//! A second file, `owners/door`, is locked while somebody opens or looks around, so that a
//! damaged database is never moved under somebody's feet and nobody is taken for dead between
//! making the file and locking it.

use std::collections::hash_map::RandomState;
use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::error::Error;
use crate::file::{private_file, private_folder, sync_folder};

/// A check of a very large database by a slow disk takes seconds; nobody stays longer than this.
const DOOR_PATIENCE: Duration = Duration::from_secs(30);
const DOOR_PAUSE: Duration = Duration::from_millis(20);

/// The right to open the chats, one at a time.
#[derive(Debug)]
pub(crate) struct Door {
    _locked: File,
    owners: PathBuf,
}

impl Door {
    /// Waits for the door of this folder of owners.
    pub(crate) fn enter(owners: &Path) -> Result<Self, Error> {
        private_folder(owners)?;
        let path = owners.join("door");
        let file = private_file(&path)?;
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if waited < DOOR_PATIENCE => {
                    thread::sleep(DOOR_PAUSE);
                    waited += DOOR_PAUSE;
                }
                Err(TryLockError::WouldBlock) => {
                    let doing = "open the chats";
                    return Err(Error::Busy { doing, path });
                }
                Err(TryLockError::Error(source)) => return Err(Error::file("lock", &path)(source)),
            }
        }
        Ok(Self {
            _locked: file,
            owners: owners.to_owned(),
        })
    }

    /// Looks who else is there.
    pub(crate) fn neighbours(&self, own: &Owner) -> Result<Neighbours, Error> {
        let mut found = Neighbours::default();
        let doing = "look into the folder";
        let entries = fs::read_dir(&self.owners).map_err(Error::file(doing, &self.owners))?;
        for entry in entries {
            let path = entry.map_err(Error::file(doing, &self.owners))?.path();
            let is_lock = path.extension().is_some_and(|e| e == "lock");
            if !is_lock || path == own.path {
                continue;
            }
            if is_locked(&path)? {
                found.living = true;
            } else {
                found.damage |= fs::metadata(&path).is_ok_and(|lock| lock.len() > 0);
                found.dead.push(path);
            }
        }
        Ok(found)
    }

    /// True while the owner of that name lives. Names come from the database: one that we would
    /// not have given belongs to nobody.
    pub(crate) fn lives(&self, id: &str) -> Result<bool, Error> {
        let ours = id.bytes().all(|b| b.is_ascii_digit() || b == b'-');
        if !ours {
            return Ok(false);
        }
        is_locked(&self.owners.join(format!("{id}.lock")))
    }
}

fn is_locked(path: &Path) -> Result<bool, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(Error::file("open the lock", path)(error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(source)) => Err(Error::file("try the lock", path)(source)),
    }
}

/// The others at this folder.
#[derive(Debug, Default)]
pub(crate) struct Neighbours {
    /// Somebody has the chats open right now.
    pub(crate) living: bool,
    /// Locks of those who ended without closing.
    pub(crate) dead: Vec<PathBuf>,
    /// One of the dead met damage.
    pub(crate) damage: bool,
}

impl Neighbours {
    /// Forgets the dead, once the database has been checked after them.
    pub(crate) fn bury(&self) {
        for path in &self.dead {
            // One that stays only costs the next start another check.
            let _ = fs::remove_file(path);
        }
    }
}

/// This program at this folder. Dropped, it has left in good order.
#[derive(Debug)]
pub(crate) struct Owner {
    id: String,
    path: PathBuf,
    locked: File,
    suspects_damage: AtomicBool,
}

impl Owner {
    /// Takes a name that nobody has: the time, the process, and a random number, because a
    /// database can be copied to where the time and the process are the same.
    pub(crate) fn register(door: &Door, now_ms: i64) -> Result<Self, Error> {
        let process = std::process::id();
        let (id, path) = loop {
            // The keys that the standard library gives each hasher are its only random numbers.
            let random = RandomState::new().build_hasher().finish();
            let id = format!("{}-{process}-{random}", now_ms.unsigned_abs());
            let path = door.owners.join(format!("{id}.lock"));
            if !path.exists() {
                break (id, path);
            }
        };
        let file = private_file(&path)?;
        file.lock().map_err(Error::file("lock", &path))?;
        // The name must outlive a power cut, or nobody would check the database after it.
        sync_folder(&door.owners)?;
        Ok(Self {
            id,
            path,
            locked: file,
            suspects_damage: AtomicBool::new(false),
        })
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Lets the next start check everything: a lock that is left with something in it says so.
    pub(crate) fn suspect_damage(&self) {
        if !self.suspects_damage.swap(true, Ordering::Relaxed) {
            // Where it cannot be written, the file that stays still asks for a check.
            let _ = (&self.locked).write_all(b"damage");
        }
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        if !self.suspects_damage.load(Ordering::Relaxed) {
            // A file that stays only costs the next start a check.
            let _ = fs::remove_file(&self.path);
        }
    }
}
