//! Replies and their ends.

use app::chats::{End, State};
use app::{ChatEvent, Code};

use crate::world::{LONG, World, end, next, reply, surely, words};

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_is_remembered_without_its_thinking() {
    let world = World::new().await;
    let (chat, first) = world.ask(None, "What is 47 + 38?").await;
    assert_eq!(reply(&first).answer, "47 + 38 = 85.");
    assert!(reply(&first).thinking.contains("7+8=15"));
    assert_eq!(reply(&first).model, "Sprout");
    let cost = reply(&first).statistics.unwrap();
    let (_, second) = world.ask(Some(chat), "What is 9 - 4?").await;
    assert_eq!(reply(&second).answer, "9 - 4 = 5.");
    let later = reply(&second).statistics.unwrap();
    assert!(
        later.cached_tokens > 0,
        "the common part is kept: {later:?}"
    );
    let whole = cost.prompt_tokens + reply(&first).counts.thinking_tokens;
    assert!(
        later.prompt_tokens < 2 * whole,
        "thinking came back: {later:?}"
    );

    let world = world.again().await;
    let (_, third) = world.ask(Some(chat), "What is 2 + 2?").await;
    assert_eq!(reply(&third).answer, "2 + 2 = 4.");
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_has_one_reply_at_a_time_and_two_chats_take_turns() {
    let world = World::new().await;
    let first = world.app.send(None, LONG, Some(surely())).await.unwrap();
    let refused = world
        .app
        .send(Some(first), "What is 1 + 1?", None)
        .await
        .unwrap_err();
    assert_eq!(refused.code, Code::Busy);
    let (_, other) = world.ask(None, "What is 1 + 1?").await;
    assert_eq!(reply(&other).answer, "1 + 1 = 2.");
    let mut events = world.app.watch_chat(first).await.unwrap();
    let first = end(&mut events).await;
    assert!(matches!(reply(&first).state, State::Ended(_)), "{first:?}");
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_stopped_at_any_time_and_ends_once() {
    let world = World::new().await;
    // Before the model is there, and in the middle of the words.
    for begun in [false, true] {
        let chat = world.app.send(None, LONG, Some(surely())).await.unwrap();
        let mut events = world.app.watch_chat(chat).await.unwrap();
        if begun {
            words(&mut events).await;
        }
        world.app.stop(chat);
        world.app.stop(chat);
        let stopped = end(&mut events).await;
        assert_eq!(
            reply(&stopped).state,
            State::Ended(End::Stopped),
            "{stopped:?}"
        );
        assert_eq!(begun, !reply(&stopped).thinking.is_empty(), "{stopped:?}");
        let (_, after) = world.ask(Some(chat), "What is 2 + 3?").await;
        assert_eq!(
            reply(&after).state,
            State::Ended(End::Complete),
            "{after:?}"
        );
        assert!(matches!(next(&mut events).await, ChatEvent::Message(_)));
    }
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_in_the_middle_of_a_reply_keeps_its_words() {
    let world = World::new().await;
    let chat = world.app.send(None, LONG, Some(surely())).await.unwrap();
    let mut events = world.app.watch_chat(chat).await.unwrap();
    let mut seen = String::new();
    while seen.len() < 20 {
        match next(&mut events).await {
            ChatEvent::Growth { answer, .. } => seen += &answer,
            ChatEvent::End(message) => panic!("it ended before: {message:?}"),
            _ => {}
        }
    }
    let world = world.again().await;
    let mut events = world.app.watch_chat(chat).await.unwrap();
    let kept = end(&mut events).await;
    assert_eq!(reply(&kept).state, State::Ended(End::Stopped));
    assert!(reply(&kept).answer.starts_with(&seen), "{kept:?}");
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_answered_is_refused_before_it_is_kept() {
    let world = World::new().await;
    let refused = world.app.send(None, " \n ", None).await.unwrap_err();
    assert_eq!(refused.code, Code::PromptEmpty);
    let gone = world
        .app
        .send(Some(app::ChatId(77)), "Hi", None)
        .await
        .unwrap_err();
    assert_eq!(gone.code, Code::NotFound);
    let (_, long) = world.ask(None, &"47 + 38 ".repeat(1000)).await;
    let State::Ended(End::Failed(failure)) = &reply(&long).state else {
        panic!("{long:?}")
    };
    assert_eq!(failure.code, "prompt_too_long");
    world.app.close().await;
}
