//! Which bytes of a file are here: blocks of 16 MiB, who fetches which, and their hashes. Pure.
//!
//! Connections take runs of blocks from the front, so that what is finished stays nearly one piece
//! and can be hashed while it is still in the system's cache.

use std::collections::BTreeMap;
use std::ops::Range;

use fit::catalogue::Sha256;

/// Bytes of a block.
pub const BLOCK_BYTES: u64 = 16 << 20;

/// Bytes of the largest file there is, some hundred times R1 itself in full: one that is said to have
/// more is refused before its blocks cost memory.
pub(crate) const MOST_BYTES: u64 = 1 << 46;

/// Bytes that a connection may fetch: whole blocks, the first perhaps from its middle on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// Number of the run.
    pub(crate) id: u64,
    /// The first byte, counted from the start of the file.
    pub(crate) start: u64,
    /// Behind the last byte, unless another connection takes a part of it meanwhile.
    pub(crate) end: u64,
}

/// The blocks of one file.
#[derive(Debug, Clone)]
pub(crate) struct Blocks {
    bytes: u64,
    /// The hash of each finished block.
    hashes: Vec<Option<Sha256>>,
    /// How much of an unfinished block is here.
    begun: BTreeMap<usize, u64>,
    /// Blocks that runs still have to fetch; the first of each is at work.
    runs: BTreeMap<u64, Range<usize>>,
    last_run: u64,
}

impl Blocks {
    /// Nothing of a file of so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        let count = usize::try_from(bytes.div_ceil(BLOCK_BYTES)).unwrap_or(usize::MAX);
        Self {
            bytes,
            hashes: vec![None; count],
            begun: BTreeMap::new(),
            runs: BTreeMap::new(),
            last_run: 0,
        }
    }

    /// What was written down of it; none where that cannot be of a file of so many bytes.
    pub(crate) fn restore(
        bytes: u64,
        hashes: Vec<Option<Sha256>>,
        begun: BTreeMap<usize, u64>,
    ) -> Option<Self> {
        let empty = Self::new(bytes);
        let sane = |(&block, &here): (&usize, &u64)| {
            hashes.get(block).is_some_and(Option::is_none) && here < empty.length(block)
        };
        let fits = hashes.len() == empty.hashes.len() && begun.iter().all(sane);
        fits.then_some(Self {
            hashes,
            begun,
            ..empty
        })
    }

    /// Bytes of the whole file.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The hash of each finished block.
    pub(crate) fn hashes(&self) -> &[Option<Sha256>] {
        &self.hashes
    }

    /// How much of each unfinished block is here.
    pub(crate) fn begun(&self) -> &BTreeMap<usize, u64> {
        &self.begun
    }

    /// The bytes of a block, counted from the start of the file.
    pub(crate) fn range(&self, block: usize) -> Range<u64> {
        let start = (block as u64).saturating_mul(BLOCK_BYTES);
        start..start.saturating_add(BLOCK_BYTES).min(self.bytes)
    }

    fn length(&self, block: usize) -> u64 {
        let range = self.range(block);
        range.end.saturating_sub(range.start)
    }

    /// Bytes that are here.
    pub(crate) fn here(&self) -> u64 {
        let finished = (0..self.hashes.len()).filter(|&block| self.hashes[block].is_some());
        let finished = finished.map(|block| self.length(block));
        // Each is less than its block, and all blocks together are the file.
        finished.chain(self.begun.values().copied()).sum()
    }

    /// Bytes from the start of the file without a gap, in finished blocks.
    pub(crate) fn prefix(&self) -> u64 {
        let finished = self.hashes.iter().take_while(|hash| hash.is_some()).count();
        (finished as u64 * BLOCK_BYTES).min(self.bytes)
    }

    /// Whether every block is finished.
    pub(crate) fn is_whole(&self) -> bool {
        self.hashes.iter().all(Option::is_some)
    }

    /// Gives the next run of at most so many blocks to a connection: the first that nobody has; when
    /// all are taken, the later half of the longest run; none when there is nothing to give.
    pub(crate) fn take(&mut self, most: usize) -> Option<Run> {
        let first = (0..self.hashes.len()).find(|&block| self.is_free(block));
        let blocks = match first {
            Some(first) => {
                let more = (first + 1..self.hashes.len())
                    .take(most.max(1) - 1)
                    // One that is begun is fetched from its middle on, by a run of its own.
                    .take_while(|&block| self.is_free(block) && !self.begun.contains_key(&block));
                first..first + 1 + more.count()
            }
            None => self.half()?,
        };
        self.last_run += 1;
        let first = self.range(blocks.start);
        let run = Run {
            id: self.last_run,
            start: first.start + self.begun.get(&blocks.start).copied().unwrap_or(0),
            end: self.range(blocks.end - 1).end,
        };
        self.runs.insert(run.id, blocks);
        Some(run)
    }

    /// Whether [`Blocks::take`] would give a run.
    pub(crate) fn has_work(&self) -> bool {
        // The first of a run is at work, the others can be given away.
        (0..self.hashes.len()).any(|block| self.is_free(block))
            || self.runs.values().any(|run| run.len() > 1)
    }

    /// Whether a block is missing and in nobody's run.
    fn is_free(&self, block: usize) -> bool {
        let taken = || self.runs.values().any(|run| run.contains(&block));
        self.hashes[block].is_none() && !taken()
    }

    /// Takes the later half of the blocks that wait in the longest run.
    fn half(&mut self) -> Option<Range<usize>> {
        let longest = self
            .runs
            .values_mut()
            .max_by_key(std::iter::ExactSizeIterator::len)?;
        // The first is at work.
        let waiting = longest.len().saturating_sub(1);
        let given = waiting.div_ceil(2);
        if given == 0 {
            return None;
        }
        let middle = longest.end - given;
        let blocks = middle..longest.end;
        longest.end = middle;
        Some(blocks)
    }

    /// Where a run ends by now.
    pub(crate) fn end_of(&self, run: u64) -> u64 {
        self.runs
            .get(&run)
            .filter(|blocks| !blocks.is_empty())
            .map_or(0, |blocks| self.range(blocks.end - 1).end)
    }

    /// Bytes of the block that holds this place have come, up to it.
    pub(crate) fn grown_to(&mut self, place: u64) {
        let block = block_of(place.saturating_sub(1));
        if self.hashes.get(block).is_some_and(Option::is_none) {
            self.begun.insert(block, place - self.range(block).start);
        }
    }

    /// A block has come whole.
    pub(crate) fn finish(&mut self, run: u64, block: usize, hash: Sha256) {
        self.begun.remove(&block);
        if let Some(slot) = self.hashes.get_mut(block) {
            *slot = Some(hash);
        }
        if let Some(blocks) = self.runs.get_mut(&run) {
            blocks.start = blocks.start.max(block + 1);
        }
    }

    /// A connection ended: what it had left is free again.
    pub(crate) fn release(&mut self, run: u64) {
        self.runs.remove(&run);
    }

    /// These blocks are not what they should be, and have to come again.
    pub(crate) fn drop_blocks(&mut self, blocks: &[usize]) {
        for &block in blocks {
            if let Some(slot) = self.hashes.get_mut(block) {
                *slot = None;
            }
            self.begun.remove(&block);
        }
    }
}

/// The block that holds this byte.
pub(crate) fn block_of(place: u64) -> usize {
    usize::try_from(place / BLOCK_BYTES).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_BYTES, BTreeMap, Blocks, Sha256};

    fn hash() -> Sha256 {
        Sha256::from_hex(&"0".repeat(64)).unwrap()
    }

    #[test]
    fn runs_come_from_the_front_and_never_overlap() {
        let mut blocks = Blocks::new(10 * BLOCK_BYTES + 5);
        let first = blocks.take(4).unwrap();
        let second = blocks.take(4).unwrap();
        let third = blocks.take(4).unwrap();
        assert_eq!((first.start, first.end), (0, 4 * BLOCK_BYTES));
        assert_eq!((second.start, second.end), (first.end, 8 * BLOCK_BYTES));
        assert_eq!((third.start, third.end), (second.end, 10 * BLOCK_BYTES + 5));
        // All are taken: the later half of what waits in the longest.
        let fourth = blocks.take(4).unwrap();
        let shortened = [&first, &second]
            .iter()
            .filter(|run| blocks.end_of(run.id) < run.end)
            .count();
        assert_eq!(shortened, 1);
        assert_eq!(fourth.end - fourth.start, 2 * BLOCK_BYTES);
        blocks.release(first.id);
        assert_eq!(blocks.take(1).unwrap().start, 0);
    }

    #[test]
    fn a_block_at_work_is_not_given_away() {
        let mut blocks = Blocks::new(BLOCK_BYTES);
        assert!(blocks.take(8).is_some());
        assert_eq!(blocks.take(8), None);
    }

    #[test]
    fn what_is_begun_goes_on_where_it_stands() {
        let mut blocks = Blocks::new(3 * BLOCK_BYTES);
        let run = blocks.take(3).unwrap();
        blocks.finish(run.id, 0, hash());
        blocks.grown_to(BLOCK_BYTES + 100);
        blocks.release(run.id);
        assert_eq!(blocks.here(), BLOCK_BYTES + 100);
        assert_eq!(blocks.prefix(), BLOCK_BYTES);
        let kept = (blocks.hashes().to_vec(), blocks.begun().clone());
        let mut again = Blocks::restore(blocks.bytes(), kept.0, kept.1).unwrap();
        let run = again.take(9).unwrap();
        assert_eq!((run.start, run.end), (BLOCK_BYTES + 100, 3 * BLOCK_BYTES));
        again.finish(run.id, 1, hash());
        again.finish(run.id, 2, hash());
        assert!(again.is_whole() && again.prefix() == 3 * BLOCK_BYTES);
        again.drop_blocks(&[1]);
        assert_eq!((again.prefix(), again.is_whole()), (BLOCK_BYTES, false));
    }

    #[test]
    fn notes_of_another_file_are_not_taken() {
        let one = || vec![Some(hash()), None];
        let here = |block: usize, bytes: u64| BTreeMap::from([(block, bytes)]);
        let bytes = BLOCK_BYTES + 10;
        assert!(Blocks::restore(bytes, one(), here(1, 9)).is_some());
        assert!(Blocks::restore(bytes, one(), here(1, 10)).is_none());
        assert!(Blocks::restore(bytes, one(), here(0, 1)).is_none());
        assert!(Blocks::restore(bytes, one(), here(7, 1)).is_none());
        assert!(Blocks::restore(3 * BLOCK_BYTES, one(), BTreeMap::new()).is_none());
    }
}
