//! What is said once and kept: instructions and presets, deleted chats and messages, the product's own
//! settings.

use std::path::Path;

use app::chats::{Message, Statistics};
use app::{AppEvent, ChatEvent, Code, Device, Manner, Preferences, Preset, Snapshot, Taste, Theme};

use crate::world::{World, end, next, reply};

const SECRET: &str = "hamamelis";

fn cost(message: &Message) -> Statistics {
    reply(message).statistics.unwrap()
}

async fn snapshot(world: &World) -> Box<Snapshot> {
    match world.app.watch().await.unwrap().recv().await {
        Some(AppEvent::Snapshot(snapshot)) => snapshot,
        other => panic!("no snapshot: {other:?}"),
    }
}

fn preset(name: &str, instructions: &str) -> Preset {
    Preset {
        name: name.to_owned(),
        instructions: instructions.to_owned(),
        manner: Manner::default(),
    }
}

/// Every file below a folder that has the word.
fn files_with(folder: &Path, word: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_with(&path, word));
        } else if let Ok(bytes) = std::fs::read(&path)
            && bytes.windows(word.len()).any(|there| there == word)
        {
            found.push(path.display().to_string());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn instructions_are_said_with_every_reply_and_those_of_new_chats_become_their_own() {
    let world = World::new().await;
    let (plain, without) = world.ask(None, "What is 2 + 2?").await;
    let text = " Answer as briefly as you can. ";
    world.app.set_instructions(None, text).await.unwrap();
    let (chat, with) = world.ask(None, "What is 2 + 2?").await;
    let said = cost(&with).prompt_tokens - cost(&without).prompt_tokens;
    assert!(said > 5, "{said} tokens");

    // They stand in the first question, so the cache is kept from then on, but for the opened thought.
    let (_, second) = world.ask(Some(chat), "What is 3 + 4?").await;
    assert!(cost(&second).cached_tokens >= cost(&with).prompt_tokens - 4);
    let mut events = world.app.watch_chat(chat).await.unwrap();
    let ChatEvent::Snapshot { instructions, .. } = next(&mut events).await else {
        panic!("no snapshot");
    };
    assert_eq!(instructions, text.trim());
    world.app.set_instructions(Some(chat), "").await.unwrap();
    let told = next(&mut events).await;
    assert_eq!(told, ChatEvent::Instructions(String::new()));

    // A chat that was there before has none.
    let (_, later) = world.ask(Some(plain), "What is 3 + 4?").await;
    assert!(cost(&later).prompt_tokens < cost(&second).prompt_tokens);
    let long = "x".repeat(40_000);
    let refused = world.app.set_instructions(None, &long).await.unwrap_err();
    assert_eq!(refused.code, Code::PromptTooLong);

    let world = world.again().await;
    assert_eq!(snapshot(&world).await.instructions, text.trim());
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn presets_have_one_name_each_and_their_numbers_make_sense() {
    let world = World::new().await;
    world
        .app
        .save_preset(preset(" Brief\n", "Be brief."))
        .await
        .unwrap();
    world
        .app
        .save_preset(preset("Long", "Be long."))
        .await
        .unwrap();
    let wild = Preset {
        manner: Manner {
            taste: Taste {
                temperature: f32::INFINITY,
                top_p: 7.0,
                ..Taste::default()
            },
            ..Manner::default()
        },
        ..preset("Brief", "Be very brief.")
    };
    world.app.save_preset(wild).await.unwrap();
    world.app.remove_preset("Long").await.unwrap();
    let refused = world.app.save_preset(preset("  ", "x")).await.unwrap_err();
    assert_eq!(refused.message, "the preset has no name");

    let world = world.again().await;
    let kept = snapshot(&world).await.presets;
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (&*kept[0].name, &*kept[0].instructions),
        ("Brief", "Be very brief.")
    );
    let taste = kept[0].manner.taste;
    assert_eq!(
        (taste.temperature, taste.top_p),
        (Taste::default().temperature, 1.0)
    );
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_erased_is_in_no_file_and_in_no_process() {
    let world = World::new().await;
    let (other, _) = world.ask(None, "What is 2 + 2?").await;
    let (chat, _) = world.ask(None, &format!("What is {SECRET}?")).await;
    world.app.remember_chat(Some(chat)).await.unwrap();
    world.app.back_up_now().await.unwrap();
    world.app.delete(chat).await.unwrap();
    let deleted = world.app.deleted().await.unwrap();
    assert_eq!(deleted.len(), 1);
    assert!(deleted[0].title.contains(SECRET));
    assert!(!files_with(world.home.path(), SECRET.as_bytes()).is_empty());

    let mut events = world.app.watch().await.unwrap();
    world.app.erase(vec![chat]).await.unwrap();
    assert_eq!(world.app.deleted().await.unwrap(), []);
    let found = files_with(world.home.path(), SECRET.as_bytes());
    assert!(found.is_empty(), "{found:?}");
    // Its words were in the engine's cache.
    while !matches!(
        events.recv().await.unwrap(),
        AppEvent::Engine(app::EngineState::Off)
    ) {}
    let world = world.again().await;
    let snapshot = snapshot(&world).await;
    assert_eq!(snapshot.last_chat, None);
    assert_eq!(snapshot.chats[0].id, other);
    world.app.close().await;
}

/// Not even root can remove a folder as a file.
#[tokio::test(flavor = "multi_thread")]
async fn a_kept_file_that_cannot_be_removed_is_told_and_stops_nothing_else() {
    let world = World::new().await;
    let (chat, _) = world.ask(None, &format!("What is {SECRET}?")).await;
    let kept = world.home.path().join("cache/contexts");
    std::fs::create_dir_all(kept.join(format!("{}-a.kept", chat.0))).unwrap();
    let file = kept.join(format!("{}-b.kept", chat.0));
    std::fs::write(&file, SECRET).unwrap();
    let mut events = world.app.watch().await.unwrap();
    world.app.delete(chat).await.unwrap();
    let told = world.app.erase(vec![chat]).await.unwrap_err();
    assert!(told.message.contains("-a.kept"), "{told:?}");
    assert_eq!(world.app.deleted().await.unwrap(), []);
    assert!(!file.exists());
    // Its words were in the engine's cache.
    while !matches!(
        events.recv().await.unwrap(),
        AppEvent::Engine(app::EngineState::Off)
    ) {}
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_leaves_its_chat_and_comes_back() {
    let world = World::new().await;
    let (chat, first) = world.ask(None, "What is 2 + 2?").await;
    let (_, second) = world.ask(Some(chat), "What is 3 + 4?").await;
    let mut events = world.app.watch_chat(chat).await.unwrap();
    next(&mut events).await;
    let question = second.parent.unwrap();
    world.app.remove_message(question).await.unwrap();
    let ChatEvent::Branch(left) = next(&mut events).await else {
        panic!("no branch");
    };
    assert_eq!(left.last().unwrap().id, first.id);
    world.app.restore_message(question).await.unwrap();
    let ChatEvent::Branch(all) = next(&mut events).await else {
        panic!("no branch");
    };
    assert_eq!(all.len(), 4);
    // What is being written stays until it has ended.
    world.app.ask_again(second.id).await.unwrap();
    let refused = world.app.remove_message(question).await.unwrap_err();
    assert_eq!(refused.code, Code::Busy);
    end(&mut events).await;
    world.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_are_told_kept_and_followed_and_a_folder_that_cannot_be_is_refused() {
    let world = World::new().await;
    let mut events = world.app.watch().await.unwrap();
    events.recv().await.unwrap();
    let models = world.home.path().join("disk/models");
    let set = Preferences {
        theme: Theme::Dark,
        threads: Some(1),
        device: Device::Processor,
        models: Some(models.clone()),
        ..Preferences::default()
    };
    world.app.set_preferences(set.clone()).await.unwrap();
    let told = events.recv().await.unwrap();
    assert_eq!(told, AppEvent::Preferences(Box::new(set.clone())));
    assert!(models.is_dir());
    assert_eq!(world.app.data().await.unwrap().models, models);

    let file = world.home.path().join("file");
    std::fs::write(&file, "").unwrap();
    let wrong = Preferences {
        models: Some(file.join("models")),
        ..set.clone()
    };
    let refused = world.app.set_preferences(wrong).await.unwrap_err();
    assert_eq!(refused.code, Code::Storage);
    let (_, answered) = world.ask(None, "What is 2 + 2?").await;
    assert_eq!(reply(&answered).answer, "2 + 2 = 4.");
    let world = world.again().await;
    assert_eq!(snapshot(&world).await.preferences, set);
    world.app.close().await;
}
