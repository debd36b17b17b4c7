//! Disks that are full, cannot be written, or go away.

use library::{Failure, Manner};

use crate::server::Server;
use crate::waiting::{Folder, MIB, content, download, manner, wanted};

#[tokio::test(flavor = "multi_thread")]
async fn too_little_room_is_told_before_a_byte_came() {
    // More than any disk has.
    let content = content(MIB);
    let server = Server::good(&content);
    let folder = Folder::new();
    let mut wanted = wanted(&content, vec![server.url("/file")]);
    wanted.bytes = 1 << 55;
    let (fetched, _) = folder.download(&wanted, &Manner::default()).await;
    let failure = fetched.unwrap_err();
    let Failure::DiskFull { needed, free, .. } = &failure else {
        panic!("{failure}");
    };
    assert!(*needed == (1 << 55) + (1 << 30) && free < needed);
    assert!(server.requests().is_empty());
    assert!(failure.to_string().contains("TiB more"), "{failure}");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::path::Path;
    use std::process::Command;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Once};

    use super::{Failure, Folder, MIB, Server, content, download, manner, wanted};
    use crate::server::Reply;
    use crate::skips::skip;
    use crate::waiting::same_bytes;

    /// A small disk of its own; none where this user may not have one.
    struct Disk(tempfile::TempDir);

    impl Disk {
        fn of(bytes: usize) -> Option<Self> {
            let folder = tempfile::tempdir().unwrap();
            let made = Command::new("mount")
                .args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "none"])
                .arg(folder.path())
                .output();
            if made.is_ok_and(|made| made.status.success()) {
                return Some(Self(folder));
            }
            skip("no disk of our own");
            None
        }

        fn path(&self) -> &Path {
            self.0.path()
        }
    }

    impl Drop for Disk {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg("-l").arg(self.0.path()).output();
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_disk_that_fills_up_keeps_what_came_and_goes_on_when_there_is_room() {
        let Some(disk) = Disk::of((1 << 30) + 120 * MIB) else {
            return;
        };
        let content = content(100 * MIB);
        let served = content.clone();
        let (path, full) = (disk.path().join("other"), Arc::new(Once::new()));
        // Another program takes the room while it downloads; a reservation is taken away for that.
        let server = {
            let (path, full) = (path.clone(), full.clone());
            Server::new(move |request| {
                if !request.is_probe() {
                    // Everybody waits for it.
                    full.call_once(|| {
                        shrink(path.parent().unwrap());
                        fill(&path);
                    });
                }
                Reply {
                    rate: Some(50 * MIB as u64),
                    ..Reply::good(&served, request)
                }
            })
        };
        let folder = Folder::new();
        let wanted = wanted(&content, vec![server.url("/file")]);
        let manner = manner();
        let (fetched, _) = download(&folder.net, disk.path(), &wanted, &manner).await;
        let failure = fetched.unwrap_err();
        assert!(matches!(failure, Failure::DiskFull { .. }), "{failure}");
        std::fs::remove_file(&path).unwrap();
        let (fetched, _) = download(&folder.net, disk.path(), &wanted, &manner).await;
        same_bytes(&fetched.unwrap(), &content);
    }

    /// Gives reserved room back, as a file system without reservations has it.
    fn shrink(models: &Path) {
        for entry in std::fs::read_dir(models.join(".parts")).unwrap().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|ending| ending == "part") {
                let file = std::fs::OpenOptions::new().write(true).open(path).unwrap();
                file.set_len(0).unwrap();
            }
        }
    }

    fn fill(path: &Path) {
        let mut file = std::fs::File::create(path).unwrap();
        let _ = std::io::copy(&mut std::io::repeat(1), &mut file);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_disk_that_goes_away_is_named() {
        let Some(disk) = Disk::of(2 << 30) else {
            return;
        };
        let content = content(60 * MIB);
        let served = content.clone();
        let (path, gone) = (disk.path().to_owned(), AtomicBool::new(false));
        let server = Server::new(move |request| {
            if !request.is_probe() && !gone.swap(true, Ordering::Relaxed) {
                Command::new("umount")
                    .arg("-l")
                    .arg(&path)
                    .output()
                    .unwrap();
            }
            Reply::good(&served, request)
        });
        let folder = Folder::new();
        let wanted = wanted(&content, vec![server.url("/file")]);
        let (fetched, _) = download(&folder.net, disk.path(), &wanted, &manner()).await;
        let failure = fetched.unwrap_err();
        assert!(matches!(failure, Failure::Disk { .. }), "{failure}");
        assert!(failure.to_string().contains("R1-Q4_K_M.gguf"), "{failure}");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_folder_that_is_a_file_or_read_only_is_named() {
        let content = content(MIB);
        let server = Server::good(&content);
        let folder = Folder::new();
        let wanted = wanted(&content, vec![server.url("/file")]);
        let file = folder.models_made().join("file");
        std::fs::write(&file, "").unwrap();
        // `/proc` takes no files, not even from root.
        for models in [file.join("models"), "/proc/models".into()] {
            let (fetched, _) = download(&folder.net, &models, &wanted, &manner()).await;
            let failure = fetched.unwrap_err();
            assert!(matches!(failure, Failure::Disk { .. }), "{failure}");
        }
        assert!(server.requests().is_empty());
    }
}
