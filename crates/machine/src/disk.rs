//! The disk under a folder: how much may still be written there.

use std::path::Path;

use fit::Disk;

use crate::system;

/// What is known of the disk that a folder lies on, or will lie on once it is made; none where the
/// system does not tell.
pub fn disk(folder: &Path) -> Option<Disk> {
    // The nearest ancestor that exists, its links followed: mount points are real places.
    let real = folder
        .ancestors()
        .find_map(|place| place.canonicalize().ok())?;
    Some(Disk {
        folder: folder.display().to_string(),
        free_bytes: system::free_bytes(&real)?,
        read_bytes_per_second: None,
    })
}

#[cfg(test)]
mod tests {
    use super::disk;

    #[test]
    fn a_folder_that_is_not_made_yet_has_the_disk_of_its_parent() {
        let folder = tempfile::tempdir().unwrap();
        let later = folder.path().join("models/of/mine");
        // A container may hide its mounts; then nothing is said at all.
        if let Some(found) = disk(&later) {
            assert_eq!(found.folder, later.display().to_string());
            let parent = disk(folder.path()).unwrap();
            assert!(found.free_bytes.abs_diff(parent.free_bytes) < 1 << 30);
        }
    }

    /// A file system in memory is no disk, and what is free on it is not what is free on `/`.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_folder_on_a_file_system_in_memory_has_that_one_s_space() {
        let place = std::path::Path::new("/dev/shm");
        let root = std::path::Path::new("/");
        let size = |path| rustix::fs::statvfs(path).map(|found| found.f_blocks * found.f_frsize);
        let (Ok(here), Ok(there)) = (size(place), size(root)) else {
            crate::skips::skip("there is no file system in memory");
            return;
        };
        if here != there {
            let found = disk(&place.join("spud/models")).unwrap();
            assert!(found.free_bytes <= here, "{found:?}, of {here}");
        }
    }
}
