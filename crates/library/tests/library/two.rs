//! Parts that are damaged, notes that are lost, and two that want the same file.

use std::path::PathBuf;

use library::{Doing, Failure, Record, begun, forget};
use tokio::sync::watch;

use crate::server::{Reply, Server};
use crate::waiting::{Folder, MIB, content, download, manner, nothing, same_bytes, wanted};

/// Paths in the folder of parts, by their ending.
fn part(folder: &Folder, ending: &str) -> PathBuf {
    let parts = std::fs::read_dir(folder.models().join(".parts")).unwrap();
    let mut paths = parts.map(|entry| entry.unwrap().path());
    let wanted = |path: &PathBuf| path.extension().is_some_and(|found| found == ending);
    paths.find(wanted).unwrap()
}

/// A download that was stopped after some of it, from a server that counts on.
async fn stopped(folder: &Folder, server: &Server, content: &[u8]) -> library::Wanted {
    let wanted = wanted(content, vec![server.url("/file")]);
    let (stopper, stop) = watch::channel(false);
    let (tell, mut told) = watch::channel(nothing(&wanted));
    let (manner, models) = (manner(), folder.models());
    let fetching = library::fetch(&folder.net, &models, &wanted, &manner, &tell, stop);
    let stopping = async {
        let half = wanted.bytes / 2;
        told.wait_for(|progress| progress.here > half)
            .await
            .unwrap();
        stopper.send_replace(true);
    };
    let (fetched, ()) = tokio::join!(fetching, stopping);
    assert!(matches!(fetched.unwrap_err(), Failure::Stopped { .. }));
    folder.must_be_empty(&wanted);
    wanted
}

/// Serves so slowly, over several connections, that it can be stopped in the middle also where this
/// machine leaves the test waiting for a while.
fn slow(content: &std::sync::Arc<Vec<u8>>) -> Server {
    let content = content.clone();
    Server::new(move |request| Reply {
        rate: Some(30 * MIB as u64),
        ..Reply::good(&content, request)
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_stopped_goes_on_where_it_stood() {
    let content = content(100 * MIB);
    let server = slow(&content);
    let folder = Folder::new();
    let wanted = stopped(&folder, &server, &content).await;
    let here = begun(&folder.models(), &wanted.sha256).unwrap();
    assert!(here > wanted.bytes / 2 && here < wanted.bytes, "{here}");
    let sent = server.sent();
    folder.must_get(&wanted, &content).await;
    let again = (server.sent() - sent) - (wanted.bytes - here);
    assert!(again < 40 * MIB as u64, "{again}");
    assert_eq!(begun(&folder.models(), &wanted.sha256), None);
    let left: Vec<_> = std::fs::read_dir(folder.models().join(".parts"))
        .unwrap()
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_part_is_fetched_again_and_nothing_else() {
    // Half of it is more than four connections can have begun: a block is whole.
    let content = content(160 * MIB);
    let server = slow(&content);
    let folder = Folder::new();
    let wanted = stopped(&folder, &server, &content).await;
    let path = part(&folder, "part");
    let mut bytes = std::fs::read(&path).unwrap();
    // In a block that had come whole: of one that had not, nobody could tell.
    let note = std::fs::read(part(&folder, "json")).unwrap();
    let note: serde_json::Value = serde_json::from_slice(&note).unwrap();
    let blocks = note["blocks"].as_array().unwrap();
    let finished = blocks.iter().position(serde_json::Value::is_string);
    bytes[finished.unwrap() * 16 * MIB + 5] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let sent = server.sent();
    let here = begun(&folder.models(), &wanted.sha256).unwrap();
    folder.must_get(&wanted, &content).await;
    let again = (server.sent() - sent) - (wanted.bytes - here);
    assert!(
        again >= 16 * MIB as u64 && again < 60 * MIB as u64,
        "{again}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_or_a_foolish_note_costs_a_fresh_start_and_no_error() {
    let content = content(60 * MIB);
    let server = slow(&content);
    for text in ["", "{}", "{\"bytes\": 7", "[]", "null"] {
        let folder = Folder::new();
        let wanted = stopped(&folder, &server, &content).await;
        let note = part(&folder, "json");
        match text {
            "" => std::fs::remove_file(note).unwrap(),
            text => std::fs::write(note, text).unwrap(),
        }
        folder.must_get(&wanted, &content).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_is_shorter_than_its_note_is_not_believed() {
    let content = content(60 * MIB);
    let server = slow(&content);
    let folder = Folder::new();
    let wanted = stopped(&folder, &server, &content).await;
    let file = std::fs::OpenOptions::new()
        .write(true)
        .open(part(&folder, "part"))
        .unwrap();
    file.set_len(MIB as u64).unwrap();
    folder.must_get(&wanted, &content).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_who_wants_it_waits_for_the_first() {
    let content = content(60 * MIB);
    let server = slow(&content);
    let folder = Folder::new();
    let wanted = wanted(&content, vec![server.url("/file")]);
    let second = async {
        // The first one is at it.
        while server.sent() == 0 {
            tokio::task::yield_now().await;
        }
        download(&folder.net, &folder.models(), &wanted, &manner()).await
    };
    let manner = manner();
    let (first, second) = tokio::join!(folder.download(&wanted, &manner), second);
    same_bytes(&first.0.unwrap(), &content);
    same_bytes(&second.0.unwrap(), &content);
    assert!(
        second
            .1
            .iter()
            .any(|progress| progress.doing == Doing::Elsewhere)
    );
    let extra = server.sent() - wanted.bytes;
    assert!(extra < 32 * MIB as u64, "it was fetched once: {extra}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_there_is_read_once_and_one_of_other_bytes_is_left_alone() {
    let content = content(40 * MIB);
    let server = Server::good(&content);
    let folder = Folder::new();
    let wanted = wanted(&content, vec![server.url("/file")]);
    let path = wanted.place.within(&folder.models());
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, &*content).unwrap();
    folder.must_get(&wanted, &content).await;
    assert!(server.requests().is_empty());
    assert_eq!(Record::of(&path).unwrap().sha256, wanted.sha256);
    let mut other = content.to_vec();
    other[1] ^= 1;
    for bytes in [other.as_slice(), b"GGUF", b""] {
        let folder = Folder::new();
        let path = wanted.place.within(&folder.models());
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        let (fetched, _) = folder.download(&wanted, &manner()).await;
        assert!(matches!(fetched.unwrap_err(), Failure::Occupied { .. }));
        assert!(
            std::fs::read(&path).unwrap() == bytes,
            "it is not ours to replace"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_leaves_no_byte() {
    let content = content(60 * MIB);
    let server = slow(&content);
    let folder = Folder::new();
    let wanted = stopped(&folder, &server, &content).await;
    forget(&folder.models(), &wanted.sha256).unwrap();
    assert_eq!(begun(&folder.models(), &wanted.sha256), None);
    assert!(!part(&folder, "lock").with_extension("part").exists());
    forget(&folder.models(), &wanted.sha256).unwrap();
}

#[test]
fn a_record_tells_which_blocks_differ() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    let mut bytes = content(40 * MIB).to_vec();
    std::fs::write(&path, &bytes).unwrap();
    let read = || Record::read(&path, |_| true).unwrap().unwrap();
    let whole = read();
    whole.keep(&path).unwrap();
    assert_eq!(Record::of(&path).unwrap(), whole);
    assert_eq!(whole.blocks.len(), 3);
    bytes[20 * MIB] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(whole.differing(&read()), [1]);
    bytes.truncate(30 * MIB);
    std::fs::write(&path, &bytes).unwrap();
    assert_eq!(whole.differing(&read()), [1, 2]);
    assert!(Record::read(&path, |_| false).unwrap().is_none());
}
