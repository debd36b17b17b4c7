//! A file that was whole and is not any more: found out by a second look, mended by fetching what
//! is damaged and nothing else.

use std::io::{Seek, SeekFrom, Write};
use std::ops::Range;

use library::{BLOCK_BYTES, Checked, check, discard};

use crate::server::Server;
use crate::waiting::{Folder, MIB, content, same_bytes, wanted};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_is_told_and_fetched_alone() {
    let content = content(70 * MIB);
    let server = Server::good(&content);
    let folder = Folder::new();
    let wanted = wanted(&content, vec![server.url("/file")]);
    folder.must_get(&wanted, &content).await;
    let path = wanted.place.within(&folder.models());
    let look = || {
        let looked = check(&path, Some(wanted.sha256), true, |_| true).unwrap();
        looked.unwrap()
    };
    assert_eq!(look(), Checked::Whole);
    let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    for at in [BLOCK_BYTES + 5, 2 * BLOCK_BYTES + 5] {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(b"!").unwrap();
    }
    let bad = Vec::from([Range {
        start: BLOCK_BYTES,
        end: 3 * BLOCK_BYTES,
    }]);
    assert_eq!(look(), Checked::Damaged(bad));
    let before = server.sent();
    let told = folder.must_get(&wanted, &content).await;
    let fetched = told.last().unwrap().fetched;
    assert_eq!(fetched, 2 * BLOCK_BYTES);
    assert!(server.sent() - before < 3 * BLOCK_BYTES);
    same_bytes(&path, &content);
    assert_eq!(look(), Checked::Whole);
    // One that lost its end is mended without being looked at first: its size says so.
    let short = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    short.set_len(3 * BLOCK_BYTES + 7).unwrap();
    let told = folder.must_get(&wanted, &content).await;
    let expected = content.len() as u64 - 3 * BLOCK_BYTES;
    assert_eq!(told.last().unwrap().fetched, expected);
    same_bytes(&path, &content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_a_record_is_whole_unknown_or_damaged_as_a_whole() {
    let content = content(MIB);
    let folder = Folder::new();
    let wanted = wanted(&content, Vec::new());
    let path = wanted.place.within(&folder.models_made());
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, &**content).unwrap();
    let look = |expected, ours| check(&path, expected, ours, |_| true).unwrap().unwrap();
    assert_eq!(look(None, false), Checked::Unknown(wanted.sha256));
    assert_eq!(look(Some(wanted.sha256), false), Checked::Whole);
    let beside = || path.parent().unwrap().read_dir().unwrap().count();
    // Nothing is written beside a file that is not ours.
    assert_eq!(beside(), 1);
    assert_eq!(look(Some(wanted.sha256), true), Checked::Whole);
    assert_eq!(beside(), 2);
    assert_eq!(check(&path, None, true, |_| false).unwrap(), None);
    let other = crate::waiting::sha256(b"other");
    let all = Vec::from([Range {
        start: 0,
        end: content.len() as u64,
    }]);
    assert_eq!(look(Some(other), true), Checked::Damaged(all));
    let freed = discard(&folder.models(), &wanted.place).unwrap();
    assert!(freed >= content.len() as u64, "{freed}");
    assert!(!path.parent().unwrap().exists());
    assert_eq!(discard(&folder.models(), &wanted.place).unwrap(), 0);
}
