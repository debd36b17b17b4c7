//! The list of chats, and what a restart finds again.

use serde_json::json;
use thirtyfour::Key;

use crate::kept::{chat, has_draft, keep};
use crate::tour::open_chat;
use crate::window::Opening;

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_keeps_the_chat_and_what_was_being_typed() {
    let opening = Opening::new();
    let window = opening.open().await;
    window.ask_to_the_end("What is 47 + 38?").await;
    window.write("And 9 mi").await;
    // Drafts are saved a moment after the last key.
    let is_kept = async || has_draft(&opening, "And 9 mi").then_some(());
    window.until("the draft on disk", is_kept).await;
    window.close().await;

    let window = opening.open().await;
    window.says("answer", "47 + 38 = 85.").await;
    window.is_titled("chat-title", "What is 47 + 38?").await;
    let draft = "return document.querySelector('[data-testid=composer]').value";
    window
        .until("the draft", async || {
            (window.script(draft).await == "And 9 mi").then_some(())
        })
        .await;
    window.ask_to_the_end("nus 4?").await;
    assert_eq!(window.words("answer").await, "9 - 4 = 5.");
    assert_eq!(window.all("message-user").await.len(), 2);
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chats_are_renamed_deleted_and_brought_back() {
    let window = Opening::new().open().await;
    window.ask_to_the_end("What is 47 + 38?").await;
    window.ask_to_the_end_of_a_new_chat("Hello").await;
    assert_eq!(window.all("chat-row").await.len(), 2);

    // The newest is first in the list.
    window
        .all("chat-menu")
        .await
        .remove(0)
        .click()
        .await
        .unwrap();
    window.click("chat-menu-rename").await;
    let field = window.one("rename-input").await;
    field.send_keys(Key::Control + "a").await.unwrap();
    field.send_keys("Greetings").await.unwrap();
    field.send_keys(Key::Enter + "").await.unwrap();
    window.is_titled("chat-title", "Greetings").await;

    window
        .all("chat-menu")
        .await
        .remove(0)
        .click()
        .await
        .unwrap();
    window.click("chat-menu-delete").await;
    let one_left = async || (window.all("chat-row").await.len() == 1).then_some(());
    window.until("one chat less", one_left).await;
    window.click("undo").await;
    let both = async || (window.all("chat-row").await.len() == 2).then_some(());
    window.until("the chat again", both).await;
    window.is_titled("chat-row", "Greetings").await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_in_any_chat_and_a_chat_is_pinned() {
    let window = Opening::new().open().await;
    window.ask_to_the_end("What is 47 + 38?").await;
    window.ask_to_the_end_of_a_new_chat("Who are you?").await;
    window.write(Key::Control + "k").await;
    let field = window.one("search").await;
    // Words of a thought, in the chat that is not open.
    field.send_keys("7+8=15").await.unwrap();
    window.says("hit", "in its thinking").await;
    field.send_keys(Key::Enter + "").await.unwrap();
    window.is_titled("chat-title", "What is 47 + 38?").await;
    window.says("thinking-text", "7+8=15").await;
    field.send_keys(Key::Escape + "").await.unwrap();

    let titles = "return [...document.querySelectorAll('[data-testid=chat-row] .title')]\
                  .map((it) => it.textContent).join('|')";
    window
        .until("the list", async || {
            (window.script(titles).await == "Who are you?|What is 47 + 38?").then_some(())
        })
        .await;
    window
        .script("document.querySelectorAll('[data-testid=chat-menu]')[1].click()")
        .await;
    window.click("chat-menu-pin").await;
    window
        .until("the pinned chat first", async || {
            (window.script(titles).await == "What is 47 + 38?|Who are you?").then_some(())
        })
        .await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_in_the_open_chat_also_in_a_folded_thought() {
    let window = Opening::new().open().await;
    window.ask_to_the_end("What is 47 + 38?").await;
    window.ask_to_the_end("What is 2 + 2?").await;
    window.write(Key::Control + "f").await;
    let field = window.one("find").await;
    field.send_keys("7+8=15").await.unwrap();
    window.says("find-told", "1 of 1").await;
    let unfolded = "return document.querySelector('[data-testid=thinking-text]').textContent";
    let thought = window.script(unfolded).await;
    assert!(thought.as_str().unwrap().contains("7+8=15"), "{thought}");
    field.clear().await.unwrap();
    field.send_keys("WHAT").await.unwrap();
    window.says("find-told", "2 of 2").await;
    field.send_keys(Key::Enter + "").await.unwrap();
    window.says("find-told", "1 of 2").await;
    let marked = "return CSS.highlights.get('found').size";
    assert_eq!(window.script(marked).await, 2);
    field.send_keys(Key::Escape + "").await.unwrap();
    window
        .until("the end of finding", async || {
            window.all("find").await.is_empty().then_some(())
        })
        .await;
    assert_eq!(window.script(marked).await, 0);
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_is_in_view_however_quick_its_reply_is() {
    let long = "Count from 1 to 20, then back. ".repeat(12);
    let reply = json!({"role": "assistant", "follows": 0, "created_ms": 1, "text": long,
                       "model": "Sprout", "state": "complete"});
    let mut talk = chat("A long talk", &long, &reply);
    let messages = talk["messages"].as_array_mut().unwrap();
    for at in 1..6 {
        let mut pair = messages[..2].to_vec();
        pair[0]["follows"] = json!(2 * at - 1);
        pair[1]["follows"] = json!(2 * at);
        messages.extend(pair);
    }
    talk["shown"] = json!(messages.len() - 1);
    let opening = Opening::new();
    keep(&opening, vec![talk], app::Preferences::default()).await;
    let window = opening.open().await;
    open_chat(&window, "A long talk").await;
    for question in ["What is 2 + 2?", "What is 3 + 4?"] {
        window.ask_to_the_end(question).await;
        let at_the_end = async || {
            let look = "const log = document.querySelector('.log');
                        return log.scrollHeight - log.clientHeight - log.scrollTop < 2";
            (window.script(look).await == true).then_some(())
        };
        window.until("the end in view", at_the_end).await;
    }
    window.close().await;
}
