//! One file: from its sources, over several connections, into its place, verified.
//!
//! Whatever happens, what came stays and the next start goes on with it. A file has its visible
//! name only after its SHA-256 was what it should be and its bytes are on the disk.

mod threads;

use std::fs::TryLockError;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use fit::catalogue::Sha256;
use fs_err::{File, OpenOptions};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle, spawn_blocking};
use tokio::time::{interval, sleep};
use url::Url;

use crate::crew::Crew;
use crate::disk::{self, SPARE_BYTES};
use crate::names::Place;
use crate::net::Net;
use crate::part::{Part, PartPaths};
use crate::purpose::Purpose;
use crate::rate::Limit;
use crate::record::Record;
use crate::run::{LAG_BYTES, Work};
use crate::trouble::{Failure, SourceFailure, Trouble};
use crate::wait::Pace;
use threads::{EndOnDrop, ended, hash, sync};

/// Connections at once, where a server gives parts.
const CONNECTIONS: u32 = 4;

/// Between two looks at who else fetches the same file.
const ELSEWHERE: Duration = Duration::from_millis(500);

/// Between two tellings of how far it is.
pub(crate) const TELL: Duration = Duration::from_millis(100);

/// Times that a disk may give other bytes than were written to it. Each costs a reading of the whole and
/// the damaged blocks once more; a disk that goes on would cost that for ever.
const DISK_ROUNDS: u32 = 3;

/// A file, and who has it.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Where it will be.
    pub place: Place,
    /// Exactly how many bytes.
    pub bytes: u64,
    /// The judge.
    pub sha256: Sha256,
    /// Addresses to try, in this order.
    pub sources: Vec<Url>,
}

impl Wanted {
    /// Why somebody is asked, for the ledger.
    pub(crate) fn why(&self) -> Purpose {
        let file = self.place.file().to_string();
        Purpose::Download { file }
    }
}

/// How a download is done.
#[derive(Debug, Clone)]
pub struct Manner {
    /// How patient it is.
    pub pace: Pace,
    /// How fast it may be.
    pub limit: Limit,
    /// Connections at once, from 1.
    pub connections: u32,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            pace: Pace::default(),
            limit: Limit::default(),
            connections: CONNECTIONS,
        }
    }
}

/// How far a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are here.
    pub here: u64,
    /// Bytes of the whole file.
    pub bytes: u64,
    /// Bytes that came over the line since the start of this download.
    pub fetched: u64,
    /// What is happening.
    pub doing: Doing,
}

/// What is happening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    /// A host is asked where the bytes are.
    Connecting {
        /// Who.
        host: String,
    },
    /// Bytes come.
    Downloading {
        /// From whom.
        host: String,
    },
    /// All bytes are here, and are compared with the hash.
    Checking {
        /// Bytes that are compared.
        checked: u64,
        /// Bytes of this file.
        bytes: u64,
    },
    /// Nothing is asked for a while.
    Waiting {
        /// When it is tried again.
        until: Instant,
        /// What failed, and is hoped to pass.
        why: SourceFailure,
    },
    /// Another program of Spud fetches it.
    Elsewhere,
}

/// Fetches a file into the models folder, and gives its path. `stop` ends it when it turns true;
/// what came is kept. Where another program fetches the same file, this one waits for it.
pub async fn fetch(
    net: &Net,
    models: &Path,
    wanted: &Wanted,
    manner: &Manner,
    tell: &watch::Sender<Progress>,
    mut stop: watch::Receiver<bool>,
) -> Result<PathBuf, Failure> {
    let job = Job {
        net,
        models,
        wanted,
        manner,
        tell,
        path: wanted.place.within(models),
        paths: PartPaths::of(models, &wanted.sha256),
    };
    let asked = async {
        if stop.wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    job.run(asked).await
}

/// Deletes what is here of a file that is not whole. Refused while somebody fetches it.
pub fn forget(models: &Path, sha256: &Sha256) -> io::Result<()> {
    let paths = PartPaths::of(models, sha256);
    if !paths.folder.exists() {
        return Ok(());
    }
    match lock(&paths)? {
        Some(_lock) => paths.remove(),
        None => Err(io::Error::other("another program of Spud is fetching it")),
    }
}

/// Bytes that are here of a file that is not whole; none where nothing is.
pub fn begun(models: &Path, sha256: &Sha256) -> Option<u64> {
    PartPaths::of(models, sha256).here()
}

/// Bytes of the disk that a file has taken or reserved, whole or on its way.
pub fn taken(models: &Path, place: &Place, sha256: Option<&Sha256>) -> u64 {
    let parts = sha256.map_or(0, |sha256| PartPaths::of(models, sha256).reserved());
    disk::taken(&place.within(models)).saturating_add(parts)
}

/// The lock of a part, or none where another process has it. It goes with the file, or the process.
fn lock(paths: &PartPaths) -> io::Result<Option<File>> {
    fs_err::create_dir_all(&paths.folder)?;
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&paths.lock)?;
    match file.file().try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// One file that is being fetched.
pub(crate) struct Job<'a> {
    net: &'a Net,
    models: &'a Path,
    pub(crate) wanted: &'a Wanted,
    manner: &'a Manner,
    tell: &'a watch::Sender<Progress>,
    path: PathBuf,
    paths: PartPaths,
}

impl Job<'_> {
    async fn run(&self, stop: impl Future<Output = ()>) -> Result<PathBuf, Failure> {
        tokio::pin!(stop);
        let lock = loop {
            if self.is_there(&mut stop).await? {
                return Ok(self.path.clone());
            }
            if let Some(lock) = lock(&self.paths).map_err(|error| self.disk(error))? {
                if let Some(record) = self.damaged() {
                    let adopted = Part::adopt(&self.paths, &self.path, &record);
                    adopted.map_err(|error| self.disk(error))?;
                    break lock;
                }
                // Whoever had it may have finished between the two looks.
                if !self.path.exists() {
                    break lock;
                }
                continue;
            }
            self.say(self.paths.here().unwrap_or(0), 0, Doing::Elsewhere);
            tokio::select! {
                () = &mut stop => return Err(self.stopped()),
                () = sleep(ELSEWHERE) => {}
            }
        };
        // First: a size that nobody has must not cost memory for its blocks.
        self.look_for_room()?;
        let part = Part::open(self.paths.clone(), self.wanted.bytes);
        let part = part.map_err(|error| self.disk(error))?;
        part.reserve().map_err(|error| self.disk(error))?;
        self.get_all(&part, &mut stop).await?;
        let _ = fs_err::remove_file(&self.paths.lock);
        drop(lock);
        Ok(self.path.clone())
    }

    /// Whether the file is there whole; one that nobody has a record of is read through first.
    async fn is_there(
        &self,
        stop: &mut (impl Future<Output = ()> + Unpin),
    ) -> Result<bool, Failure> {
        let Ok(known) = fs_err::metadata(&self.path) else {
            return Ok(false);
        };
        if self.damaged().is_some() {
            return Ok(false);
        }
        let occupied = || {
            Err(Failure::Occupied {
                path: self.path.clone(),
            })
        };
        if known.len() != self.wanted.bytes {
            return occupied();
        }
        if Record::of(&self.path).is_some_and(|record| record.sha256 == self.wanted.sha256) {
            return Ok(true);
        }
        let checked = Arc::new(AtomicU64::new(0));
        let halt = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let mut reading = {
            let (path, checked, halt) = (self.path.clone(), checked.clone(), halt.clone());
            spawn_blocking(move || {
                Record::read(&path, |bytes| {
                    checked.store(bytes, Ordering::Relaxed);
                    !halt.load(Ordering::Relaxed)
                })
            })
        };
        let mut tick = interval(TELL);
        let record = loop {
            tokio::select! {
                () = &mut *stop => {
                    halt.store(true, Ordering::Relaxed);
                    return Err(self.stopped());
                }
                record = &mut reading => break record,
                _ = tick.tick() => {
                    let checked = checked.load(Ordering::Relaxed);
                    self.say(self.wanted.bytes, 0, self.checking(checked));
                }
            }
        };
        let record = ended(record).map_err(|error| self.disk(error))?;
        match record {
            Some(record) if record.sha256 == self.wanted.sha256 => {
                record.keep(&self.path).map_err(|error| self.disk(error))?;
                Ok(true)
            }
            _ => occupied(),
        }
    }

    fn checking(&self, checked: u64) -> Doing {
        Doing::Checking {
            checked,
            bytes: self.wanted.bytes,
        }
    }

    /// The record of a file that is there and was once whole, and is not any more.
    fn damaged(&self) -> Option<Record> {
        let record = Record::of(&self.path)?;
        let length = fs_err::metadata(&self.path).ok()?.len();
        let same = record.sha256 == self.wanted.sha256 && record.bytes == self.wanted.bytes;
        (same && (length != record.bytes || !record.damaged.is_empty())).then_some(record)
    }

    fn look_for_room(&self) -> Result<(), Failure> {
        let Some(free) = disk::free(self.models) else {
            return Ok(());
        };
        // What was reserved before is not free any more, and ours.
        let reserved = self.paths.reserved().saturating_sub(self.here());
        let needed = self.needed();
        if free.saturating_add(reserved) >= needed {
            return Ok(());
        }
        Err(self.full(needed, free))
    }

    /// Bytes that are here, as far as they can be of this file.
    fn here(&self) -> u64 {
        self.paths.here().unwrap_or(0).min(self.wanted.bytes)
    }

    /// Bytes that the disk must have: a hub may say of a file that it has 2^64-1.
    fn needed(&self) -> u64 {
        let rest = self.wanted.bytes.saturating_sub(self.here());
        rest.saturating_add(SPARE_BYTES)
    }

    fn stopped(&self) -> Failure {
        Failure::Stopped {
            file: self.wanted.place.file().clone(),
        }
    }

    fn full(&self, needed: u64, free: u64) -> Failure {
        Failure::DiskFull {
            file: self.wanted.place.file().clone(),
            folder: self.models.to_owned(),
            needed,
            free,
        }
    }

    /// From source to source, until a file is here whose hash is right.
    async fn get_all(
        &self,
        part: &Part,
        stop: &mut (impl Future<Output = ()> + Unpin),
    ) -> Result<(), Failure> {
        let _end = EndOnDrop(part);
        let mut failures = Vec::new();
        let mut sources = self.wanted.sources.clone();
        let mut flips = 0;
        // Who the bytes came from; those of an earlier start count as one.
        let mut givers = u32::from(part.here() > 0);
        loop {
            part.begin();
            let checked = Arc::new(AtomicU64::new(0));
            let hashing = hash(part, &checked);
            let syncing = sync(part);
            let mut came = Ok(());
            let mut last = None;
            while !part.is_whole() && came.is_ok() {
                if sources.is_empty() {
                    let (file, failures) = (
                        self.wanted.place.file().clone(),
                        std::mem::take(&mut failures),
                    );
                    came = Err(Failure::Nowhere { file, failures });
                    break;
                }
                let source = sources.remove(0);
                givers += 1;
                last = Some(source.clone());
                match self.get_from(&source, part, stop).await {
                    Ok(()) => {}
                    Err(Trouble::Halted) => came = Err(self.stopped()),
                    Err(Trouble::Disk(error)) => came = Err(self.disk(error)),
                    Err(trouble) => failures.push(trouble.at_last()),
                }
            }
            if came.is_err() {
                part.abandon();
            }
            part.end();
            let synced = ended(syncing.await);
            came?;
            synced.map_err(|error| self.disk(error))?;
            let found = self.checked(part, hashing, &checked, stop).await?;
            if found == self.wanted.sha256 {
                let record = Record::new(self.wanted.bytes, found, part.hashes());
                record.keep(&self.path).map_err(|error| self.disk(error))?;
                part.publish(&self.path).map_err(|error| self.disk(error))?;
                return Ok(());
            }
            let failure = self.throw_away(part, found).await?;
            if failure.is_some() {
                // None of it is left.
                self.say(0, self.fetched(), self.checking(0));
                failures.extend(failure);
                // Not told is who of several gave the wrong bytes: the last may give all.
                if givers > 1 {
                    sources.splice(0..0, last);
                }
                givers = 0;
            } else {
                flips += 1;
                if flips == DISK_ROUNDS {
                    return Err(Failure::DiskFlips {
                        file: self.wanted.place.file().clone(),
                        folder: self.models.to_owned(),
                        times: flips,
                    });
                }
                // The disk changed some blocks: whoever is left may give them again.
                sources.clone_from(&self.wanted.sources);
            }
        }
    }

    /// The hash of the whole, once it is all read; a stop ends the reading.
    async fn checked(
        &self,
        part: &Part,
        hashing: JoinHandle<io::Result<Sha256>>,
        checked: &AtomicU64,
        stop: &mut (impl Future<Output = ()> + Unpin),
    ) -> Result<Sha256, Failure> {
        let mut hashing = hashing;
        let mut tick = interval(TELL);
        loop {
            tokio::select! {
                () = &mut *stop => {
                    part.abandon();
                    return Err(self.stopped());
                }
                found = &mut hashing => {
                    return ended(found).map_err(|error| self.disk(error));
                }
                _ = tick.tick() => {
                    let checked = checked.load(Ordering::Relaxed);
                    self.say(self.wanted.bytes, self.fetched(), self.checking(checked));
                }
            }
        }
    }

    /// Finds out whether the disk or the sources are to blame for a wrong hash, and throws away what
    /// is wrong. None where it was the disk.
    async fn throw_away(
        &self,
        part: &Part,
        found: Sha256,
    ) -> Result<Option<SourceFailure>, Failure> {
        let part = part.clone();
        let expected = self.wanted.sha256;
        let done = spawn_blocking(move || {
            let (damaged, read_again) = part.damaged()?;
            if damaged.is_empty() && read_again == expected {
                // It was written right, and read wrong once.
                return Ok(None);
            }
            if damaged.is_empty() {
                let hosts = part.hosts();
                part.drop_all()?;
                return Ok(Some(SourceFailure::WrongHash {
                    hosts,
                    found,
                    expected,
                }));
            }
            part.drop_blocks(&damaged)?;
            Ok(None)
        });
        ended(done.await).map_err(|error| self.disk(error))
    }

    fn fetched(&self) -> u64 {
        self.tell.borrow().fetched
    }

    pub(crate) fn say(&self, here: u64, fetched: u64, doing: Doing) {
        let bytes = self.wanted.bytes;
        self.tell.send_replace(Progress {
            here,
            bytes,
            fetched,
            doing,
        });
    }

    fn disk(&self, error: io::Error) -> Failure {
        if disk::is_full(&error) {
            let free = disk::free(self.models).unwrap_or(0);
            return self.full(self.needed(), free);
        }
        let file = self.wanted.place.file().clone();
        let cause = error
            .get_ref()
            .and_then(|cause| cause.downcast_ref::<JoinError>());
        if cause.is_some() {
            let what = error.to_string();
            return Failure::Bug { file, what };
        }
        Failure::Disk { file, error }
    }

    /// Fetches from one source until the file is whole, or the source fails.
    async fn get_from(
        &self,
        source: &Url,
        part: &Part,
        stop: &mut (impl Future<Output = ()> + Unpin),
    ) -> Result<(), Trouble> {
        let connections = self.manner.connections.max(1);
        let work = Arc::new(Work {
            net: self.net.clone(),
            part: part.clone(),
            why: self.wanted.why(),
            pace: self.manner.pace,
            limit: self.manner.limit.clone(),
            fetched: AtomicU64::new(self.fetched()),
            lag: u64::from(connections) * LAG_BYTES,
        });
        let crew = Crew::new(self, source, work);
        crew.work_until_done(stop, connections).await
    }
}
