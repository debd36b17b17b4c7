//! What is done before it is asked for.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use app::{AppEvent, ChatId, EngineState};

use crate::world::World;

/// Long enough for its conversation to be worth a file.
fn long() -> String {
    format!("{}What is 47 + 38?", "What is 1 + 1? ".repeat(40))
}

/// The files that are kept for chats.
fn kept(world: &World) -> Vec<PathBuf> {
    let folder = world.home.path().join("cache/contexts");
    let files = fs::read_dir(folder).into_iter().flatten();
    let paths = files.map(|file| file.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|kind| kind == "kept"))
        .collect()
}

/// Bytes of what is kept for chats.
fn bytes(world: &World) -> u64 {
    let size = |path: &PathBuf| fs::metadata(path).map_or(0, |file| file.len());
    kept(world).iter().map(size).sum()
}

async fn until(what: &str, is_so: impl Fn() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_mins(1), "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Asks, with the model and settings of the window.
async fn ask(world: &World, chat: Option<ChatId>, question: &str) -> (ChatId, app::chats::Reply) {
    let id = world.app.send(chat, question, None).await.unwrap();
    let mut events = world.app.watch_chat(id).await.unwrap();
    let ended = crate::world::end(&mut events).await;
    let app::chats::Body::Reply(reply) = ended.body else {
        panic!("no reply")
    };
    (id, reply)
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_brings_the_model_into_memory_and_the_draft_with_it() {
    let world = World::new().await;
    let mut events = world.app.watch().await.unwrap();
    world.app.save_draft(None, "What is 12 + ").await.unwrap();
    loop {
        match events.recv().await.unwrap() {
            AppEvent::Engine(EngineState::Ready(_)) => break,
            AppEvent::Engine(EngineState::Failed(failure)) => panic!("{failure}"),
            _ => {}
        }
    }
    world.app.caught_up().await;
    let (_, reply) = ask(&world, None, "What is 12 + 13?").await;
    let cost = reply.statistics.unwrap();
    assert!(cost.cached_tokens > 8, "{cost:?}");
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follow_up_needs_none_of_the_last_answer_and_outlives_a_restart() {
    let world = World::new().await;
    let (chat, first) = ask(&world, None, &long()).await;
    // The pause before it is read, and the quiet after which it is kept.
    until("kept", || !kept(&world).is_empty()).await;
    let kept_first = bytes(&world);
    let (_, second) = ask(&world, Some(chat), "What is 2 + 3?").await;
    let cost = second.statistics.unwrap();
    let before = first.statistics.unwrap();
    assert!(cost.cached_tokens > before.prompt_tokens, "{cost:?}");
    assert!(cost.prompt_tokens - cost.cached_tokens < 24, "{cost:?}");
    // With what came since, whose file takes the place of the one before.
    until("kept again", || bytes(&world) > kept_first).await;
    let world = world.again().await;
    let (_, third) = ask(&world, Some(chat), "What is 4 + 4?").await;
    let again = third.statistics.unwrap();
    assert!(again.cached_tokens > cost.prompt_tokens, "{again:?}");
    assert!(again.prompt_tokens - again.cached_tokens < 24, "{again:?}");
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_kept_for_a_chat_goes_with_it_for_good() {
    let world = World::new().await;
    let (chat, _) = ask(&world, None, &long()).await;
    until("kept", || !kept(&world).is_empty()).await;
    world.app.delete(chat).await.unwrap();
    assert_eq!(kept(&world).len(), 1);
    let mut events = world.app.watch().await.unwrap();
    world.app.erase(vec![chat]).await.unwrap();
    assert!(kept(&world).is_empty());
    // The engine ends, which could have kept it once more.
    while events.recv().await.unwrap() != AppEvent::Engine(EngineState::Off) {}
    world.app.close().await;
    // From here on nobody could: what it kept at the last moment is swept up behind it.
    until("swept", || kept(&world).is_empty()).await;
}
