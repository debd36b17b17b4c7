//! Files that go with a question: waiting in the field, read in a sheet, sent, and kept.

use std::path::PathBuf;

use app::{App, ChatId, Home};

use crate::window::{Opening, Window};

fn put(opening: &Opening, name: &str, text: &str) -> PathBuf {
    let path = opening.home.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// Attaches files to the draft of the next chat, as a window did that was closed since.
pub(crate) async fn attached(opening: &Opening, files: &[(&str, &str)]) {
    let app = App::open(&Home::at(opening.home.path())).await.unwrap();
    let paths = files.iter().map(|(name, text)| put(opening, name, text));
    app.attach(None::<ChatId>, paths.collect()).await.unwrap();
    app.close().await;
}

/// Waits for a file of this name, by the name that a screen reader tells: the driver takes what may be
/// cut with an ellipsis for invisible.
async fn named(window: &Window, name: &str) {
    let script = "return [...document.querySelectorAll('[data-testid=file-open]')]\
                  .map((it) => it.ariaLabel).join('|')";
    let look = async || {
        let names = window.script(script).await;
        names.as_str()?.contains(&format!("{name}, ")).then_some(())
    };
    window.until(name, look).await;
}

async fn count(window: &Window, name: &str, wanted: usize) {
    let what = format!("{wanted} of {name}");
    let look = async || (window.all(name).await.len() == wanted).then_some(());
    window.until(&what, look).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_wait_are_read_taken_away_and_go_with_the_question() {
    let opening = Opening::new();
    let hostile = "<img src=x onerror=\"document.title='owned'\">\u{202e}<script>1</script>";
    attached(&opening, &[("letter.txt", hostile), ("sums.csv", "1,2\n")]).await;
    let window = opening.open().await;
    count(&window, "file-remove", 2).await;
    named(&window, "sums.csv").await;
    // The model is not in memory yet: an estimate, and said to be.
    window.says("file-open", "about").await;

    window
        .script("document.querySelector('[data-testid=file-open]').click()")
        .await;
    window.says("file-text", "<img src=x").await;
    assert_ne!(window.script("return document.title").await, "owned");
    window.click("file-sheet-close").await;
    window
        .script("document.querySelectorAll('[data-testid=file-remove]')[1].click()")
        .await;
    count(&window, "file-remove", 1).await;

    window.ask_to_the_end("What is 2 + 2?").await;
    count(&window, "file-remove", 0).await;
    named(&window, "letter.txt").await;
    window.close().await;

    let window = opening.open().await;
    named(&window, "letter.txt").await;
    assert_eq!(window.all("file-remove").await.len(), 0);
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_told_before_it_is_sent() {
    let opening = Opening::new();
    let long = "a word, ".repeat(400);
    attached(&opening, &[("long.txt", &long)]).await;
    let window = opening.open().await;
    window.says("too-long", "holds 1,024").await;
    window.write("What is it?").await;
    let send = window.one("send").await;
    assert!(!send.is_enabled().await.unwrap());
    window.click("file-remove").await;
    count(&window, "too-long", 0).await;
    let enabled = async || {
        window
            .one("send")
            .await
            .is_enabled()
            .await
            .ok()?
            .then_some(())
    };
    window.until("a question that can be sent", enabled).await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_window_is_opened_with_is_attached() {
    let mut opening = Opening::new();
    let letter = put(&opening, "letter.txt", "Dear aunt");
    opening.arguments = vec![letter.to_str().unwrap().to_owned()];
    let window = opening.open().await;
    named(&window, "letter.txt").await;
    window.close().await;
    opening.arguments = vec![
        put(&opening, "photo.jpg", "GIF89a\u{1}\0\u{1}\0\0\0\0;")
            .to_str()
            .unwrap()
            .to_owned(),
    ];
    let window = opening.open().await;
    window
        .says("notice", "is a picture (GIF), and R1 reads text only")
        .await;
    window.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_that_are_a_guess_can_be_chosen_beside_the_file() {
    let mut opening = Opening::new();
    let letter = put(&opening, "letter.txt", "");
    // "мир" as KOI8-R has it.
    std::fs::write(&letter, b"\xcd\xc9\xd2\n").unwrap();
    opening.arguments = vec![letter.to_str().unwrap().to_owned()];
    let window = opening.open().await;
    window.says("file-remarks", "a guess").await;
    window.click("file-letters").await;
    window
        .script("document.querySelector('[data-testid=letters-KOI8-R]').click()")
        .await;
    window
        .says("file-remarks", "read as Cyrillic (KOI8-R)")
        .await;
    window
        .script("document.querySelector('[data-testid=file-open]').click()")
        .await;
    window.says("file-text", "мир").await;
    window.click("file-sheet-close").await;
    window.ask_to_the_end("What is 2 + 2?").await;
    // With the question it tells the same, and is chosen no more.
    count(&window, "file-remove", 0).await;
    window
        .says("file-remarks", "read as Cyrillic (KOI8-R)")
        .await;
    assert_eq!(window.all("file-letters").await.len(), 0);
    window.close().await;
}
