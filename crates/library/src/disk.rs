//! What the disk is asked for beyond reading and writing: room, durability, places.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

/// Bytes that stay free on the disk beside a download.
pub(crate) const SPARE_BYTES: u64 = 1 << 30;

/// Free bytes on the disk that holds this folder, or its nearest parent that exists; none where the
/// system does not tell.
pub(crate) fn free(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|folder| folder.exists())?;
    fs4::available_space(there).ok()
}

/// Reserves room for the whole file. Only a full disk is an error: not every file system can promise
/// room.
pub(crate) fn reserve(file: &File, bytes: u64) -> io::Result<()> {
    match fs4::FileExt::allocate(file, bytes) {
        Err(error) if is_full(&error) => Err(error),
        _ => Ok(()),
    }
}

/// Bytes that a file takes on its disk, which may be more than were written.
#[cfg(unix)]
pub(crate) fn taken(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).map_or(0, |known| known.blocks() * 512)
}

/// Bytes that a file takes on its disk.
#[cfg(not(unix))]
pub(crate) fn taken(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |known| known.len())
}

/// Whether this error says that there is no room: on the disk, or in what this user may use of it.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

/// Writes all bytes at this place.
#[cfg(unix)]
pub(crate) fn write_at(file: &File, bytes: &[u8], place: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, place)
}

/// Writes all bytes at this place.
#[cfg(windows)]
pub(crate) fn write_at(file: &File, mut bytes: &[u8], mut place: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = std::os::windows::fs::FileExt::seek_write(file, bytes, place)?;
        if count == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[count..];
        place += count as u64;
    }
    Ok(())
}

/// Puts these bytes in the place of a small file, whole or not at all.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = fs_err::File::create(&new)?;
    file.write_all(bytes)?;
    file.sync_data()?;
    drop(file);
    fs_err::rename(&new, path)?;
    sync_folder_of(path);
    Ok(())
}

/// Makes a name durable, where the system has that.
pub(crate) fn sync_folder_of(path: &Path) {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        // Some file systems refuse it; then there is nothing else to do.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    #[cfg(not(unix))]
    let _ = path;
}
