//! Pictures of the window for people to look at: `SPUD_SCREENS=FOLDER cargo test -p spud-desktop
//! --test window screens -- --ignored`. Judged by eye, so no part of the tests.

use std::path::PathBuf;

use thirtyfour::Key;

use crate::files::attached;
use crate::window::{Opening, Window};

async fn shoot(window: &Window, name: &str) {
    let folder = PathBuf::from(std::env::var_os("SPUD_SCREENS").expect("SPUD_SCREENS"));
    std::fs::create_dir_all(&folder).unwrap();
    let picture = window.web.screenshot_as_png().await.unwrap();
    std::fs::write(folder.join(format!("{name}.png")), picture).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes pictures to look at"]
async fn screens() {
    for (name, dark, size) in [
        ("light", false, (1080, 760)),
        ("dark", true, (1080, 760)),
        ("narrow", false, (400, 760)),
        ("wide", false, (1600, 1000)),
    ] {
        let mut opening = Opening::new();
        (opening.dark, opening.size) = (dark, size);
        let window = opening.open().await;
        window
            .web
            .set_window_rect(0, 0, size.0, size.1)
            .await
            .unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        shoot(&window, &format!("{name}-1-empty")).await;
        window.click("first-pick").await;
        window.one("details").await;
        shoot(&window, &format!("{name}-7-picker")).await;
        window
            .script("document.querySelector('dialog[open]').scrollTo(0, 500)")
            .await;
        shoot(&window, &format!("{name}-8-details")).await;
        window.click("picker-close").await;
        window.ask_to_the_end("Hello, who are you?").await;
        let slowed = window.slow_down();
        window.ask("What is 847 + 138?").await;
        let look = async || (window.all("thinking-label").await.len() > 1).then_some(());
        window.until("thinking", look).await;
        shoot(&window, &format!("{name}-2-thinking")).await;
        drop(slowed);
        window
            .becomes("message-assistant", "data-state", "complete")
            .await;
        shoot(&window, &format!("{name}-3-answered")).await;
        window.click("thinking-toggle").await;
        shoot(&window, &format!("{name}-4-open")).await;
        window
            .ask_to_the_end_of_a_new_chat("What is 12 - 30?")
            .await;
        if window
            .one("side-toggle")
            .await
            .is_displayed()
            .await
            .unwrap()
        {
            window.click("side-toggle").await;
            shoot(&window, &format!("{name}-6-list")).await;
        }
        window.click("model-button").await;
        window.one("model-panel").await;
        shoot(&window, &format!("{name}-5-models")).await;
        window.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes pictures to look at"]
async fn files() {
    let long = "year,tonnes\n2026,15\n".repeat(60);
    let letter = "Dear aunt,\n\ntwo and two is four.\n";
    for (name, dark, size) in [
        ("light", false, (1080, 760)),
        ("dark", true, (1080, 760)),
        ("narrow", false, (400, 760)),
    ] {
        let mut opening = Opening::new();
        (opening.dark, opening.size) = (dark, size);
        attached(&opening, &[("letter to my aunt.txt", letter)]).await;
        let window = opening.open().await;
        let (width, height) = size;
        let sized = window.web.set_window_rect(0, 0, width, height);
        sized.await.unwrap();
        window.ask_to_the_end("What is 2 + 2?").await;
        shoot(&window, &format!("{name}-files-1-sent")).await;
        window.click("file-open").await;
        window.one("file-text").await;
        shoot(&window, &format!("{name}-files-2-sheet")).await;
        window.close().await;
        let more = [
            ("sums.csv", "1,2\n"),
            ("来自姑妈的信.md", letter),
            ("potatoes by year.csv", &long),
        ];
        attached(&opening, &more).await;
        let window = opening.open().await;
        let sized = window.web.set_window_rect(0, 0, width, height);
        sized.await.unwrap();
        window.write(Key::Control + "n").await;
        window.write("What does the table say?").await;
        window.one("too-long").await;
        shoot(&window, &format!("{name}-files-3-too-long")).await;
        window
            .script("[...document.querySelectorAll('[data-testid=file-remove]')].at(-1).click()")
            .await;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        shoot(&window, &format!("{name}-files-4-waiting")).await;
        window.close().await;
    }
}
