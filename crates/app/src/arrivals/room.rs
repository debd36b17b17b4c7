//! How much of what comes from outside is read. Chats of people are far below all of it.

/// The largest chat, in bytes as it is written (`weight` of `reading`).
pub(super) const LARGEST_CHAT: u64 = 32 << 20;

/// What a chat may weigh in memory.
pub(super) const HEAVIEST_CHAT: u64 = 96 << 20;

/// How deep a chat is nested: two levels for each message where a program writes a message within the one
/// that it follows.
pub(super) const MOST_LEVELS: usize = 2_000;

/// For what reads a chat that deep: some kilobytes for each level.
pub(super) const STACK: usize = 64 << 20;

/// What all files of an archive or folder may have together, unpacked.
pub(super) const MOST_BYTES: u64 = 4 << 30;

/// How many files of a folder or archive are looked at.
pub(super) const MOST_FILES: usize = 20_000;

/// An archive within an archive, which is in memory as long as it is read.
pub(super) const LARGEST_INNER: u64 = 48 << 20;

/// How many archives are within each other.
pub(super) const MOST_ARCHIVES: usize = 3;

/// How deep a folder is looked through.
pub(super) const MOST_FOLDERS: usize = 8;

/// What may be read to find out what is in an archive: its list of files, of up to some fifty thousand.
pub(super) const LONGEST_LIST: u64 = 8 << 20;

/// A batch of chats that is written at once: that many bytes of words, or chats. Nothing that is saved
/// meanwhile waits longer than for one.
pub(super) const BATCH_BYTES: usize = 256 << 10;
pub(super) const BATCH_CHATS: usize = 64;
