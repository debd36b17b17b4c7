//! What happens when a reply does not run to its end.

use thirtyfour::Key;

use crate::window::{Opening, Window};

const LONG: &str = "Count from 1 to 200";

/// A window with a reply that is some words into its answer.
async fn in_mid_reply() -> (Window, crate::processes::Slowed) {
    let window = Opening::new().open().await;
    window.ask_to_the_end("Hello").await;
    let slowed = window.slow_down();
    window.ask(LONG).await;
    window.says("answer", "1, 2, 3, 4").await;
    assert_eq!(
        window.attribute("message-assistant", "data-state").await,
        "streaming"
    );
    (window, slowed)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_stopped_by_the_button_and_keeps_its_words() {
    let (window, slowed) = in_mid_reply().await;
    window.click("stop").await;
    window
        .becomes("message-assistant", "data-state", "stopped")
        .await;
    drop(slowed);
    assert!(window.words("answer").await.starts_with("1, 2, 3, 4"));
    window.ask_to_the_end("What is 47 + 38?").await;
    assert_eq!(window.words("answer").await, "47 + 38 = 85.");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_stopped_by_escape() {
    let (window, slowed) = in_mid_reply().await;
    window.write(Key::Escape + "").await;
    window
        .becomes("message-assistant", "data-state", "stopped")
        .await;
    drop(slowed);
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_dies_leaves_the_window_alive_with_the_words_so_far() {
    let (window, slowed) = in_mid_reply().await;
    slowed.kill();
    window
        .becomes("message-assistant", "data-state", "failed")
        .await;
    assert!(window.words("answer").await.starts_with("1, 2, 3, 4"));
    window.says("reply-note", "Regenerate").await;
    drop(slowed);
    window.click("what-happened").await;
    window.says("report", "engine stopped: killed").await;
    window.says("report-text", "writing a reply").await;
    window.click("report-delete").await;
    window
        .says("reports-empty", "never stopped unexpectedly")
        .await;
    window.click("reports-close").await;
    window.ask_to_the_end("What is 47 + 38?").await;
    assert_eq!(window.words("answer").await, "47 + 38 = 85.");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_closed_in_mid_reply_keeps_the_words() {
    let opening = Opening::new();
    let window = opening.open().await;
    window.ask_to_the_end("Hello").await;
    let slowed = window.slow_down();
    window.ask(LONG).await;
    window.says("answer", "1, 2, 3, 4").await;
    window.close().await;
    drop(slowed);
    let window = opening.open().await;
    window.says("answer", "1, 2, 3, 4").await;
    window
        .becomes("message-assistant", "data-state", "stopped")
        .await;
    window.close().await;
}
