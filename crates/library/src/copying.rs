//! A file of the user's on its way into the models folder: hashed while it is copied, without a name
//! until it is whole.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use fs_err::{File, OpenOptions};
use sha2::Digest;

use crate::blocks::BLOCK_BYTES;
use crate::disk::{self, SPARE_BYTES};
use crate::names::Place;
use crate::part::{FOLDER, digest};
use crate::record::Record;

/// Bytes copied at once: a whole number of them is a block.
const PIECE: u64 = 4 << 20;

/// How much too little a disk has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Short {
    /// Bytes that should be free, with what is left for others.
    pub needed: u64,
    /// Bytes that are.
    pub free: u64,
}

/// Whether so many bytes are too many for a folder's disk; none where they are not, or nobody knows.
pub fn short_of(folder: &Path, bytes: u64) -> Option<Short> {
    let free = disk::free(folder)?;
    let needed = bytes.saturating_add(SPARE_BYTES);
    (free < needed).then_some(Short { needed, free })
}

/// A copy under way; what came of it is deleted unless it is published.
#[derive(Debug)]
pub struct Copying {
    from: File,
    to: File,
    path: PathBuf,
    whole: sha2::Sha256,
    block: sha2::Sha256,
    bytes: u64,
    blocks: Vec<fit::catalogue::Sha256>,
    ended: bool,
}

impl Copying {
    /// Begins.
    pub fn of(file: &Path, models: &Path) -> io::Result<Self> {
        let folder = models.join(FOLDER);
        fs_err::create_dir_all(&folder)?;
        clear(&folder);
        let path = folder.join(format!("{:016x}.copy", fastrand::u64(..)));
        let to = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path)?;
        // Held while it is written, so that nobody takes it for one that was left behind.
        let _ = to.file().try_lock();
        Ok(Self {
            from: File::open(file)?,
            to,
            path,
            whole: sha2::Sha256::new(),
            block: sha2::Sha256::new(),
            bytes: 0,
            blocks: Vec::new(),
            ended: false,
        })
    }

    /// Copies a piece, and gives the bytes so far; none at the end.
    pub fn step(&mut self) -> io::Result<Option<u64>> {
        let mut piece = Vec::new();
        let read = (&mut self.from).take(PIECE).read_to_end(&mut piece)?;
        if read == 0 {
            if !self.bytes.is_multiple_of(BLOCK_BYTES) {
                self.blocks.push(digest(std::mem::take(&mut self.block)));
            }
            self.ended = true;
            return Ok(None);
        }
        self.to.write_all(&piece)?;
        self.whole.update(&piece);
        self.block.update(&piece);
        self.bytes += read as u64;
        if self.bytes.is_multiple_of(BLOCK_BYTES) {
            self.blocks.push(digest(std::mem::take(&mut self.block)));
        }
        Ok(Some(self.bytes))
    }

    /// What was copied.
    pub fn record(&self) -> Record {
        Record::new(self.bytes, digest(self.whole.clone()), self.blocks.clone())
    }

    /// Gives the copy its name. What lies there already stays, if it is the same; else it is an
    /// error.
    pub fn publish(mut self, place: &Place, models: &Path) -> io::Result<PathBuf> {
        let path = place.within(models);
        let record = self.record();
        if !self.ended {
            return Err(io::Error::other("the copy did not come to its end"));
        }
        if path.exists() {
            if Record::of(&path).is_some_and(|known| known.sha256 == record.sha256) {
                return Ok(path);
            }
            let what = format!(
                "`{}` is there already and is something else",
                path.display()
            );
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, what));
        }
        self.to.sync_all()?;
        record.keep(&path)?;
        fs_err::rename(&self.path, &path)?;
        disk::sync_folder_of(&path);
        self.path = PathBuf::new();
        Ok(path)
    }
}

/// Deletes copies that a process left behind when it died.
fn clear(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        let left = path.extension() == Some("copy".as_ref())
            && File::open(&path).is_ok_and(|file| file.file().try_lock().is_ok());
        if left {
            let _ = fs_err::remove_file(path);
        }
    }
}

impl Drop for Copying {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            let _ = fs_err::remove_file(&self.path);
        }
    }
}
