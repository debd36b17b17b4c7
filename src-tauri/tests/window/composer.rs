//! The field and what stands at it: keys that are pressed anywhere, the model that answers, the way to a
//! real R1.

use serde_json::json;
use thirtyfour::Key;

use crate::window::{Opening, Window};

const WRITTEN: &str = "return document.querySelector('[data-testid=composer]').value";

async fn is_written(window: &Window, words: &str) {
    let look = async || (window.script(WRITTEN).await == words).then_some(());
    window.until(&format!("{words:?} in the field"), look).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_or_pasted_anywhere_goes_to_the_field_from_its_first_letter() {
    let window = Opening::new().open().await;
    window.ask_to_the_end("What is 47 + 38?").await;
    window.click("answer").await;
    assert_eq!(window.focused().await, "div Conversation");
    window.press("Why is it so?").await;
    is_written(&window, "Why is it so?").await;

    window.press(Key::Control + "a").await;
    window.press(Key::Control + "x").await;
    is_written(&window, "").await;
    window.click("answer").await;
    window.press(Key::Control + "v").await;
    is_written(&window, "Why is it so?").await;

    // A blank presses what has the focus.
    window.tab_back_to("thinking-toggle").await;
    window.press(" ").await;
    window
        .becomes("thinking-toggle", "aria-expanded", "true")
        .await;
    is_written(&window, "Why is it so?").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_narrow_window_the_model_stands_below_the_field_and_gives_its_memory_back_there() {
    let mut opening = Opening::new();
    opening.size = (420, 760);
    let window = opening.open().await;
    window.ask_to_the_end("What is 47 + 38?").await;
    window.becomes("model-button", "data-engine", "ready").await;
    window.click("model-button").await;
    let is_inside = "
        const box = document.querySelector('[data-testid=model-panel]').getBoundingClientRect();
        return box.left >= 0 && box.right <= innerWidth && box.top >= 0 && box.bottom <= innerHeight";
    let look = async || (window.script(is_inside).await == true).then_some(());
    window.until("the panel inside the window", look).await;
    window.click("model-unload").await;
    window.becomes("model-button", "data-engine", "off").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sprout_refuses_with_the_way_to_a_real_r1() {
    let window = Opening::new().open().await;
    window.ask_to_the_end("Write a poem about potatoes.").await;
    window.says("answer", "pick a real R1").await;
    window.says("real-offer", "Get a real R1").await;
    window.click("real-offer").await;
    window.one("best-get").await;
    window.press(Key::Escape + "").await;
    window.has_no_layer().await;
    // One sum later, and in a new chat, it is there all the same.
    window.ask_to_the_end("What is 47 + 38?").await;
    window.click("new-chat").await;
    window.says("first-best", "is the best fit").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_field_is_as_high_as_its_text_at_every_size_of_text() {
    let window = Opening::new().open().await;
    let heights = "
        const field = document.querySelector('[data-testid=composer]');
        return [field.scrollHeight <= field.clientHeight + 1, getComputedStyle(field).overflowY]";
    for size in ["100%", "200%", "100%"] {
        let set = format!("document.documentElement.style.fontSize = '{size}'");
        window.script(&set).await;
        let fits = async || (window.script(heights).await == json!([true, "hidden"])).then_some(());
        window
            .until(&format!("a field that fits at {size}"), fits)
            .await;
    }
    window.close().await;
}

/// Where the line is too short for all, the others are cut first.
#[tokio::test(flavor = "multi_thread")]
async fn the_model_keeps_its_name_in_a_narrow_window() {
    let mut opening = Opening::new();
    opening.size = (400, 760);
    let window = opening.open().await;
    window.ask_to_the_end("7 + 8").await;
    window.one("context").await;
    let cut = "const name = document.querySelector('[data-testid=model-button] b');
               return name.scrollWidth - name.clientWidth";
    assert_eq!(window.script(cut).await, 0);
    window.close().await;
}
