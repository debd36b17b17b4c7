//! The disk under a folder: how much may still be written there.

use std::path::Path;

use fit::Disk;
use sysinfo::{DiskRefreshKind, Disks};

/// What is known of the disk that a folder lies on, or will lie on once it is made; none where the
/// system does not tell.
pub fn disk(folder: &Path) -> Option<Disk> {
    // The nearest ancestor that exists, its links followed: mount points are real places.
    let real = folder
        .ancestors()
        .find_map(|place| place.canonicalize().ok())?;
    let what = DiskRefreshKind::nothing().with_storage();
    let disks = Disks::new_with_refreshed_list_specifics(what).ok()?;
    let under = (&disks)
        .into_iter()
        .filter(|disk| real.starts_with(disk.mount_point()))
        .max_by_key(|disk| disk.mount_point().as_os_str().len())?;
    Some(Disk {
        folder: folder.display().to_string(),
        free_bytes: under.available_space(),
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
}
