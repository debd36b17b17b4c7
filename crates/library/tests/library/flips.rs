//! A disk that gives back other bytes than were written to it.

use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use library::Failure;

use crate::server::{Reply, Server};
use crate::waiting::{Folder, MIB, content, manner, wanted};

/// A byte in the first half of the second block.
const PLACE: u64 = 17 * MIB as u64;

/// A server that, in the middle of the second block, changes a byte of its first half on the disk once
/// it lies there: so often, and then no more.
fn beside_a_bad_disk(
    models: PathBuf,
    content: &Arc<Vec<u8>>,
    times: u32,
) -> (Server, Arc<AtomicU32>) {
    let (served, flips) = (content.clone(), Arc::new(AtomicU32::new(0)));
    let counted = flips.clone();
    let server = Server::new(move |request| {
        let good = Reply::good(&served, request);
        let Some((first, last)) = request.range.filter(|_| !request.is_probe()) else {
            return good;
        };
        if !(first <= PLACE && PLACE + MIB as u64 <= last)
            || counted.load(Ordering::Relaxed) == times
        {
            return good;
        }
        counted.fetch_add(1, Ordering::Relaxed);
        let (models, right) = (models.clone(), served[usize::try_from(PLACE).unwrap()]);
        let after = usize::try_from(PLACE - first).unwrap() + MIB / 2;
        good.midway(after, move || flip(&models, right))
    });
    (server, flips)
}

/// Waits until the byte lies on the disk, and changes it there.
fn flip(models: &Path, right: u8) {
    loop {
        let parts = std::fs::read_dir(models.join(".parts")).unwrap().flatten();
        let mut parts = parts.map(|entry| entry.path());
        let part = parts.find(|path| path.extension().is_some_and(|ending| ending == "part"));
        let mut file = std::fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(part.unwrap())
            .unwrap();
        let mut byte = [0];
        let at = |file: &mut std::fs::File| file.seek(SeekFrom::Start(PLACE)).unwrap();
        at(&mut file);
        if file.read_exact(&mut byte).is_ok() && byte[0] == right {
            at(&mut file);
            file.write_all(&[!right]).unwrap();
            return;
        }
        std::thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_goes_on_flipping_bits_ends_the_download_and_is_named() {
    let content = content(40 * MIB);
    let folder = Folder::new();
    let (server, flips) = beside_a_bad_disk(folder.models(), &content, u32::MAX);
    let wanted = wanted(&content, vec![server.url("/file")]);
    let (fetched, _) = folder.download(&wanted, &manner()).await;
    let failure = fetched.unwrap_err();
    assert!(
        matches!(failure, Failure::DiskFlips { times: 3, .. }),
        "{failure}"
    );
    assert_eq!(flips.load(Ordering::Relaxed), 3);
    folder.must_be_empty(&wanted);
    // What the disk kept is not fetched again by the next start.
    let here = library::begun(&folder.models(), &wanted.sha256).unwrap();
    assert_eq!(here, 24 * MIB as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_flips_a_bit_twice_is_mended() {
    let content = content(40 * MIB);
    let folder = Folder::new();
    let (server, flips) = beside_a_bad_disk(folder.models(), &content, 2);
    let wanted = wanted(&content, vec![server.url("/file")]);
    folder.must_get(&wanted, &content).await;
    assert_eq!(flips.load(Ordering::Relaxed), 2);
    assert!(server.sent() < 90 * MIB as u64, "{}", server.sent());
}
