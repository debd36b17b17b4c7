//! Where chats lie: a file in any spelling, a folder, an archive.

use std::fs;
use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::{Desk, chatgpt, fates, lines};

pub(crate) fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn text(chats: &[Value]) -> String {
    json!(chats).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_read_in_every_spelling_of_unicode() {
    let export = text(&[chatgpt("one", &["土豆 é?", "Ja 😀."])]);
    let wide: Vec<u8> = export.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [
        [b"\xEF\xBB\xBF".as_slice(), export.as_bytes()].concat(),
        [b"\xFF\xFE".as_slice(), &wide].concat(),
        wide,
    ] {
        let (chat, _) = Desk::only(bytes).await;
        assert_eq!(lines(&chat)[0].3, "土豆 é?");
        assert_eq!(lines(&chat)[1].3, "Ja 😀.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_is_read_as_it_was_downloaded_and_writes_nowhere() {
    let desk = Desk::new().await;
    let (first, second) = (
        text(&[chatgpt("one", &["A?", "B."])]),
        text(&[chatgpt("two", &["C?", "D."])]),
    );
    let third = text(&[chatgpt("three", &["E?", "F."])]);
    let inner = archive(&[
        ("conversations.json", third.as_bytes()),
        ("user.json", b"{}"),
    ]);
    let empty = archive(&[("a.txt", b"x")]);
    let deep = archive(&[
        ("inner.zip", &archive(&[("inner.zip", &inner)])),
        ("empty.zip", &empty),
    ]);
    let path = desk.put(
        "down/export.zip",
        archive(&[
            (
                "user.json",
                b"{\"id\":\"user-x\",\"email\":\"x@example.org\"}",
            ),
            ("chat.html", b"<html></html>"),
            ("message_feedback.json", b"[{\"id\":1},{\"id\":2}]"),
            ("conversations-000.json", first.as_bytes()),
            ("../../../conversations-001.json", second.as_bytes()),
            ("/etc/spud.json", b"[]"),
            ("inner.zip", &inner),
            ("deep.zip", &deep),
            ("cut.zip", &inner[..inner.len() / 2]),
            ("cut.json", &second.as_bytes()[..200]),
        ]),
    );
    let before = fs::read_dir(path.parent().unwrap()).unwrap().count();
    let taken = desk.app.take_in(vec![path.clone()]).await.unwrap();
    assert_eq!(fates(&taken), ["added", "added", "added"]);
    assert_eq!(taken.chats[2].file, "inner.zip/conversations.json");
    let passed: Vec<(&str, &str)> = taken
        .passed_over
        .iter()
        .map(|file| (file.file.as_str(), file.why.key()))
        .collect();
    assert_eq!(
        passed,
        [
            ("/etc/spud.json", "no_chats"),
            ("cut.json", "cut_off"),
            ("cut.zip", "unreadable"),
            ("deep.zip/empty.zip", "no_chats"),
            ("deep.zip/inner.zip/inner.zip", "nested"),
            ("inner.zip/user.json", "unknown"),
            ("message_feedback.json", "no_chats"),
            ("user.json", "unknown"),
        ]
    );
    assert_eq!(
        fs::read_dir(path.parent().unwrap()).unwrap().count(),
        before
    );
    assert!(
        !path
            .parent()
            .unwrap()
            .join("conversations-000.json")
            .exists()
    );
    desk.app.close().await;
}

/// (Root reads everything: where the tests run as root, this says nothing of what is closed.)
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_within_that_is_closed_hides_none_but_its_own() {
    use std::os::unix::fs::PermissionsExt;

    let desk = Desk::new().await;
    let export = text(&[chatgpt("one", &["A?", "B."])]);
    let whole = desk.put("all/conversations.json", &export);
    let closed = whole.with_file_name("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o0)).unwrap();
    let is_closed = fs::read_dir(&closed).is_err();
    let taken = desk.app.take_in(vec![whole.with_file_name("")]).await;
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let taken = taken.unwrap();
    assert_eq!(fates(&taken), ["added"]);
    if is_closed {
        let told = &taken.passed_over[0];
        assert_eq!(
            (told.file.as_str(), told.why.to_string().as_str()),
            ("closed", "cannot be read: you may not read it")
        );
    }
    desk.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_looked_through() {
    let desk = Desk::new().await;
    for at in 0..3 {
        let chat = json!({"name": format!("Chat {at}"), "createdAt": 1_740_000_000_000_u64 + at, "messages": [
            {"versions": [{"type": "singleStep", "role": "user", "content": [{"type": "text", "text": format!("Q{at}")}]}], "currentlySelected": 0}]});
        desk.put(
            &format!("lm/sub{at}/174000000000{at}.conversation.json"),
            chat.to_string(),
        );
    }
    let zip = archive(&[(
        "conversations.json",
        text(&[chatgpt("in a zip", &["A?"])]).as_bytes(),
    )]);
    desk.put("lm/sub3/export.zip", zip);
    desk.put("lm/config.json", "{\"theme\": 1}");
    desk.put("lm/picture.png", "x");
    #[cfg(unix)]
    std::os::unix::fs::symlink(
        desk.put("lm/a", "x").parent().unwrap(),
        desk.put("lm/b", "x").with_file_name("round"),
    )
    .unwrap();
    let lm = desk.put("lm/c", "x").parent().unwrap().to_owned();
    let taken = desk.app.take_in(vec![lm.clone()]).await.unwrap();
    assert_eq!(fates(&taken), ["added"; 4]);
    assert_eq!(taken.chats[3].file, "sub3/export.zip/conversations.json");
    assert_eq!(taken.passed_over.len(), 1);
    // Several places, and one of them nowhere.
    let taken = desk
        .app
        .take_in(vec![lm.join("sub1"), lm.join("nowhere")])
        .await
        .unwrap();
    assert_eq!(fates(&taken), ["known"]);
    assert_eq!(
        taken.passed_over[0].why.to_string(),
        "cannot be read: there is no such file"
    );
    let refused = desk
        .app
        .take_in(vec![lm.join("nowhere")])
        .await
        .unwrap_err();
    assert!(
        refused.message.contains("nowhere") && refused.message.contains("no such file"),
        "{refused}"
    );
    desk.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thread_of_jans_is_its_two_files() {
    let thread = json!({"id": "t1", "object": "thread", "title": "Cellar", "created": 1_740_000_000, "updated": 1_740_000_009,
        "assistants": [{"id": "jan", "model": {"id": "DeepSeek-R1-Distill-Qwen-7B"}}], "metadata": {}});
    let message = |id: &str, role: &str, at: u64, text: &str| {
        json!({"id": id, "object": "thread.message", "thread_id": "t1", "role": role, "created_at": at, "status": "ready",
            "content": [{"type": "text", "text": {"value": text, "annotations": []}}]})
    };
    let messages = format!(
        "{}\n{}\n",
        message(
            "b",
            "assistant",
            1_740_000_005_000,
            "<think>\nFrost.\n</think>\nOne metre."
        ),
        message("a", "user", 1_740_000_001_000, "How deep?"),
    );
    let right = [
        (None, "user", "", "How deep?"),
        (Some(0), "assistant", "Frost.", "One metre."),
    ];
    let desk = Desk::new().await;
    let one = desk.put("threads/t1/thread.json", thread.to_string());
    let other = desk.put("threads/t1/messages.jsonl", &messages);
    let zip = desk.put(
        "threads.zip",
        archive(&[
            ("threads/t1/messages.jsonl", messages.as_bytes()),
            ("threads/t1/thread.json", thread.to_string().as_bytes()),
        ]),
    );
    let folder = one.parent().unwrap().parent().unwrap().to_owned();
    for (path, fate) in [
        (other, "added"),
        (one, "known"),
        (folder, "known"),
        (zip, "known"),
    ] {
        let taken = desk.app.take_in(vec![path.clone()]).await.unwrap();
        assert_eq!(
            (fates(&taken), taken.passed_over.len()),
            (vec![fate.to_owned()], 0),
            "{path:?}"
        );
    }
    let chats = desk.chats().await;
    assert_eq!(lines(&chats[0]), right);
    assert_eq!(chats[0]["title"], "Cellar");
    assert_eq!(
        chats[0]["messages"][1]["model"],
        "DeepSeek-R1-Distill-Qwen-7B"
    );
    desk.app.close().await;
}

/// Its list alone would take what a small machine has.
#[tokio::test(flavor = "multi_thread")]
async fn an_archive_with_an_endless_list_is_refused() {
    let desk = Desk::new().await;
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for at in 0..36_000 {
        let name = format!("{at}{}.json", "x".repeat(200));
        writer
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
    }
    let path = desk.put("many.zip", writer.finish().unwrap().into_inner());
    let refused = desk.app.take_in(vec![path]).await.unwrap_err();
    assert!(refused.message.contains("too much"), "{refused}");
    desk.app.close().await;
}
