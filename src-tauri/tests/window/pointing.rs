//! The mouse: what it selects, carries and opens, and the window that it moves.

use app::Preferences;
use serde_json::json;
use thirtyfour::Key;

use crate::kept::{chat, crowd, few, keep};
use crate::window::{Opening, Window};

/// Presses, moves and lets go as a hand does, in steps.
async fn carry(window: &Window, from: &str, to: &str) {
    let place = async |place: &str| {
        let find = format!(
            "const box = ({place}).getBoundingClientRect();
             return [box.left + box.width / 2, box.top + box.height / 2].map(Math.round)"
        );
        let at = window.script(&find).await;
        let at = |axis: usize| at[axis].as_i64().unwrap();
        (at(0), at(1))
    };
    let ((x, y), (to_x, to_y)) = (place(from).await, place(to).await);
    let mut chain = window.web.action_chain().move_to(x, y).click_and_hold();
    for step in 1..=4 {
        chain = chain.move_to(x + (to_x - x) * step / 4, y + (to_y - y) * step / 4);
    }
    chain.release().perform().await.unwrap();
}

/// The row of the chat with this title.
fn row(title: &str) -> String {
    format!(
        "[...document.querySelectorAll('[data-testid=chat-row] .open')]
             .find((row) => row.querySelector('.title').textContent === '{title}')"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_is_carried_into_a_folder_and_no_other_is_opened() {
    let opening = Opening::new();
    let reply = json!({"role": "assistant", "follows": 0, "created_ms": 1, "text": "42.",
                       "model": "Sprout", "state": "complete"});
    let mut taxes = chat("Taxes", "Which form?", &reply);
    taxes["folder"] = json!("Work");
    let chats = vec![taxes, chat("Loose", "Where to?", &reply)];
    keep(&opening, chats, Preferences::default()).await;
    let window = opening.open().await;
    window.one("chat-row").await;
    let open = window.words("chat-title").await;
    let folder = "document.querySelector('[data-testid=folder]')";
    carry(&window, &row("Loose"), folder).await;
    let rows = "return document.querySelector('[data-testid=folder]').closest('[data-group]')
                    .querySelectorAll('[data-testid=chat-row]').length";
    let both = async || (window.script(rows).await == 2).then_some(());
    window.until("both chats in the folder", both).await;
    assert_eq!(window.words("chat-title").await, open);
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_a_takes_the_words_of_the_conversation_alone() {
    let opening = Opening::new();
    keep(&opening, few(), Preferences::default()).await;
    let window = opening.open().await;
    window
        .script(&format!("{}.click()", row("Sums of odd numbers")))
        .await;
    window.one("answer").await;
    window.script("document.activeElement.blur()").await;
    window.press(Key::Control + "a").await;
    let selected = window.script("return getSelection().toString()").await;
    let selected = selected.as_str().unwrap();
    assert!(selected.contains("Why is the sum"), "{selected}");
    assert!(
        selected.contains("A square grows by an odd number."),
        "{selected}"
    );
    for chrome in [
        "New chat",
        "Copy",
        "Edit",
        "You asked",
        "Stopped",
        "Thought for",
        "python",
        "DeepSeek R1 Distill",
    ] {
        assert!(!selected.contains(chrome), "{chrome}: {selected}");
    }
    window.close().await;
}

/// Counts of versions are buttons' labels, and not what somebody wrote.
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_a_takes_nothing_that_stands_between_the_words() {
    let opening = Opening::new();
    let reply = |text: &str| {
        json!({"role": "assistant", "follows": 0, "created_ms": 1, "text": text,
               "thinking": "Forty-two it is.", "model": "Sprout", "state": "complete"})
    };
    let mut twice = chat("Twice", "Which number?", &reply("Forty."));
    let messages = twice["messages"].as_array_mut().unwrap();
    messages.push(reply("Forty-two."));
    twice["shown"] = json!(2);
    keep(&opening, vec![twice], Preferences::default()).await;
    let window = opening.open().await;
    window.script(&format!("{}.click()", row("Twice"))).await;
    window.one("branches").await;
    window.script("document.activeElement.blur()").await;
    window.press(Key::Control + "a").await;
    let selected = window.script("return getSelection().toString()").await;
    let words: Vec<&str> = selected.as_str().unwrap().split_whitespace().collect();
    assert_eq!(words.join(" "), "Which number? Forty-two.");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_has_no_bar_while_something_lies_over_it() {
    let opening = Opening::new();
    keep(&opening, crowd(), Preferences::default()).await;
    let window = opening.open().await;
    window.one("chat-row").await;
    let drawn = "return getComputedStyle(document.querySelector('nav')).overflowY";
    assert_eq!(window.script(drawn).await, "auto");
    let list = "document.querySelector('nav')";
    window.script(&format!("{list}.scrollTop = 200")).await;
    for opens in ["chat-menu", "settings-open"] {
        window.tap(opens).await;
        let hidden = async || (window.script(drawn).await == "hidden").then_some(());
        window.until("a list without a bar", hidden).await;
        let at = window.script(&format!("return {list}.scrollTop")).await;
        assert_ne!(at, 0, "the list stays where it was");
        window.press(Key::Escape + "").await;
        window.has_no_layer().await;
    }
    assert_eq!(window.script(drawn).await, "auto");
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_opens_where_it_was_and_as_large() {
    let mut opening = Opening::new();
    opening.size = (1400, 1000);
    let window = opening.open().await;
    window.web.set_window_rect(120, 80, 900, 700).await.unwrap();
    let kept = opening.home.path().join("window.json");
    let has = async || {
        let text = std::fs::read_to_string(&kept).ok()?;
        let place: serde_json::Value = serde_json::from_str(&text).ok()?;
        let is_there = place["width"] == 900.0 && place["at"] == json!([120.0, 80.0]);
        is_there.then_some(())
    };
    window.until("the place on disk", has).await;
    window.close().await;

    let window = opening.open().await;
    let size = async || (window.script("return innerWidth").await == 900).then_some(());
    window.until("the old size", size).await;
    let place = window.web.get_window_rect().await.unwrap();
    assert_eq!((place.x, place.y), (120, 80));
    window.close().await;

    // The screen on which that was is gone.
    opening.size = (800, 600);
    std::fs::write(&kept, r#"{"width": 900, "height": 700, "at": [3000, 80]}"#).unwrap();
    let window = opening.open().await;
    let size = async || (window.script("return innerWidth").await == 800).then_some(());
    window.until("a size for this screen", size).await;
    let place = window.web.get_window_rect().await.unwrap();
    assert!(place.x < 800, "{place:?}");
    window.close().await;
}

/// With the system's own mouse: a driver's lets go of the button before the menu is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn the_right_button_opens_the_menu_of_a_chat_and_leaves_it_open() {
    let opening = Opening::new();
    keep(&opening, few(), Preferences::default()).await;
    let window = opening.open().await;
    window.one("chat-row").await;
    let find = format!(
        "const box = {}.getBoundingClientRect();
         return [box.left + 40, box.top + 10].map(Math.round)",
        row("Sums of odd numbers")
    );
    let at = window.script(&find).await;
    let (x, y) = (at[0].as_i64().unwrap(), at[1].as_i64().unwrap());
    window.hand(&["mousemove", &x.to_string(), &y.to_string()]);
    window.hand(&["click", "3"]);
    window.has_focus("chat-menu-pin").await;
    let open = "return document.querySelectorAll(':popover-open').length";
    assert_eq!(window.script(open).await, 1);
    window.press(Key::End + "").await;
    window.has_focus("chat-menu-delete").await;
    window.close().await;
}
