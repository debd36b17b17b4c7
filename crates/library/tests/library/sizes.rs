//! Sizes that no file has, as a hub may tell them: refused with a reason, in every build.

use library::{Failure, read_start};

use crate::server::{Reply, Server};
use crate::waiting::{Folder, MIB, content, manner, same_bytes, wanted};

#[tokio::test(flavor = "multi_thread")]
async fn no_size_breaks_a_download() {
    let content = content(MIB);
    let folder = Folder::new();
    for bytes in [u64::MAX, u64::MAX - 1, 1 << 63, (1 << 46) + 1] {
        let told = format!("bytes 0-0/{bytes}");
        let server = Server::new(move |_| Reply::status(206).header("Content-Range", &told));
        let mut wanted = wanted(&content, vec![server.url("/file")]);
        wanted.bytes = bytes;
        let (fetched, _) = folder.download(&wanted, &manner()).await;
        let failure = fetched.unwrap_err();
        let refused = matches!(failure, Failure::DiskFull { .. } | Failure::Disk { .. });
        assert!(refused, "{failure}");
        // Also where a part of another wish lies under the same hash.
        let parts = folder.models_made().join(".parts");
        std::fs::create_dir_all(&parts).unwrap();
        let note = format!(
            r#"{{"bytes":{bytes},"block_bytes":16777216,"blocks":[],"begun":{{}},"hosts":[]}}"#
        );
        let note_at = parts.join(format!("{}.json", wanted.sha256));
        std::fs::write(&note_at, note).unwrap();
        assert_eq!(library::begun(&folder.models(), &wanted.sha256), None);
        let (fetched, _) = folder.download(&wanted, &manner()).await;
        assert!(fetched.is_err());
        std::fs::remove_file(note_at).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_no_bytes_is_one() {
    let folder = Folder::new();
    let server = Server::new(|_| Reply::status(200));
    let wanted = wanted(&[], vec![server.url("/file")]);
    let (pace, enough) = (manner().pace, |start: &[u8]| Some(start.len()));
    let none = read_start(&folder.net, &wanted, &pace, |_| (), enough).await;
    assert_eq!(none, Ok(Some(0)));
    let (fetched, _) = folder.download(&wanted, &manner()).await;
    same_bytes(&fetched.unwrap(), &[]);
}
