//! A file on its way: its bytes so far and the note beside them of which are durable.
//!
//! Both lie in `.parts` of the models folder under the file's SHA-256, so that no half of a model
//! ever has a name that can be opened, and whatever asks for the same bytes goes on with them. The
//! note is written anew and moved into place after the bytes that it promises were synced: after a
//! crash it tells at most too little.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use fit::catalogue::Sha256;
use fs_err::{File, OpenOptions};
use serde::{Deserialize, Serialize};
use sha2::Digest;

use crate::blocks::{BLOCK_BYTES, Blocks, MOST_BYTES, Run, block_of};
use crate::disk;
use crate::record::{Record, beside};

/// The folder of parts in the models folder.
pub(crate) const FOLDER: &str = ".parts";

/// Bytes read at once.
const PIECE: usize = 1 << 20;

/// The note beside a part.
#[derive(Debug, Serialize, Deserialize)]
struct Note {
    bytes: u64,
    block_bytes: u64,
    /// In hex; null where the block is not whole.
    blocks: Vec<Option<String>>,
    /// How much of unfinished blocks is durable.
    begun: BTreeMap<usize, u64>,
    /// Hosts that bytes came from.
    hosts: Vec<String>,
}

/// Paths of a part.
#[derive(Debug, Clone)]
pub(crate) struct PartPaths {
    pub(crate) folder: PathBuf,
    pub(crate) bytes: PathBuf,
    note: PathBuf,
    pub(crate) lock: PathBuf,
}

impl PartPaths {
    pub(crate) fn of(models: &Path, sha256: &Sha256) -> Self {
        let folder = models.join(FOLDER);
        let named = |ending: &str| folder.join(format!("{sha256}.{ending}"));
        Self {
            bytes: named("part"),
            note: named("json"),
            lock: named("lock"),
            folder,
        }
    }

    /// Bytes that the file of a part takes on the disk, as the system counts them.
    pub(crate) fn reserved(&self) -> u64 {
        disk::taken(&self.bytes)
    }

    /// How much of a part is durable, whoever fetches it. None where there is none.
    pub(crate) fn here(&self) -> Option<u64> {
        let note: Note = serde_json::from_slice(&fs_err::read(&self.note).ok()?).ok()?;
        blocks_of(&note, note.bytes).map(|blocks| blocks.here())
    }

    /// Removes a part and everything beside it.
    pub(crate) fn remove(&self) -> io::Result<()> {
        for path in [&self.note, &self.bytes] {
            match fs_err::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

/// What a note says, if it can be of a file of so many bytes.
fn blocks_of(note: &Note, bytes: u64) -> Option<Blocks> {
    let count = bytes.div_ceil(BLOCK_BYTES);
    // First: a size that is not of this note must not cost memory for its blocks.
    if note.bytes != bytes || note.block_bytes != BLOCK_BYTES || note.blocks.len() as u64 != count {
        return None;
    }
    let hashes = note.blocks.iter().map(|hash| match hash {
        None => Some(None),
        Some(hash) => Sha256::from_hex(hash).map(Some),
    });
    Blocks::restore(bytes, hashes.collect::<Option<_>>()?, note.begun.clone())
}

/// A part that this process writes. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    paths: PartPaths,
    file: File,
    state: Mutex<State>,
    /// Told when blocks finish and when bytes became durable.
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    blocks: Blocks,
    hosts: Vec<String>,
    /// Bytes written since the part was opened, and how many of those are durable.
    written: u64,
    durable: u64,
    /// No more is coming: whoever waits stops waiting.
    ended: bool,
    /// Nobody waits for the result.
    abandoned: bool,
}

impl Part {
    /// Opens what is there, or begins anew where the note and the bytes are not of one file.
    pub(crate) fn open(paths: PartPaths, bytes: u64) -> io::Result<Self> {
        if bytes > MOST_BYTES {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        fs_err::create_dir_all(&paths.folder)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&paths.bytes)?;
        let long_enough = |blocks: &Blocks, length: u64| {
            let begun = blocks.begun().iter();
            let begun = begun.map(|(&block, &here)| blocks.range(block).start + here);
            let finished = (0..blocks.hashes().len()).rev();
            let mut finished = finished.filter(|&block| blocks.hashes()[block].is_some());
            let finished = finished.next().map(|block| blocks.range(block).end);
            begun.chain(finished).all(|end| end <= length)
        };
        let note: Option<Note> = fs_err::read(&paths.note)
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok());
        let length = file.metadata()?.len();
        let known = note.and_then(|note| {
            let blocks = blocks_of(&note, bytes)?;
            long_enough(&blocks, length).then_some((blocks, note.hosts))
        });
        let (blocks, hosts) = known.unwrap_or_else(|| (Blocks::new(bytes), Vec::new()));
        // What an earlier wish left behind the end would spoil the hash.
        if length > bytes {
            file.set_len(bytes)?;
        }
        Ok(Self {
            shared: Arc::new(Shared {
                paths,
                file,
                state: Mutex::new(State {
                    blocks,
                    hosts,
                    written: 0,
                    durable: 0,
                    ended: false,
                    abandoned: false,
                }),
                changed: Condvar::new(),
            }),
        })
    }

    /// Takes a file that has its name already back, as a part without the blocks that are damaged or
    /// behind its end.
    pub(crate) fn adopt(paths: &PartPaths, file: &Path, record: &Record) -> io::Result<()> {
        fs_err::create_dir_all(&paths.folder)?;
        let length = fs_err::metadata(file)?.len();
        let known = Blocks::new(record.bytes);
        let blocks = record.blocks.iter().enumerate().map(|(block, hash)| {
            let good = !record.damaged.contains(&block) && known.range(block).end <= length;
            good.then(|| hash.to_string())
        });
        let note = Note {
            bytes: record.bytes,
            block_bytes: BLOCK_BYTES,
            blocks: blocks.collect(),
            begun: BTreeMap::new(),
            hosts: Vec::new(),
        };
        let text = serde_json::to_vec(&note).expect("BUG: numbers and text are JSON");
        // The note first: without its bytes it counts for nothing, and the file is still there.
        disk::replace(&paths.note, &text)?;
        fs_err::rename(file, &paths.bytes)?;
        disk::sync_folder_of(file);
        let _ = fs_err::remove_file(beside(file));
        Ok(())
    }

    /// Bytes of the whole file.
    pub(crate) fn bytes(&self) -> u64 {
        self.state().blocks.bytes()
    }

    /// Bytes that are here.
    pub(crate) fn here(&self) -> u64 {
        self.state().blocks.here()
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.state().blocks.is_whole()
    }

    pub(crate) fn take(&self, most: usize) -> Option<Run> {
        self.state().blocks.take(most)
    }

    /// Whether there is a run to take.
    pub(crate) fn has_work(&self) -> bool {
        self.state().blocks.has_work()
    }

    pub(crate) fn end_of(&self, run: u64) -> u64 {
        self.state().blocks.end_of(run)
    }

    pub(crate) fn release(&self, run: u64) {
        self.state().blocks.release(run);
    }

    /// Asks the file system for room for the whole file; where it cannot promise any, it is tried
    /// without.
    pub(crate) fn reserve(&self) -> io::Result<()> {
        disk::reserve(self.shared.file.file(), self.bytes())
    }

    /// Hosts that bytes of it came from.
    pub(crate) fn hosts(&self) -> Vec<String> {
        self.state().hosts.clone()
    }

    pub(crate) fn came_from(&self, host: &str) {
        let mut state = self.state();
        if !state.hosts.iter().any(|known| known == host) {
            state.hosts.push(host.to_owned());
        }
    }

    /// A writer of this run's bytes.
    pub(crate) fn writer(&self, run: &Run) -> io::Result<Writer> {
        let block = block_of(run.start);
        let mut writer = Writer {
            part: self.clone(),
            run: run.id,
            place: run.start,
            hasher: sha2::Sha256::new(),
        };
        let begun = self.state().blocks.range(block).start;
        self.read(begun..run.start, |piece| writer.hasher.update(piece))?;
        Ok(writer)
    }

    /// Makes what was written durable, and says so in the note.
    pub(crate) fn sync(&self) -> io::Result<()> {
        let (note, written) = {
            let state = self.state();
            (state.note(), state.written)
        };
        self.shared.file.sync_data()?;
        let text = serde_json::to_vec(&note).expect("BUG: numbers and text are JSON");
        disk::replace(&self.shared.paths.note, &text)?;
        let mut state = self.state();
        state.durable = state.durable.max(written);
        drop(state);
        self.shared.changed.notify_all();
        Ok(())
    }

    /// Waits until at most so many written bytes are not durable, or the end.
    pub(crate) fn wait_for_sync(&self, most: u64) {
        let state = self.state();
        let behind = |state: &mut State| !state.ended && state.written - state.durable > most;
        drop(self.wait_while(state, behind));
    }

    /// Waits until more than so many bytes are written and not durable, or the end; false then.
    pub(crate) fn wait_for_bytes(&self, more: u64, patience: std::time::Duration) -> bool {
        let state = self.state();
        let idle = |state: &mut State| !state.ended && state.written - state.durable <= more;
        let waited = self
            .shared
            .changed
            .wait_timeout_while(state, patience, idle)
            .unwrap_or_else(PoisonError::into_inner);
        !waited.0.ended
    }

    /// Waits until the finished prefix is longer than this, or the end; gives the prefix.
    pub(crate) fn wait_for_prefix(&self, longer: u64) -> u64 {
        let state = self.state();
        let short = |state: &mut State| !state.ended && state.blocks.prefix() <= longer;
        self.wait_while(state, short).blocks.prefix()
    }

    /// No more is coming.
    pub(crate) fn end(&self) {
        self.state().ended = true;
        self.shared.changed.notify_all();
    }

    /// Nobody waits for it any more.
    pub(crate) fn abandon(&self) {
        let mut state = self.state();
        (state.ended, state.abandoned) = (true, true);
        drop(state);
        self.shared.changed.notify_all();
    }

    pub(crate) fn is_abandoned(&self) -> bool {
        self.state().abandoned
    }

    /// More is coming (again).
    pub(crate) fn begin(&self) {
        self.state().ended = false;
    }

    /// Gives these bytes of the file, piece by piece.
    pub(crate) fn read(
        &self,
        range: std::ops::Range<u64>,
        mut take: impl FnMut(&[u8]),
    ) -> io::Result<()> {
        if range.is_empty() {
            return Ok(());
        }
        // A descriptor of its own: others write at their own places meanwhile.
        let mut file = File::open(&self.shared.paths.bytes)?;
        file.seek(SeekFrom::Start(range.start))?;
        let mut left = range.end - range.start;
        let mut piece = vec![0; PIECE];
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            file.read_exact(&mut piece[..most])?;
            take(&piece[..most]);
            left -= most as u64;
        }
        Ok(())
    }

    /// Reads every finished block and gives back those that are no longer what came, with the hash of all
    /// that was read.
    pub(crate) fn damaged(&self) -> io::Result<(Vec<usize>, Sha256)> {
        let blocks = self.state().blocks.clone();
        let mut damaged = Vec::new();
        let mut whole = sha2::Sha256::new();
        for (block, hash) in (0..).zip(blocks.hashes()) {
            let Some(hash) = hash else { continue };
            let mut hasher = sha2::Sha256::new();
            self.read(blocks.range(block), |piece| {
                hasher.update(piece);
                whole.update(piece);
            })?;
            if digest(hasher) != *hash {
                damaged.push(block);
            }
        }
        Ok((damaged, digest(whole)))
    }

    /// These blocks have to come again.
    pub(crate) fn drop_blocks(&self, blocks: &[usize]) -> io::Result<()> {
        self.state().blocks.drop_blocks(blocks);
        self.sync()
    }

    /// All have to come again.
    pub(crate) fn drop_all(&self) -> io::Result<()> {
        {
            let mut state = self.state();
            state.blocks = Blocks::new(state.blocks.bytes());
            state.hosts.clear();
        }
        self.sync()
    }

    /// The hashes of all blocks, once it is whole.
    pub(crate) fn hashes(&self) -> Vec<Sha256> {
        self.state()
            .blocks
            .hashes()
            .iter()
            .flatten()
            .copied()
            .collect()
    }

    /// Gives the whole file its visible name.
    pub(crate) fn publish(&self, path: &Path) -> io::Result<()> {
        self.shared.file.sync_all()?;
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        fs_err::rename(&self.shared.paths.bytes, path)?;
        disk::sync_folder_of(path);
        let _ = fs_err::remove_file(&self.shared.paths.note);
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_while<'a>(
        &self,
        state: MutexGuard<'a, State>,
        until: impl FnMut(&mut State) -> bool,
    ) -> MutexGuard<'a, State> {
        self.shared
            .changed
            .wait_while(state, until)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn note(&self) -> Note {
        let hex = |hash: &Option<Sha256>| hash.as_ref().map(ToString::to_string);
        Note {
            bytes: self.blocks.bytes(),
            block_bytes: BLOCK_BYTES,
            blocks: self.blocks.hashes().iter().map(hex).collect(),
            begun: self.blocks.begun().clone(),
            hosts: self.hosts.clone(),
        }
    }
}

/// Writes the bytes of one run in their order, and hashes its blocks on the way.
#[derive(Debug)]
pub(crate) struct Writer {
    part: Part,
    run: u64,
    place: u64,
    hasher: sha2::Sha256,
}

impl Writer {
    /// Writes the next bytes. None may go beyond the end of the file.
    pub(crate) fn write(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let block = block_of(self.place);
            let end = self.part.state().blocks.range(block).end;
            let most = usize::try_from(end - self.place).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(bytes.len().min(most));
            disk::write_at(self.part.shared.file.file(), now, self.place)?;
            self.hasher.update(now);
            self.place += now.len() as u64;
            let mut state = self.part.state();
            state.written += now.len() as u64;
            if self.place == end {
                let hash = digest(std::mem::take(&mut self.hasher));
                state.blocks.finish(self.run, block, hash);
                drop(state);
                self.part.shared.changed.notify_all();
            } else {
                state.blocks.grown_to(self.place);
                let much = state.written - state.durable > BLOCK_BYTES / 4;
                drop(state);
                if much {
                    self.part.shared.changed.notify_all();
                }
            }
            bytes = later;
        }
        Ok(())
    }
}

/// What a hasher found.
pub(crate) fn digest(hasher: sha2::Sha256) -> Sha256 {
    Sha256::new(hasher.finalize().into())
}
