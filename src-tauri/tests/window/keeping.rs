//! What is set and kept: settings that take effect at once and last, instructions and presets, folders,
//! and what is deleted, brought back or erased.

use thirtyfour::Key;

use crate::window::{Opening, Window};

/// Chooses an option of a `select`.
async fn choose(window: &Window, name: &str, value: &str) {
    let script = format!(
        "const field = document.querySelector('[data-testid={name}]');
         field.value = '{value}';
         field.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    );
    window.one(name).await;
    window.script(&script).await;
}

async fn is_true(window: &Window, what: &str, script: &str) {
    let look = async || (window.script(script).await == true).then_some(());
    window.until(what, look).await;
}

async fn type_into(window: &Window, name: &str, words: impl Into<thirtyfour::TypingData>) {
    window.one(name).await.send_keys(words).await.unwrap();
}

async fn count(window: &Window, name: &str, n: usize) {
    let look = async || (window.all(name).await.len() == n).then_some(());
    window.until(&format!("{n} of {name}"), look).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_take_effect_at_once_and_last() {
    const DARK: &str = "return matchMedia('(prefers-color-scheme: dark)').matches";
    const BIG: &str = "return document.documentElement.style.fontSize === '150%'";
    const CHINESE: &str = "return document.documentElement.lang === 'zh-Hans'";
    let opening = Opening::new();
    let window = opening.open().await;
    window.write(Key::Control + ",").await;
    type_into(&window, "settings-search", "text size").await;
    count(&window, "setting-theme", 0).await;
    choose(&window, "setting-text", "150").await;
    is_true(&window, "large text", BIG).await;
    let field = window.one("settings-search").await;
    field.send_keys(Key::Control + "a").await.unwrap();
    field.send_keys(Key::Delete + "").await.unwrap();
    choose(&window, "setting-theme", "dark").await;
    is_true(&window, "the dark scheme", DARK).await;
    choose(&window, "setting-language", "zh-Hans").await;
    is_true(&window, "Chinese", CHINESE).await;
    window.says("settings", "文字大小").await;
    window.click("setting-backups").await;
    window.says("settings", "1 份备份").await;
    window.close().await;

    let window = opening.open().await;
    is_true(&window, "large text again", BIG).await;
    is_true(&window, "Chinese again", CHINESE).await;
    is_true(&window, "the dark scheme again", DARK).await;
    let kept = std::fs::read_to_string(opening.home.path().join("settings.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    let set = serde_json::json!({ "language": "zh-Hans", "theme": "dark", "text_percent": 150 });
    assert_eq!(kept, set);
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn instructions_and_sampling_are_kept_under_a_name_and_used_elsewhere() {
    let window = Opening::new().open().await;
    window.click("instructions-open").await;
    type_into(&window, "instructions-text", "Be brief.").await;
    window.click("sampling-open").await;
    let field = window.one("sampling-temperature").await;
    field.send_keys(Key::Control + "a").await.unwrap();
    field.send_keys("1").await.unwrap();
    field.send_keys(Key::Tab + "").await.unwrap();
    window
        .says("sampling-word", "Not what R1's makers advise")
        .await;
    type_into(&window, "preset-name", "Curt").await;
    window.click("preset-save").await;
    count(&window, "preset-use", 1).await;
    window.click("instructions-close").await;
    window
        .is_titled("instructions-open", "Instructions, own sampling")
        .await;
    window.ask_to_the_end("What is 47 + 38?").await;

    // The chat has them for its own: those of chats to come change without it.
    window.write(Key::Control + "n").await;
    window.click("instructions-open").await;
    window.click("sampling-back").await;
    window.says("sampling-word", "As R1's makers advise").await;
    let field = window.one("instructions-text").await;
    field.send_keys(Key::Control + "a").await.unwrap();
    field.send_keys(Key::Delete + "").await.unwrap();
    window.click("instructions-close").await;
    is_true(
        &window,
        "no instructions",
        "return document.querySelector('[data-testid=instructions-open]').textContent.trim() === 'Instructions'",
    )
    .await;
    window.click("instructions-open").await;
    window.click("preset-use").await;
    let look =
        "return document.querySelector('[data-testid=instructions-text]').value === 'Be brief.'";
    is_true(&window, "the preset's instructions", look).await;
    window.click("preset-remove").await;
    count(&window, "preset-use", 0).await;
    window.click("preset-undo").await;
    count(&window, "preset-use", 1).await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chats_lie_in_folders_questions_come_back_and_what_is_erased_is_gone() {
    let opening = Opening::new();
    let window = opening.open().await;
    window.ask_to_the_end("What is 47 + 38?").await;
    window.click("chat-menu").await;
    window.click("chat-menu-move").await;
    type_into(&window, "folder-name", "Sums").await;
    type_into(&window, "folder-name", Key::Enter + "").await;
    window.is_titled("folder", "Sums 1").await;
    window.click("folder").await;
    count(&window, "chat-row", 0).await;
    window.click("folder").await;
    count(&window, "chat-row", 1).await;

    window.ask_to_the_end("What is 9 - 4?").await;
    window
        .script("document.querySelectorAll('[data-testid=delete-question]')[1].click()")
        .await;
    count(&window, "message-user", 1).await;
    window.click("undo").await;
    count(&window, "message-user", 2).await;

    window.click("chat-menu").await;
    window.click("chat-menu-delete").await;
    count(&window, "chat-row", 0).await;
    window.click("trash-open").await;
    window.click("trash-restore").await;
    window.one("trash-empty").await;
    window.click("trash-close").await;
    count(&window, "chat-row", 1).await;
    // The menu of a chat shows where the chat is open.
    window.click("chat-row").await;
    count(&window, "message-user", 2).await;
    window.click("chat-menu").await;
    window.click("chat-menu-delete").await;
    count(&window, "chat-row", 0).await;
    window.click("trash-open").await;
    window.click("trash-erase").await;
    window.click("trash-erase-sure").await;
    window.one("trash-empty").await;
    window.close().await;
    let database = std::fs::read(opening.home.path().join("chats.db")).unwrap();
    let asked = b"47 + 38";
    assert!(!database.windows(asked.len()).any(|there| there == asked));
}

#[tokio::test(flavor = "multi_thread")]
async fn on_battery_the_window_says_that_it_is_gentler() {
    let mut opening = Opening::new();
    opening.on_battery = true;
    let window = opening.open().await;
    window.is_titled("gentle", "On battery: saving power").await;
    window.write(Key::Control + ",").await;
    window.click("setting-battery").await;
    count(&window, "gentle", 0).await;
    window.close().await;
}
