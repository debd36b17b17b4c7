//! Snapshots and what follows them.

use app::chats::{Body, Chats, Entry, Transcript};
use app::{AppEvent, ChatEvent, Code, Home};
use tokio::time::timeout;

use crate::world::{LONG, PATIENCE, World, end, next, reply, surely, words};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_late_sees_the_same_words_as_who_was_there() {
    let world = World::new().await;
    let chat = world.app.send(None, LONG, Some(surely())).await.unwrap();
    let mut watchers = Vec::new();
    let mut clock = world.app.watch_chat(chat).await.unwrap();
    let mut is_over = false;
    for _ in 0..5 {
        watchers.push(world.app.watch_chat(chat).await.unwrap());
        // The next comes when there are more words, as long as there are.
        while !is_over {
            match next(&mut clock).await {
                ChatEvent::Growth { .. } => break,
                ChatEvent::End(_) => is_over = true,
                _ => {}
            }
        }
    }
    let mut told = Vec::new();
    for mut events in watchers {
        let (mut thinking, mut answer) = (String::new(), String::new());
        loop {
            match next(&mut events).await {
                ChatEvent::Snapshot {
                    messages, phase, ..
                } => {
                    let reply = reply(messages.last().unwrap());
                    thinking.clone_from(&reply.thinking);
                    answer.clone_from(&reply.answer);
                    assert_eq!(phase.is_none(), reply.ended_ms.is_some());
                    if phase.is_none() {
                        break;
                    }
                }
                ChatEvent::Growth {
                    thinking: more,
                    answer: words,
                    ..
                } => {
                    thinking += &more;
                    answer += &words;
                }
                ChatEvent::End(message) => {
                    assert_eq!(reply(&message).thinking, thinking);
                    assert_eq!(reply(&message).answer, answer);
                    break;
                }
                _ => {}
            }
        }
        told.push((thinking, answer));
    }
    assert!(told.windows(2).all(|two| two[0] == two[1]), "{told:?}");
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_comes_in_parts_and_one_change_is_told_alone() {
    let world = World::new().await;
    let many: Vec<_> = (1..=1500).map(|n| transcript(n, Vec::new())).collect();
    let kept = Chats::open(Home::at(world.home.path()).data(), 0).unwrap();
    kept.chats.add_transcripts(&many).unwrap();
    let mut events = world.app.watch().await.unwrap();
    let Some(AppEvent::Snapshot(first)) = events.recv().await else {
        panic!("no snapshot")
    };
    let mut rows = first.chats;
    assert!(rows.len() < 500, "{}", rows.len());
    while let Ok(AppEvent::Older(more)) = events.try_recv() {
        rows.extend(more);
    }
    assert_eq!(rows.len(), 1500);
    assert!(
        rows.windows(2)
            .all(|two| two[0].changed_ms > two[1].changed_ms)
    );
    world.app.rename(rows[700].id, "Sums").await.unwrap();
    let told = events.recv().await.unwrap();
    assert!(matches!(told, AppEvent::Row(row) if row.title == "Sums"));
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_chat_comes_in_parts_its_end_first() {
    let world = World::new().await;
    let entries = (0..350).map(|n: usize| Entry {
        parent: n.checked_sub(1),
        created_ms: 1,
        files: Vec::new(),
        origin: None,
        body: Body::Question(format!("Question {n}")),
    });
    let long = transcript(1, entries.collect());
    let kept = Chats::open(Home::at(world.home.path()).data(), 0).unwrap();
    let chat = kept.chats.add_transcripts(&[long]).unwrap()[0];
    let mut events = world.app.watch_chat(chat).await.unwrap();
    let ChatEvent::Snapshot { mut messages, .. } = next(&mut events).await else {
        panic!("no snapshot")
    };
    assert!(messages.len() < 350, "{}", messages.len());
    while let Ok(ChatEvent::Earlier(mut before)) = events.try_recv() {
        before.append(&mut messages);
        messages = before;
    }
    let told: Vec<_> = messages.into_iter().map(|message| message.body).collect();
    let all: Vec<_> = (0..350)
        .map(|n| Body::Question(format!("Question {n}")))
        .collect();
    assert_eq!(told, all);
    world.app.close().await;
}

fn transcript(n: i64, entries: Vec<Entry>) -> Transcript {
    Transcript {
        title: format!("Chat {n}"),
        title_given: true,
        created_ms: n,
        changed_ms: n,
        pinned: false,
        manner: None,
        folder: None,
        instructions: String::new(),
        shown: entries.len().checked_sub(1),
        origin: None,
        entries,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_program_puts_down_and_takes_away_is_told() {
    let world = World::new().await;
    let mut events = world.app.watch().await.unwrap();
    assert!(matches!(events.recv().await, Some(AppEvent::Snapshot(_))));
    // A terminal beside the window.
    let other = Chats::open(Home::at(world.home.path()).data(), 0).unwrap();
    let chat = other
        .chats
        .add_transcripts(&[transcript(7, Vec::new())])
        .unwrap()[0];
    let mut told = async || {
        let next = timeout(PATIENCE, async {
            loop {
                let event = events.recv().await.unwrap();
                if matches!(event, AppEvent::Row(_) | AppEvent::RowGone(_)) {
                    return event;
                }
            }
        });
        next.await.expect("nothing was told")
    };
    assert!(matches!(told().await, AppEvent::Row(row) if row.title == "Chat 7"));
    other.chats.delete(chat, 8).unwrap();
    assert!(matches!(told().await, AppEvent::RowGone(gone) if gone == chat));
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_follows_what_happens_to_its_chats() {
    let world = World::new().await;
    let mut events = world.app.watch().await.unwrap();
    let Some(AppEvent::Snapshot(empty)) = events.recv().await else {
        panic!("no snapshot")
    };
    assert!(empty.chats.is_empty() && empty.first_run && empty.notices.is_empty());
    let (chat, _) = world.ask(None, "What is 47 + 38?").await;
    world.app.rename(chat, "Sums").await.unwrap();
    world.app.delete(chat).await.unwrap();
    world.app.restore(chat).await.unwrap();
    world.app.remember_chat(Some(chat)).await.unwrap();
    world.app.save_draft(None, "later").await.unwrap();

    let mut lists = Vec::new();
    while let Ok(event) = events.try_recv() {
        match event {
            AppEvent::Row(row) => lists.push(Some((row.title, row.replying))),
            AppEvent::RowGone(_) => lists.push(None),
            _ => {}
        }
    }
    let row = |title: &str, replying| Some((title.to_owned(), replying));
    let asked = "What is 47 + 38?";
    assert_eq!(
        lists,
        [
            row(asked, true),
            row(asked, false),
            row("Sums", false),
            None,
            row("Sums", false)
        ]
    );
    let world = world.again().await;
    let mut events = world.app.watch().await.unwrap();
    let Some(AppEvent::Snapshot(kept)) = events.recv().await else {
        panic!("no snapshot")
    };
    assert_eq!((kept.last_chat, kept.draft.as_str()), (Some(chat), "later"));
    assert!(!kept.first_run);
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_that_is_deleted_in_mid_reply_is_gone_and_comes_back_whole() {
    let world = World::new().await;
    let chat = world.app.send(None, LONG, Some(surely())).await.unwrap();
    let mut events = world.app.watch_chat(chat).await.unwrap();
    words(&mut events).await;
    world.app.delete(chat).await.unwrap();
    assert_eq!(
        world.app.watch_chat(chat).await.unwrap_err().code,
        Code::NotFound
    );
    world.app.restore(chat).await.unwrap();
    let mut events = world.app.watch_chat(chat).await.unwrap();
    assert!(!reply(&end(&mut events).await).thinking.is_empty());
    world.app.close().await;
}
