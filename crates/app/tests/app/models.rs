//! Choosing a model.

use std::time::{Duration, Instant};

use app::{AppEvent, Code, Conversation, Ending, EngineRoom, EngineState, Home, Model, Settings};
use tokio::time::timeout;

use crate::world::{PATIENCE, World, end, reply, sprout, surely};

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_is_loaded_remembered_and_undone_by_none_that_fails() {
    let world = World::new().await;
    let mine = world.home.path().join("mine.gguf");
    std::fs::copy(sprout(), &mine).unwrap();
    let mine = mine.to_str().unwrap();
    world.app.choose_model(mine, None).await.unwrap();
    let missing = world
        .app
        .choose_model("/nowhere/model.gguf", None)
        .await
        .unwrap_err();
    assert_eq!(missing.code, Code::ModelMissing);
    let (_, first) = world.ask(None, "What is 1 + 2?").await;
    assert_eq!(reply(&first).answer, "1 + 2 = 3.");

    let world = world.again().await;
    let mut events = world.app.watch().await.unwrap();
    let Some(AppEvent::Snapshot(seen)) = events.recv().await else {
        panic!("no snapshot")
    };
    assert_eq!(seen.model, mine);
    assert_eq!(seen.models.len(), 2);
    assert_eq!(
        seen.models[1].name, "Sprout",
        "it is called as its header says, and not after its file"
    );
    assert_eq!(
        seen.engine,
        EngineState::Off,
        "nothing is loaded before it is asked for"
    );
    world.app.close().await;
}

/// Sprout, but for the words with which an R1 is asked.
#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_is_no_r1_is_told_as_such_also_after_a_restart() {
    let world = World::new().await;
    let path = world.home.path().join("other.gguf");
    let mut bytes = std::fs::read(sprout()).unwrap();
    let (ours, other) = ("<｜Assistant｜>".as_bytes(), "<|im_assistant|>".as_bytes());
    let other = &[other, b" "].concat()[..ours.len()];
    let header = bytes.len().min(1 << 20);
    for at in 0..header - ours.len() {
        if bytes[at..].starts_with(ours) {
            bytes[at..at + ours.len()].copy_from_slice(other);
        }
    }
    std::fs::write(&path, bytes).unwrap();
    world
        .app
        .choose_model(path.to_str().unwrap(), None)
        .await
        .unwrap();
    let seen = snapshot(&world).await;
    assert!(seen.models[0].stranger.is_none() && seen.models[1].stranger.is_some());
    let told = seen.notices.last().unwrap();
    assert_eq!(told.code, Code::ModelUnsupported);
    assert!(told.message.ends_with("is not an R1"), "{told:?}");

    let world = world.again().await;
    assert!(snapshot(&world).await.models[1].stranger.is_some());
    world.app.close().await;
}

async fn snapshot(world: &World) -> Box<app::Snapshot> {
    let mut events = world.app.watch().await.unwrap();
    match events.recv().await {
        Some(AppEvent::Snapshot(seen)) => seen,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_leaves_after_its_idle_time_and_comes_back_for_the_next_question() {
    const IDLE: Duration = Duration::from_millis(300);
    let home = tempfile::tempdir().unwrap();
    let room = EngineRoom::idling(Some(IDLE), &Home::at(home.path()));
    let mut state = room.state();
    for _ in 0..2 {
        let (_stopper, stop) = app::stop::stop();
        let conversation = Conversation::of("What is 2 + 2?");
        let told = room
            .reply(
                &Model::Sprout,
                &conversation,
                &surely().settings,
                stop,
                &mut |_| {},
            )
            .await;
        assert_eq!(told.ending, Ending::Complete);
        let left = state.wait_for(|state| *state == EngineState::Off);
        timeout(PATIENCE, left).await.unwrap().unwrap();
        assert_eq!(room.device().await, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_idle_time_of_one_model_ends_no_other() {
    const IDLE: Duration = Duration::from_secs(2);
    let home = tempfile::tempdir().unwrap();
    let other = home.path().join("other.gguf");
    std::fs::copy(sprout(), &other).unwrap();
    let room = EngineRoom::idling(Some(IDLE), &Home::at(home.path()));
    let mut begun = Instant::now();
    for model in [Model::Sprout, Model::File(other)] {
        begun = Instant::now();
        let (_stopper, stop) = app::stop::stop();
        assert!(
            room.prepare(&model, &surely().settings, stop)
                .await
                .unwrap()
        );
    }
    // The first one's time is over before that of the second one, which it does not end.
    let mut state = room.state();
    let left = state.wait_for(|state| *state == EngineState::Off);
    timeout(PATIENCE, left).await.unwrap().unwrap();
    assert!(begun.elapsed() >= IDLE, "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_asked_while_a_choice_is_loaded_is_for_that_model() {
    let world = World::new().await;
    let mine = world.home.path().join("mine.gguf");
    let mut bytes = std::fs::read(sprout()).unwrap();
    let name = bytes.windows(6).position(|six| six == b"Sprout").unwrap();
    bytes[name..name + 6].copy_from_slice(b"Turnip");
    std::fs::write(&mine, bytes).unwrap();
    let mut events = world.app.watch().await.unwrap();
    let app = world.app.clone();
    let path = mine.to_str().unwrap().to_owned();
    let choice = tokio::spawn(async move { app.choose_model(&path, None).await });
    let loading = async {
        while !matches!(
            events.recv().await.unwrap(),
            AppEvent::Engine(EngineState::Loading(_) | EngineState::Ready(_))
        ) {}
    };
    timeout(PATIENCE, loading).await.unwrap();
    let chat = world.app.send(None, "What is 1 + 2?", None).await.unwrap();
    choice.await.unwrap().unwrap();
    let mut events = world.app.watch_chat(chat).await.unwrap();
    assert_eq!(reply(&end(&mut events).await).model, "Turnip");
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_wish_for_a_context_is_a_wish_too() {
    let home = tempfile::tempdir().unwrap();
    let room = EngineRoom::idling(None, &Home::at(home.path()));
    let state = room.state();
    let mut contexts = Vec::new();
    for context in [None, Some(512), None] {
        let settings = Settings {
            context,
            ..surely().settings
        };
        let (_stopper, stop) = app::stop::stop();
        assert!(room.prepare(&Model::Sprout, &settings, stop).await.unwrap());
        let EngineState::Ready(context) = *state.borrow() else {
            panic!("not ready")
        };
        contexts.push(context);
    }
    assert_eq!(contexts[1], 512);
    assert_eq!(contexts[0], contexts[2]);
    assert_ne!(contexts[0], 512);
}
