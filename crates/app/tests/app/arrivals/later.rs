//! Exports that come again: what is new joins, what was written here stays, what is gone stays gone.

use std::fs;
use std::path::Path;

use app::{ChatId, MessageId};
use serde_json::{Value, json};

use super::{Desk, chatgpt, fates, lines};

fn export(chats: &[&Value]) -> String {
    json!(chats).to_string()
}

/// Asks, and waits until the reply has ended in whatever way: there may be no engine here.
async fn ask(desk: &Desk, chat: ChatId, question: &str) {
    desk.app.send(Some(chat), question, None).await.unwrap();
    desk.app.stop(chat);
    let mut events = desk.app.watch_chat(chat).await.unwrap();
    loop {
        // Nothing can be pinned twice in a reply, so that this is refused while there is one.
        if desk
            .app
            .remove_message(MessageId(i64::MAX))
            .await
            .is_err_and(|error| error.code == app::Code::NotFound)
            && desk.app.show_branch(first(desk, chat).await).await.is_ok()
        {
            break;
        }
        let _ = tokio::time::timeout(std::time::Duration::from_millis(20), events.recv()).await;
    }
}

/// The first message of a chat.
async fn first(desk: &Desk, chat: ChatId) -> MessageId {
    let mut events = desk.app.watch_chat(chat).await.unwrap();
    match events.recv().await {
        Some(app::ChatEvent::Snapshot { messages, .. }) => messages[0].id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_new_joins_as_branches_and_nothing_comes_twice() {
    let desk = Desk::new().await;
    let one = chatgpt("one", &["A?", "B."]);
    let taken = desk.bring(export(&[&one])).await.unwrap();
    assert_eq!(fates(&taken), ["added"]);
    assert_eq!(
        fates(&desk.bring(export(&[&one])).await.unwrap()),
        ["known"]
    );
    // It went on, and the first answer was written anew.
    let mut later = chatgpt("one", &["A?", "B.", "C?", "D."]);
    later["mapping"]["n1x"] = json!({"parent": "n0", "message": {"author": {"role": "assistant"},
        "create_time": 1_740_000_009.0, "content": {"parts": ["B, or so."]}}});
    let two = chatgpt("two", &["E?", "F."]);
    let taken = desk.bring(export(&[&later, &two])).await.unwrap();
    assert_eq!(fates(&taken), ["grown 3", "added"]);
    let chats = desk.chats().await;
    let chat = chats
        .iter()
        .find(|chat| chat["title"] == "Chat one")
        .unwrap();
    assert_eq!(
        lines(chat),
        [
            (None, "user", "", "A?"),
            (Some(0), "assistant", "", "B."),
            (Some(1), "user", "", "C?"),
            (Some(2), "assistant", "", "D."),
            (Some(0), "assistant", "", "B, or so."),
        ]
    );
    // Who had not gone elsewhere sees how it went on.
    assert_eq!(chat["shown"], 3);
    assert_eq!(
        fates(&desk.bring(export(&[&later, &two])).await.unwrap()),
        ["known", "known"]
    );
    // Words that were changed there are other words.
    later["mapping"]["n3"]["message"]["content"]["parts"][0] = json!("D, changed.");
    assert_eq!(
        fates(&desk.bring(export(&[&later])).await.unwrap()),
        ["grown 1"]
    );
    assert_eq!(
        fates(&desk.bring(export(&[&later])).await.unwrap()),
        ["known"]
    );
    // The same names in another program are others.
    let other = json!([{"id": "one", "title": "Other", "chat": {"history": {"messages": {
        "n0": {"id": "n0", "parentId": null, "role": "user", "content": "A?"}}}}}]);
    assert_eq!(
        fates(&desk.bring(other.to_string()).await.unwrap()),
        ["added"]
    );
    desk.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_written_here_are_never_touched() {
    let desk = Desk::new().await;
    let one = chatgpt("one", &["A?", "B."]);
    let chat = desk.bring(export(&[&one])).await.unwrap().ids()[0];
    desk.app.rename(chat, "Mine").await.unwrap();
    ask(&desk, chat, "Mine?").await;
    let before = desk.chats().await.remove(0);
    let later = chatgpt("one", &["A?", "B.", "C?", "D."]);
    let taken = desk.bring(export(&[&later])).await.unwrap();
    assert_eq!(fates(&taken), ["grown 2"]);
    let after = desk.chats().await.remove(0);
    let (old, new) = (
        before["messages"].as_array().unwrap(),
        after["messages"].as_array().unwrap(),
    );
    assert_eq!(new[..old.len()], old[..]);
    assert_eq!(
        (&after["title"], &after["shown"]),
        (&json!("Mine"), &before["shown"])
    );
    assert_eq!(
        lines(&after)[old.len()..],
        [
            (Some(1), "user", "", "C?"),
            (Some(old.len() as u64), "assistant", "", "D.")
        ]
    );
    desk.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_removed_or_lies_in_the_trash_stays_there() {
    let desk = Desk::new().await;
    let one = chatgpt("one", &["A?", "B.", "C?", "D."]);
    let chat = desk.bring(export(&[&one])).await.unwrap().ids()[0];
    let mut events = desk.app.watch_chat(chat).await.unwrap();
    let Some(app::ChatEvent::Snapshot { messages, .. }) = events.recv().await else {
        panic!("no snapshot");
    };
    desk.app.remove_message(messages[2].id).await.unwrap();
    let later = chatgpt("one", &["A?", "B.", "C?", "D.", "E?"]);
    assert_eq!(
        fates(&desk.bring(export(&[&later])).await.unwrap()),
        ["known"]
    );
    assert_eq!(lines(&desk.chats().await[0]).len(), 2);

    desk.app.delete(chat).await.unwrap();
    let taken = desk.bring(export(&[&later])).await.unwrap();
    assert_eq!(fates(&taken), ["in trash"]);
    assert_eq!((taken.chats[0].title.as_str(), taken.left), ("Chat one", 1));
    assert_eq!(desk.chats().await.len(), 0);
    assert_eq!(desk.app.deleted().await.unwrap().len(), 1);
    desk.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_kept_of_an_erased_chat() {
    let desk = Desk::new().await;
    let id = "0f5c-traceable-chat-name-71";
    let mut one = chatgpt(id, &["A?", "B."]);
    one["title"] = json!("Plain");
    one["mapping"]["0f5c-traceable-node"] = json!({"parent": "n1", "message": {"author": {"role": "user"}, "content": {"parts": ["C?"]}}});
    let chat = desk.bring(export(&[&one])).await.unwrap().ids()[0];
    assert!(holds(desk.folder.path(), b"0f5c-traceable"));
    desk.app.back_up_now().await.unwrap();
    desk.app.erase(vec![chat]).await.unwrap();
    assert!(!holds(&desk.folder.path().join("home"), b"0f5c-traceable"));
    assert_eq!(
        fates(&desk.bring(export(&[&one])).await.unwrap()),
        ["added"]
    );
    desk.app.close().await;
}

fn holds(folder: &Path, words: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            return holds(&path, words);
        }
        let bytes = fs::read(&path).unwrap_or_default();
        bytes.windows(words.len()).any(|here| here == words)
    })
}

/// A person takes chats along to another computer in our own form, and brings the other program's next export
/// there.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_along_in_our_own_form_is_known_to_a_later_export() {
    let desk = Desk::new().await;
    let one = chatgpt("one", &["A?", "B."]);
    let chat = desk.bring(export(&[&one])).await.unwrap().ids()[0];
    ask(&desk, chat, "Mine?").await;
    let copy = desk.put("copy.json", "");
    desk.app
        .export(None, &copy, true, app::Tongue::English, app::as_written())
        .await
        .unwrap();
    let before = desk.chats().await;

    let other = Desk::new().await;
    let path = other.put("copy.json", fs::read(&copy).unwrap());
    let taken = other.app.take_in(vec![path.clone()]).await.unwrap();
    assert_eq!(fates(&taken), ["added"]);
    assert_eq!(other.chats().await, before);
    let later = chatgpt("one", &["A?", "B.", "C?", "D."]);
    for fate in ["grown 2", "known"] {
        let taken = other.bring(export(&[&later])).await.unwrap();
        assert_eq!(fates(&taken), [fate]);
    }
    // Of two copies of a chat the first goes on: another one has none of its name.
    let taken = other.app.take_in(vec![path]).await.unwrap();
    assert_eq!(fates(&taken), ["added"]);
    let copied = taken.ids()[0];
    let longer = chatgpt("one", &["A?", "B.", "C?", "D.", "E?"]);
    let taken = other.bring(export(&[&longer])).await.unwrap();
    assert_eq!(fates(&taken), ["grown 1"]);
    assert_ne!(taken.ids(), [copied]);
    // Names that Spud never wrote are none.
    let mut odd: Value = serde_json::from_slice(&fs::read(&copy).unwrap()).unwrap();
    odd["chats"][0]["origin"] = json!("x".repeat(5000));
    odd["chats"][0]["messages"][0]["origin"] = json!("");
    let path = desk.put("odd.json", odd.to_string());
    let taken = desk.app.take_in(vec![path]).await.unwrap();
    assert_eq!(fates(&taken), ["added"]);
    let chats = desk.chats().await;
    let nameless = chats.iter().find(|chat| chat.get("origin").is_none());
    assert!(
        nameless.is_some_and(|chat| chat["messages"][0].get("origin").is_none()),
        "{chats:?}"
    );
    desk.app.close().await;
    other.app.close().await;
}
