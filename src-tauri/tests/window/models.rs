//! Choosing a model: a file of one's own, and files that are none.

use std::path::Path;

use crate::window::Opening;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_model_is_refused_where_it_was_typed() {
    let opening = Opening::new();
    let letter = opening.home.path().join("letter.gguf");
    std::fs::write(&letter, "Dear aunt, I hope this finds you well.").unwrap();
    let window = opening.open().await;
    window.click("model-button").await;
    for (path, name) in [
        (letter.to_str().unwrap(), "letter.gguf"),
        ("/nowhere/at/all.gguf", "all.gguf"),
    ] {
        let field = window.one("model-path").await;
        field.clear().await.unwrap();
        field.send_keys(path).await.unwrap();
        window.click("model-open").await;
        window.says("model-failure", name).await;
    }
    window.ask_to_the_end("What is 47 + 38?").await;
    assert_eq!(
        window.words("answer").await,
        "47 + 38 = 85.",
        "the old choice still answers"
    );
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_file_is_opened_answers_and_is_remembered() {
    let opening = Opening::new();
    let mine = opening.home.path().join("mine.gguf");
    let sprout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sprout/sprout.gguf");
    std::fs::copy(sprout, &mine).unwrap();
    let window = opening.open().await;
    window.open_model(&mine).await;
    window.ask_to_the_end("What is 47 + 38?").await;
    window.close().await;

    let window = opening.open().await;
    window.click("model-button").await;
    let choices = async || (window.all("model-choice").await.len() == 2).then_some(());
    window.until("both models", choices).await;
    window.close().await;
}
