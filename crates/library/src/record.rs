//! What is known of a file that is here: its SHA-256 and those of its blocks, in a small file beside
//! it. So a later look can tell which part of it the disk has damaged.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use fit::catalogue::Sha256;
use serde::{Deserialize, Serialize};
use sha2::Digest;

use crate::blocks::BLOCK_BYTES;
use crate::disk;
use crate::names::Place;
use crate::part::digest;

/// The record of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Bytes of the file.
    pub bytes: u64,
    /// Of the whole file.
    pub sha256: Sha256,
    /// Of each block of 16 MiB.
    pub blocks: Vec<Sha256>,
    /// Blocks that a later look found to be something else, in their order.
    pub damaged: Vec<usize>,
}

/// As it is written down.
#[derive(Debug, Serialize, Deserialize)]
struct Text {
    bytes: u64,
    sha256: String,
    block_bytes: u64,
    blocks: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    damaged: Vec<usize>,
}

impl Record {
    pub(crate) fn new(bytes: u64, sha256: Sha256, blocks: Vec<Sha256>) -> Self {
        Self {
            bytes,
            sha256,
            blocks,
            damaged: Vec::new(),
        }
    }

    /// What was written down of this file, if that is whole.
    pub fn of(file: &Path) -> Option<Self> {
        let text: Text = serde_json::from_slice(&fs_err::read(beside(file)).ok()?).ok()?;
        let blocks = text.blocks.iter().map(|hash| Sha256::from_hex(hash));
        let record = Self {
            bytes: text.bytes,
            sha256: Sha256::from_hex(&text.sha256)?,
            blocks: blocks.collect::<Option<_>>()?,
            damaged: text.damaged,
        };
        let count = text.bytes.div_ceil(BLOCK_BYTES);
        let whole = text.block_bytes == BLOCK_BYTES && record.blocks.len() as u64 == count;
        whole.then_some(record)
    }

    /// Reads a file through. `go_on` hears how many bytes are read; none where it says no.
    pub fn read(file: &Path, mut go_on: impl FnMut(u64) -> bool) -> io::Result<Option<Self>> {
        let mut open = fs_err::File::open(file)?;
        let mut piece = vec![0; 1 << 20];
        let (mut whole, mut block) = (sha2::Sha256::new(), sha2::Sha256::new());
        let (mut bytes, mut blocks) = (0_u64, Vec::new());
        loop {
            // A piece never crosses the end of a block: it is a power of two below it, read full.
            let count = read_full(&mut open, &mut piece)?;
            if count == 0 {
                break;
            }
            whole.update(&piece[..count]);
            block.update(&piece[..count]);
            bytes += count as u64;
            if bytes.is_multiple_of(BLOCK_BYTES) {
                blocks.push(digest(std::mem::take(&mut block)));
            }
            if !go_on(bytes) {
                return Ok(None);
            }
        }
        if !bytes.is_multiple_of(BLOCK_BYTES) {
            blocks.push(digest(block));
        }
        Ok(Some(Self::new(bytes, digest(whole), blocks)))
    }

    /// Writes it down beside its file.
    pub fn keep(&self, file: &Path) -> io::Result<()> {
        let text = Text {
            bytes: self.bytes,
            sha256: self.sha256.to_string(),
            block_bytes: BLOCK_BYTES,
            blocks: self.blocks.iter().map(ToString::to_string).collect(),
            damaged: self.damaged.clone(),
        };
        let text = serde_json::to_vec(&text).expect("BUG: numbers and text are JSON");
        if let Some(folder) = file.parent() {
            fs_err::create_dir_all(folder)?;
        }
        disk::replace(&beside(file), &text)
    }

    /// The blocks in which another reading of the same file differs from this one; all that one of
    /// them has and the other has not are among them.
    pub fn differing(&self, other: &Self) -> Vec<usize> {
        let longest = self.blocks.len().max(other.blocks.len());
        (0..longest)
            .filter(|&block| self.blocks.get(block) != other.blocks.get(block))
            .collect()
    }
}

/// Deletes a file of the models folder with its record, and folders that are empty then. Gives the
/// bytes that are free for it; what is not there is no error.
pub fn discard(models: &Path, place: &Place) -> io::Result<u64> {
    let path = place.within(models);
    let freed = disk::taken(&path);
    for path in [&beside(&path), &path] {
        match fs_err::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    // Those that still hold something stay: that is all that can be wrong with them.
    for folder in path.ancestors().skip(1).take(2) {
        let _ = fs_err::remove_dir(folder);
    }
    Ok(freed)
}

fn read_full(file: &mut fs_err::File, piece: &mut [u8]) -> io::Result<usize> {
    let mut count = 0;
    while count < piece.len() {
        match file.read(&mut piece[count..]) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// Where the record of a file is.
pub(crate) fn beside(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".sha256.json");
    file.with_file_name(name)
}
