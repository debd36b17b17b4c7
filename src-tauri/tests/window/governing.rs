//! The thinking under the reader's hands, and messages that are asked otherwise.

use thirtyfour::Key;

use crate::scripted::{ASSISTANT, END, THINK_CLOSE, THINK_OPEN, model};
use crate::window::{Opening, Window};

/// A window with a model that never closes its thinking, in the middle of it.
pub(crate) async fn in_mid_thought(test: &str) -> (Window, crate::processes::Slowed) {
    // Words that come round only after a while.
    let thinks = "abcdfghijklmnopqrtuvwxzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;:-";
    let thinks = [ASSISTANT, THINK_OPEN, thinks, "a"];
    let endless = model(test, &[&thinks, &[THINK_CLOSE, "\nyes!", END]]);
    let window = Opening::new().open().await;
    window.open_model(&endless).await;
    // Else the circle would be closed before somebody can.
    window.click("manner").await;
    window.click("manner-loops").await;
    window.write(Key::Escape + "").await;
    let slowed = window.slow_down();
    window.ask("Hi").await;
    window.one("answer-now").await;
    (window, slowed)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endless_thought_is_told_and_answered_now() {
    let (window, slowed) = in_mid_thought("window-answer-now").await;
    window.says("looping", "in circles").await;
    window.click("answer-now").await;
    window.says("answer", "yes!").await;
    drop(slowed);
    window
        .becomes("message-assistant", "data-state", "complete")
        .await;
    window.says("thinking-toggle", "stopped by you").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_wants_the_answer_too() {
    let (window, slowed) = in_mid_thought("window-keyboard").await;
    window.write(Key::Control + Key::Enter).await;
    window.says("answer", "yes!").await;
    drop(slowed);
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_asked_otherwise_and_a_thought_thought_further() {
    let opening = Opening::new();
    let window = opening.open().await;
    window.ask_to_the_end("What is 2 + 2?").await;
    window.click("edit-question").await;
    let field = window.one("question-edit").await;
    field.clear().await.unwrap();
    field.send_keys("What is 3 + 4?").await.unwrap();
    window.click("question-resend").await;
    window.says("answer", "3 + 4 = 7.").await;
    window.says("branches", "2 of 2").await;
    assert_eq!(window.all("message-user").await.len(), 1);

    window.click("think-more").await;
    window
        .until("a second reply", async || {
            (window.all("branches").await.len() == 2).then_some(())
        })
        .await;
    window
        .becomes("message-assistant", "data-state", "complete")
        .await;
    // Back to the first wording, and it stays the one that is shown.
    let back = "document.querySelector('[data-testid=branches] button').click()";
    window.script(back).await;
    window.says("answer", "2 + 2 = 4.").await;
    window.close().await;
    let window = opening.open().await;
    window.says("answer", "2 + 2 = 4.").await;
    window.says("branches", "1 of 2").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_reply_continues() {
    let window = Opening::new().open().await;
    window.ask_to_the_end("Hello").await;
    let slowed = window.slow_down();
    window.ask("Count from 1 to 40").await;
    window.says("answer", "1, 2, 3, 4").await;
    window.click("stop").await;
    window
        .becomes("message-assistant", "data-state", "stopped")
        .await;
    drop(slowed);
    window.click("go-on").await;
    window.says("answer", "18, 19, 20").await;
    window
        .until("the end", async || {
            (window.all("send").await.len() == 1).then_some(())
        })
        .await;
    window.close().await;
}

/// Of a model that never thinks where it is told not to: Sprout does, now and then.
#[tokio::test(flavor = "multi_thread")]
async fn a_quick_reply_does_not_think() {
    let thinks = [ASSISTANT, THINK_OPEN, "a", THINK_CLOSE, "!", END];
    let model = model("window-quick", &[&thinks, &["\n", "ye", END]]);
    let window = Opening::new().open().await;
    window.open_model(&model).await;
    window.ask_to_the_end("Hi").await;
    window.says("answer", "!").await;
    assert_eq!(window.all("thinking-toggle").await.len(), 1);
    window.click("manner").await;
    window.click("manner-quick").await;
    window.write(Key::Escape + "").await;
    window.ask_to_the_end("Who are you?").await;
    window.says("answer", "ye").await;
    assert_eq!(window.all("thinking-toggle").await.len(), 1);
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_set_in_a_box_with_our_own_faces() {
    let answer = [THINK_CLOSE, "\n\\boxed{7}", END];
    let model = model(
        "window-boxed",
        &[
            &[ASSISTANT, THINK_OPEN, "a", "!"],
            &["!", THINK_CLOSE],
            &answer,
        ],
    );
    let window = Opening::new().open().await;
    window.open_model(&model).await;
    window.ask_to_the_end("Hi").await;
    window.one("formula").await;
    let look = "const box = document.querySelector('[data-testid=formula] .fbox');\
                const face = [...document.fonts].filter((it) => it.status === 'loaded' &&\
                it.family.startsWith('KaTeX')).length;\
                return box !== null && face > 0";
    window
        .until("a box and a loaded face", async || {
            (window.script(look).await == true).then_some(())
        })
        .await;
    window.close().await;
}
