//! Choosing a model.

use std::path::Path;

use app::{AppEvent, Code, EngineState};

use crate::world::{World, reply};

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_is_loaded_remembered_and_undone_by_none_that_fails() {
    let world = World::new().await;
    let mine = world.home.path().join("mine.gguf");
    let sprout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sprout/sprout.gguf");
    std::fs::copy(sprout, &mine).unwrap();
    let mine = mine.to_str().unwrap();
    world.app.choose_model(mine).await.unwrap();
    let missing = world
        .app
        .choose_model("/nowhere/model.gguf")
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
        seen.engine,
        EngineState::Off,
        "nothing is loaded before it is asked for"
    );
    world.app.close().await;
}
