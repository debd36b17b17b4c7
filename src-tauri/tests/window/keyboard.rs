//! Everything by the keyboard alone: once a window is as a test needs it, no element is clicked or
//! written to here.

use thirtyfour::Key;

use crate::governing::in_mid_thought;
use crate::window::{Opening, Window};

/// The words of the last answer, once the reply is complete.
async fn answers(window: &Window, words: &str) {
    window
        .becomes("message-assistant", "data-state", "complete")
        .await;
    window.says("answer", words).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_asks_reads_edits_and_steps_between_branches() {
    let window = Opening::new().open().await;
    window.has_focus("composer").await;
    window.press("What is 47 + 38?").await;
    window.press(Key::Enter + "").await;
    answers(&window, "47 + 38 = 85.").await;
    window.has_focus("composer").await;

    // The thinking is opened and folded, and keeps the focus.
    window.tab_back_to("thinking-toggle").await;
    window.press(Key::Enter + "").await;
    window.says("thinking-text", "7+8").await;
    window.has_focus("thinking-toggle").await;
    window.press(" ").await;
    window
        .becomes("thinking-toggle", "aria-expanded", "false")
        .await;

    // A question is asked otherwise; leaving it leads back to the button.
    window.tab_back_to("edit-question").await;
    window.press(Key::Enter + "").await;
    window.has_focus("question-edit").await;
    window.press(Key::Escape + "").await;
    window.has_focus("edit-question").await;
    window.press(Key::Enter + "").await;
    window.has_focus("question-edit").await;
    window.press(Key::Control + "a").await;
    window.press("What is 3 + 4?").await;
    window.press(Key::Enter + "").await;
    answers(&window, "3 + 4 = 7.").await;
    window.has_focus("composer").await;

    // Back to the first wording, and forth; the focus stays at the steps.
    window.tab_back_to("branch-earlier").await;
    window.press(Key::Enter + "").await;
    window.says("answer", "47 + 38 = 85.").await;
    window.has_focus("branch-later").await;
    window.press(Key::Enter + "").await;
    window.says("answer", "3 + 4 = 7.").await;
    window.has_focus("branch-earlier").await;

    window.press(Key::Control + "n").await;
    window.has_focus("composer").await;
    window.one("example").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_governs_a_reply_and_escape_closes_before_it_stops() {
    // It never ends its thinking by itself.
    let (window, slowed) = in_mid_thought("window-keyboard-governs").await;

    // Each of these lies over the window, and its Esc is not the reply's.
    let is_writing = async || {
        let state = window.attribute("message-assistant", "data-state").await;
        assert_eq!(state, "streaming", "Esc stopped the reply");
    };
    for keys in [Key::F1 + "", Key::Control + ","] {
        window.press(keys).await;
        let layer = "return document.querySelector('dialog[open]') !== null";
        let opened = async || (window.script(layer).await == true).then_some(());
        window.until("a sheet", opened).await;
        window.press(Key::Escape + "").await;
        window.has_no_layer().await;
        window.has_focus("composer").await;
        is_writing().await;
    }
    for button in ["manner", "instructions-open", "model-button"] {
        window.go_by(Key::Shift + Key::Tab, button).await;
        window.press(Key::Enter + "").await;
        let layer = "return document.querySelector('dialog[open], :popover-open') !== null";
        let opened = async || (window.script(layer).await == true).then_some(());
        window.until(button, opened).await;
        window.press(Key::Escape + "").await;
        window.has_no_layer().await;
        is_writing().await;
        window.sees_the_focus().await;
    }

    window.tab_to("answer-now").await;
    window.press(Key::Enter + "").await;
    window.says("answer", "yes!").await;
    window.has_focus("composer").await;
    drop(slowed);
    window
        .becomes("message-assistant", "data-state", "complete")
        .await;
    window.says("thinking-toggle", "stopped by you").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_finds_saves_deletes_and_brings_back() {
    let window = Opening::new().open().await;
    for question in ["What is 47 + 38?", "What is 2 + 2?"] {
        window.press(Key::Control + "n").await;
        window.has_focus("composer").await;
        window.press(question).await;
        window.press(Key::Enter + "").await;
        window
            .says(
                "answer",
                question
                    .trim_start_matches("What is ")
                    .trim_end_matches('?'),
            )
            .await;
        window
            .becomes("message-assistant", "data-state", "complete")
            .await;
    }
    // In all chats, by the words of a thought.
    window.press(Key::Control + "k").await;
    window.has_focus("search").await;
    window.press("7+8=15").await;
    window.one("hit").await;
    window.press(Key::Down + "").await;
    window.has_focus("hit").await;
    window.press(Key::Enter + "").await;
    window.is_titled("chat-title", "What is 47 + 38?").await;
    window.has_focus("composer").await;
    window.press(Key::Control + "k").await;
    window.has_focus("search").await;
    window.press(Key::Escape + "").await;
    window.has_focus("composer").await;
    // In this one.
    window.press(Key::Control + "f").await;
    window.has_focus("find").await;
    window.press("85").await;
    window.says("find-told", "of").await;
    window.press(Key::Escape + "").await;
    window.has_focus("composer").await;

    // To the open chat in the list, and from it to its menu: saving a copy is reached there. What it
    // opens is the system's own, which no driver drives.
    window.tab_back_to("chat-menu").await;
    window.press(Key::Enter + "").await;
    window.has_focus("chat-menu-pin").await;
    window.go_by(Key::Down + "", "chat-menu-export").await;
    window.press(Key::Escape + "").await;
    window.has_focus("chat-menu").await;
    window.press(Key::Enter + "").await;
    window.go_by(Key::Down + "", "chat-menu-rename").await;
    window.press(Key::Enter + "").await;
    window.has_focus("rename-input").await;
    window.press("A sum").await;
    window.press(Key::Enter + "").await;
    window.is_titled("chat-title", "A sum").await;

    // Deleted by its row, and back.
    window.tab_to("chat-menu").await;
    window.press(Key::Enter + "").await;
    window.go_by(Key::Down + "", "chat-menu-delete").await;
    window.press(Key::Enter + "").await;
    let one_left = async || (window.all("chat-row").await.len() == 1).then_some(());
    window.until("one chat less", one_left).await;
    window.sees_the_focus().await;
    window.press(Key::Control + "z").await;
    let both = async || (window.all("chat-row").await.len() == 2).then_some(());
    window.until("the chat again", both).await;
    window.is_titled("chat-title", "A sum").await;
    window.has_focus("composer").await;

    // Erased for good: into the deleted chats and out again.
    window.tab_back_to("chat-menu").await;
    window.press(Key::Enter + "").await;
    window.go_by(Key::Down + "", "chat-menu-delete").await;
    window.press(Key::Enter + "").await;
    window.until("one chat less", one_left).await;
    window.tab_back_to("trash-open").await;
    window.press(Key::Enter + "").await;
    window.tab_to("trash-erase").await;
    window.press(Key::Enter + "").await;
    window.one("trash-sure").await;
    window.has_focus("trash-cancel").await;
    window.press(Key::Enter + "").await;
    window.tab_to("trash-restore").await;
    window.press(Key::Enter + "").await;
    window.one("trash-empty").await;
    window.sees_the_focus().await;
    window.press(Key::Escape + "").await;
    window.has_no_layer().await;
    window.until("the chat again", both).await;
    window.has_focus("trash-open").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_changes_the_model_and_the_settings() {
    let window = Opening::new().open().await;
    window.press("Hello").await;
    window.press(Key::Enter + "").await;
    window
        .becomes("message-assistant", "data-state", "complete")
        .await;
    window.tab_back_to("model-button").await;
    window.press(Key::Enter + "").await;
    window.tab_to("model-choice").await;
    window.press(Key::Enter + "").await;
    window.has_no_layer().await;
    window.has_focus("composer").await;
    window.tab_back_to("model-button").await;
    window.press(Key::Enter + "").await;
    window.tab_to("model-pick").await;
    window.press(Key::Enter + "").await;
    window.one("candidate").await;
    // The sheet takes it a moment after it is there.
    let left = async || (window.focused().await != "model-panel").then_some(());
    window.until("the focus leaves the panel", left).await;
    window.sees_the_focus().await;
    window.tab_to("candidate-toggle").await;
    window.press(Key::Enter + "").await;
    window.tab_to("details-open").await;
    window.press(Key::Enter + "").await;
    window.says("details", "131,072 tokens").await;
    window.tab_to("context").await;
    window.press(Key::Escape + "").await;
    window.has_no_layer().await;
    window.has_focus("model-button").await;

    window.press(Key::Control + ",").await;
    window.tab_to("setting-text").await;
    window.press(Key::Down + "").await;
    let size = "return document.documentElement.style.fontSize";
    window
        .until("larger text", async || {
            (window.script(size).await == "110%").then_some(())
        })
        .await;
    window.has_focus("setting-text").await;
    window.tab_to("setting-shortcuts").await;
    window.press(Key::Enter + "").await;
    window.one("keys-close").await;
    window.press(Key::Escape + "").await;
    window.has_no_layer().await;
    window.has_focus("model-button").await;
    window.press(Key::F1 + "").await;
    window.one("keys-close").await;
    window.press(Key::Escape + "").await;
    window.has_no_layer().await;
    window.has_focus("model-button").await;
    window.close().await;
}
