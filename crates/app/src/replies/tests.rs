//! Faults in the middle of a reply and at its end.

use std::path::PathBuf;

use tokio::time::timeout;

use super::*;
use crate::engine_room::Settings;
use crate::events::{AppEvent, ChatRow};
use crate::home::Home;
use crate::model::Model;

/// A question to a model that is not there, which needs no engine to end.
async fn ask(app: &App, chat: Option<ChatId>) -> (ChatId, Message) {
    let how = How {
        model: Model::File(PathBuf::from("/nowhere/R1.gguf")),
        settings: Settings::of_r1(1),
    };
    let chat = app.send(chat, "What is 1 + 1?", Some(how)).await.unwrap();
    let mut events = app.watch_chat(chat).await.unwrap();
    loop {
        match events.recv().await.unwrap() {
            ChatEvent::End(ended) => return (chat, ended),
            ChatEvent::Snapshot {
                messages,
                phase: None,
                ..
            } => return (chat, messages.into_iter().next_back().unwrap()),
            _ => {}
        }
    }
}

fn why(ended: &Message) -> String {
    match &ended.body {
        Body::Reply(reply) => match &reply.state {
            State::Ended(End::Failed(failure)) => failure.message.clone(),
            other => panic!("{other:?}"),
        },
        Body::Question(_) => panic!("a question"),
    }
}

/// The chat stayed busy for ever, with a reply that was being written by nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_panics_ends_as_failed_and_its_chat_is_free() {
    for (place, is_saved) in [("reply", true), ("end of a reply", false)] {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::at(folder.path());
        let app = App::open(&home).await.unwrap();
        faults::arm(folder.path(), place);
        let (chat, ended) = ask(&app, None).await;
        let said = why(&ended);
        assert!(said.contains(&format!("a fault in the {place}")), "{said}");
        let rows = app.on_disk(move |app, chats| Ok(app.state().shown(chats.rows()?)));
        assert!(rows.await.unwrap().iter().all(|row| !row.replying));
        let (_, next) = ask(&app, Some(chat)).await;
        assert!(why(&next).contains("R1.gguf"), "{}", why(&next));
        app.close().await;
        let app = App::open(&home).await.unwrap();
        let on_disk = app.on_disk(move |_, chats| Ok(chats.conversation(chat)?));
        let on_disk = on_disk.await.unwrap();
        if is_saved {
            assert_eq!(why(&on_disk[1]), said);
        }
        assert!(on_disk.iter().all(|message| !matches!(
            &message.body,
            Body::Reply(reply) if reply.state == State::Streaming
        )));
        app.close().await;
    }
}

/// The row of this chat as it is told next.
async fn told(
    events: &mut tokio::sync::mpsc::UnboundedReceiver<AppEvent>,
    is_it: impl Fn(&ChatRow) -> bool,
) {
    let heard = async {
        loop {
            match events.recv().await.unwrap() {
                AppEvent::Row(row) if is_it(&row) => return,
                _ => {}
            }
        }
    };
    let limit = Duration::from_mins(1);
    timeout(limit, heard).await.expect("it was never told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_that_fails_unseen_is_told_in_the_list_until_somebody_looks() {
    let folder = tempfile::tempdir().unwrap();
    let app = App::open(&Home::at(folder.path())).await.unwrap();
    let mut events = app.watch().await.unwrap();
    // No engine can load what is not there.
    let how = How {
        model: Model::File(folder.path().join("gone.gguf")),
        settings: Settings::of_r1(1),
    };
    let chat = app.send(None, "Why?", Some(how.clone())).await.unwrap();
    told(&mut events, |row| row.replying && !row.failed).await;
    told(&mut events, |row| !row.replying && row.failed).await;
    let seen = app.watch_chat(chat).await.unwrap();
    told(&mut events, |row| !row.failed).await;

    // Whoever watches needs no mark.
    app.send(Some(chat), "Why?", Some(how)).await.unwrap();
    told(&mut events, |row| row.replying).await;
    told(&mut events, |row| !row.replying && !row.failed).await;
    drop(seen);
    app.close().await;
}
